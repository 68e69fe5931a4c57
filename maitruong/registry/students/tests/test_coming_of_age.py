"""At eighteen the family's sight of the child ends, whenever the birth date came to be known."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.kernel import clock
from maitruong.foundation.people.models import Person
from maitruong.registry.students import queries
from maitruong.registry.students.coming_of_age import end_sight_of_the_grown
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)


def born(student: int, day: dt.date) -> None:
    with make.as_system():
        Person._base_manager.filter(pk=student).update(born_on=day)


def test_a_birth_date_corrected_to_an_older_one_ends_what_the_family_sees(place: SimpleNamespace) -> None:
    mother = make.a_guardian("Trần Mỹ Hạnh", child=place.pupils[0], school=place.school)
    assert access.scope_of(mother.person_id, on=TODAY) is not None
    born(place.pupils[0], dt.date(2008, 11, 1))

    assert end_sight_of_the_grown() == 1

    assert access.scope_of(mother.person_id, on=dt.date(2026, 10, 31)) is not None
    assert access.scope_of(mother.person_id, on=dt.date(2026, 11, 1)) is None
    with unit_of_work(place.principal):
        (row,) = queries.guardians(place.pupils[0])
    assert row.ends_on is None and row.access_until == dt.date(2026, 10, 31), "whom to call stays written"
    with make.as_system():
        assert Entry._base_manager.get(action="students.grown_up").subject_id == place.pupils[0]
    assert end_sight_of_the_grown() == 0, "once"


def test_a_younger_brother_is_still_seen(place: SimpleNamespace) -> None:
    older, younger = place.pupils[:2]
    mother = make.a_guardian("Trần Mỹ Hạnh", child=older, school=place.school)
    make.a_post(mother.person_id, "guardian", place.school, student_ids=[younger])
    born(older, dt.date(2008, 11, 20))

    assert end_sight_of_the_grown() == 1

    scope = access.scope_of(mother.person_id, on=TODAY)
    assert scope is not None and younger in scope.person_ids and older not in scope.person_ids


@pytest.mark.parametrize(
    ("birth", "today", "over"),
    [
        (dt.date(2008, 11, 21), dt.date(2026, 11, 20), False),
        (dt.date(2008, 11, 20), dt.date(2026, 11, 20), True),
        (dt.date(2008, 2, 29), dt.date(2026, 2, 28), False),
        (dt.date(2008, 2, 29), dt.date(2026, 3, 1), True),
    ],
)
def test_the_day_is_the_birthday_and_not_the_day_before(
    place: SimpleNamespace, birth: dt.date, today: dt.date, over: bool
) -> None:
    make.a_guardian("Trần Mỹ Hạnh", child=place.pupils[0], school=place.school)
    born(place.pupils[0], birth)

    with clock.standing_still(dt.datetime.combine(today, dt.time(8), tzinfo=clock.VIETNAM)):
        assert bool(end_sight_of_the_grown()) is over

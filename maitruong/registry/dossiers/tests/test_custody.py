"""The care of a child changes hands in one act; a mother of children in two communes keeps the other child."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt, unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.registry.dossiers import services
from maitruong.registry.dossiers.errors import NobodyLeft, NothingChanges, ReasonMissing
from maitruong.registry.dossiers.types import NewCarer
from maitruong.registry.students import queries as families
from maitruong.registry.students import services as students
from maitruong.registry.students.errors import EndBeforeStart, RelationUnknown
from maitruong.registry.students.models import Guardianship
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 20)
JUDGMENT = "Bản án 12/2026/HNGĐ-ST ngày 03/11/2026"
FATHER = NewCarer(full_name="Nguyễn Văn Bách", relation="FATHER", phone="0912345678")


@pytest.fixture
def family(place: SimpleNamespace) -> SimpleNamespace:
    """A mother with one child here and one at the neighbour's, in another commune."""
    mother = make.a_guardian("Trần Mỹ Hạnh", child=place.pupils[0], school=place.school)
    make.a_post(mother.person_id, "guardian", place.neighbour, student_ids=[place.their_pupil])
    with make.as_system():
        Guardianship(
            school_id=place.neighbour,
            student_id=place.their_pupil,
            guardian_id=mother.person_id,
            relation="MOTHER",
            starts_on=make.FOUNDED,
        ).save()
        tie = Guardianship._base_manager.get(student_id=place.pupils[0]).pk
    return SimpleNamespace(**vars(place), child=place.pupils[0], mother=mother, tie=tie)


def change(family: SimpleNamespace, scope: Any = None, **what: Any) -> Any:
    scope = scope or family.principal
    asked = {"on": DAY, "ends": [family.tie], "begins": FATHER, "why": "judgment", "document": JUDGMENT, **what}
    with unit_of_work(scope):
        return services.change_custody(scope, student_id=family.child, **asked)


def seen_by(person: int, on: dt.date) -> set[int]:
    scope = access.scope_of(person, on=on)
    return set(scope.person_ids if scope else ()) - {person}


def ties(child: int) -> list[tuple[str, dt.date, dt.date | None]]:
    with make.as_system():
        return [(row.full_name, row.starts_on, row.ends_on) for row in families.guardians(child, past=True)]


def test_one_ends_the_day_before_another_begins(family: SimpleNamespace) -> None:
    row = change(family)

    assert ties(family.child) == [
        ("Trần Mỹ Hạnh", make.FOUNDED, dt.date(2026, 11, 19)),
        ("Nguyễn Văn Bách", DAY, None),
    ]
    with make.as_system():
        father = Guardianship._base_manager.get(pk=row)
        former = Guardianship._base_manager.get(pk=family.tie)
        actions = list(Entry._base_manager.filter(subject_id=family.child).values_list("action", flat=True))
    assert JUDGMENT in father.basis and JUDGMENT in former.end_why
    assert actions.count("students.guardian_ended") == actions.count("students.guardian_added") == 1
    assert family.child in seen_by(father.guardian_id, DAY)


def test_who_ends_sees_this_child_no_more_and_goes_on_seeing_the_one_in_another_commune(
    family: SimpleNamespace,
) -> None:
    assert seen_by(family.mother.person_id, DAY) == {family.child, family.their_pupil}

    change(family)

    assert seen_by(family.mother.person_id, dt.date(2026, 11, 19)) == {family.child, family.their_pupil}
    assert seen_by(family.mother.person_id, DAY) == {family.their_pupil}
    with unit_of_work(family.stranger):
        (row,) = families.guardians(family.their_pupil)
    assert row.ends_on is None, "the other school's tie is untouched"


@pytest.mark.parametrize(
    ("what", "refusal"),
    [
        ({"ends": [], "begins": None}, NothingChanges),
        ({"begins": None}, NobodyLeft),
        ({"why": ""}, ReasonMissing),
        ({"why": "other", "document": " "}, ReasonMissing),
        ({"ends": [10**9]}, NotFound),
        ({"on": dt.date(2025, 7, 1)}, EndBeforeStart),
        ({"begins": NewCarer("Nguyễn Văn Bách", "BOSS")}, RelationUnknown),
    ],
)
def test_a_refusal_of_either_half_leaves_both_as_they_were(
    family: SimpleNamespace, what: dict[str, Any], refusal: type[Exception]
) -> None:
    before = ties(family.child)

    def act() -> Any:
        asked = {"on": DAY, "ends": [family.tie], "begins": FATHER, "why": "judgment", "document": JUDGMENT, **what}
        return services.change_custody(family.principal, student_id=family.child, **asked)

    with unit_of_work(family.principal):
        if refusal is NotFound:
            with pytest.raises(NotFound):
                act()
        else:
            assert isinstance(attempt(act)[1], refusal)

    assert ties(family.child) == before
    assert seen_by(family.mother.person_id, DAY) == {family.child, family.their_pupil}


def test_another_school_changes_nothing_of_this_child(family: SimpleNamespace) -> None:
    with pytest.raises(NotFound):
        change(family, family.stranger)


def test_only_adding_somebody_ends_nobody(family: SimpleNamespace) -> None:
    change(family, ends=[], why="restored", document="")

    assert [ends_on for _, _, ends_on in ties(family.child)] == [None, None]


def test_a_guardianship_ended_alone_keeps_its_reason(family: SimpleNamespace) -> None:
    with unit_of_work(family.principal):
        students.end_guardianship(family.principal, guardianship_id=family.tie, ends_on=DAY, why="chuyển đi xa")
        (row,) = families.guardians(family.child, past=True)
    assert (row.end_why, row.ends_on) == ("chuyển đi xa", DAY)

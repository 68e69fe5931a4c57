"""Two people in the same moment, and people who were merged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from maitruong.foundation.people import merging
from maitruong.foundation.people.types import Two
from maitruong.registry.transfers import queries, services
from maitruong.registry.transfers.errors import AlreadyApplied, StepPassed
from maitruong.registry.transfers.models import Step, Transfer
from tests import factories as make
from tests.races import second_meets_first

from . import factories
from .factories import WISH, applied, do, released, seats_of, state_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def both(transactional_db: None, place: SimpleNamespace) -> Iterator[SimpleNamespace]:
    yield factories.two_schools(place)


def test_two_applications_at_once_end_in_one_and_a_refusal_in_words(both: SimpleNamespace) -> None:
    third = make.a_school(both.commune, "THCS Thứ Ba")
    father = make.scope_of(make.a_guardian("Nguyễn Văn Bố", child=both.pupil, school=both.school))

    first, second = second_meets_first(
        lambda: applied(both),
        lambda: do(father, services.apply_as_family, student_id=both.pupil, to_school_id=third, wish=WISH),
    )

    assert isinstance(first, int) and isinstance(second, AlreadyApplied)
    with make.as_system():
        assert Transfer._base_manager.count() == 1


def test_a_double_click_at_once_is_one_application_and_one_receipt(both: SimpleNamespace) -> None:
    first, second = second_meets_first(lambda: applied(both), lambda: applied(both))
    assert first == second
    do(both.stranger, services.accept, transfer_id=first, why="số 12")
    do(both.principal, services.release, transfer_id=first, why="số 7")
    day = {"class_id": both.class_b, "starts_on": dt.date(2026, 11, 23)}
    second_meets_first(
        lambda: do(both.their_clerk, services.receive, transfer_id=first, **day),
        lambda: do(both.their_clerk, services.receive, transfer_id=first, **day),
    )
    assert len(seats_of(both.pupil)) == 2
    with make.as_system():
        assert Step._base_manager.filter(transfer_id=first, state="received").count() == 1


def test_a_family_that_withdraws_while_the_school_receives_is_told(both: SimpleNamespace) -> None:
    made = released(both)
    day = {"class_id": both.class_b, "starts_on": dt.date(2026, 11, 23)}
    first, second = second_meets_first(
        lambda: do(both.mother, services.withdraw, transfer_id=made, why="không chuyển nữa"),
        lambda: do(both.their_clerk, services.receive, transfer_id=made, **day),
    )
    assert first is None and isinstance(second, StepPassed)
    assert state_of(made) == "withdrawn" and len(seats_of(both.pupil)) == 1


def test_a_pupil_into_whom_another_was_merged_goes_on_with_the_application(both: SimpleNamespace) -> None:
    """Who sits goes on (SeatedTwice, AbsorbedStillSits), so an open application is always that of who goes on."""
    other = make.a_person("Nguyễn Minh Ánh", both.school, born=dt.date(2010, 5, 4), sex="male")
    made = released(both)
    with make.as_system() as scope:
        merging.merge(scope, Two(both.pupil, other, both.school, dt.date(2026, 11, 20)), why="hai hồ sơ của một em")
    do(both.their_clerk, services.receive, transfer_id=made, class_id=both.class_b, starts_on=dt.date(2026, 11, 23))
    assert len(seats_of(both.pupil)) == 2
    with make.as_system():
        assert queries.on_the_way(both.school) == {}

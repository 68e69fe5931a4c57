"""A record that waited for the summer: results written down, promotion decided, the record made and no longer a draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection

from maitruong.assessment.gradebook import services as gradebook
from maitruong.assessment.school_records import outcomes, queries
from maitruong.assessment.school_records.models import State
from maitruong.assessment.school_records.rules import Outcome
from maitruong.assessment.school_records.rules.promotion import promotion_primary, promotion_secondary
from maitruong.assessment.school_records.tests import room as rooms
from maitruong.assessment.school_records.types import Promotion, YearLevel
from maitruong.foundation.kernel import clock
from maitruong.registry.enrolment.ports import Fate
from maitruong.teaching.attendance.models import Absence
from tests import factories as make

AUGUST = dt.datetime(2027, 8, 2, 9, 0, tzinfo=clock.VIETNAM)


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"learning": 0, "conduct": 1}, Outcome.PENDING_RETEST),
        ({"learning": 0, "conduct": 1, "learning_after": 1}, Outcome.PROMOTED_AFTER_SUMMER),
        ({"learning": 0, "conduct": 1, "learning_after": 0}, Outcome.RETAINED),
        ({"learning": 2, "conduct": 0}, Outcome.PENDING_TRAINING),
        ({"learning": 2, "conduct": 0, "conduct_after": 1}, Outcome.PROMOTED_AFTER_SUMMER),
        ({"learning": 2, "conduct": 0, "conduct_after": 0}, Outcome.RETAINED),
        ({"learning": 0, "conduct": 0}, Outcome.PENDING_BOTH),
        ({"learning": 0, "conduct": 0, "conduct_after": 1}, Outcome.PENDING_RETEST),
        ({"learning": 0, "conduct": 0, "learning_after": 1}, Outcome.PENDING_TRAINING),
        ({"learning": 0, "conduct": 0, "learning_after": 1, "conduct_after": 1}, Outcome.PROMOTED_AFTER_SUMMER),
        ({"learning": 0, "conduct": 1, "learning_after": 1, "absences": 46}, Outcome.RETAINED),
        ({"learning": 0, "conduct": 1, "learning_after": 1, "grade": 9}, Outcome.COMPLETED),
    ],
)
def test_promotion_after_the_summer(facts: dict[str, int], outcome: Outcome) -> None:
    given = {"grade": 8, "absences": 45, **facts}
    assert promotion_secondary(given.pop("grade"), **given) is outcome


def test_a_primary_pupil_who_fails_twice_is_never_decided_by_the_program() -> None:
    assert promotion_primary(3, overall=0, overall_after=1) is Outcome.PROMOTED_AFTER_SUMMER
    assert promotion_primary(5, overall=0, overall_after=1) is Outcome.COMPLETED
    assert promotion_primary(3, overall=0, overall_after=0) is Outcome.PENDING_DECISION
    assert promotion_primary(3, overall=0, overall_after=0, decision=True) is Outcome.PROMOTED_BY_DECISION
    assert promotion_primary(3, overall=0, overall_after=0, decision=False) is Outcome.RETAINED


@pytest.fixture
def room(db: None) -> Iterator[rooms.Room]:
    """A class of one, who failed Toán, Ngữ văn and Khoa học tự nhiên; it is August."""
    found = rooms.a_closed_class(pupils=("Lý A Sính",))
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute("UPDATE gradebook_mark SET average = 60 WHERE class_id = %s AND average > 0", [found.class_id])
        cursor.execute(
            "UPDATE gradebook_mark SET average = 40 WHERE class_id = %s AND subject IN ('TOAN', 'NV', 'KHTN')",
            [found.class_id],
        )
        cursor.execute("UPDATE gradebook_result SET learning = 0 WHERE class_id = %s AND term = 0", [found.class_id])
    with clock.standing_still(AUGUST):
        yield found


def after_retest(room: rooms.Room, **marks: str) -> None:
    with rooms.working_as(room.principal) as scope:
        gradebook.enter_summer(
            scope,
            class_id=room.class_id,
            student_id=room.pupils[0],
            typed={code: {"mark": text} for code, text in marks.items()},
            on=AUGUST.date(),
        )


def test_a_retested_pupils_record_leaves_the_draft_and_is_signed_to_the_end(room: rooms.Room) -> None:
    assert rooms.prepare(room).made == []

    after_retest(room, TOAN="5,5", NV="6,0", KHTN="V")
    assert rooms.prepare(room).made == room.pupils
    (record,) = rooms.sealed(room)

    with rooms.working_as(room.principal) as scope:
        content = queries.record_page(scope, record_id=record.record_id, permission="school_records.view").content
    assert record.state == State.ISSUED and record.held_back == ""
    assert content is not None and content.approval.promotion is Promotion.PROMOTED_AFTER_SUMMER
    blocks = {block.code: block for block in content.subjects}
    assert blocks["TOAN"].year.tenths == 40 and blocks["TOAN"].retest.tenths == 55  # type: ignore[union-attr]
    assert blocks["KHTN"].retest is None
    assert (content.summary.learning.year, content.summary.learning.after_summer) == (  # type: ignore[union-attr]
        YearLevel.FAILED,
        YearLevel.PASSED,
    )


def test_who_fails_the_retest_too_repeats_the_year_and_has_a_record_that_says_so(room: rooms.Room) -> None:
    after_retest(room, TOAN="3,0", NV="V", KHTN="V")

    rooms.prepare(room)

    (record,) = rooms.records(room)
    with rooms.working_as(room.principal) as scope:
        content = queries.record_page(scope, record_id=record.record_id, permission="school_records.view").content
    assert content is not None and content.approval.promotion is Promotion.RETAINED


def test_a_half_known_retest_still_waits(room: rooms.Room) -> None:
    after_retest(room, TOAN="5,5")

    done = rooms.prepare(room)

    assert done.made == [] and "đánh giá lại" in done.held_back[0][2]


# --- what the step into the next year is told ------------------------------------------------------------------------


def told(room: rooms.Room) -> Fate:
    with make.as_system():
        return outcomes.fates(room.school, 2026)[room.pupils[0]]


def test_who_owes_a_retest_waits_and_goes_up_once_it_is_passed(room: rooms.Room) -> None:
    assert told(room) == Fate("", "chờ kiểm tra, đánh giá lại trong kì nghỉ hè")
    after_retest(room, TOAN="5,5", NV="6,0", KHTN="V")
    assert told(room).kind == "up"


def test_who_failed_the_retest_repeats(room: rooms.Room) -> None:
    after_retest(room, TOAN="3,0", NV="V", KHTN="V")
    assert told(room).kind == "repeat"


def test_who_passed_the_year_goes_up_unless_too_many_sessions_were_missed(room: rooms.Room) -> None:
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute("UPDATE gradebook_result SET learning = 2 WHERE class_id = %s AND term = 0", [room.class_id])
    assert told(room).kind == "up"
    first = dt.date(2026, 10, 1)
    with make.as_system():
        for number in range(46):
            Absence(
                school_id=room.school,
                school_year=2026,
                class_id=room.class_id,
                student_id=room.pupils[0],
                day=first + dt.timedelta(days=number),
                session="morning",
                excused=True,
            ).save()
        assert told(room).kind == "repeat"
        Absence._base_manager.filter(day=first).delete()
        assert told(room).kind == "up", "45 still pass"
        Absence._base_manager.filter(day__lt=first + dt.timedelta(days=20)).update(school_id=room.school + 1)
        assert told(room).kind == "up"
        Absence(
            school_id=room.school + 1,
            school_year=2026,
            class_id=room.class_id,
            student_id=room.pupils[0],
            day=first,
            session="morning",
            excused=True,
        ).save()
        assert told(room).kind == "repeat", "those missed at the school he came from count as well"


def test_who_has_no_result_of_the_year_is_not_told(room: rooms.Room) -> None:
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute("UPDATE gradebook_result SET learning = NULL WHERE class_id = %s", [room.class_id])
        assert outcomes.fates(room.school, 2026) == {}

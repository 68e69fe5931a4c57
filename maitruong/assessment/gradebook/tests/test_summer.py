"""The summer after a failed year: worked examples of the rules, and the results as the school writes them down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from maitruong.assessment.gradebook import queries, services
from maitruong.assessment.gradebook.errors import DayNotInSummer, NothingOwed, YearNotJudged
from maitruong.assessment.gradebook.rules import Kind, Level, SubjectResult
from maitruong.assessment.gradebook.rules.tt22_2021 import Tt22Settings, level_after_retest, retest_subjects
from maitruong.assessment.gradebook.rules.tt27_2020 import (
    QUALITIES_AND_COMPETENCES,
    Overall,
    QualityLevel,
    SubjectLevel,
    SubjectYear,
)
from maitruong.assessment.gradebook.rules.tt27_2020_support import primary_after_support, support_asked
from maitruong.assessment.gradebook.summer import WHOLE
from maitruong.assessment.gradebook.tests import factories as make
from maitruong.assessment.gradebook.tests.conftest import signed_in
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal
from maitruong.registry.calendar.errors import YearClosed
from maitruong.registry.calendar.models import SchoolYear
from tests import factories as house

LITERAL, BEST = Tt22Settings(), Tt22Settings(retest_replace="best")
JULY = dt.datetime(2027, 7, 20, 9, 0, tzinfo=clock.VIETNAM)


def year(*averages: float, failed: int = 0) -> list[SubjectResult]:
    scored = [SubjectResult(f"S{n}", f"Môn {n}", Kind.SCORE, round(a * 10)) for n, a in enumerate(averages, 1)]
    return scored + [
        SubjectResult(f"C{n}", f"Nhận xét {n}", Kind.COMMENT, passed=n > failed) for n in range(1, max(failed, 1) + 1)
    ]


E17 = (6.0, 6.0, 6.0, 6.0, 6.0, 4.9, 4.8, 4.7)


# --- rules: R2-R7 of the worked examples, read from Circular 22/2021 Điều 14 --------------------------------------------


@pytest.mark.parametrize(
    ("averages", "failed", "again", "settings", "level"),
    [
        (E17, 0, {"S6": 60}, LITERAL, Level.PASS),
        (E17, 0, {"S6": 49}, LITERAL, Level.FAIL),
        (E17, 0, {"S6": 30, "S7": 60}, LITERAL, Level.FAIL),
        (E17, 0, {"S6": 30, "S7": 60}, BEST, Level.PASS),
        ((6.0,) * 6 + (4.5, 3.2), 0, {"S8": 35}, LITERAL, Level.PASS),
        ((6.0,) * 6 + (4.5, 3.2), 0, {"S8": 34}, LITERAL, Level.FAIL),
        ((6.0,) * 6 + (4.5, 3.2), 0, {"S7": 90}, LITERAL, Level.FAIL),
        ((5.0,) * 8, 2, {"C1": 1}, LITERAL, Level.PASS),
        ((8.0,) * 6 + (3.0, 4.0), 0, {"S7": 65, "S8": 65}, LITERAL, Level.GOOD),
        (E17, 0, {"S6": 50, "S7": 55}, LITERAL, Level.PASS),
    ],
)
def test_a_retest_takes_the_place_of_the_year_and_the_level_is_judged_again(
    averages: tuple[float, ...], failed: int, again: dict[str, int], settings: Tt22Settings, level: Level
) -> None:
    assert level_after_retest(year(*averages, failed=failed), again, settings=settings).level is level


def test_every_subject_below_five_and_every_failed_comment_may_be_taken_again() -> None:
    assert retest_subjects(year(*E17, failed=2)) == ("S6", "S7", "S8", "C1", "C2")


def primary(math: int = 90, viet: str = "T") -> tuple[list[SubjectYear], dict[str, QualityLevel | None]]:
    subjects = [
        SubjectYear("TV", "Tiếng Việt", SubjectLevel[viet], 90, False),
        SubjectYear("TOAN", "Toán", SubjectLevel.T, math, False),
    ]
    return subjects, dict.fromkeys(QUALITIES_AND_COMPETENCES, QualityLevel.T)


def test_a_primary_pupil_is_assessed_again_in_what_stands_in_the_way_and_completes() -> None:
    subjects, qualities = primary(math=40, viet="C")
    qualities["cham_chi"] = QualityLevel.C

    assert support_asked(1, subjects, qualities) == ("TV", "TOAN", "cham_chi")
    again: dict[str, tuple[int | None, int | None]] = {"TV": (1, None), "TOAN": (None, 50), "cham_chi": (1, None)}
    assert primary_after_support(1, subjects, qualities, again) is Overall.COMPLETED
    assert primary_after_support(1, subjects, qualities, again | {"TOAN": (None, 40)}) is Overall.INCOMPLETE


def test_support_gives_no_more_than_completion() -> None:
    subjects, qualities = primary(math=40)
    assert primary_after_support(1, subjects, qualities, {"TOAN": (2, 100)}) is Overall.COMPLETED


# --- what the school writes down -----------------------------------------------------------------------------------------


@pytest.fixture
def room(db: None) -> Iterator[make.Classroom]:
    """A class whose year is over: pupil 0 passed; pupil 1 failed Toán and Ngữ văn; pupil 2 failed conduct."""
    found = make.a_classroom()
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT subject, kind FROM gradebook_markbook WHERE class_id = %s AND subject <> ''",
            [found.class_id],
        )
        for code, kind in cursor.fetchall():
            for number, pupil in enumerate(found.pupils):
                low = number == 1 and code in ("TOAN", "NV", "KHTN")
                for term in (1, 2):
                    _mark(cursor, found, code, term, pupil, kind, 40 if low else 60)
        for number, pupil in enumerate(found.pupils):
            _result(cursor, found, pupil, 0 if number == 1 else 1, 0 if number == 2 else 3)
        cursor.execute("UPDATE gradebook_markbook SET closed_at = now() WHERE class_id = %s", [found.class_id])
    with clock.standing_still(JULY):
        yield found


def _mark(cursor: Any, room: make.Classroom, code: str, term: int, pupil: int, kind: str, tenths: int) -> None:
    average, outcome = (tenths, None) if kind == "score" else (None, 1)
    cursor.execute(
        "INSERT INTO gradebook_mark (school_year, school_id, class_id, subject, term, student_id, average, outcome,"
        " provisional, version, updated_at) VALUES (2026, %s, %s, %s, %s, %s, %s, %s, false, 1, now())",
        [room.school, room.class_id, code, term, pupil, average, outcome],
    )


def _result(cursor: Any, room: make.Classroom, pupil: int, learning: int, conduct: int) -> None:
    cursor.execute(
        "INSERT INTO gradebook_result (school_year, school_id, class_id, term, student_id, grade, learning, conduct,"
        " missing, provisional, act, settings_id, computed_at) SELECT 2026, %s, %s, 0, %s, 8, %s, %s, 0, false, act,"
        " settings_id, now() FROM gradebook_classsheet WHERE class_id = %s",
        [room.school, room.class_id, pupil, learning, conduct, room.class_id],
    )


def enter(room: make.Classroom, pupil: int, typed: dict[str, dict[str, str]], **more: Any) -> Any:
    with make.working_as(room.principal) as scope:
        return services.enter_summer(
            scope, class_id=room.class_id, student_id=pupil, typed=typed, **{"on": JULY.date(), **more}
        )


ALL_TAKEN = {"TOAN": {"mark": "6,0"}, "NV": {"mark": "5.5"}, "KHTN": {"mark": "V"}}


def test_only_who_failed_the_year_stands_on_the_page_with_what_is_owed(room: make.Classroom) -> None:
    with make.working_as(room.principal) as scope:
        _, pupils = queries.class_summer(scope, class_id=room.class_id)

    owed = {pupil.student_id: {one.code for one in pupil.summer.owed} for pupil in pupils}
    assert owed == {room.pupils[1]: {"TOAN", "NV", "KHTN"}, room.pupils[2]: {WHOLE}}


def test_the_level_is_told_only_when_every_subject_is_known(room: make.Classroom) -> None:
    first = enter(room, room.pupils[1], {"TOAN": {"mark": "6"}, "NV": {"mark": "5,5"}})
    assert first.learning is None

    assert enter(room, room.pupils[1], {"KHTN": {"mark": "V"}}).learning == Level.PASS
    assert enter(room, room.pupils[1], {"KHTN": {"mark": ""}}).learning is None


def test_the_year_itself_is_not_touched_and_the_act_is_in_the_audit(room: make.Classroom) -> None:
    enter(room, room.pupils[1], ALL_TAKEN)
    enter(room, room.pupils[1], ALL_TAKEN)

    assert make.rows_of("gradebook_result", "learning", "student_id") == [(1,), (0,), (1,)]
    with house.as_system() as scope:
        entry = Entry.objects.visible_to(scope, "").get(action="gradebook.summer_entered")
        assert entry.subject_id == room.pupils[1] and entry.actor_id == room.principal.person_id


def test_conduct_is_rated_again_after_training(room: make.Classroom) -> None:
    assert enter(room, room.pupils[2], {WHOLE: {"level": "Đ"}}).conduct == Level.PASS


@pytest.mark.parametrize(
    ("pupil", "typed", "more", "refusal"),
    [
        (0, {"TOAN": {"mark": "9"}}, {}, NothingOwed),
        (1, {"TOAN": {"mark": "11"}}, {}, Refusal),
        (2, {WHOLE: {"level": "xuất sắc"}}, {}, Refusal),
        (1, {"TOAN": {"mark": "6"}}, {"on": dt.date(2027, 3, 1)}, DayNotInSummer),
        (1, {"TOAN": {"mark": "6"}}, {"on": dt.date(2027, 8, 30)}, DayNotInSummer),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    room: make.Classroom, pupil: int, typed: dict[str, dict[str, str]], more: dict[str, Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        enter(room, room.pupils[pupil], typed, **more)

    assert make.rows_of("gradebook_summerresult") == []


def test_a_subject_that_was_passed_cannot_be_raised_in_the_summer(room: make.Classroom) -> None:
    enter(room, room.pupils[1], {**ALL_TAKEN, "NN1": {"mark": "10"}})

    assert sorted(row[0] for row in make.rows_of("gradebook_summerresult", "subject")) == ["KHTN", "NV", "TOAN"]


def test_nothing_is_written_while_a_book_is_open_or_after_the_year_is_closed(room: make.Classroom) -> None:
    SchoolYear.objects.filter(pk=2026).update(closed_at=JULY)
    with pytest.raises(YearClosed):
        enter(room, room.pupils[1], ALL_TAKEN)
    page = signed_in(room.principal).get(f"/so-diem/lop/{room.class_id}/he/").content.decode()
    assert "Năm học này đã khoá" in page and "Ghi kết quả của em" not in page

    SchoolYear.objects.filter(pk=2026).update(closed_at=None)
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute("UPDATE gradebook_markbook SET closed_at = NULL WHERE id = %s", [room.book()])
    with pytest.raises(YearNotJudged):
        enter(room, room.pupils[1], ALL_TAKEN)


def test_a_teacher_and_the_head_of_another_school_find_no_such_page(room: make.Classroom) -> None:
    other = house.a_principal(house.a_school(room.commune, "THCS Dư Hàng"), "Người Khác")
    for account in (other, make.teacher_of(room), make.homeroom_of(room)):
        client = signed_in(account)
        page = client.get(f"/so-diem/lop/{room.class_id}/he/")
        sent = client.post(f"/so-diem/lop/{room.class_id}/he/{room.pupils[1]}/", {"mark-TOAN": "9", "on": "20/07/2027"})
        assert (page.status_code, sent.status_code) == (404, 404)
        with make.working_as(account) as scope, pytest.raises(NotFound):
            services.enter_summer(
                scope,
                class_id=room.class_id,
                student_id=room.pupils[1],
                typed={"TOAN": {"mark": "9"}},
                on=JULY.date(),
            )
    assert make.rows_of("gradebook_summerresult") == []


def test_the_page_keeps_what_was_typed_when_it_is_refused_and_shows_what_it_came_to(room: make.Classroom) -> None:
    client: Client = signed_in(room.principal)
    path = f"/so-diem/lop/{room.class_id}/he/"
    sent = {"mark-TOAN": "6,5", "mark-NV": "12", "mark-KHTN": "V", "on": "20/07/2027"}

    refused = client.post(f"{path}{room.pupils[1]}/", sent)
    kept = client.post(f"{path}{room.pupils[1]}/", {**sent, "mark-NV": "5,5", "on": "19/07/2027"}, follow=True)

    assert refused.status_code == 422 and 'value="12"' in refused.content.decode()
    assert "Học tập sau đánh giá lại: Đạt" in kept.content.decode()
    assert "Rèn luyện (cả năm Chưa đạt)" in kept.content.decode()
    assert 'value="19/07/2027"' in kept.content.decode() and 'value="20/07/2027"' in kept.content.decode()

"""Who was missing: entered once, taken back, counted the school's way, told to the family."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit.models import Entry as Audited
from maitruong.foundation.events.models import OutboxEvent
from maitruong.registry.calendar.errors import YearClosed
from maitruong.registry.calendar.models import SchoolYear
from maitruong.registry.schools.models import School
from maitruong.teaching.attendance import queries, services
from maitruong.teaching.attendance.errors import ChangedMeanwhile, DayAhead, NotInClass, OutsideYear, UnknownState
from maitruong.teaching.attendance.models import Absence
from maitruong.teaching.attendance.rules import counted, is_too_many
from maitruong.teaching.attendance.types import AbsenceCount, Change, Entry
from tests import factories as make

DAY = dt.date(2026, 11, 20)
MORNING, AFTERNOON = "morning", "afternoon"


@pytest.fixture
def homeroom(place: SimpleNamespace) -> Scope:
    return make.scope_of(
        make.a_post_holder(place.school, "homeroom_teacher", "Vũ Thị Hiền", class_ids=[place.class_id])
    )


def enter(scope: Scope, class_id: int, *entries: Entry, day: dt.date = DAY) -> list[Change]:
    with unit_of_work(scope):
        return services.enter_absences(scope, class_id=class_id, day=day, entries=entries)


def states(scope: Scope, class_id: int) -> list[tuple[str, str]]:
    with unit_of_work(scope):
        return [(row.morning, row.afternoon) for row in queries.sheet(scope, class_id=class_id, day=DAY)[1]]


def kept() -> int:
    with make.as_system() as scope:
        return Absence.objects.visible_to(scope, "").count()


def test_an_absence_is_entered_once_audited_and_told(place: SimpleNamespace, homeroom: Scope) -> None:
    child = place.pupils[0]
    first = enter(homeroom, place.class_id, Entry(child, MORNING, "excused", "ốm"))
    again = enter(homeroom, place.class_id, Entry(child, MORNING, "excused", "ốm"))

    assert first == [Change(child, MORNING, "present", "excused")] and again == []
    assert states(homeroom, place.class_id)[0] == ("excused", "present")
    with make.as_system() as scope:
        assert [e.subject_id for e in Audited.objects.visible_to(scope, "").filter(action="attendance.entered")] == [
            child
        ]
    assert OutboxEvent.objects.get(kind="attendance.absences_entered").payload == {
        "school_year": 2026,
        "class_id": place.class_id,
        "day": "2026-11-20",
        "student_ids": [child],
    }


def test_taking_back_puts_the_former_state_back_and_keeps_every_row(place: SimpleNamespace, homeroom: Scope) -> None:
    child = place.pupils[0]
    enter(homeroom, place.class_id, Entry(child, MORNING, "excused"))
    changes = enter(homeroom, place.class_id, Entry(child, MORNING, "unexcused"))

    with unit_of_work(homeroom):
        services.take_back(homeroom, class_id=place.class_id, day=DAY, changes=changes)

    assert states(homeroom, place.class_id)[0] == ("excused", "present")
    assert kept() == 3


def test_taking_back_what_a_colleague_changed_since_is_refused_and_changes_nothing(
    place: SimpleNamespace, homeroom: Scope
) -> None:
    child = place.pupils[0]
    changes = enter(homeroom, place.class_id, Entry(child, MORNING, "excused"))
    enter(place.principal, place.class_id, Entry(child, MORNING, "unexcused"))

    with pytest.raises(ChangedMeanwhile, match="vắng không phép"), unit_of_work(homeroom):
        services.take_back(homeroom, class_id=place.class_id, day=DAY, changes=changes)

    assert states(homeroom, place.class_id)[0] == ("unexcused", "present")


def test_two_teachers_tapping_the_same_pupil_the_second_is_told(place: SimpleNamespace, homeroom: Scope) -> None:
    child = place.pupils[0]
    enter(place.principal, place.class_id, Entry(child, MORNING, "excused", seen="present"))

    with pytest.raises(ChangedMeanwhile, match="Nguyễn Minh Ánh"):
        enter(homeroom, place.class_id, Entry(child, MORNING, "unexcused", seen="present"))

    assert states(homeroom, place.class_id)[0] == ("excused", "present")


def page_of(client: Client, place: SimpleNamespace, **asked: str) -> str:
    client.force_login(make.a_post_holder(place.school, "homeroom_teacher", "Vũ Thị Hiền", class_ids=[place.class_id]))
    way = f"/diem-danh/{place.class_id}/"
    answer = client.post(way + "ghi/", asked) if "state" in asked else client.get(way, asked)
    return answer.content.decode()


def test_a_day_nobody_can_be_written_on_is_told_once_and_has_no_buttons(place: SimpleNamespace, client: Client) -> None:
    ahead, today = (page_of(client, place, ngay=day, buoi=MORNING) for day in ("21/11/2026", "20/11/2026"))

    assert ahead.count("chưa đến nên chưa điểm danh được") == 1
    assert "tap__key" not in ahead and "Có mặt" not in ahead
    assert "chưa đến" not in today and "tap__key" in today


def test_a_refusal_stands_once_over_the_whole_sheet(place: SimpleNamespace, client: Client) -> None:
    enter(place.principal, place.class_id, Entry(place.pupils[0], MORNING, "excused"))

    told = page_of(
        client, place, ngay="20/11/2026", buoi=MORNING, pupil=str(place.pupils[0]), state="unexcused", seen="present"
    )

    assert told.count("vừa được ghi") == 1


@pytest.mark.parametrize(
    ("what", "refusal"),
    [
        ({"day": dt.date(2026, 11, 21)}, DayAhead),
        ({"day": dt.date(2026, 8, 1)}, OutsideYear),
        ({"state": "late"}, UnknownState),
        ({"session": "night"}, UnknownState),
    ],
)
def test_a_wrong_day_or_state_is_refused_and_nothing_written(
    place: SimpleNamespace, homeroom: Scope, what: dict, refusal: type[Exception]
) -> None:
    entry = Entry(place.pupils[0], what.get("session", MORNING), what.get("state", "excused"))
    with pytest.raises(refusal):
        enter(homeroom, place.class_id, entry, day=what.get("day", DAY))

    assert kept() == 0


def test_a_pupil_of_another_class_spoils_the_whole_entry(place: SimpleNamespace, homeroom: Scope) -> None:
    with pytest.raises(NotInClass):
        enter(
            homeroom,
            place.class_id,
            Entry(place.pupils[0], MORNING, "excused"),
            Entry(place.their_pupil, MORNING, "excused"),
        )

    assert kept() == 0


def test_other_teachers_clerks_and_neighbours_cannot_enter(place: SimpleNamespace) -> None:
    teacher = make.scope_of(make.a_teacher(place.school, "Ngô Bảo Châu", class_id=place.class_id, subject="TOAN"))
    other_class, _ = make.a_class(place.school, "8A3")
    other = make.scope_of(make.a_post_holder(place.school, "homeroom_teacher", "Bế Văn", class_ids=[other_class]))

    for scope in (teacher, other, place.clerk, place.stranger):
        with pytest.raises(NotFound):
            enter(scope, place.class_id, Entry(place.pupils[0], MORNING, "excused"))

    assert kept() == 0 and not OutboxEvent.objects.filter(kind="attendance.absences_entered").exists()


def test_a_closed_year_is_never_written(place: SimpleNamespace, homeroom: Scope) -> None:
    SchoolYear.objects.filter(pk=2026).update(closed_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))

    with pytest.raises(YearClosed):
        enter(homeroom, place.class_id, Entry(place.pupils[0], MORNING, "excused"))


@pytest.mark.parametrize("extra", [0, 40])
def test_entering_and_reading_cost_the_same_for_few_and_for_many_pupils(place: SimpleNamespace, extra: int) -> None:
    class_id, pupils = make.a_class(place.school, "9A", pupils=tuple(f"Phạm Số {n}" for n in range(2 + extra)), grade=9)

    with unit_of_work(place.principal), CaptureQueriesContext(connection) as writing:
        services.enter_absences(
            place.principal,
            class_id=class_id,
            day=DAY,
            entries=[Entry(pupil, MORNING, "unexcused") for pupil in pupils],
        )
    with unit_of_work(place.principal), CaptureQueriesContext(connection) as reading:
        queries.sheet(place.principal, class_id=class_id, day=DAY)

    written = [q for q in writing if "audit_entry" not in q["sql"]]
    assert (len(written), len(reading)) == (9, 3)


ONE = dt.date(2026, 11, 20)
BOTH = [(ONE, MORNING), (ONE, AFTERNOON)]


@pytest.mark.parametrize(
    ("missed", "two_sessions", "counting", "sessions"),
    [
        (BOTH, True, "plan", 1),
        ([(ONE, AFTERNOON)], True, "plan", 0),
        ([(ONE, MORNING)], True, "plan", 1),
        ([(ONE, AFTERNOON)], True, "day", 1),
        (BOTH, True, "day", 1),
        (BOTH, True, "session", 2),
        ([(ONE, AFTERNOON)], False, "plan", 1),
        ([], True, "plan", 0),
        ([(ONE, MORNING), (ONE, MORNING)], False, "plan", 1),
    ],
)
def test_missed_sessions_are_counted_the_schools_way(
    missed: list, two_sessions: bool, counting: str, sessions: int
) -> None:
    assert counted(missed, two_sessions=two_sessions, counting=counting) == sessions


def test_forty_five_missed_sessions_pass_and_forty_six_do_not() -> None:
    assert (is_too_many(45), is_too_many(46)) == (False, True)


def test_a_class_is_counted_by_term_with_the_setting_of_the_school(place: SimpleNamespace, homeroom: Scope) -> None:
    a, b, _ = place.pupils
    School.objects.filter(pk=place.school).update(two_sessions=True)
    enter(
        homeroom,
        place.class_id,
        *(Entry(a, s, "excused") for s in (MORNING, AFTERNOON)),
        Entry(b, AFTERNOON, "unexcused"),
    )
    enter(homeroom, place.class_id, Entry(a, MORNING, "unexcused"), day=dt.date(2026, 11, 19))
    with make.as_system():
        Absence(
            school_id=place.school,
            school_year=2026,
            class_id=place.class_id,
            student_id=a,
            day=dt.date(2027, 2, 3),
            session=MORNING,
            excused=True,
        ).save()

    with unit_of_work(homeroom):
        counts = queries.class_counts(homeroom, class_id=place.class_id)

    assert counts == {a: AbsenceCount(2, 1, 2, 1), b: AbsenceCount(0, 0, 0, 0)}
    assert counts[a].year == 3


def test_the_family_reads_its_own_child_and_no_classmate(place: SimpleNamespace, homeroom: Scope) -> None:
    a, b, _ = place.pupils
    enter(homeroom, place.class_id, Entry(a, MORNING, "excused", "ốm"), Entry(b, MORNING, "unexcused"))
    guardian = make.scope_of(make.a_guardian("Trần Mỹ Hạnh", child=a, school=place.school))

    with unit_of_work(guardian):
        own = queries.family_absences(guardian, student_id=a, school_year=2026)
        other = queries.family_absences(guardian, student_id=b, school_year=2026)

    assert [(row.day, row.excused, row.reason) for row in own] == [(DAY, True, "ốm")]
    assert other == []

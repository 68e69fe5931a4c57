"""From one school year into the next: who goes where, done once, done again, taken back."""

from __future__ import annotations

import datetime as dt
import io
import json
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connection

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.kernel import clock
from maitruong.registry.enrolment import ports, services
from maitruong.registry.enrolment.errors import (
    AlreadyJudged,
    BuiltUpon,
    NewYearBegun,
    NextYearNotOpened,
    NothingToReverse,
    WhyMissing,
)
from maitruong.registry.enrolment.models import Enrolment, RollOver, SchoolClass
from maitruong.registry.enrolment.ports import Fate
from maitruong.registry.enrolment.rollover import running
from maitruong.registry.enrolment.rollover.planning import plan
from maitruong.registry.enrolment.rollover.saying import say_fate, say_name
from maitruong.registry.enrolment.rules import name_next_year
from tests import factories as make

from .summers import YEAR, do_jobs, july, reverse, rolls, run, seat_elsewhere, seat_of, summer

__all__ = ["july", "summer"]

pytestmark = pytest.mark.django_db


def test_everybody_goes_where_the_year_sent_them_and_who_waits_stays(summer: SimpleNamespace) -> None:
    counts = run(summer)
    assert counts == {"up": 1, "repeat": 1, "done": 1, "waiting": 1, "classes": 2}
    assert seat_of(summer.up) == ("9A2", "enrolled")
    assert seat_of(summer.repeats) == ("8A2", "repeating")
    assert seat_of(summer.waits) is None and seat_of(summer.done) is None
    with make.as_system():
        former = Enrolment._base_manager.get(student_id=summer.up, school_year=YEAR)
        assert (former.ends_on, former.end_reason, former.status) == (dt.date(2027, 5, 31), "lên lớp 9A2", "enrolled")
        done = Enrolment._base_manager.get(student_id=summer.done, school_year=YEAR)
        assert (done.status, done.end_reason) == ("completed", "hoàn thành chương trình cấp học")
        assert Enrolment._base_manager.get(student_id=summer.waits, school_year=YEAR).ends_on is None


def test_a_second_run_does_nothing_but_bring_whom_the_summer_decided(summer: SimpleNamespace) -> None:
    run(summer)
    before = rolls()
    assert run(summer) == {"up": 0, "repeat": 0, "done": 0, "waiting": 1, "classes": 0}
    assert rolls() == before
    summer.fates[summer.waits] = Fate("up")
    run(summer)
    assert seat_of(summer.waits) == ("9A2", "enrolled")
    with make.as_system():
        kept = RollOver._base_manager.get(school_id=summer.school)
        assert kept.counts == {"up": 2, "repeat": 1, "done": 1, "waiting": 0, "classes": 2}


def test_taken_back_everything_is_as_before_and_can_be_done_again(summer: SimpleNamespace) -> None:
    before = rolls()
    run(summer)
    after = rolls()
    reverse(summer)
    assert rolls() == before
    with make.as_system():
        assert not SchoolClass._base_manager.filter(school_year=YEAR + 1).exists()
    with pytest.raises(NothingToReverse):
        reverse(summer)
    run(summer)
    assert rolls() == after


def test_it_is_taken_back_only_with_a_reason_and_before_the_year_begins(summer: SimpleNamespace) -> None:
    run(summer)
    with pytest.raises(WhyMissing):
        reverse(summer, " ")
    with clock.standing_still(dt.datetime(2027, 9, 6, 7, 0, tzinfo=clock.VIETNAM)), pytest.raises(NewYearBegun):
        reverse(summer)


def test_what_somebody_built_upon_the_new_classes_is_named_and_nothing_is_taken_back(summer: SimpleNamespace) -> None:
    run(summer)
    after = rolls()
    with make.as_system():
        new_class = SchoolClass._base_manager.get(name="9A2", school_year=YEAR + 1)
    with unit_of_work(summer.principal):
        arrived = make.a_person("Vũ Thị Mới", summer.school)
        services.enrol(summer.principal, student_id=arrived, class_id=new_class.pk, starts_on=dt.date(2027, 8, 1))
    with pytest.raises(BuiltUpon) as refused:
        reverse(summer)
    assert "1 học sinh khác" in refused.value.text
    assert [row for row in rolls() if row[3] != arrived] == after


def test_a_name_that_does_not_tell_its_grade_waits_until_somebody_says_the_next_one(summer: SimpleNamespace) -> None:
    with make.as_system():
        SchoolClass._base_manager.filter(pk=summer.class_id).update(name="Chuyên Toán")
        found = plan(summer.school, YEAR)
    assert [old.name for old in found.unnamed] == ["Chuyên Toán"] and found.counts["up"] == 0
    run(summer)
    assert seat_of(summer.up) is None and seat_of(summer.repeats) == ("Chuyên Toán", "repeating")
    with unit_of_work(summer.principal):
        say_name(summer.principal, class_id=summer.class_id, name="Chuyên Toán 9")
    run(summer)
    assert seat_of(summer.up) == ("Chuyên Toán 9", "enrolled")


def test_a_name_another_grade_bears_already_is_told(summer: SimpleNamespace) -> None:
    with unit_of_work(summer.principal):
        services.open_class(summer.principal, school_id=summer.school, school_year=YEAR + 1, grade=6, name="9A2")
        assert plan(summer.school, YEAR).clashes == [("8A2", "9A2")]


def test_a_class_that_was_opened_beforehand_is_taken_and_stays_when_the_step_is_taken_back(
    summer: SimpleNamespace,
) -> None:
    with unit_of_work(summer.principal):
        mine = services.open_class(summer.principal, school_id=summer.school, school_year=YEAR + 1, grade=9, name="9A2")
    assert run(summer)["classes"] == 1
    with make.as_system():
        assert Enrolment._base_manager.get(student_id=summer.up, school_year=YEAR + 1).school_class_id == mine
    reverse(summer)
    with make.as_system():
        assert SchoolClass._base_manager.filter(pk=mine).exists()


def test_who_sits_at_another_school_next_year_is_left_alone(summer: SimpleNamespace) -> None:
    seat_elsewhere(summer, summer.up, "9B1", 9)
    assert run(summer)["up"] == 0
    assert seat_of(summer.up) == ("9B1", "enrolled")


def test_nothing_goes_into_a_year_nobody_opened(summer: SimpleNamespace) -> None:
    with unit_of_work(summer.principal), pytest.raises(NextYearNotOpened):
        running.run_school(summer.principal, school_id=summer.school, from_year=YEAR + 1)


def test_a_step_is_one_entry_of_the_audit_and_one_fact_a_class(summer: SimpleNamespace) -> None:
    run(summer)
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_entry WHERE action = 'enrolment.rolled_over'")
        assert cursor.fetchone() == (1,)
        cursor.execute("SELECT count(*) FROM events_outbox WHERE kind = 'enrolment.pupils_enrolled'")
        assert cursor.fetchone() == (2,)


def test_statements_of_a_school_do_not_grow_with_its_pupils(summer: SimpleNamespace) -> None:
    from django.test.utils import CaptureQueriesContext

    def statements() -> int:
        with CaptureQueriesContext(connection) as told:
            run(summer)
        return len(told)

    few = statements()
    reverse(summer)
    for number in range(30):
        _, (pupil,) = make.a_class(summer.school, f"7A{number}", pupils=(f"Em Số {number}",), grade=7)
        summer.fates[pupil] = Fate("up")
    assert statements() <= few + 2


@pytest.mark.parametrize(
    ("name", "grade", "told"),
    [
        ("6A1", 6, "7A1"),
        ("10 Toán", 10, "11 Toán"),
        ("1A", 1, "2A"),
        ("Lá 2", -1, None),
        ("12A", 1, None),
        ("9", 9, "10"),
    ],
)
def test_what_a_class_is_called_next_year(name: str, grade: int, told: str | None) -> None:
    assert name_next_year(name, grade) == told


# --- what people say -------------------------------------------------------------------------------------------------


def say(summer: SimpleNamespace, student_id: int, word: str, why: str = "biên bản ngày 30/05/2027") -> None:
    with unit_of_work(summer.principal):
        say_fate(summer.principal, student_id=student_id, school_id=summer.school, from_year=YEAR, word=word, why=why)


def test_a_pupil_nobody_judged_goes_where_the_principal_says_with_a_reason(summer: SimpleNamespace) -> None:
    with pytest.raises(WhyMissing):
        say(summer, summer.waits, "on", " ")
    say(summer, summer.waits, "on")
    assert run(summer)["up"] == 2
    assert seat_of(summer.waits) == ("9A2", "enrolled")
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute("SELECT subject_id, body::jsonb ->> 'why' FROM audit_entry WHERE action = 'enrolment.fate_said'")
        assert cursor.fetchall() == [(summer.waits, "biên bản ngày 30/05/2027")]


def test_what_the_books_tell_is_not_overruled_neither_before_nor_after_the_word(summer: SimpleNamespace) -> None:
    with pytest.raises(AlreadyJudged):
        say(summer, summer.repeats, "on")
    say(summer, summer.waits, "on")
    summer.fates[summer.waits] = Fate("repeat")
    run(summer)
    assert seat_of(summer.waits) == ("8A2", "repeating")


def test_a_word_is_taken_back_and_a_neighbour_may_say_none(summer: SimpleNamespace) -> None:
    say(summer, summer.waits, "repeat")
    say(summer, summer.waits, "")
    assert run(summer)["waiting"] == 1
    with unit_of_work(summer.stranger), pytest.raises(NotFound):
        say_fate(summer.stranger, student_id=summer.waits, school_id=summer.school, from_year=YEAR, word="on", why="x")
    with pytest.raises(NotFound):
        say(summer, summer.up, "repeat")  # he sits in his class of the year no more


def test_who_is_sent_on_without_words_in_the_last_grade_is_done_with_the_level(summer: SimpleNamespace) -> None:
    summer.fates[summer.done] = Fate("up")
    summer.fates[summer.waits] = Fate("", "")
    assert run(summer) == {"up": 1, "repeat": 1, "done": 1, "waiting": 1, "classes": 2}


def test_who_repeats_waits_where_the_name_of_the_class_goes_up_with_the_others(summer: SimpleNamespace) -> None:
    """A class that keeps its odd name: grade 9 bears it next year, so grade 8 cannot."""
    with make.as_system():
        SchoolClass._base_manager.filter(pk=summer.class_id).update(name="Chuyên Toán")
    with unit_of_work(summer.principal):
        say_name(summer.principal, class_id=summer.class_id, name="Chuyên Toán")
    assert run(summer) == {"up": 1, "repeat": 0, "done": 1, "waiting": 2, "classes": 1}
    with make.as_system():
        words = {pupil: words for pupil, _, words in plan(summer.school, YEAR).waiting}
    assert words[summer.repeats] == "học lại lớp Chuyên Toán, nhưng năm sau khối khác mang tên này"


# --- many schools in one job -----------------------------------------------------------------------------------------


def start(summer: SimpleNamespace, act: str, why: str = "") -> dict:
    officer = make.scope_of(make.a_post_holder(summer.department, "department_officer", "Lã Thị Sở"))
    with unit_of_work(officer):
        running.start(officer, from_year=YEAR, act=act, why=why)
    job = do_jobs()
    assert job.state == "done", job.told
    return job.result


def test_a_school_that_breaks_is_told_in_its_row_stops_no_other_and_is_done_alone_later(
    summer: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, (hers,) = make.a_class(summer.neighbour, "7A1", pupils=("Bùi Thị Xuân",), grade=7)
    summer.fates[hers] = Fate("up")

    def breaks(school_id: int, year: int) -> dict[int, Fate]:
        if school_id == summer.school:
            raise ZeroDivisionError
        return dict(summer.fates)

    monkeypatch.setattr(ports, "_outcomes", breaks)
    assert start(summer, running.RUN)["stopped"] == 1
    assert seat_of(hers) == ("8A1", "enrolled") and seat_of(summer.up) is None
    with make.as_system():
        assert "chưa ghi gì" in RollOver._base_manager.get(school_id=summer.school).problem
    monkeypatch.setattr(ports, "_outcomes", lambda school_id, year: dict(summer.fates))
    run(summer)
    assert seat_of(summer.up) == ("9A2", "enrolled")
    with make.as_system():
        assert RollOver._base_manager.get(school_id=summer.school).problem == ""


def test_the_province_is_taken_back_but_for_the_school_that_built_upon_it(summer: SimpleNamespace) -> None:
    theirs, (hers,) = make.a_class(summer.neighbour, "7A1", pupils=("Bùi Thị Xuân",), grade=7)
    summer.fates[hers] = Fate("up")
    before = rolls()
    start(summer, running.RUN)
    after = rolls()
    with make.as_system():
        new_class = SchoolClass._base_manager.get(name="8A1", school_year=YEAR + 1)
    with unit_of_work(summer.stranger):
        came = make.a_person("Vũ Thị Mới", summer.neighbour)
        services.enrol(summer.stranger, student_id=came, class_id=new_class.pk, starts_on=dt.date(2027, 8, 1))
    assert start(summer, running.BACK, "chạy nhầm năm") == {"back": 1, "stopped": 1}
    here = [row for row in rolls() if row[3] not in (hers, came)]
    assert here == [row for row in before if row[3] != hers]
    assert [row for row in rolls() if row[3] == hers] == [row for row in after if row[3] == hers]
    with make.as_system():
        assert "1 học sinh khác" in RollOver._base_manager.get(school_id=summer.neighbour).problem


def test_who_has_a_place_elsewhere_meanwhile_holds_the_step(summer: SimpleNamespace) -> None:
    """The upper secondary school has taken him; with his old place given back he would sit twice."""
    run(summer)
    seat_elsewhere(summer, summer.done, "10A1", 10)
    with pytest.raises(BuiltUpon) as refused:
        reverse(summer)
    assert "1 em đã có lớp khác ở năm học mới" in refused.value.text


# --- the command -----------------------------------------------------------------------------------------------------


def command(*arguments: str) -> dict:
    out = io.StringIO()
    call_command("rollover", *arguments, "--from-year", str(YEAR), "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def test_a_machine_counts_runs_again_and_takes_back(summer: SimpleNamespace) -> None:
    before = rolls()
    looked = command("plan")
    assert (looked["up"], looked["repeat"], looked["done"], looked["stopped"]) == (1, 1, 1, [])
    assert rolls() == before
    assert command("run") == looked
    assert command("run")["up"] == 0
    assert command("reverse", "--why", "chạy nhầm")["back"] == 1
    assert rolls() == before

"""From one school year into the next: who goes where, done once, done again, taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.identity.models import Account
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.kernel import clock
from maitruong.registry.calendar import services as calendar
from maitruong.registry.enrolment import ports, services
from maitruong.registry.enrolment.errors import BuiltUpon, NewYearBegun, NextYearNotOpened, NothingToReverse, WhyMissing
from maitruong.registry.enrolment.models import Enrolment, RollOver, SchoolClass
from maitruong.registry.enrolment.ports import Fate
from maitruong.registry.enrolment.rollover.planning import plan
from maitruong.registry.enrolment.rollover.reversing import reverse_school
from maitruong.registry.enrolment.rollover.running import run_school, say_name
from maitruong.registry.enrolment.rules import name_next_year
from maitruong.site.family.tests.test_family import signed_in
from tests import factories as make

pytestmark = pytest.mark.django_db
YEAR = 2026


@pytest.fixture(autouse=True)
def july() -> Iterator[None]:
    with clock.standing_still(dt.datetime(2027, 7, 15, 8, 0, tzinfo=clock.VIETNAM)):
        yield


@pytest.fixture
def summer(place: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """8A2 with one who goes up, one who repeats, one who waits; 9A1 with one who is done. The next year is opened."""
    last, (done,) = make.a_class(place.school, "9A1", pupils=("Hoàng Văn Dũng",), grade=9)
    up, repeats, waits = place.pupils
    fates = {up: Fate("up"), repeats: Fate("repeat"), waits: Fate("", "chờ kiểm tra lại"), done: Fate("done")}
    monkeypatch.setattr(ports, "_outcomes", lambda school_id, year: dict(fates))
    with make.as_system() as scope:
        calendar.open_year(
            scope,
            year=2027,
            starts_on=dt.date(2027, 9, 6),
            term_two_starts_on=dt.date(2028, 1, 10),
            ends_on=dt.date(2028, 5, 31),
        )
    return SimpleNamespace(**vars(place), up=up, repeats=repeats, waits=waits, done=done, last=last, fates=fates)


def run(summer: SimpleNamespace) -> dict[str, int]:
    with unit_of_work(summer.principal):
        return run_school(summer.principal, school_id=summer.school, from_year=YEAR)


def reverse(summer: SimpleNamespace, why: str = "chạy nhầm") -> None:
    with unit_of_work(summer.principal):
        reverse_school(summer.principal, school_id=summer.school, from_year=YEAR, why=why)


def rolls() -> list[tuple]:
    """Every place of the province without the numbers of rows."""
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.school_year, c.name, c.grade, e.student_id, e.status, e.starts_on, e.ends_on, e.end_reason, e.name_key"
            " FROM enrolment_enrolment e JOIN enrolment_schoolclass c ON c.id = e.school_class_id"
            " ORDER BY 1, 2, 4, 6"
        )
        return cursor.fetchall()


def seat_of(student_id: int, year: int = YEAR + 1) -> tuple[str, str] | None:
    with make.as_system():
        row = Enrolment._base_manager.filter(student_id=student_id, school_year=year).first()
        return (row.school_class.name, row.status) if row else None


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
    with make.as_system():
        theirs, _ = make.a_class(summer.neighbour, "9B1", pupils=(), grade=9, year=YEAR + 1)
        Enrolment(
            school_id=summer.neighbour,
            school_year=YEAR + 1,
            school_class_id=theirs,
            student_id=summer.up,
            starts_on=dt.date(2027, 9, 6),
        ).save()
    assert run(summer)["up"] == 0
    assert seat_of(summer.up) == ("9B1", "enrolled")


def test_nothing_goes_into_a_year_nobody_opened(summer: SimpleNamespace) -> None:
    with unit_of_work(summer.principal), pytest.raises(NextYearNotOpened):
        run_school(summer.principal, school_id=summer.school, from_year=YEAR + 1)


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


# --- pages -----------------------------------------------------------------------------------------------------------


def browser(scope: Scope) -> Client:
    return signed_in(Account.objects.get(person_id=scope.actor_id))


def do_jobs() -> None:
    with make.as_system():
        waiting = list(Job._base_manager.filter(ended_at__isnull=True).values_list("pk", flat=True))
    for job_id in waiting:
        jobs.run(job_id)


def test_a_schools_plan_from_names_to_run_to_back(summer: SimpleNamespace) -> None:
    page = browser(summer.principal)
    address = f"/len-lop/{summer.school}/"
    assert page.get("/len-lop/").headers["Location"] == address
    shown = page.get(address).text
    assert 'value="9A2"' in shown and "hết cấp" in shown and "chờ kiểm tra lại" in shown and "Lên lớp 3 em" in shown
    assert page.post(address, {f"name_{summer.class_id}": "9A5"}).status_code == 302
    assert 'value="9A5"' in page.get(address).text
    started = page.post(f"{address}chay/")
    do_jobs()
    assert "xong" in page.get(started.headers["Location"]).text
    assert seat_of(summer.up) == ("9A5", "enrolled")
    refused = page.post(f"{address}lui/", {"why": ""})
    assert refused.status_code == 422 and "lí do" in refused.text.lower()
    assert "Đã lùi lại." in page.post(f"{address}lui/", {"why": "chạy nhầm"}).text
    assert seat_of(summer.up) is None


def test_the_departments_board_counts_before_it_writes_and_shows_who_is_left(summer: SimpleNamespace) -> None:
    officer = make.scope_of(make.a_post_holder(summer.department, "department_officer", "Lã Thị Sở"))
    page = browser(officer)
    assert "Chưa có số liệu" in page.get("/len-lop/").text
    page.post("/len-lop/chay/", {"act": "xem"})
    do_jobs()
    assert seat_of(summer.up) is None
    looked = page.get("/len-lop/?con=1").text
    assert "THCS Lê Chân" in looked and "0 / 2" in looked
    page.post("/len-lop/chay/", {"act": "chay"})
    do_jobs()
    assert seat_of(summer.up) == ("9A2", "enrolled")
    assert "1 / 2" in page.get("/len-lop/").text, "the neighbour's only pupil has no result: nobody there could go up"


def test_a_neighbour_and_a_teacher_find_nothing_there(summer: SimpleNamespace) -> None:
    neighbour = browser(summer.stranger)
    address = f"/len-lop/{summer.school}/"
    for answer in (
        neighbour.get(address),
        neighbour.post(f"{address}chay/"),
        neighbour.post(f"{address}lui/", {"why": "x"}),
        neighbour.post(address, {f"name_{summer.class_id}": "9X"}),
        browser(make.scope_of(make.a_teacher(summer.school, "Cô Dạy", class_id=summer.class_id, subject="TOAN"))).get(
            address
        ),
    ):
        assert answer.status_code == 404
    with make.as_system():
        assert not RollOver._base_manager.filter(school_id=summer.school).exists()

"""Commune and department: passed on, taken, sent back; the province closed only when nobody is missing."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.events.models import OutboxEvent
from maitruong.foundation.files import queries as stored
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.jobs.models import Job
from maitruong.registry.periods import calendar, keeping, ports, queries, reports, services
from maitruong.registry.periods.errors import (
    AlreadyAsked,
    DatesHeld,
    DueBeforeAsOf,
    NothingNew,
    NotWaiting,
    ReasonMissing,
    SchoolsMissing,
    WaitsForCommune,
    WantedMissing,
)
from maitruong.registry.periods.models import Closing, Movement, Snapshot
from maitruong.registry.periods.ports import Finding, Findings
from maitruong.registry.periods.rules import Change
from maitruong.registry.periods.snapshot import read_table
from tests import factories as make

from .conftest import accept, close, correct, freeze

pytestmark = pytest.mark.django_db


def state(place: SimpleNamespace, school: int | None = None) -> str:
    with make.as_system():
        return reports.report(place.start.id, school or place.school).state


def everybody_is_taken(place: SimpleNamespace) -> None:
    close(place)
    accept(place, place.xa)
    accept(place, place.so)
    close(place, place.other_scope, place.neighbour)
    accept(place, place.so, place.neighbour, why="Xã chưa có chuyên viên")


def close_province(place: SimpleNamespace) -> int:
    with unit_of_work(place.so):
        return services.close_period(place.so, period_id=place.start.id)


def test_figures_go_from_school_to_commune_to_department(report: SimpleNamespace) -> None:
    assert state(report) == "entering"
    freeze(report)
    assert state(report) == "frozen"
    with pytest.raises(NotFound):
        accept(report, report.other_scope)
    with pytest.raises(NotWaiting):
        accept(report, report.xa)

    close(report)
    assert (state(report), accept(report, report.xa), accept(report, report.so)) == ("signed", "checked", "accepted")

    with pytest.raises(NotWaiting):
        accept(report, report.so)
    with make.as_system():
        told = OutboxEvent.objects.filter(kind__startswith="periods.").order_by("pk").values_list("kind", flat=True)
        assert list(told) == ["periods.snapshot_signed", "periods.report_accepted"]


def test_the_department_does_not_pass_over_a_commune_without_saying_why(report: SimpleNamespace) -> None:
    close(report)

    with pytest.raises(WaitsForCommune):
        accept(report, report.so)

    assert state(report) == "signed"
    assert accept(report, report.so, why="Xã chưa có chuyên viên") == "accepted"


def test_what_is_sent_back_is_made_and_signed_as_a_further_version(report: SimpleNamespace) -> None:
    close(report)
    where = {"period_id": report.start.id, "school_id": report.school}
    with pytest.raises(ReasonMissing), unit_of_work(report.xa):
        services.return_report(report.xa, **where, why=" ")
    with unit_of_work(report.xa):
        services.return_report(report.xa, **where, why="Lớp 8A2 thiếu sĩ số")

    assert state(report) == "returned"
    assert close(report).version == 2
    with unit_of_work(report.head_scope):
        rows = queries.movements(report.head_scope, period_id=report.start.id, school_id=report.school)
    assert [(row.kind, row.version) for row in reversed(rows)] == [
        ("frozen", 1),
        ("signed", 1),
        ("returned", 1),
        ("frozen", 2),
        ("signed", 2),
    ]


def test_a_commune_judges_only_its_own_schools(report: SimpleNamespace) -> None:
    close(report, report.other_scope, report.neighbour)

    with pytest.raises(NotFound):
        accept(report, report.xa, report.neighbour)
    with pytest.raises(NotFound), unit_of_work(report.xa):
        services.close_period(report.xa, period_id=report.start.id)


def test_a_request_needs_its_reason_and_what_shall_change_and_waits_alone(report: SimpleNamespace) -> None:
    close(report)
    where = {"period_id": report.start.id, "school_id": report.school}

    with unit_of_work(report.head_scope):
        with pytest.raises(ReasonMissing):
            services.ask_to_correct(report.head_scope, **where, why="", wanted="x")
        with pytest.raises(WantedMissing):
            services.ask_to_correct(report.head_scope, **where, why="x", wanted="")
        services.ask_to_correct(report.head_scope, **where, why="Đếm thiếu", wanted="8A2 có 4 em")
        with pytest.raises(AlreadyAsked):
            services.ask_to_correct(report.head_scope, **where, why="Đếm thiếu", wanted="8A2 có 4 em")
    with pytest.raises(NotFound), unit_of_work(report.head_scope):
        services.decide_correction(report.head_scope, **where, granted=True, why="tự duyệt")
    with pytest.raises(ReasonMissing), unit_of_work(report.so):
        services.decide_correction(report.so, **where, granted=True, why="")

    with unit_of_work(report.so):
        (mine,) = [row for row in queries.board(report.so, period=report.start).rows if row.school_id == report.school]
    assert mine.report.asks


def test_a_request_goes_with_figures_that_are_sent_back(report: SimpleNamespace) -> None:
    close(report)
    where = {"period_id": report.start.id, "school_id": report.school}
    with unit_of_work(report.head_scope):
        services.ask_to_correct(report.head_scope, **where, why="Đếm thiếu", wanted="8A2 có 4 em")
    with unit_of_work(report.xa):
        services.return_report(report.xa, **where, why="Sửa luôn")
    close(report)

    with make.as_system():
        assert not reports.report(report.start.id, report.school).asks


def test_the_province_is_not_closed_while_a_school_is_missing(report: SimpleNamespace) -> None:
    close(report)
    accept(report, report.xa)
    accept(report, report.so)

    with pytest.raises(SchoolsMissing, match="THCS Vĩnh Bảo"):
        close_province(report)

    with make.as_system():
        assert not Closing._base_manager.exists()


def test_a_closed_province_is_ready_until_a_correction_and_closed_once_more_after_it(report: SimpleNamespace) -> None:
    everybody_is_taken(report)
    assert close_province(report) == 1
    with pytest.raises(NothingNew):
        close_province(report)
    with make.as_system():
        assert queries.is_ready(report.start)
        assert calendar.unfinished(2026) == "1 kì báo cáo chưa chốt (cuối năm học)"

    correct(report)
    with make.as_system():
        assert not queries.is_ready(report.start)
    with pytest.raises(SchoolsMissing):
        close_province(report)
    close(report)
    accept(report, report.xa)
    accept(report, report.so)

    assert close_province(report) == 2
    with make.as_system():
        first, second = Closing._base_manager.order_by("number")
        columns, rows = read_table(stored.read(first.file_id)[1])
        assert [row[columns.index("version")] for row in rows] == [1, 1]
        _, rows = read_table(stored.read(second.file_id)[1])
        assert sorted(row[columns.index("version")] for row in rows) == [1, 2]
        assert OutboxEvent.objects.filter(kind="periods.period_closed").count() == 2


def test_provincial_totals_are_the_sum_of_what_was_signed_last(report: SimpleNamespace) -> None:
    close(report)
    freeze(report, report.other_scope, report.neighbour)

    def pupils(scope: object) -> dict[int, int]:
        with unit_of_work(scope):  # type: ignore[arg-type]
            rows = queries.province_totals(scope, period=report.start)  # type: ignore[arg-type]
            return {row.grade: row.value for row in rows if row.key == "pupils"}

    assert pupils(report.so) == {0: 3, 8: 3}, "what nobody signed does not count"
    close(report, report.other_scope, report.neighbour)
    assert pupils(report.so) == {0: 4, 8: 3, 6: 1}
    assert pupils(report.xa) == {0: 3, 8: 3}, "a commune adds up its own"


def test_the_board_costs_the_same_for_more_schools(report: SimpleNamespace) -> None:
    def statements() -> int:
        with (
            unit_of_work(report.so),
            CaptureQueriesContext(
                connection,
            ) as seen,
        ):
            queries.board(report.so, period=report.start)
        return len(seen)

    few = statements()
    for name in ("THCS An Dương", "THCS An Lão", "THCS Kiến An"):
        make.a_school(report.commune, name)

    assert statements() == few == 2


def test_a_snapshot_costs_the_same_number_of_reads_for_a_larger_school(report: SimpleNamespace) -> None:
    def reads(school: int) -> int:
        with unit_of_work(report.so), CaptureQueriesContext(connection) as seen:
            services.preview(report.so, period=report.start, school_id=school)
        return len(seen)

    few = reads(report.neighbour)
    for number in range(4):
        make.a_class(report.neighbour, f"7A{number}", pupils=("Nguyễn Văn A", "Trần Văn B", "Lê Thị C"), grade=7)

    assert reads(report.neighbour) == few


def run_job(place: SimpleNamespace) -> Job:
    with unit_of_work(place.so):
        job_id = services.start_freezing(place.so, period_id=place.start.id)
    jobs.run(job_id)
    with make.as_system():
        return Job._base_manager.get(pk=job_id)


def test_the_departments_job_makes_every_school_ready_to_sign_and_leaves_who_has_errors(
    report: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    class OneIsWrong:
        def open_findings(self, scope: object, *, school_id: int, **_: object) -> Findings:
            wrong = (Finding("x", "1 em chưa ghi dân tộc."),) if school_id == report.neighbour else ()
            return Findings(blocking=wrong)

    ports.asks_for_findings(OneIsWrong())

    job = run_job(report)

    assert (job.state, job.result) == ("done", {"frozen": 1, "held": 1}), job.told
    assert "1 trường còn vướng" in job.told
    assert (state(report), state(report, report.neighbour)) == ("frozen", "entering")


def test_a_job_taken_up_again_makes_nothing_twice(report: SimpleNamespace) -> None:
    job = run_job(report)
    with make.as_system():
        Job._base_manager.filter(pk=job.pk).update(state="waiting", ended_at=None)

    jobs.run(job.pk)

    with make.as_system():
        assert Snapshot._base_manager.count() == 2
        assert Movement._base_manager.filter(kind="frozen").count() == 2


def test_only_what_has_not_been_signed_is_made_by_the_job(report: SimpleNamespace) -> None:
    signed = close(report)

    job = run_job(report)

    assert job.result == {"frozen": 1}
    with make.as_system():
        assert reports.latest(report.start.id, report.school) == signed


def test_another_module_adds_a_table_and_old_snapshots_stay(report: SimpleNamespace) -> None:
    class Lunches:
        name = "lunches"
        columns = ("class", "portions")

        def rows(self, *, school_id: int, **_: object) -> list[list[object]]:
            return [["8A2", 30]] if school_id == report.school else []

    first = freeze(report)
    ports.adds_to_snapshot(Lunches())
    try:
        second = freeze(report)
    finally:
        ports.removes_from_snapshot("lunches")

    with make.as_system():
        assert read_table(keeping.bytes_of(second, "lunches")) == (["class", "portions"], [["8A2", 30]])
        assert "lunches" not in {row.name for row in keeping.files_of(first)}


def test_the_day_of_a_period_is_held_by_figures_made_for_it(report: SimpleNamespace) -> None:
    def set_days(**changes: object) -> int:
        told = {"year": 2026, "kind": "START", "as_of": report.start.as_of, "due_on": report.start.due_on}
        with unit_of_work(report.so):
            return services.set_period(report.so, **{**told, "basis": "Công văn 12/SGDĐT", **changes})  # type: ignore[arg-type]

    with pytest.raises(DueBeforeAsOf):
        set_days(due_on=report.start.as_of)
    freeze(report)
    with pytest.raises(DatesHeld):
        set_days(as_of=report.start.as_of.replace(day=15))
    assert set_days(due_on=report.start.due_on.replace(day=25)) == report.start.id
    assert calendar.period(report.start.id).due_on.day == 25
    with pytest.raises(NotFound), unit_of_work(report.head_scope):
        services.set_period(
            report.head_scope, year=2026, kind="MID", as_of=report.start.as_of, due_on=report.start.due_on, basis="x"
        )


@pytest.mark.parametrize(
    ("before", "now", "odd"),
    [(200, 221, True), (200, 220, False), (200, 179, True), (10, 13, False), (None, 90, False), (0, 5, True)],
)
def test_a_change_above_ten_percent_and_a_handful_wants_a_look(before: int | None, now: int, odd: bool) -> None:
    assert Change("pupils", before, now).is_odd is odd


def test_a_province_table_is_plain_json(report: SimpleNamespace) -> None:
    everybody_is_taken(report)
    close_province(report)

    with make.as_system():
        data = stored.read(Closing._base_manager.get().file_id)[1]
    assert json.loads(data)["columns"] == ["school_code", "version", "manifest_sha256", "signed_manifest_sha256"]

"""A school closes a period: refused over errors, frozen, signed; what was frozen never changes."""

from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.events.models import OutboxEvent
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations.models import Unit
from maitruong.foundation.people import services as people
from maitruong.foundation.people.models import Person
from maitruong.registry.calendar import services as years
from maitruong.registry.enrolment.models import Enrolment
from maitruong.registry.periods import calendar, keeping, ports, queries, reports, services, showing, verifying
from maitruong.registry.periods.errors import (
    AlreadyClosed,
    ErrorsStand,
    NobodyLooked,
    NothingToSign,
    NotWaiting,
    TooEarly,
    WarningsUnexplained,
)
from maitruong.registry.periods.models import Movement, Signature, Snapshot, SnapshotFile, SnapshotTotal
from maitruong.registry.periods.ports import Finding, Findings
from maitruong.registry.periods.rules import Total
from maitruong.registry.periods.snapshot import read_table
from maitruong.registry.students.models import Standing
from tests import factories as make

from .conftest import accept, close, correct, freeze, sign

pytestmark = pytest.mark.django_db


def totals(snapshot_id: int) -> dict[str, int]:
    with make.as_system():
        rows = SnapshotTotal._base_manager.filter(snapshot_id=snapshot_id, grade=0)
        return dict(rows.values_list("key", "value"))


def everything(snapshot_id: int) -> dict[str, bytes]:
    """Every byte of a snapshot, its totals among them."""
    with make.as_system():
        names = SnapshotFile._base_manager.filter(snapshot_id=snapshot_id).values_list("name", flat=True)
        return {name: keeping.bytes_of(snapshot_id, name) for name in sorted(set(names))}


def one_more_pupil(report: SimpleNamespace) -> int:
    with make.as_system() as scope:
        person = people.register_person(
            scope, full_name="Giàng A Páo", places=[report.school], born_on=dt.date(2013, 1, 2), sex="male"
        )
        Enrolment(
            school_id=report.school,
            school_year=2026,
            school_class_id=report.class_id,
            student_id=person,
            starts_on=dt.date(2026, 9, 5),
        ).save()
        return person


def test_a_year_that_is_opened_owes_two_reports_on_the_days_of_the_circular(report: SimpleNamespace) -> None:
    calendar.open_periods(2026)

    told = [(row.kind, row.as_of, row.due_on, row.basis) for row in calendar.periods_of(2026)]
    assert told == [
        ("START", dt.date(2026, 9, 30), dt.date(2026, 10, 30), "Thông tư 25/2024/TT-BGDĐT"),
        ("END", dt.date(2027, 5, 31), dt.date(2027, 6, 30), "Thông tư 25/2024/TT-BGDĐT"),
    ]


def test_without_anybody_who_looked_nothing_closes(report: SimpleNamespace) -> None:
    ports.asks_for_findings(None)

    with pytest.raises(NobodyLooked):
        freeze(report)

    with make.as_system():
        assert not Snapshot._base_manager.exists() and not Movement._base_manager.exists()


@pytest.mark.parametrize(
    ("found", "refusal"),
    [
        (Findings(blocking=(Finding("no_ethnic_group", "1 em chưa ghi dân tộc."),)), ErrorsStand),
        (Findings(unexplained=(Finding("large_class", "Lớp 8A2 có 50 em."),)), WarningsUnexplained),
    ],
)
def test_errors_that_stand_and_warnings_nobody_explained_keep_a_school_from_closing(
    report: SimpleNamespace, found: Findings, refusal: type[Exception]
) -> None:
    report.checks.found = found

    with pytest.raises(refusal):
        freeze(report)

    with make.as_system():
        assert (
            not Snapshot._base_manager.exists() and not OutboxEvent.objects.filter(kind__startswith="periods").exists()
        )
    asked = report.checks.asked[0]
    assert asked == {"school_id": report.school, "school_year": 2026, "as_of": dt.date(2026, 9, 30)}


def test_an_error_found_between_making_and_signing_keeps_the_principal_from_signing(report: SimpleNamespace) -> None:
    freeze(report)
    report.checks.found = Findings(blocking=(Finding("x", "1 lỗi mới."),))

    with pytest.raises(ErrorsStand):
        sign(report)

    with make.as_system():
        assert not Signature._base_manager.exists()


def test_before_its_day_a_period_is_not_closed(report: SimpleNamespace) -> None:
    with pytest.raises(TooEarly), unit_of_work(report.head_scope):
        services.freeze(report.head_scope, period_id=report.end.id, school_id=report.school)


def test_who_sat_there_on_the_day_is_counted_and_signed_for(report: SimpleNamespace) -> None:
    late, gone, stays = report.pupils
    with make.as_system():
        Enrolment._base_manager.filter(student_id=late).update(starts_on=dt.date(2026, 10, 1))
        Enrolment._base_manager.filter(student_id=gone).update(ends_on=dt.date(2026, 9, 30))
        Person._base_manager.filter(pk=stays).update(ethnic_group="MONG", sex="female")
        Standing(
            student_id=stays, places=[report.school], kind="policy", key="POOR", starts_on=dt.date(2026, 1, 1),
            source="paper", paper_by="UBND",
        ).save()  # fmt: skip

    row = close(report)

    found = totals(row.pk)
    assert (found["pupils"], found["pupils.minority"], found["policy.POOR"], found["classes"], found["staff"]) == (
        2,
        1,
        1,
        1,
        1,
    )
    with make.as_system():
        grade = SnapshotTotal._base_manager.get(snapshot=row, key="pupils", grade=8)
        assert (grade.value, grade.women) == (2, 1)
        told = Signature._base_manager.get(snapshot=row)
        assert told.signed_by == report.head.person_id and told.signed_at == clock.now()
        assert Entry._base_manager.filter(action="periods.signed", actor_id=report.head.person_id).count() == 1
        assert list(OutboxEvent.objects.filter(kind="periods.snapshot_signed").values_list("school_id", flat=True)) == [
            report.school
        ]
        columns, rows = read_table(keeping.bytes_of(row.pk, "pupils"))
        assert [line[columns.index("id")] for line in rows] == sorted([gone, stays])
        assert verifying.verify(told).problems == []


def test_a_human_entered_twice_is_one_pupil(report: SimpleNamespace) -> None:
    double = one_more_pupil(report)
    with make.as_system():
        Person._base_manager.filter(pk=double).update(merged_into_id=report.pupils[0])

    assert totals(freeze(report))["pupils"] == 3


def test_no_number_phone_or_address_is_frozen(report: SimpleNamespace) -> None:
    with make.as_system() as scope:
        person = people.register_person(
            scope, full_name="Vừ Thị Mai", places=[report.school], born_on=dt.date(2013, 3, 3), sex="female",
            citizen_number="031313004321", phone="+84912345678",
        )  # fmt: skip
        Enrolment(
            school_id=report.school, school_year=2026, school_class_id=report.class_id, student_id=person,
            starts_on=dt.date(2026, 9, 5),
        ).save()  # fmt: skip

    kept = b"".join(everything(freeze(report)).values())

    assert "Vừ Thị Mai".encode() in kept and b"031313004321" not in kept and b"912345678" not in kept


def test_made_twice_from_the_same_rows_the_bytes_are_the_same(report: SimpleNamespace) -> None:
    first, second = freeze(report), freeze(report)

    assert everything(first) == everything(second)
    with make.as_system():
        one, other = Snapshot._base_manager.get(pk=first), Snapshot._base_manager.get(pk=second)
        assert (one.version, one.take, other.version, other.take) == (1, 1, 1, 2)
        assert one.manifest_sha256 == other.manifest_sha256


def test_the_departments_job_and_the_principal_make_the_same_bytes(report: SimpleNamespace) -> None:
    mine = freeze(report)
    theirs = freeze(report, report.so)

    assert everything(mine) == everything(theirs)


def test_what_was_signed_is_equal_to_the_byte_whatever_happens_later(report: SimpleNamespace) -> None:
    first = close(report)
    before, sums = everything(first.pk), totals(first.pk)
    accept(report, report.xa)
    accept(report, report.so)

    with make.as_system():
        Person._base_manager.filter(pk=report.pupils[0]).update(full_name="Nguyễn Minh Đã Sửa", ethnic_group="TAY")
        Enrolment._base_manager.filter(student_id=report.pupils[1]).update(ends_on=dt.date(2026, 9, 20))
        Unit.objects.filter(pk=report.school).update(name="Trường mới sáp nhập")
        Unit.objects.filter(pk=report.commune).update(name="Phường đổi tên")
    one_more_pupil(report)
    correct(report)
    second = close(report)

    assert everything(first.pk) == before and totals(first.pk) == sums
    assert (second.version, totals(second.pk)["pupils"]) == (2, sums["pupils"])
    assert everything(second.pk) != before
    with make.as_system():
        assert [one.problems for one in verifying.verify_all()] == [[], []]
    with unit_of_work(report.head_scope):
        new, old = queries.snapshots(report.head_scope, period_id=report.start.id, school_id=report.school)
        found = queries.difference(report.head_scope, old=old, new=new)
    (pupils,) = found.tables
    assert (pupils.name, pupils.added, pupils.gone) == ("pupils", ("Giàng A Páo",), ("Lý A Sính",))
    assert pupils.changed == (("Nguyễn Minh Đã Sửa", ("full_name", "ethnic_group")),)
    assert {change.key: change.difference for change in found.totals}["pupils.minority"] == 1


def test_the_database_itself_lets_nobody_change_what_was_frozen(report: SimpleNamespace) -> None:
    row = close(report)

    for table in ("snapshot", "snapshottotal", "snapshotfile", "signature", "movement"):
        for change in (f"UPDATE periods_{table} SET school_id = 1", f"DELETE FROM periods_{table}"):
            with pytest.raises(ProgrammingError), transaction.atomic(), make.as_system():
                connection.cursor().execute(change)
    with pytest.raises(IntegrityError), transaction.atomic(), make.as_system():
        SnapshotTotal(school_id=report.school, snapshot=row, key="pupils", grade=0, value=9, women=0).save()


def test_a_total_that_was_slipped_in_and_bytes_that_were_changed_are_found(
    report: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    row = close(report)
    call_command("periods", "verify", "--json")
    assert json.loads(capsys.readouterr().out) == {"checked": 1, "whole": 1, "broken": []}

    with make.as_system():
        SnapshotTotal(school_id=report.school, snapshot=row, key="pupils", grade=9, value=9, women=0).save()
    with pytest.raises(SystemExit) as ended:
        call_command("periods", "verify", "--json")

    told = json.loads(capsys.readouterr().out)
    assert ended.value.code == 1 and told["broken"][0]["problems"] == ["số tổng trong bảng khác tệp số liệu đã ký"]


def test_a_changed_byte_of_a_signed_manifest_is_found(report: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    close(report)
    with make.as_system():
        row = Signature._base_manager.get()
        read = verifying.stored.read
        monkeypatch.setattr(
            verifying.stored,
            "read",
            lambda number: (read(number)[0], read(number)[1].replace(b'version="1"', b'version="2"')),
        )
        problems = verifying.verify(row).problems

    assert any("chữ ký của hiệu trưởng" in one for one in problems)


def test_nobody_signs_a_former_take_nor_twice(report: SimpleNamespace) -> None:
    freeze(report)
    with unit_of_work(report.head_scope):
        consent = services.ask_to_sign(report.head_scope, period_id=report.start.id, school_id=report.school)
    freeze(report)
    with pytest.raises(NothingToSign), unit_of_work(report.head_scope):
        services.sign(report.head_scope, consent_id=consent.id, pin="246810", code=consent.confirm_code)

    sign(report)
    with pytest.raises(AlreadyClosed):
        freeze(report)
    with pytest.raises(NothingToSign):
        sign(report)


def test_another_school_closes_and_signs_nothing_here(report: SimpleNamespace) -> None:
    with pytest.raises(NotFound):
        freeze(report, report.other_scope)
    freeze(report)
    with pytest.raises(NotFound):
        sign(report, report.other_scope)
    with pytest.raises(NotFound):
        freeze(report, report.clerk)


def test_files_of_a_take_nobody_signed_are_forgotten_in_time_and_signed_ones_are_not(report: SimpleNamespace) -> None:
    from maitruong.foundation.files import services as files

    first = close(report)
    correct(report)
    unsigned = freeze(report)
    before = everything(first.pk)
    with clock.standing_still(clock.now() + dt.timedelta(days=90)), make.as_system() as scope:
        assert files.remove_expired(scope) > 0

    assert everything(first.pk) == before
    with pytest.raises(Exception, match="quá lâu"), make.as_system():
        keeping.bytes_of(unsigned, "pupils")


def test_a_request_is_asked_once_decided_once_and_only_of_what_is_closed(report: SimpleNamespace) -> None:
    with pytest.raises(NotWaiting):
        correct(report)
    close(report)
    correct(report, granted=False)

    with make.as_system():
        assert reports.report(report.start.id, report.school).state == "signed"
    with pytest.raises(AlreadyClosed):
        freeze(report)
    correct(report)
    with make.as_system():
        assert reports.report(report.start.id, report.school).state == "granted"
    assert close(report).version == 2


def test_a_year_that_the_department_opens_brings_its_periods(report: SimpleNamespace) -> None:
    with unit_of_work(report.so):
        years.open_year(
            report.so,
            year=2027,
            starts_on=dt.date(2027, 9, 5),
            term_two_starts_on=dt.date(2028, 1, 17),
            ends_on=dt.date(2028, 5, 31),
        )

    assert [row.as_of for row in calendar.periods_of(2027)] == [dt.date(2027, 9, 30), dt.date(2028, 5, 31)]


def test_who_came_and_left_since_the_end_of_the_year_before_is_told_by_name_of_the_way(report: SimpleNamespace) -> None:
    _, (stays, left) = make.a_class(report.school, "7A2", pupils=("Hà Văn Ở", "Hà Văn Đi"), grade=7, year=2025)
    with make.as_system():
        Enrolment._base_manager.filter(student_id=left).update(ends_on=dt.date(2026, 7, 31), status="transferred_out")
        Enrolment._base_manager.filter(student_id=stays).update(ends_on=dt.date(2026, 7, 31))
        Enrolment(
            school_id=report.school, school_year=2026, school_class_id=report.class_id, student_id=stays,
            starts_on=dt.date(2026, 9, 5),
        ).save()  # fmt: skip

    row = close(report)

    found = totals(row.pk)
    assert (found["pupils"], found["moved.in"], found["moved.out"], found["left.transferred_out"]) == (4, 3, 1, 1)


def test_the_change_of_a_change_is_never_odd() -> None:
    now = [Total("moved.in", 0, 90, 0), Total("pupils", 0, 300, 150)]
    before = [Total("moved.in", 0, 10, 0), Total("pupils", 0, 200, 100)]

    shown = showing.figures(now, before)

    assert [(line.change.key, line.change.before, line.change.is_odd) for line in shown.main] == [
        ("pupils", 200, True),
        ("girls", 100, True),
        ("moved.in", None, False),
    ]

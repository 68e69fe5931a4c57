"""An import that is killed, stopped or met by another save: what is written stays whole, and it goes on from there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError
from psycopg import errors

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.events.models import OutboxEvent
from maitruong.foundation.exchange import services, work
from maitruong.foundation.exchange.models import ImportBatch, ImportProblem, ImportRow
from maitruong.foundation.exchange.tests.files import plain_workbook
from maitruong.foundation.jobs.errors import JobCancelled
from maitruong.foundation.people.models import Person
from maitruong.registry.enrolment.importers.reader import StudentReader
from maitruong.registry.enrolment.models import Enrolment
from tests import factories as make

from .lists import HEADER, bring_in, quiet, take_back


def test_worker_killed_in_the_middle_goes_on_where_it_stopped(
    lists: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        [n, f"Nông Văn {'ABCDEFGHIJ'[n]}", f"1{n}/09/2013", "Nam", "8A2", f"02021300{n:04}", "Tày", "", "", "", ""]
        for n in range(10)
    ]
    path = plain_workbook(lists.tmp / "ten.xlsx", [HEADER, *rows])
    monkeypatch.setattr(work, "CHUNK", 3)

    class Killed(BaseException):
        pass

    def die_at_six(done: int, of: int, told: str) -> None:
        with make.as_system():
            if ImportRow._base_manager.count() >= 6:
                raise Killed

    with pytest.raises(Killed):
        bring_in(lists.clerk, lists.school, path, tell=die_at_six)
    with make.as_system():
        batch = ImportBatch._base_manager.get()
        assert (batch.state, ImportRow._base_manager.count()) == ("importing", 6)
    result = work.import_list(lists.clerk, batch.pk, quiet)

    assert result == {"new": 10, "changed": 0, "same": 0, "refused": 0}
    with make.as_system():
        assert Enrolment._base_manager.filter(school_class_id=lists.class_id).count() == 3 + 10
        assert Entry._base_manager.filter(action="students.imported").count() == 10
    told = OutboxEvent.objects.filter(kind="enrolment.pupils_enrolled").values_list("payload__students", flat=True)
    students = [student for of_class in told for student in of_class]
    assert len(students) == len(set(students)) == 10


def test_stopped_import_keeps_what_is_written_and_may_go_on_or_be_taken_back(
    lists: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "CHUNK", 1)

    def stop(done: int, of: int, told: str) -> None:
        raise JobCancelled

    with pytest.raises(JobCancelled):
        bring_in(lists.clerk, lists.school, lists.path, tell=stop)
    with make.as_system():
        batch = ImportBatch._base_manager.get()
    assert (batch.state, batch.totals["imported"]["new"]) == ("stopped", 1)
    with unit_of_work(lists.clerk):
        services.go_on(lists.clerk, batch_id=batch.pk)
    assert work.import_list(lists.clerk, batch.pk, quiet)["new"] == 3
    assert take_back(lists.clerk, batch.pk) == {"taken_back": 3, "kept": 0}


def test_row_that_collides_with_another_save_is_left_out_and_the_rest_comes_in(
    lists: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = StudentReader.write

    def collide(self: StudentReader, records: Any) -> Any:
        if any(record.row == 3 for record in records):
            raise IntegrityError from errors.ExclusionViolation("somebody was quicker")
        return real(self, records)

    monkeypatch.setattr(StudentReader, "write", collide)

    batch_id, result = bring_in(lists.clerk, lists.school, lists.path)

    assert result == {"new": 2, "changed": 0, "same": 0, "refused": 1}
    with make.as_system():
        problem = ImportProblem._base_manager.get(batch_id=batch_id, code="row.conflict")
        assert (problem.row, problem.text[:7]) == (3, "Dòng 3:")
        assert not Person._base_manager.filter(full_name="Nông Thị Hoa").exists()


def test_fault_of_ours_is_not_taken_for_a_collision(lists: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: StudentReader, records: Any) -> Any:
        raise IntegrityError from errors.NotNullViolation("a column was forgotten")

    monkeypatch.setattr(StudentReader, "write", broken)

    with pytest.raises(IntegrityError):
        bring_in(lists.clerk, lists.school, lists.path)

"""Every school's figures of a period made and kept, against the COPY of the rows they are made of.

COPY reads a school's places, their people and dossiers, as text, school by school, and puts them into as many files as a snapshot
has, each on the disk before the next school; ours besides asks eight more tables, adds up every figure, and writes rows of totals.
Each school is a transaction that is taken back, so that every round does the same work; from the second round on the store has the
bytes by their hash and writes them no more. Signing is not in it: that is one principal at a time.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import measure
from benchmarks.areas.recompute import pace
from benchmarks.run import Bench
from benchmarks.targets import Figure, NotRun
from maitruong.foundation.access.types import Scope

AREA = "periods"
FILES = 9
"""Seven tables, the totals, the manifest."""
_ROWS = (
    "SELECT e.*, p.*, s.* FROM enrolment_enrolment e JOIN people_person p ON p.id = e.student_id"
    " LEFT JOIN students_student s ON s.person_id = p.id WHERE e.school_id = {school} AND e.school_year = {year}"
)


def run(bench: Bench) -> list[Figure]:
    from maitruong.foundation.access.services import unit_of_work
    from maitruong.foundation.access.types import system_scope
    from maitruong.registry.periods import calendar, ports
    from maitruong.registry.periods.models import Period
    from maitruong.registry.periods.tests.closed import NothingFound

    scope = system_scope("bench")
    with unit_of_work(scope):
        # The year of another bench's roll-over may be open without a pupil in it.
        first = Period.objects.filter(kind="START", school_year__in=_years(bench)).order_by("-school_year").first()
        if first is None:
            raise NotRun("no reporting period is open in these data")
        period = calendar.period_row(first)
    asked = f"SELECT DISTINCT school_id FROM enrolment_enrolment WHERE school_year = {period.school_year} ORDER BY 1"
    schools = [row[0] for row in bench.house.rows(asked)]
    before = ports.findings_source()
    ports.asks_for_findings(NothingFound())
    samples: list[dict[str, float]] = []
    try:
        with bench.house.worker_stands_still():
            for _ in range(bench.rounds):
                sample = {
                    "million_ms": round(pace(bench), 3),
                    "copy": round(_copied(bench, schools, period.school_year), 3),
                }
                sample["ours"] = round(measure.timed(lambda: _freeze(scope, period.id, schools)), 3)
                samples.append(sample)
            statements = _statements(scope, period.id, schools[:20])
    finally:
        ports.asks_for_findings(before)
    more = {"schools": len(schools), "cost": round(1000 * measure.ratio(samples, "ours", "million_ms"), 1)}
    return [
        Figure(AREA, "freeze", measure.ratio(samples, "ours", "copy"), samples, "seconds", more),
        Figure(AREA, "statements", max(statements) - min(statements), [], "statements", {"most": max(statements)}),
    ]


def _freeze(scope: Scope, period_id: int, schools: list[int]) -> None:
    """Freeze each school and take it back."""
    from django.db import transaction

    from maitruong.foundation.access.services import unit_of_work
    from maitruong.registry.periods import services

    for school in schools:
        with unit_of_work(scope):
            services.freeze(scope, period_id=period_id, school_id=school)
            transaction.set_rollback(True)


def _statements(scope: Scope, period_id: int, schools: list[int]) -> set[int]:
    """How many statements a school costs, of some."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = set()
    for school in schools:
        with CaptureQueriesContext(connection) as seen:
            _freeze(scope, period_id, [school])
        counts.add(len(seen))
    return counts


def _years(bench: Bench) -> list[int]:
    return [row[0] for row in bench.house.rows("SELECT DISTINCT school_year FROM enrolment_enrolment")]


def _copied(bench: Bench, schools: list[int], year: int) -> float:
    """Seconds of COPY of every school's rows, put on the disk in as many files as a snapshot has."""

    def copy() -> None:
        with bench.house.superuser() as db, TemporaryDirectory() as folder:
            for school in schools:
                with db.cursor().copy(f"COPY ({_ROWS.format(school=int(school), year=int(year))}) TO STDOUT") as out:
                    text = b"".join(bytes(block) for block in out)
                part = len(text) // FILES + 1
                for number in range(FILES):
                    with (Path(folder) / f"{school}-{number}").open("wb") as file:
                        file.write(text[number * part : (number + 1) * part])
                        os.fsync(file.fileno())

    return measure.timed(copy)

"""The problems of a list on their way into the table, while the list is still being read."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.staging import insert_many
from maitruong.foundation.access.types import Scope

from .dry_run import Checked, Totals
from .findings import Problem, Severity
from .models import ImportBatch, ImportProblem

MOST_PROBLEMS = {Severity.ERROR: 20_000, Severity.WARNING: 10_000, Severity.FIXED: 5_000}
MOST_SKIPPED = 500
FLUSH_SECONDS, FLUSH_PROBLEMS = 1.0, 1_000
PROBLEM_FIELDS = (
    "school_id",
    "batch_id",
    "row",
    "column",
    "key",
    "severity",
    "code",
    "shown",
    "text",
    "suggestion",
    "whose",
)


class Problems:
    """Problems on their way into the table: the first at once, the rest every second; beyond a limit only counted."""

    def __init__(self, scope: Scope, batch: ImportBatch) -> None:
        self._scope, self._batch = scope, batch
        self._waiting: list[tuple[Problem, str]] = []
        self._counts: Counter[Severity] = Counter()
        self._flushed_at = 0.0
        self.skipped: list[list[Any]] = []
        self.left_out = 0

    def add(self, checked: Checked, totals: Totals) -> bool:
        """Take what one batch found. True when it was a moment to write, and so to tell the progress."""
        names = {record.row: record.name for record in checked.records} if checked.problems else {}
        for problem in checked.problems:
            severity = problem.finding.severity
            self._counts[severity] += 1
            if self._counts[severity] <= MOST_PROBLEMS[severity]:
                self._waiting.append((problem, names.get(problem.row, "")))
            else:
                self.left_out += 1
        room = MOST_SKIPPED - len(self.skipped)
        self.skipped += [[skipped.row, skipped.kind, skipped.text] for skipped in checked.skipped[:room]]
        late = time.monotonic() - self._flushed_at > FLUSH_SECONDS
        if late or len(self._waiting) >= FLUSH_PROBLEMS:
            self.flush(totals)
            return True
        return False

    def flush(self, totals: Totals) -> None:
        self._flushed_at = time.monotonic()
        rows, self._waiting = self._waiting, []
        with unit_of_work(self._scope):
            if rows:
                write_problems(self._batch, rows)
            ImportBatch._base_manager.filter(pk=self._batch.pk).update(totals=totals.as_json())


def write_problems(batch: ImportBatch, found: Iterable[tuple[Problem, str]]) -> None:
    """Write problems of a list, each with the name of whose row it is."""
    insert_many(ImportProblem, PROBLEM_FIELDS, [_row(batch, problem, whose) for problem, whose in found])


def _row(batch: ImportBatch, problem: Problem, whose: str) -> tuple[Any, ...]:
    finding = problem.finding
    return (
        batch.school_id,
        batch.pk,
        problem.row,
        problem.column,
        problem.key,
        finding.severity.value,
        finding.code,
        problem.shown,
        problem.text,
        finding.suggestion,
        whose,
    )

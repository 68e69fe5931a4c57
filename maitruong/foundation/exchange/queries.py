"""What the pages of lists show, always within a scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.jobs import queries as jobs
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.kernel import clock

from . import cells, corrections, headers, ports
from .columns import ColumnChoice
from .findings import ROW
from .models import ImportBatch, ImportCorrection, ImportProblem, ImportRow, ImportState
from .services import PERMISSION, book_of, columns_of, own_lists, settled, waiting_rows
from .workbook import CellValue, Sheet

PAGE = 50
SHOWN_HEAD_ROWS = 14
SHOWN_HEAD_COLUMNS = 12
RUNNING = {ImportState.CHECKING, ImportState.IMPORTING, ImportState.UNDOING}


@dataclass(frozen=True)
class ProblemRow:
    """A problem as the page lists it. message: the sentence without its place, which stands beside it.

    typed: what a person put in place of the cell, None when nothing.   choices: what it may be, where that is a list.
    alike: how many cells of the column hold the same text with the same problem, 0 when it stands alone.
    """

    id: int
    row: int
    column: int
    cell: str
    title: str
    shown: str
    message: str
    suggestion: str
    can_correct: bool
    typed: str | None
    whose: str
    choices: tuple[str, ...]
    required: bool
    alike: int


@dataclass(frozen=True)
class KeptRow:
    """A row the undo left where it is. decided: when somebody decided to keep it; can_go: it may still be taken back."""

    row: int
    label: str
    because: str
    address: str
    can_go: bool
    is_new: bool
    decided_at: dt.datetime | None


def batch(scope: Scope, batch_id: int) -> ImportBatch:
    """A list of the office one works in. Raises NotFound."""
    found = own_lists(scope).filter(pk=batch_id).first()
    if found is None:
        raise NotFound
    found.state = settled(scope, found)
    return found


def batches(scope: Scope, *, school_id: int, limit: int = 30) -> list[ImportBatch]:
    """The newest lists of a school."""
    rows = ImportBatch.objects.visible_to(scope, PERMISSION).filter(school_id=school_id)
    found = list(rows.defer("preview", "skipped").order_by("-made_at", "-pk")[:limit])
    for row in found:
        row.state = settled(scope, row)
    return found


def job_of(scope: Scope, found: ImportBatch) -> Job | None:
    return jobs.job(scope, PERMISSION, found.job_id) if found.job_id else None


def problems(
    found: ImportBatch, severity: str, *, key: str = "", after: tuple[int, int, int] | None = None
) -> list[ProblemRow]:
    """A page of problems of one severity in the order of the sheet, after (row, column, id). key: of one column only."""
    rows = ImportProblem._base_manager.filter(batch=found, severity=severity).order_by("row", "column", "pk")
    if key:
        rows = rows.filter(key=key)
    if after is not None:
        row, column, last = after
        rows = (
            rows.filter(row__gte=row).exclude(row=row, column__lt=column).exclude(row=row, column=column, pk__lte=last)
        )
    page = list(rows[: PAGE + 1])
    typed = _typed(found, page)
    choice, columns = ColumnChoice.from_json(found.choice), columns_of(found).by_key
    shared = sorted({p.column for p in page if corrections.may_be_alike(columns.get(p.key))})
    alike = corrections.alike(found, shared) if shared else {}
    return [
        ProblemRow(
            id=p.pk,
            row=p.row,
            column=p.column,
            cell=str(p.row) if p.column == ROW else cells.address(p.row - 1, p.column),
            title=columns[p.key].title if p.key in columns else "",
            shown="" if p.code == "cell.formula" else p.shown,
            message=p.text.partition(": ")[2],
            suggestion=p.suggestion,
            can_correct=found.state == ImportState.CHECKED and p.column in choice.columns,
            typed=typed.get((p.row, p.column)),
            whose=p.whose,
            choices=columns[p.key].choices if p.key in columns else (),
            required=p.key in columns and columns[p.key].required,
            alike=alike.get((p.column, p.shown, p.code), 0),
        )
        for p in page
    ]


def kinds(found: ImportBatch, severity: str) -> list[tuple[str, str, int]]:
    """(key, title, how many) of the columns that have problems of one severity, in the order of the list's columns."""
    counted = ImportProblem._base_manager.filter(batch=found, severity=severity).values("key").annotate(n=Count("pk"))
    by_key = {row["key"]: row["n"] for row in counted}
    named = [(column.key, column.title) for column in columns_of(found).columns if column.key in by_key]
    return [(key, title, by_key[key]) for key, title in named]


def _typed(found: ImportBatch, page: Iterable[ImportProblem]) -> dict[tuple[int, int], str]:
    rows = {p.row for p in page}
    typed = ImportCorrection._base_manager.filter(batch=found, row__in=rows)
    return {(row, column): text for row, column, text in typed.values_list("row", "column", "text")}


def counts(found: ImportBatch) -> dict[str, int]:
    """Problems kept, by severity."""
    rows = ImportProblem._base_manager.filter(batch=found).values("severity").annotate(n=Count("pk"))
    return {row["severity"]: row["n"] for row in rows}


def corrections_waiting(found: ImportBatch) -> int:
    """Cells corrected since the last check."""
    return ImportCorrection._base_manager.filter(batch=found, checked=False).count()


def kept_rows(found: ImportBatch, limit: int = 200) -> list[KeptRow]:
    """What the undo left, those that wait for a decision first."""
    rows = ImportRow._base_manager.filter(batch=found, taken_back_at=None).exclude(kept_because="")
    return [_kept(found, row) for row in rows.order_by(F("decided_at").asc(nulls_first=True), "row")[:limit]]


def row_that_can_go(found: ImportBatch, row: int) -> KeptRow | None:
    """A row the undo left that may still be taken back with its edits; None when it may not, or there is no such row."""
    waiting = waiting_rows(found).filter(row=row).first() if found.state == ImportState.UNDONE else None
    kept = _kept(found, waiting) if waiting else None
    return kept if kept and kept.can_go else None


def _kept(found: ImportBatch, row: ImportRow) -> KeptRow:
    late = found.undo_until is not None and clock.today() > found.undo_until
    return KeptRow(
        row=row.row,
        label=row.label,
        because=row.kept_because,
        address=ports.owner(found.kind).address_of(row.object_id),
        can_go=row.only_edited and row.decided_at is None and not late,
        is_new=row.fate == "new",
        decided_at=row.decided_at,
    )


def decisions_waiting(found: ImportBatch) -> int:
    """Rows the undo left that nobody has decided about."""
    return waiting_rows(found).count()


def rows_taken_back(found: ImportBatch) -> int:
    """Rows taken back so far, by the undo and by decisions after it."""
    return ImportRow._base_manager.filter(batch=found).exclude(taken_back_at=None).count()


def wrote(found: ImportBatch) -> dict[str, int]:
    """What the import did, by fate. Of one that stopped the rows themselves are counted: killed work told nobody how far it came."""
    told = dict(found.totals.get("imported", {}))
    if found.state == ImportState.STOPPED:
        rows = ImportRow._base_manager.filter(batch=found).values("fate").annotate(n=Count("pk"))
        told |= {"new": 0, "changed": 0} | {row["fate"]: row["n"] for row in rows}
    return told


def days_to_undo(found: ImportBatch) -> int:
    """Days left in which the import may be taken back; 0 when none."""
    if found.state not in (ImportState.DONE, ImportState.STOPPED) or found.undo_until is None:
        return 0
    return max((found.undo_until - clock.today()).days + 1, 0)


def imported_before(scope: Scope, found: ImportBatch) -> ImportBatch | None:
    """The newest list made of the very same file that stands imported."""
    same = own_lists(scope).filter(file_sha256=found.file_sha256, kind=found.kind, school_year=found.school_year)
    return same.filter(state=ImportState.DONE).exclude(pk=found.pk).order_by("-imported_at").first()


def proposal(
    found: ImportBatch, *, sheet: str = "", header_from: int | None = None, data_from: int | None = None
) -> headers.Proposal:
    """The reading of the sheet for the mapping page: what was confirmed, or what the person pointed at, or our proposal.

    Raises SheetNotFound, HeaderNotFound.
    """
    columns, book = columns_of(found), book_of(found)
    chosen = ColumnChoice.from_json(found.choice)
    where = book.sheet(sheet or chosen.sheet)
    if header_from and data_from:
        return headers.propose_at(where, columns, header_from=header_from, data_from=data_from)
    if where.name != chosen.sheet:
        return headers.propose(where, columns)
    return headers.propose_at(where, columns, header_from=chosen.header_from, data_from=chosen.data_from)


def hidden_rows(found: ImportBatch) -> str:
    """What to say of the hidden rows of the chosen sheet; "" when it has none among its data."""
    chosen = ColumnChoice.from_json(found.choice)
    return book_of(found).sheet(chosen.sheet).hidden_rows.told(data_from=chosen.data_from)


def head_rows(sheet: Sheet, *, data_from: int) -> list[tuple[int, list[CellValue]]]:
    """The first rows of the sheet with their numbers, for pointing at the header; below it each with what is merged over it."""
    head = sheet.head_for(data_from)[:SHOWN_HEAD_ROWS]
    return [(number, row[:SHOWN_HEAD_COLUMNS]) for number, row in enumerate(head, start=1)]

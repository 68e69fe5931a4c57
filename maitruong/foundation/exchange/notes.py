"""What the annotated sheet shows: the problems of a list, and the cells that were typed anew on its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from . import cells
from .columns import ColumnChoice
from .findings import Severity
from .models import ImportBatch, ImportCorrection, ImportProblem
from .services import columns_of
from .sheets import Note
from .workbook import RowBatch


def notes_of(batch: ImportBatch) -> list[Note]:
    """What was typed on the page, and the problems of the last check but for cells typed since: nobody has judged those."""
    columns, choice = columns_of(batch), ColumnChoice.from_json(batch.choice)
    notes, unjudged = [], set()
    for typed in ImportCorrection._base_manager.filter(batch=batch, column__in=list(choice.columns)):
        title = columns[choice.columns[typed.column]].title
        told = f"đã gõ lại trên trang thành “{typed.text[:80]}”." if typed.text else "đã xoá trên trang."
        where = f"Ô {cells.address(typed.row - 1, typed.column)} ({title})"
        notes.append(Note(typed.row, typed.column, Severity.FIXED, f"{where}: {told}"))
        if not typed.checked:
            unjudged.add((typed.row, typed.column))
    problems = ImportProblem._base_manager.filter(batch=batch).order_by("row", "column")
    notes += [
        Note(p.row, p.column, Severity(p.severity), p.text, p.suggestion)
        for p in problems.iterator(2_000)
        if (p.row, p.column) not in unjudged
    ]
    return notes


def corrected(batches: Iterator[RowBatch], typed: Mapping[tuple[int, int], str]) -> Iterator[RowBatch]:
    """The rows with what was typed on the page in its cells, so that the file sent back does not bring the old text again.

    typed: (row, column), both from 0 → text.
    """
    by_row: dict[int, dict[int, str]] = {}
    for (number, column), text in typed.items():
        by_row.setdefault(number, {})[column] = text
    for batch in batches:
        for number in range(batch.first_row, batch.first_row + len(batch.rows)):
            for column, text in by_row.get(number, {}).items():
                batch.correct(number, column, text)
        yield batch

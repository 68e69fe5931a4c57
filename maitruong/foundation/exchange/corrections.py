"""Cells typed anew on the page of a list: all that hold the same wrong word at once, and what was typed so far."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock

from . import cells
from .columns import Column, ColumnChoice
from .errors import TooManyCorrections
from .models import ImportBatch, ImportCorrection, ImportProblem, ImportState
from .parsers import Outcome, is_blank
from .services import MOST_CORRECTIONS, columns_of, open_batch

SHOWN = 200
#: What every pupil has his own of: the same wrong text in two of these cells is two mistakes, not one.
_EACH_HIS_OWN = frozenset({"day", "personal_number", "phone", "email", "name"})


@dataclass(frozen=True)
class TypedCell:
    """A cell typed anew. row from 1, column from 0; checked: whether a check has read it yet."""

    row: int
    column: int
    cell: str
    title: str
    text: str
    choices: tuple[str, ...]
    required: bool
    checked: bool
    can_correct: bool


def may_be_alike(column: Column | None) -> bool:
    """Whether one correction may stand for every cell of the column with the same text: classes, groups, sexes."""
    return column is not None and column.looks not in _EACH_HIS_OWN and not column.part_of


def alike(batch: ImportBatch, columns: list[int]) -> dict[tuple[int, str, str], int]:
    """(column, what stands there, code) → how many cells, where it is more than one."""
    counted = _with_text(batch).filter(column__in=columns).values("column", "shown", "code").annotate(n=Count("pk"))
    return {(row["column"], row["shown"], row["code"]): row["n"] for row in counted.filter(n__gt=1)}


def _with_text(batch: ImportBatch) -> QuerySet[ImportProblem]:
    return ImportProblem._base_manager.filter(batch=batch).exclude(shown="")


def correct_alike(scope: Scope, *, batch_id: int, row: int, column: int, text: str) -> Outcome:
    """Type something in place of a cell and of every cell of its column with the same text and the same problem.

    Raises NotNow, NotFound (no such problem, or a column where each has his own), TooManyCorrections.
    """
    batch = open_batch(scope, batch_id, {ImportState.CHECKED})
    key = ColumnChoice.from_json(batch.choice).columns.get(column)
    problem = _with_text(batch).filter(row=row, column=column).order_by("severity", "pk").first()
    if key is None or problem is None or not may_be_alike(columns_of(batch)[key]):
        raise NotFound
    same = _with_text(batch).filter(column=column, shown=problem.shown, code=problem.code)
    rows = sorted(set(same.values_list("row", flat=True)))
    others = ImportCorrection._base_manager.filter(batch=batch).exclude(column=column, row__in=rows)
    if others.count() + len(rows) > MOST_CORRECTIONS:
        raise TooManyCorrections(limit=MOST_CORRECTIONS)
    ImportCorrection._base_manager.bulk_create(
        (
            ImportCorrection(
                school_id=batch.school_id,
                batch=batch,
                row=number,
                column=column,
                text=text[:1000],
                checked=False,
                typed_by=scope.actor_id,
                typed_at=clock.now(),
            )
            for number in rows
        ),
        update_conflicts=True,
        unique_fields=["batch", "row", "column"],
        update_fields=["text", "checked", "typed_by", "typed_at"],
    )
    ImportBatch._base_manager.filter(pk=batch.pk).update(annotated_file_id=None)
    return (None, ()) if is_blank(text) else columns_of(batch)[key].parse(text)


def typed_cells(batch: ImportBatch) -> list[TypedCell]:
    """What was typed on the page, in the order of the sheet."""
    columns, choice = columns_of(batch), ColumnChoice.from_json(batch.choice)
    rows = ImportCorrection._base_manager.filter(batch=batch, column__in=list(choice.columns)).order_by("row", "column")
    found = []
    for typed in rows[:SHOWN]:
        column = columns[choice.columns[typed.column]]
        found.append(
            TypedCell(
                row=typed.row,
                column=typed.column,
                cell=cells.address(typed.row - 1, typed.column),
                title=column.title,
                text=typed.text,
                choices=column.choices,
                required=column.required,
                checked=typed.checked,
                can_correct=batch.state == ImportState.CHECKED,
            )
        )
    return found


def count_typed(batch: ImportBatch) -> int:
    return ImportCorrection._base_manager.filter(batch=batch).count()

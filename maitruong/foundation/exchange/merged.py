"""Cells merged over several rows: schools write a class once and merge it over all its pupils, and each of them means it.

Only downwards, and only in the column a merge begins in: a title merged over the width says nothing about a pupil.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from . import cells
from .findings import Problem
from .layout import Merge, apart, is_tall, within_limits

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Covered:
    """What a covered cell shows: the content of the cell its merge begins with. top: that cell's row, from 0."""

    top: int
    value: Any
    formula: str = ""
    error: str = ""


class TallMerges:
    """Follows the merges of a sheet while its rows go by, holding only those that are open."""

    def __init__(self) -> None:
        self._to_come: list[Merge] = []  # the next one last
        self._open: dict[int, tuple[int, Covered]] = {}  # column → last row, content

    def learn(self, merges: Iterable[Merge]) -> None:
        """The merges of the sheet, told before its rows."""
        self._to_come = sorted(apart(within_limits(merge) for merge in merges if is_tall(merge)), reverse=True)

    def covered(
        self, first_row: int, rows: list[list[Any]], formulas: dict[Cell, str], errors: dict[Cell, str]
    ) -> dict[Cell, Covered]:
        """(row, column) from 0 → what the merge over an empty cell shows there.

        A row with nothing of its own stays empty: a merge that reaches below the last pupil makes no pupils. A cell with content of
        its own keeps it: that is how a merge is made which can still be filtered.
        """
        found: dict[Cell, Covered] = {}
        for number, row in enumerate(rows, start=first_row):
            if not self._open and (not self._to_come or self._to_come[-1][0] > number):
                continue
            self._open = {column: kept for column, kept in self._open.items() if kept[0] >= number}
            if row.count("") < len(row):
                found.update(
                    ((number, at), kept[1]) for at, kept in self._open.items() if at >= len(row) or row[at] == ""
                )
            while self._to_come and self._to_come[-1][0] <= number:
                top, left, bottom, _ = self._to_come.pop()
                at, value = (top, left), row[left] if left < len(row) else ""
                formula, error = formulas.get(at, ""), errors.get(at, "")
                if top == number and (value != "" or formula or error):
                    self._open[left] = (bottom, Covered(top, value, formula, error))
        return found


def write_out(row: list[Any], column: int, value: Any) -> None:
    """Put a value into a cell of a row, which may be shorter."""
    row.extend([""] * (column + 1 - len(row)))
    row[column] = value


def with_source(problems: Iterable[Problem], merged: Mapping[Cell, Covered]) -> list[Problem]:
    """The problems, told of a covered cell with the cell whose content it is: there the person looks."""
    told = []
    for problem in problems:
        covered = merged.get((problem.row - 1, problem.column))
        if covered is not None:
            source = f" Nội dung lấy từ ô gộp {cells.address(covered.top, problem.column)}."
            problem = replace(problem, finding=replace(problem.finding, message=problem.finding.message + source))
        told.append(problem)
    return told

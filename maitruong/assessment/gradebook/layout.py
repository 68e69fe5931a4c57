"""A book as a grid: which of its columns show, which may be written, and what the computed ones say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from . import columns, judging
from .columns import Column
from .rules import Level
from .types import Book, SubjectTerm

_LEVELS = {int(level): level.label for level in Level}


def open_columns(book: Book) -> list[Column]:
    """Every column of the book people may write into, regular marks beyond those owed included."""
    regular = columns.REGULAR_MOST if book.kind in ("score", "comment") else 0
    return [column for column in _columns(book, regular) if column.is_open]


def shown_columns(book: Book, rows: Iterable[Mapping[str, Any]] = ()) -> tuple[Column, ...]:
    """The columns of the page: the regular marks owed, and as many more as some pupil has (a transfer brings them along)."""
    regular = book.regular_needed
    if book.kind in ("score", "comment"):
        for number in range(columns.REGULAR_MOST, regular, -1):
            if any(row[f"tx{number}"] is not None for row in rows):
                regular = number
                break
    return _columns(book, regular)


def _columns(book: Book, regular: int) -> tuple[Column, ...]:
    return columns.columns_for(book.kind, regular=regular, cluster=book.cluster, tested=book.tested, term=book.term)


def computed_texts(book: Book, cells: Mapping[str, Any], term_one: SubjectTerm | None = None) -> dict[str, str]:
    """What the computed columns of a row show. term_one: the pupil's row of the first term, for the year in a book of the second."""
    if book.kind not in ("score", "comment"):
        return {}
    score = book.kind == "score"
    provisional = cells["provisional"]
    texts = (
        {"average": columns.show_average(cells["average"], provisional)}
        if score
        else {"outcome": columns.show_outcome(cells["outcome"], provisional)}
    )
    if book.term == 2:
        year, open_still = judging.year_of(book, cells, term_one)
        texts["year"] = (columns.show_average if score else columns.show_outcome)(year, open_still)
    return texts


def result_texts(
    learning: int | None, conduct: int | None, title: str, missing: int | None, primary: bool
) -> dict[str, str]:
    """A result in words, for the homeroom teacher's page."""
    return {
        "learning": level_name(learning, primary) or (f"thiếu {missing}" if missing else ""),
        "year": _LEVELS.get(conduct, "") if conduct is not None else "",
        "title": title_name(title, primary),
    }


def level_name(level: int | None, primary: bool = False) -> str:
    if level is None:
        return ""
    return judging.primary_overall_name(level) if primary else _LEVELS[level]


def title_name(title: str, primary: bool = False) -> str:
    return judging.title_name(title, primary) if title else ""

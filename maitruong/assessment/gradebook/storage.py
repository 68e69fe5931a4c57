"""The SQL of the books: which there are, how they are locked, and where the rows of each kind stand.

One statement to lock (here), one to read (`reading`), one to write (`writing`), whatever the number of cells. Rights are
decided by the callers; row-level security holds whoever forgets.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection

from maitruong.foundation.access.statement import Statement

from .rules.tt27_2020 import QUALITIES_AND_COMPETENCES
from .types import Book, Sheet, Subject, SubjectTerm

# --- books and sheets ----------------------------------------------------------------------------------------------------

BOOK_COLUMNS = (
    "b.id, b.sheet_id, b.school_id, b.school_year, b.class_id, c.name, b.subject, b.subject_name, b.term, b.moment, b.grade,"
    " b.kind, b.periods_per_year, b.regular_needed, b.cluster, b.tested, b.act, b.settings_id, b.version, b.changed_at,"
    " b.closed_at, b.closed_by, b.reopened_at, b.reopen_reason, y.closed_at IS NOT NULL"
)
_SHEET = (
    "s.id, s.school_id, s.school_year, s.class_id, c.name, s.grade, s.subjects::text, s.act, s.settings_id, s.version"
)
FROM_BOOKS = (
    " FROM gradebook_classsheet s JOIN gradebook_markbook b ON b.sheet_id = s.id"
    " JOIN enrolment_schoolclass c ON c.id = s.class_id LEFT JOIN calendar_schoolyear y ON y.year = b.school_year"
)
BOOK_WIDTH = 25
# What follows a lock always touches one class by its key: one plan serves all, and planning costs more than running it.
# "Now" for the list of a class: today, or the nearest day inside the book's own school year. A book of a year that is over
# shows who sat in its class then and who taught it, for ever. Asked inside the statement, so that it costs none of its own.
DAY = """coalesce((SELECT greatest(least(%(today)s::date, y.ends_on), y.starts_on) FROM calendar_schoolyear y
      WHERE y.year = %(school_year)s::smallint), %(today)s::date)"""

_PLANS_ARE_KEPT = "set_config('plan_cache_mode', 'force_generic_plan', true)"
_BOOK = Statement(f"SELECT {BOOK_COLUMNS}{FROM_BOOKS} WHERE b.id = %(book)s::bigint")
_LOCK = Statement(
    f"SELECT {BOOK_COLUMNS}, {_SHEET}, {_PLANS_ARE_KEPT}{FROM_BOOKS} WHERE b.id = %(book)s::bigint FOR NO KEY UPDATE OF s, b"
)


def book(book_id: int) -> Book | None:
    """One book, as far as the present unit of work shows it."""
    row = _BOOK.row({"book": book_id})
    return Book(*row) if row else None


def lock(book_id: int) -> tuple[Book, Sheet] | None:
    """Lock the class's sheet, then the book, and read both as they are once the locks are held.

    The sheet comes first for everybody: two teachers of one class wait for each other, never in a circle.
    """
    row = _LOCK.row({"book": book_id})
    return (Book(*row[:BOOK_WIDTH]), _sheet(row[BOOK_WIDTH:-1])) if row else None


def sheet_of_class(class_id: int, *, lock: bool = False) -> Sheet | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_SHEET} FROM gradebook_classsheet s JOIN enrolment_schoolclass c ON c.id = s.class_id"
            f" WHERE s.class_id = %s{' FOR NO KEY UPDATE OF s' if lock else ''}",
            [class_id],
        )
        row = cursor.fetchone()
    return _sheet(row) if row else None


def _sheet(row: Sequence[Any]) -> Sheet:
    values = list(row)
    values[6] = _subjects(row[6])
    return Sheet(*values)


@lru_cache(maxsize=1024)
def _subjects(text: str) -> tuple[Subject, ...]:
    return tuple(Subject(s["code"], s["name"], s["kind"], tuple(s["terms"]), s["optional"]) for s in json.loads(text))


# --- where the rows of a kind of book stand ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Store:
    """cells: columns people write; computed: columns the rules write; types: SQL type of each."""

    table: str
    slot: str
    has_subject: bool
    cells: tuple[str, ...]
    computed: tuple[str, ...] = ()
    has_basis: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        subject = ("subject",) if self.has_subject else ()
        return ("school_year", "school_id", "class_id", *subject, self.slot, "student_id")

    @property
    def read_back(self) -> tuple[str, ...]:
        return (*self.cells, *self.computed, *(("basis",) if self.has_basis else ()))

    def type_of(self, name: str) -> str:
        return {"comment": "text", "provisional": "boolean"}.get(name, "smallint")

    @property
    def rows_of_book(self) -> str:
        """The condition that picks the rows of a book, alias m; parameters by name, see `place`."""
        subject = " AND m.subject = %(subject)s::text" if self.has_subject else ""
        return (
            "m.school_year = %(school_year)s::smallint AND m.school_id = %(school_id)s::bigint"
            f" AND m.class_id = %(class_id)s::bigint{subject} AND m.{self.slot} = %(slot)s::smallint"
        )


_MARKS = ("tx1", "tx2", "tx3", "tx4", "tx5", "tx6", "cd", "gk", "ck", "comment")
_SUBJECT_MARKS = Store("gradebook_mark", "term", True, _MARKS, ("average", "outcome", "provisional"), True)
STORES: dict[str, Store] = {
    "score": _SUBJECT_MARKS,
    "comment": _SUBJECT_MARKS,
    "primary": Store("gradebook_primarymark", "moment", True, ("level", "test", "comment"), (), True),
    "quality": Store("gradebook_qualitymark", "moment", False, (*QUALITIES_AND_COMPETENCES, "comment")),
    "conduct": Store("gradebook_conduct", "term", False, ("level", "comment")),
}


def place(book: Book) -> dict[str, Any]:
    return {
        "school_year": book.school_year,
        "school_id": book.school_id,
        "class_id": book.class_id,
        "subject": book.subject,
        "slot": book.slot,
    }


def in_year(sql: str, school_year: int) -> str:
    """A statement over one school year's rows, with the year as a number and no more blanks than it needs.

    The server then plans for the partitions of that year alone, and the driver remembers what it read (it does not above 4 KB).
    """
    text = " ".join(sql.replace("%(school_year)s::smallint", f"{school_year:d}::smallint").split())
    return text.replace(", ", ",").replace(" = ", "=")


def empty_row(store: Store) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys((*store.cells, *store.computed))
    row["comment"] = ""
    if "provisional" in row:
        row["provisional"] = True
    if store.has_basis:
        row["basis"] = 0
    return row


# --- rows of a pupil as JSON: what the result queries send --------------------------------------------------------------


def marks_from(text: str | None) -> dict[tuple[str, int], SubjectTerm]:
    """[[subject, term, average, outcome, provisional, basis], ...]; of two rows for the same place the later one stands."""
    return {(code, term): SubjectTerm(*rest) for code, term, *rest in json.loads(text or "[]")}


def levels_from(text: str | None) -> dict[int, int | None]:
    return dict(json.loads(text or "[]"))


def primary_from(text: str | None) -> dict[str, tuple[int | None, int | None, int]]:
    return {code: (level, test, basis) for code, level, test, basis in json.loads(text or "[]")}


def row_from(text: str | None) -> dict[str, Any]:
    return json.loads(text or "{}")


# --- who changed a cell --------------------------------------------------------------------------------------------------


def last_writers(book: Book, cells: Iterable[tuple[int, str]]) -> dict[tuple[int, str], tuple[str, dt.datetime]]:
    """(pupil, cell) → name of who wrote it last, and when. Asked only when there is a conflict to tell."""
    pairs = list(cells)
    if not pairs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked.student_id, asked.cell, coalesce(p.full_name, ''), h.at"
            " FROM unnest(%(pupils)s::bigint[], %(cells)s::text[]) AS asked(student_id, cell)"
            " CROSS JOIN LATERAL (SELECT by_person, at FROM gradebook_markhistory"
            " WHERE school_year = %(school_year)s::smallint AND school_id = %(school_id)s::bigint"
            " AND class_id = %(class_id)s::bigint AND kind = %(kind)s::text AND subject = %(subject)s::text"
            " AND slot = %(slot)s::smallint AND student_id = asked.student_id AND cell = asked.cell"
            " ORDER BY version DESC LIMIT 1) h LEFT JOIN people_person p ON p.id = h.by_person",
            {**place(book), "kind": book.kind, "pupils": [p for p, _ in pairs], "cells": [c for _, c in pairs]},
        )
        return {(pupil, cell): (name, at) for pupil, cell, name, at in cursor.fetchall()}

"""One book: as a page, what changed in it, who wrote what. Statements do not grow with the class."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import connection

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.statement import Statement
from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock

from .. import columns, layout, storage
from ..columns import Column
from ..storage import DAY, STORES
from ..types import Book, SubjectTerm


@dataclass(frozen=True)
class BookRow:
    """A pupil in a book: texts by column. present: False for one who has left and keeps what was written."""

    student_id: int
    name: str
    present: bool
    basis: int
    cells: dict[str, str]


@dataclass(frozen=True)
class BookPage:
    book: Book
    columns: tuple[Column, ...]
    rows: list[BookRow] = field(default_factory=list)
    teachers: tuple[str, ...] = ()


def open_book(scope: Scope, *, book_id: int, permission: str = "gradebook.view") -> Book:
    """The book, when the scope holds the permission there. Raises NotFound."""
    book = storage.book(book_id)
    if book is None or not scope.covers(permission, **book.at):
        raise NotFound
    return book


def book_page(scope: Scope, *, book_id: int, permission: str = "gradebook.view") -> BookPage:
    """The whole book: two statements, whatever the class's size. Raises NotFound."""
    book = open_book(scope, book_id=book_id, permission=permission)
    store = STORES[book.kind]
    found = _page(book.kind).rows({**storage.place(book), "today": clock.today()})
    stored = [_stored(store, row) for row in found]
    shown = layout.shown_columns(book, stored)
    rows = [
        BookRow(row[0], row[1], row[2], cells.get("basis", 0), _texts(book, shown, cells, row))
        for row, cells in zip(found, stored, strict=True)
    ]
    return BookPage(book, shown, rows, tuple(found[0][4] or ()) if found else ())


def _stored(store: storage.Store, row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(store.read_back, row[_FIRST:], strict=True)) if row[3] else storage.empty_row(store)


def _texts(book: Book, shown: Iterable[Column], cells: Mapping[str, Any], row: Sequence[Any]) -> dict[str, str]:
    texts = {c.key: columns.show(c, cells[c.key]) for c in shown if c.is_open}
    texts |= layout.computed_texts(book, cells, _term_one(row))
    if book.kind == "conduct":
        learning, conduct, title, missing = row[_EXTRA : _EXTRA + 4]
        texts |= layout.result_texts(learning, conduct, title or "", missing, primary=False)
    return texts


def _term_one(row: Sequence[Any]) -> SubjectTerm | None:
    """The row of the first term beside one of the second."""
    average, outcome, provisional, basis = row[_EXTRA : _EXTRA + 4]
    return None if provisional is None else SubjectTerm(average, outcome, provisional, basis)


_EXTRA, _FIRST = 5, 9
_BESIDE = {
    "score": (
        "o.average, o.outcome, o.provisional, o.basis",
        "gradebook_mark",
        "AND o.subject = %(subject)s::text AND o.term = 1",
    ),
    "conduct": ("o.learning, o.conduct, o.title, o.missing", "gradebook_result", "AND o.term = %(slot)s::smallint"),
}


@lru_cache(maxsize=8)
def _page(kind: str) -> Statement:
    """Pupils by name with their rows; beside them what the computed columns need; the subject's teachers."""
    store = STORES[kind]
    taken, table, which = _BESIDE.get(
        "score" if kind == "comment" else kind, ("NULL, NULL, NULL::boolean, NULL", "", "")
    )
    beside = (
        f"LEFT JOIN {table} o ON o.school_year = %(school_year)s::smallint AND o.school_id = %(school_id)s::bigint"
        f" AND o.class_id = %(class_id)s::bigint AND o.student_id = r.student_id {which}"
        if table
        else ""
    )
    return Statement(f"""
SELECT r.student_id, p.full_name, r.present, m.version, t.names, {taken}, {", ".join(f"m.{n}" for n in store.read_back)}
FROM (SELECT e.student_id, bool_or(e.ends_on IS NULL OR e.ends_on >= {DAY}) AS present
      FROM enrolment_enrolment e
      WHERE e.school_id = %(school_id)s::bigint AND e.school_year = %(school_year)s::smallint
        AND e.school_class_id = %(class_id)s::bigint GROUP BY e.student_id) r
JOIN people_person p ON p.id = r.student_id
CROSS JOIN (SELECT array_agg(q.full_name ORDER BY q.sort_key) AS names FROM timetable_assignment a
            JOIN people_person q ON q.id = a.teacher_id
            WHERE a.school_id = %(school_id)s::bigint AND a.class_id = %(class_id)s::bigint AND a.subject = %(subject)s::text
              AND a.starts_on <= {DAY} AND (a.ends_on IS NULL OR a.ends_on >= {DAY})) t
LEFT JOIN {store.table} m ON {store.rows_of_book} AND m.student_id = r.student_id
{beside}
WHERE r.present OR m.version IS NOT NULL
ORDER BY r.present DESC, p.sort_key, p.id""")


def present_pupils(book: Book) -> list[int]:
    """Pupils of the class today, or on the last day of a year that is over, in the order of the list."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.student_id FROM enrolment_enrolment e JOIN people_person p ON p.id = e.student_id"
            " WHERE e.school_id = %(school_id)s::bigint AND e.school_class_id = %(class_id)s::bigint"
            f" AND (e.ends_on IS NULL OR e.ends_on >= {DAY}) ORDER BY p.sort_key, p.id",
            {**storage.place(book), "today": clock.today()},
        )
        return [row[0] for row in cursor.fetchall()]


def names_of(person_ids: Sequence[int]) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, full_name FROM people_person WHERE id = ANY(%s)", [list(person_ids)])
        return dict(cursor.fetchall())


def siblings(book: Book) -> list[tuple[int, int, int]]:
    """The books of the same class and subject in all terms and moments: (id, term, moment)."""
    return _SIBLINGS.rows({**storage.place(book), "kind": book.kind})  # type: ignore[return-value]


_SIBLINGS = Statement(
    "SELECT id, term, moment FROM gradebook_markbook WHERE school_year = %(school_year)s::smallint"
    " AND class_id = %(class_id)s::bigint AND kind = %(kind)s::text AND subject = %(subject)s::text"
    " ORDER BY term = 0, term, moment"
)


# --- what changed --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Changes:
    """What another hand wrote since a version: the grid's answer, or nothing."""

    book: Book
    cells: list[dict[str, Any]]
    rows: dict[str, dict[str, str]]

    def as_dict(self) -> dict[str, Any]:
        at = self.book.changed_at.astimezone(clock.VIETNAM).isoformat(timespec="seconds")
        return {"etag": self.book.etag, "at": at, "cells": self.cells, "rows": self.rows}


def changes_since(scope: Scope, *, book_id: int, kind: str, version: int) -> Changes | None:
    """Cells changed after a version of the book, in one statement; None when it still has that version. Raises NotFound."""
    if kind not in STORES:
        raise NotFound
    store = STORES[kind]
    found = _changes(kind).rows({"book": book_id, "version": version, "kind": kind})
    if not found:
        raise NotFound
    book = Book(*found[0][: storage.BOOK_WIDTH])
    if not scope.covers("gradebook.view", **book.at):
        raise NotFound
    if book.version == version:
        return None
    known = {column.key: column for column in layout.open_columns(book)}
    cells, rows = [], {}
    for row in found:
        student_id, writers, *rest = row[storage.BOOK_WIDTH :]
        if student_id is None:
            continue
        stored = dict(zip(store.read_back, rest[4:], strict=True))
        cells += [
            {
                "row": str(student_id),
                "column": key,
                "value": columns.show(known[key], stored[key]),
                "state": "saved",
                "by": by or "",
            }
            for key, by in (writers or {}).items()
            if key in known
        ]
        term_one = None if rest[2] is None else SubjectTerm(*rest[:4])
        rows[str(student_id)] = layout.computed_texts(book, stored, term_one)
    return Changes(book, cells, rows)


@lru_cache(maxsize=8)
def _changes(kind: str) -> Statement:
    store = STORES[kind]
    subject = "AND m.subject = b.subject" if store.has_subject else ""
    beside, taken = "", "NULL, NULL, NULL::boolean, NULL"
    if kind in ("score", "comment"):
        taken = "o.average, o.outcome, o.provisional, o.basis"
        beside = (
            "LEFT JOIN gradebook_mark o ON b.term = 2 AND o.school_year = b.school_year AND o.school_id = b.school_id"
            " AND o.class_id = b.class_id AND o.subject = b.subject AND o.term = 1 AND o.student_id = m.student_id"
        )
    return Statement(f"""
SELECT {storage.BOOK_COLUMNS}, m.student_id,
       (SELECT json_object_agg(last.cell, p.full_name) FROM (
          SELECT DISTINCT ON (h.cell) h.cell, h.by_person FROM gradebook_markhistory h
          WHERE h.school_year = b.school_year AND h.school_id = b.school_id AND h.class_id = b.class_id AND h.kind = b.kind
            AND h.subject = b.subject AND h.slot = m.{store.slot} AND h.student_id = m.student_id AND h.version > %(version)s::int
          ORDER BY h.cell, h.version DESC) last
        LEFT JOIN people_person p ON p.id = last.by_person),
       {taken}, {", ".join(f"m.{name}" for name in store.read_back)}
{storage.FROM_BOOKS}
LEFT JOIN {store.table} m ON m.school_year = b.school_year AND m.school_id = b.school_id AND m.class_id = b.class_id {subject}
  AND m.{store.slot} = CASE WHEN b.moment > 0 THEN b.moment ELSE b.term END AND m.version > %(version)s::int
{beside}
WHERE b.id = %(book)s::bigint AND b.kind = %(kind)s::text""")


# --- who wrote what ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Past:
    """One line of a book's history, as people read it."""

    at: dt.datetime
    by: str
    student: str
    column: str
    old: str
    new: str


def history(scope: Scope, *, book: Book, student_id: int | None = None, cell: str = "", most: int = 200) -> list[Past]:
    """The newest changes of a book, of one pupil in it, or of one cell. The caller has opened the book with this scope."""
    labels = {column.key: column.long for column in layout.open_columns(book)} | {"basis": "diện đánh giá"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT h.at, coalesce(w.full_name, ''), p.full_name, h.cell, coalesce(h.old, ''), coalesce(h.new, '')"
            " FROM gradebook_markhistory h JOIN people_person p ON p.id = h.student_id"
            " LEFT JOIN people_person w ON w.id = h.by_person"
            " WHERE h.school_year = %(school_year)s::smallint AND h.school_id = %(school_id)s::bigint"
            " AND h.class_id = %(class_id)s::bigint AND h.kind = %(kind)s::text AND h.subject = %(subject)s::text"
            " AND h.slot = %(slot)s::smallint AND (%(student)s::bigint IS NULL OR h.student_id = %(student)s::bigint)"
            " AND (%(cell)s::text = '' OR h.cell = %(cell)s::text)"
            " ORDER BY h.at DESC, h.version DESC, p.sort_key, h.cell LIMIT %(most)s::int",
            {**storage.place(book), "kind": book.kind, "student": student_id, "cell": cell, "most": most},
        )
        return [
            Past(at, by or "hệ thống", student, labels.get(column, column), old, new)
            for at, by, student, column, old, new in cursor.fetchall()
        ]

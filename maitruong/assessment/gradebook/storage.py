"""The SQL of the books: one statement to lock, one to read, one to write, whatever the number of cells.

Rights are decided by the callers; row-level security holds whoever forgets.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection

from maitruong.foundation.kernel import clock

from .rules.tt27_2020 import QUALITIES_AND_COMPETENCES
from .types import Book, ResultRow, Sheet, Subject, SubjectTerm

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


def book(book_id: int) -> Book | None:
    """One book, as far as the present unit of work shows it."""
    rows = _books("WHERE b.id = %s", [book_id])
    return rows[0] if rows else None


def _books(where: str, values: Sequence[Any]) -> list[Book]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {BOOK_COLUMNS}{FROM_BOOKS} {where}", values)
        return [Book(*row) for row in cursor.fetchall()]


def lock(book_id: int) -> tuple[Book, Sheet] | None:
    """Lock the class's sheet, then the book, and read both as they are once the locks are held.

    The sheet comes first for everybody: two teachers of one class wait for each other, never in a circle.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {BOOK_COLUMNS}, {_SHEET}{FROM_BOOKS} WHERE b.id = %s FOR NO KEY UPDATE OF s, b",
            [book_id],
        )
        row = cursor.fetchone()
    return (Book(*row[:BOOK_WIDTH]), _sheet(row[BOOK_WIDTH:])) if row else None


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


# --- reading under the lock ----------------------------------------------------------------------------------------------


@dataclass
class Pupil:
    """A pupil's row in the book and what else a result needs. cells: the stored columns; version 0: no row yet.

    marks: subject and term → what it came to; conduct: term → level; primary, qualities: of the end of the year.
    """

    id: int
    present: bool
    version: int
    cells: dict[str, Any]
    marks: dict[tuple[str, int], SubjectTerm]
    conduct: dict[int, int | None]
    primary: dict[str, tuple[int | None, int | None, int]]
    qualities: dict[str, int | None]


def empty_row(store: Store) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys((*store.cells, *store.computed))
    row["comment"] = ""
    if "provisional" in row:
        row["provisional"] = True
    if store.has_basis:
        row["basis"] = 0
    return row


def read(
    book: Book, student_ids: Sequence[int], *, request_id: str, actor_id: int
) -> tuple[dict[str, Any] | None, dict[int, Pupil]]:
    """The answer given before to this very request, if any, and the rows of these pupils. One statement."""
    store = STORES[book.kind]
    with connection.cursor() as cursor:
        cursor.execute(
            _read_sql(book.kind, book.moment in (0, 4)),
            {
                **place(book),
                "students": list(student_ids),
                "book": book.id,
                "actor": actor_id,
                "request": request_id,
                "today": clock.today(),
            },
        )
        rows = cursor.fetchall()
    pupils = {row[1]: _pupil(store, row) for row in rows if row[1] is not None}
    return (json.loads(rows[0][0]) if rows[0][0] else None), pupils


def _pupil(store: Store, row: Sequence[Any]) -> Pupil:
    student_id, present, version, marks, conduct, primary, qualities = row[1:8]
    cells = dict(zip(store.read_back, row[8:], strict=True)) if version else empty_row(store)
    return Pupil(
        student_id,
        present,
        version or 0,
        cells,
        marks_from(marks),
        levels_from(conduct),
        primary_from(primary),
        row_from(qualities),
    )


def marks_from(text: str | None) -> dict[tuple[str, int], SubjectTerm]:
    """[[subject, term, average, outcome, provisional, basis], ...]; of two rows for the same place the later one stands."""
    return {(code, term): SubjectTerm(*rest) for code, term, *rest in json.loads(text or "[]")}


def levels_from(text: str | None) -> dict[int, int | None]:
    return dict(json.loads(text or "[]"))


def primary_from(text: str | None) -> dict[str, tuple[int | None, int | None, int]]:
    return {code: (level, test, basis) for code, level, test, basis in json.loads(text or "[]")}


def row_from(text: str | None) -> dict[str, Any]:
    return json.loads(text or "{}")


# The rows of the class stand last, so that of a pupil who came from another class of the school the newer one wins.
_OTHER_MARKS = """(SELECT json_agg(json_build_array(o.subject, o.term, o.average, o.outcome, o.provisional, o.basis)
    ORDER BY o.class_id = %(class_id)s::bigint, o.updated_at)
  FROM gradebook_mark o WHERE o.school_year = %(school_year)s::smallint AND o.school_id = %(school_id)s::bigint
    AND o.student_id = t.id)::text"""
_OTHER_CONDUCT = """(SELECT json_agg(json_build_array(o.term, o.level) ORDER BY o.class_id = %(class_id)s::bigint, o.updated_at)
  FROM gradebook_conduct o WHERE o.school_year = %(school_year)s::smallint AND o.school_id = %(school_id)s::bigint
    AND o.student_id = t.id)::text"""
_OTHER_PRIMARY = """(SELECT json_agg(json_build_array(o.subject, o.level, o.test, o.basis)
    ORDER BY o.class_id = %(class_id)s::bigint, o.updated_at)
  FROM gradebook_primarymark o WHERE o.school_year = %(school_year)s::smallint AND o.school_id = %(school_id)s::bigint
    AND o.student_id = t.id AND o.moment = 4)::text"""
_OTHER_QUALITIES = """(SELECT row_to_json(o) FROM gradebook_qualitymark o
  WHERE o.school_year = %(school_year)s::smallint AND o.school_id = %(school_id)s::bigint AND o.student_id = t.id AND o.moment = 4
  ORDER BY o.class_id = %(class_id)s::bigint DESC LIMIT 1)::text"""
_NONE = "NULL::text"


@lru_cache(maxsize=16)
def _read_sql(kind: str, counts: bool) -> str:
    """counts: whether the book's rows enter a result (at primary school only those of the end of the year)."""
    store = STORES[kind]
    others = [_OTHER_MARKS, _OTHER_CONDUCT, _NONE, _NONE]
    if kind in ("primary", "quality"):
        others = [_NONE, _NONE, _OTHER_PRIMARY, _OTHER_QUALITIES] if counts else [_NONE] * 4
    own = ", ".join(f"m.{name}" for name in store.read_back)
    return f"""
SELECT replay.answer, t.id, t.present, m.version, {", ".join(others)}, {own}
FROM (SELECT (SELECT r.answer::text FROM gradebook_savedrequest r
              WHERE r.book_id = %(book)s::bigint AND r.actor_id = %(actor)s::bigint AND r.request_id = %(request)s::text)) AS replay(answer)
LEFT JOIN (SELECT asked.id, EXISTS (SELECT 1 FROM enrolment_enrolment e
             WHERE e.school_id = %(school_id)s::bigint AND e.school_class_id = %(class_id)s::bigint AND e.student_id = asked.id
               AND (e.ends_on IS NULL OR e.ends_on >= %(today)s::date)) AS present
           FROM unnest(%(students)s::bigint[]) AS asked(id)) t ON true
LEFT JOIN {store.table} m ON {store.rows_of_book} AND m.student_id = t.id"""


# --- writing -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One changed cell, as texts of the book; None is empty."""

    student_id: int
    cell: str
    old: str | None
    new: str | None


def write(
    book: Book,
    sheet: Sheet,
    *,
    rows: Mapping[int, Mapping[str, Any]],
    history: Iterable[Change],
    results: Iterable[ResultRow],
    answer: Mapping[str, Any] | None,
    request_id: str,
    actor_id: int | None,
    at: dt.datetime,
    touch: bool,
) -> bool:
    """Rows, their history, results, the book's new version and the answer to the request, in one statement.

    touch: whether the book changed (a request whose cells were all refused only leaves its answer).
    False when the book's version is not the one read under the lock: nothing was written then that may stay.
    """
    result_rows = [row._asdict() for row in results]
    with connection.cursor() as cursor:
        cursor.execute(
            _write_sql(book.kind),
            {
                **place(book),
                "kind": book.kind,
                "rows": json.dumps([{"student_id": pupil, **row} for pupil, row in rows.items()]),
                "history": json.dumps([[c.student_id, c.cell, c.old, c.new] for c in history]),
                "results": json.dumps(result_rows),
                "grade": book.grade,
                "act": sheet.act,
                "settings": sheet.settings_id,
                "version": book.version + 1 if touch else book.version,
                "seen": book.version,
                "book": book.id,
                "sheet": sheet.id,
                "touch": touch,
                "result_changed": bool(result_rows),
                "person": actor_id,
                "actor": actor_id or 0,
                "request": request_id if answer is not None else None,
                "answer": json.dumps(answer, ensure_ascii=False) if answer is not None else None,
                "at": at,
            },
        )
        written, bumped = cursor.fetchone()
    assert written == len(rows) or not bumped, "the store lost a row"
    return bool(bumped) or not touch


@lru_cache(maxsize=8)
def _write_sql(kind: str) -> str:
    store = STORES[kind]
    written = (*store.cells, *store.computed, *(("basis",) if store.has_basis else ()))
    columns = ", ".join(written)
    typed = ", ".join(f"{name} {store.type_of(name)}" for name in written)
    chosen = ", ".join(f"i.{name}" for name in written)
    updated = ", ".join(f"{name} = excluded.{name}" for name in written)
    subject = "%(subject)s::text, " if store.has_subject else ""
    result = ResultRow._fields[2:]
    return f"""
WITH up AS (
  INSERT INTO {store.table} ({", ".join(store.key)}, {columns}, version, updated_at, updated_by)
  SELECT %(school_year)s::smallint, %(school_id)s::bigint, %(class_id)s::bigint, {subject}%(slot)s::smallint, i.student_id,
         {chosen}, %(version)s::int, %(at)s::timestamptz, %(person)s::bigint
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS i(student_id bigint, {typed})
  ON CONFLICT ({", ".join(store.key)}) DO UPDATE SET {updated}, version = excluded.version, updated_at = excluded.updated_at,
    updated_by = excluded.updated_by
  RETURNING 1),
past AS (
  INSERT INTO gradebook_markhistory (school_year, school_id, class_id, kind, subject, slot, student_id, cell, version, old, new,
                                     by_person, at)
  SELECT %(school_year)s::smallint, %(school_id)s::bigint, %(class_id)s::bigint, %(kind)s::text, %(subject)s::text,
         %(slot)s::smallint, (h ->> 0)::bigint, h ->> 1, %(version)s::int, h ->> 2, h ->> 3, %(person)s::bigint, %(at)s::timestamptz
  FROM jsonb_array_elements(%(history)s::jsonb) AS h),
res AS (
  INSERT INTO gradebook_result (school_year, school_id, class_id, term, student_id, grade, {", ".join(result)}, act, settings_id,
                                computed_at)
  SELECT %(school_year)s::smallint, %(school_id)s::bigint, %(class_id)s::bigint, r.term, r.student_id, %(grade)s::smallint,
         {", ".join(f"r.{name}" for name in result)}, %(act)s::text, %(settings)s::text, %(at)s::timestamptz
  FROM jsonb_to_recordset(%(results)s::jsonb) AS r(term smallint, student_id bigint, learning smallint, learning_before smallint,
       raised_by text, conduct smallint, title text, missing smallint, provisional boolean)
  ON CONFLICT (school_year, school_id, class_id, term, student_id) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in (*result, "grade", "act", "settings_id", "computed_at"))}),
book AS (
  UPDATE gradebook_markbook SET version = %(version)s::int, changed_at = %(at)s::timestamptz, changed_by = %(person)s::bigint
  WHERE id = %(book)s::bigint AND version = %(seen)s::int AND %(touch)s::boolean RETURNING 1),
sheet AS (
  UPDATE gradebook_classsheet SET version = version + 1, changed_at = %(at)s::timestamptz
  WHERE id = %(sheet)s::bigint AND %(result_changed)s::boolean),
told AS (
  INSERT INTO gradebook_savedrequest (school_id, book_id, actor_id, request_id, answer, at)
  SELECT %(school_id)s::bigint, %(book)s::bigint, %(actor)s::bigint, %(request)s::text, %(answer)s::jsonb, %(at)s::timestamptz
  WHERE %(answer)s::jsonb IS NOT NULL)
SELECT (SELECT count(*) FROM up), (SELECT count(*) FROM book)"""


# --- who changed a cell --------------------------------------------------------------------------------------------------


def last_writers(book: Book, cells: Iterable[tuple[int, str]]) -> dict[tuple[int, str], tuple[str, dt.datetime]]:
    """(pupil, cell) → name of who wrote it last, and when. Asked only when there is a conflict to tell."""
    pairs = list(cells)
    if not pairs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (h.student_id, h.cell) h.student_id, h.cell, coalesce(p.full_name, ''), h.at"
            " FROM unnest(%(pupils)s::bigint[], %(cells)s::text[]) AS asked(student_id, cell)"
            " JOIN gradebook_markhistory h ON h.student_id = asked.student_id AND h.cell = asked.cell"
            " LEFT JOIN people_person p ON p.id = h.by_person"
            " WHERE h.school_year = %(school_year)s::smallint AND h.school_id = %(school_id)s::bigint"
            " AND h.class_id = %(class_id)s::bigint AND h.kind = %(kind)s::text AND h.subject = %(subject)s::text"
            " AND h.slot = %(slot)s::smallint ORDER BY h.student_id, h.cell, h.version DESC",
            {**place(book), "kind": book.kind, "pupils": [p for p, _ in pairs], "cells": [c for _, c in pairs]},
        )
        return {(pupil, cell): (name, at) for pupil, cell, name, at in cursor.fetchall()}

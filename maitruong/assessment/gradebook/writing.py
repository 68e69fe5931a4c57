"""What a save leaves behind, in one statement: rows, their history, results, versions, and the answer to the request.

The sheet of the class is locked by then, so nobody else adds or changes a row of it: what is stored already is updated, what is
not is added, and neither has to look out for the other. A result is only written when it says something new.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from django.db import connection

from .reading import Pupil
from .storage import STORES, place
from .types import Book, ResultRow, Sheet


class Change(NamedTuple):
    """One changed cell, as texts of the book; None is empty."""

    student_id: int
    cell: str
    old: str | None
    new: str | None


def write(
    book: Book,
    sheet: Sheet,
    pupils: Mapping[int, Pupil],
    *,
    rows: Iterable[int],
    history: Iterable[Change],
    results: Iterable[ResultRow],
    answer: Mapping[str, Any] | None,
    request_id: str,
    actor_id: int | None,
    at: dt.datetime,
    touch: bool,
) -> bool:
    """Save the rows of these of the pupils, as their cells stand now, with everything that follows from it. One statement.

    touch: whether the book changed (a request whose cells were all refused only leaves its answer).
    False when the book's version is not the one read under the lock: nothing was written then that may stay.
    """
    known: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    for pupil_id in rows:
        pupil = pupils[pupil_id]
        (known if pupil.version else fresh).append({"student_id": pupil_id, **pupil.cells})
    with connection.cursor() as cursor:
        cursor.execute(
            _write_sql(book.kind),
            {
                **place(book),
                "kind": book.kind,
                "known": _json(known),
                "fresh": _json(fresh),
                "history": _json([change._asdict() for change in history]),
                "results": _json([{**row._asdict(), "again": pupils[row.student_id].elsewhere} for row in results]),
                "grade": book.grade,
                "act": sheet.act,
                "settings": sheet.settings_id,
                "version": book.version + 1 if touch else book.version,
                "seen": book.version,
                "book": book.id,
                "sheet": sheet.id,
                "touch": touch,
                "person": actor_id,
                "actor": actor_id or 0,
                "request": request_id if answer is not None else None,
                "answer": _json(answer) if answer is not None else None,
                "at": at,
            },
        )
        written, bumped = cursor.fetchone()
    assert written == len(known) + len(fresh) or not bumped, "the store lost a row"
    return bool(bumped) or not touch


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


_RESULT = ResultRow._fields[2:]
_RESULT_TYPED = (
    "term smallint, student_id bigint, learning smallint, learning_before smallint, raised_by text, conduct smallint, title text,"
    " missing smallint, provisional boolean, again boolean"
)
# A pupil who sat in two classes has a result in each, and the later one stands: that one is written even when it says the same.
_RESULTS = f"""
res AS (
  INSERT INTO gradebook_result (school_year, school_id, class_id, term, student_id, grade, {", ".join(_RESULT)}, act, settings_id,
                                computed_at)
  SELECT %(school_year)s::smallint, %(school_id)s::bigint, %(class_id)s::bigint, r.term, r.student_id, %(grade)s::smallint,
         {", ".join(f"r.{name}" for name in _RESULT)}, %(act)s::text, %(settings)s::text, %(at)s::timestamptz
  FROM json_to_recordset(%(results)s::json) AS r({_RESULT_TYPED})
  LEFT JOIN gradebook_result x ON x.school_year = %(school_year)s::smallint AND x.school_id = %(school_id)s::bigint
    AND x.class_id = %(class_id)s::bigint AND x.term = r.term AND x.student_id = r.student_id
  WHERE r.again OR x.student_id IS NULL
    OR ({", ".join(f"x.{name}" for name in _RESULT)}, x.grade, x.act, x.settings_id) IS DISTINCT FROM
       ({", ".join(f"r.{name}" for name in _RESULT)}, %(grade)s::smallint, %(act)s::text, %(settings)s::text)
  ON CONFLICT (school_year, school_id, class_id, term, student_id) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in (*_RESULT, "grade", "act", "settings_id", "computed_at"))}
  RETURNING 1)"""


@lru_cache(maxsize=8)
def _write_sql(kind: str) -> str:
    store = STORES[kind]
    written = store.read_back
    columns = ", ".join(written)
    typed = "student_id bigint, " + ", ".join(f"{name} {store.type_of(name)}" for name in written)
    subject = "%(subject)s::text, " if store.has_subject else ""
    return f"""
WITH known AS (
  UPDATE {store.table} m SET {", ".join(f"{name} = i.{name}" for name in written)}, version = %(version)s::int,
    updated_at = %(at)s::timestamptz, updated_by = %(person)s::bigint
  FROM json_to_recordset(%(known)s::json) AS i({typed}) WHERE {store.rows_of_book} AND m.student_id = i.student_id
  RETURNING 1),
fresh AS (
  INSERT INTO {store.table} ({", ".join(store.key)}, {columns}, version, updated_at, updated_by)
  SELECT %(school_year)s::smallint, %(school_id)s::bigint, %(class_id)s::bigint, {subject}%(slot)s::smallint, i.student_id,
         {", ".join(f"i.{name}" for name in written)}, %(version)s::int, %(at)s::timestamptz, %(person)s::bigint
  FROM json_to_recordset(%(fresh)s::json) AS i({typed})
  RETURNING 1),
past AS (
  INSERT INTO gradebook_markhistory (school_year, school_id, class_id, kind, subject, slot, student_id, cell, version, old, new,
                                     by_person, at)
  SELECT %(school_year)s::smallint, %(school_id)s::bigint, %(class_id)s::bigint, %(kind)s::text, %(subject)s::text,
         %(slot)s::smallint, h.student_id, h.cell, %(version)s::int, h.old, h.new, %(person)s::bigint, %(at)s::timestamptz
  FROM json_to_recordset(%(history)s::json) AS h(student_id bigint, cell text, old text, new text)),{_RESULTS},
book AS (
  UPDATE gradebook_markbook SET version = %(version)s::int, changed_at = %(at)s::timestamptz, changed_by = %(person)s::bigint
  WHERE id = %(book)s::bigint AND version = %(seen)s::int AND %(touch)s::boolean RETURNING 1),
sheet AS (
  UPDATE gradebook_classsheet SET version = version + 1, changed_at = %(at)s::timestamptz
  WHERE id = %(sheet)s::bigint AND EXISTS (SELECT 1 FROM res)),
told AS (
  INSERT INTO gradebook_savedrequest (school_id, book_id, actor_id, request_id, answer, at)
  SELECT %(school_id)s::bigint, %(book)s::bigint, %(actor)s::bigint, %(request)s::text, %(answer)s::jsonb, %(at)s::timestamptz
  WHERE %(answer)s::jsonb IS NOT NULL)
SELECT (SELECT count(*) FROM known) + (SELECT count(*) FROM fresh), (SELECT count(*) FROM book)"""

"""What a save leaves behind, in one statement: rows, their history, results, versions, and the answer to the request.

The sheet of the class is locked by then, so nobody else adds or changes a row of it: what is stored already is updated, what is
not is added, and neither has to look out for the other. A result is only written when it says something new.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from maitruong.foundation.access.statement import Statement
from maitruong.foundation.kernel.carried import Carried

from .reading import Pupil
from .storage import STORES, Store, in_year, place
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
    carried: Sequence[Carried] = (),
) -> bool:
    """Save the rows of these of the pupils, as their cells stand now, with everything that follows from it. One statement.

    touch: whether the book changed (a request whose cells were all refused only leaves its answer).
    carried: what other modules write with it.
    False when the book's version is not the one read under the lock: nothing was written then that may stay.
    """
    known: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    for pupil_id in rows:
        pupil = pupils[pupil_id]
        # What is not named is NULL to the server: half the cells of a row are empty most of the year.
        cells = {name: value for name, value in pupil.cells.items() if value is not None}
        (known if pupil.version else fresh).append({"student_id": pupil_id, **cells})
    lists: dict[str, Any] = {
        "known": known,
        "fresh": fresh,
        "past": [change._asdict() for change in history],
        "res": [row._asdict() for row in results if _says_something_new(book, sheet, pupils[row.student_id], row)],
        "told": answer,
    }
    parts = (*(name for name, value in lists.items() if value), *(["book"] if touch else []))
    single = tuple(name for name in _SINGLE if len(lists[name] or ()) == 1)
    values = {
        **place(book),
        "kind": book.kind,
        "grade": book.grade,
        "act": sheet.act,
        "settings": sheet.settings_id,
        "version": book.version + 1 if touch else book.version,
        "seen": book.version,
        "book": book.id,
        "sheet": sheet.id,
        "person": actor_id,
        "actor": actor_id or 0,
        "request": request_id,
        "at": at,
        **{name: _json(value) for name, value in lists.items() if value and name not in single},
    }
    for name in single:
        values |= {f"{name}_{column}": lists[name][0].get(column) for column in _typed(name, STORES[book.kind])}
    for parcel in carried:
        values |= parcel.values
    statement = _statement(book.kind, book.school_year, parts, single, tuple(parcel.sql for parcel in carried))
    counted = statement.row(values)
    assert counted is not None
    written, bumped = counted
    assert written == len(known) + len(fresh) or not bumped, "the store lost a row"
    return bool(bumped) or not touch


def _says_something_new(book: Book, sheet: Sheet, pupil: Pupil, row: ResultRow) -> bool:
    """A pupil who sat in two classes has a result in each, and the later one stands: that is written even when it says the same."""
    stands = (*row[2:], book.grade, sheet.act, sheet.settings_id)
    return pupil.elsewhere or pupil.results.get(row.term) != stands


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


@lru_cache(maxsize=256)
def _statement(
    kind: str, school_year: int, parts: tuple[str, ...], single: tuple[str, ...], carried: tuple[str, ...]
) -> Statement:
    """The statement with these parts only: what it does not name, the server need not prepare for. single: of which there is
    one row, named value by value.

    The year stands in it as a number, so that the server plans for that year's partitions alone.
    """
    store = STORES[kind]
    wanted = [f"{name} AS ({_PARTS[name](store, _rows(name, store, single))})" for name in parts]
    if "res" in parts:
        wanted.append(f"sheet AS ({_SHEET})")
    wanted += [f"carried{number} AS ({sql})" for number, sql in enumerate(carried)]
    count = " + ".join(f"(SELECT count(*) FROM {name})" for name in ("known", "fresh") if name in parts) or "0"
    bumped = "(SELECT count(*) FROM book)" if "book" in parts else "0"
    return Statement(in_year(f"WITH {', '.join(wanted)} SELECT {count}, {bumped}", school_year))


def _typed(part: str, store: Store) -> dict[str, str]:
    """The columns in which a part's rows are sent, each with its type."""
    if part == "past":
        return {"student_id": "bigint", "cell": "text", "old": "text", "new": "text"}
    if part == "res":
        return _RESULT_TYPED
    return {"student_id": "bigint", **{name: store.type_of(name) for name in store.read_back}}


def _rows(part: str, store: Store, single: tuple[str, ...]) -> str:
    """What a part reads its rows from. A single row costs the server a third of what a list of one costs it."""
    columns = _typed(part, store) if part in ("known", "fresh", "past", "res") else {}
    if part in single:
        values = ", ".join(f"%({part}_{name})s::{kind}" for name, kind in columns.items())
        return f"(VALUES ({values})) AS i({', '.join(columns)})"
    return f"json_to_recordset(%({part})s::json) AS i({', '.join(f'{name} {kind}' for name, kind in columns.items())})"


def _known(store: Store, rows: str) -> str:
    written = ", ".join(f"{name} = i.{name}" for name in store.read_back)
    return f"""
  UPDATE {store.table} m SET {written}, version = %(version)s::int, updated_at = %(at)s::timestamptz, updated_by = %(person)s::bigint
  FROM {rows} WHERE {store.rows_of_book} AND m.student_id = i.student_id
  RETURNING 1"""


def _fresh(store: Store, rows: str) -> str:
    subject = "%(subject)s::text, " if store.has_subject else ""
    return f"""
  INSERT INTO {store.table} ({", ".join((*store.key, *store.read_back))}, version, updated_at, updated_by)
  SELECT %(school_year)s::smallint, %(school_id)s::bigint, %(class_id)s::bigint, {subject}%(slot)s::smallint, i.student_id,
         {", ".join(f"i.{name}" for name in store.read_back)}, %(version)s::int, %(at)s::timestamptz, %(person)s::bigint
  FROM {rows}
  RETURNING 1"""


def _past(_: Store, rows: str) -> str:
    return f"""
  INSERT INTO gradebook_markhistory (school_year, school_id, class_id, kind, subject, slot, student_id, cell, version, old, new,
                                     by_person, at)
  SELECT %(school_year)s::smallint, %(school_id)s::bigint, %(class_id)s::bigint, %(kind)s::text, %(subject)s::text,
         %(slot)s::smallint, i.student_id, i.cell, %(version)s::int, i.old, i.new, %(person)s::bigint, %(at)s::timestamptz
  FROM {rows}"""


_RESULT = ResultRow._fields[2:]
_RESULT_TYPED = {
    "term": "smallint",
    "student_id": "bigint",
    "learning": "smallint",
    "learning_before": "smallint",
    "raised_by": "text",
    "conduct": "smallint",
    "title": "text",
    "missing": "smallint",
    "provisional": "boolean",
}


def _res(_: Store, rows: str) -> str:
    return f"""
  INSERT INTO gradebook_result (school_year, school_id, class_id, term, student_id, grade, {", ".join(_RESULT)}, act, settings_id,
                                computed_at)
  SELECT %(school_year)s::smallint, %(school_id)s::bigint, %(class_id)s::bigint, i.term, i.student_id, %(grade)s::smallint,
         {", ".join(f"i.{name}" for name in _RESULT)}, %(act)s::text, %(settings)s::text, %(at)s::timestamptz
  FROM {rows}
  ON CONFLICT (school_year, school_id, class_id, term, student_id) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in (*_RESULT, "grade", "act", "settings_id", "computed_at"))}
  RETURNING 1"""


def _book(_: Store, rows: str) -> str:
    return """
  UPDATE gradebook_markbook SET version = %(version)s::int, changed_at = %(at)s::timestamptz, changed_by = %(person)s::bigint
  WHERE id = %(book)s::bigint AND version = %(seen)s::int RETURNING 1"""


def _told(_: Store, rows: str) -> str:
    return """
  INSERT INTO gradebook_savedrequest (school_id, book_id, actor_id, request_id, answer, at)
  VALUES (%(school_id)s::bigint, %(book)s::bigint, %(actor)s::bigint, %(request)s::text, %(told)s::jsonb, %(at)s::timestamptz)"""


_SHEET = """
  UPDATE gradebook_classsheet SET version = version + 1, changed_at = %(at)s::timestamptz
  WHERE id = %(sheet)s::bigint"""
_SINGLE = ("known", "fresh", "past")
_PARTS = {"known": _known, "fresh": _fresh, "past": _past, "res": _res, "told": _told, "book": _book}

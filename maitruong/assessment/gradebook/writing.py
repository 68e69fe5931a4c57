"""What a save leaves behind: rows, their history, results, versions, and the answer to the request.

One statement writes it all. A class's rows may go ahead in one of their own, so that the server writes while results are made.
The sheet of the class is locked by then, so nobody else adds or changes a row of it: what is stored already is updated, what is
not is added, and neither has to look out for the other. A result is only written when it says something new.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from maitruong.foundation.access.statement import Statement
from maitruong.foundation.kernel.carried import Carried

from .errors import SavedMeanwhile
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
    rows: Collection[int],
    history: Iterable[Change],
    results: Iterable[ResultRow],
    answer: Mapping[str, Any] | None,
    request_id: str,
    actor_id: int | None,
    at: dt.datetime,
    touch: bool,
    carried: Sequence[Carried] = (),
) -> None:
    """Save the rows of these of the pupils, as their cells stand now, with everything that follows from it. One statement.

    touch: whether the book changed (a request whose cells were all refused only leaves its answer).
    carried: what other modules write with it.
    Raises SavedMeanwhile when the book's version is not the one read under the lock: what was written then may not stay.
    """
    lists = _of_rows(STORES[book.kind], pupils, rows, history)
    lists["res"] = [row._asdict() for row in results if _says_something_new(book, sheet, pupils[row.student_id], row)]
    lists["told"] = answer
    statement, values = _asked(book, sheet, lists, request_id, actor_id, at, touch, carried)
    _check(book, lists, statement.row(values), touch)


class Ahead:
    """Rows of a class and their history on their way to the server, while the caller goes on; `write` leaves the rest afterwards."""

    def __init__(
        self,
        book: Book,
        sheet: Sheet,
        pupils: Mapping[int, Pupil],
        *,
        rows: Collection[int],
        history: Iterable[Change],
        actor_id: int | None,
        at: dt.datetime,
    ) -> None:
        self.book = book
        self.lists = _of_rows(STORES[book.kind], pupils, rows, history)
        self.statement, self.values = _asked(book, sheet, self.lists, "", actor_id, at, touch=True, carried=())

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Raises as `write` does, at the end. Inside, nothing else may be asked of the database."""
        with self.statement.under_way(self.values) as told:
            yield
        _check(self.book, self.lists, told[0], touch=True)


def _of_rows(
    store: Store, pupils: Mapping[int, Pupil], rows: Collection[int], history: Iterable[Change]
) -> dict[str, Any]:
    past = [change._asdict() for change in history]
    columns = _columns(store, {change["cell"] for change in past}) if len(rows) > 1 else store.read_back
    known: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    for pupil_id in rows:
        cells = pupils[pupil_id].cells
        if pupils[pupil_id].version:
            known.append({"student_id": pupil_id, **{name: cells[name] for name in columns}})
        else:
            # What is not named is NULL to the server: half the cells of a row are empty most of the year.
            fresh.append({"student_id": pupil_id, **{name: cell for name, cell in cells.items() if cell is not None}})
    return {"known": known, "fresh": fresh, "past": past, "columns": columns}


def _columns(store: Store, touched: set[str]) -> tuple[str, ...]:
    """What of many rows is written: the cell that changed and what follows from it; everything when several cells did. A class's
    marks come a column at a time, and to read the others costs the server as much as to write the row."""
    if len(touched) != 1:
        return store.read_back
    return tuple(name for name in store.read_back if name in touched or name in store.computed)


def _asked(
    book: Book,
    sheet: Sheet,
    lists: Mapping[str, Any],
    request_id: str,
    actor_id: int | None,
    at: dt.datetime,
    touch: bool,
    carried: Sequence[Carried],
) -> tuple[Statement, dict[str, Any]]:
    """The statement with the parts there is something for, and its values."""
    parts = (*(name for name in _PARTS if lists.get(name)), *(["book"] if touch else []))
    single = tuple(name for name in _SINGLE if len(lists.get(name, ())) == 1)
    values: dict[str, Any] = {
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
        **{name: _json(lists[name]) for name in parts if name in lists and name not in single},
    }
    columns = lists["columns"]
    for name in single:
        values |= {
            f"{name}_{column}": lists[name][0].get(column) for column in _typed(name, STORES[book.kind], columns)
        }
    for parcel in carried:
        values |= parcel.values
    sql = tuple(parcel.sql for parcel in carried)
    return _statement(book.kind, book.school_year, parts, single, columns if "known" in parts else (), sql), values


def _check(book: Book, lists: Mapping[str, Any], told: tuple[Any, ...] | None, touch: bool) -> None:
    assert told is not None
    written, bumped = told
    if touch and not bumped:
        raise SavedMeanwhile(book=book.title)
    assert written == len(lists["known"]) + len(lists["fresh"]), "the store lost a row"


def _says_something_new(book: Book, sheet: Sheet, pupil: Pupil, row: ResultRow) -> bool:
    """A pupil who sat in two classes has a result in each, and the later one stands: that is written even when it says the same."""
    stands = (*row[2:], book.grade, sheet.act, sheet.settings_id)
    return pupil.elsewhere or pupil.results.get(row.term) != stands


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


@lru_cache(maxsize=256)
def _statement(
    kind: str,
    school_year: int,
    parts: tuple[str, ...],
    single: tuple[str, ...],
    columns: tuple[str, ...],
    carried: tuple[str, ...],
) -> Statement:
    """The statement with these parts only: what it does not name, the server need not prepare for. single: of which there is
    one row, named value by value. columns: which of a row that is stored already are written.

    The year stands in it as a number, so that the server plans for that year's partitions alone.
    """
    store = STORES[kind]
    wanted = [f"{name} AS ({_PARTS[name](store, columns, _rows(name, store, columns, single))})" for name in parts]
    if "res" in parts:
        wanted.append(f"sheet AS ({_SHEET})")
    wanted += [f"carried{number} AS ({sql})" for number, sql in enumerate(carried)]
    count = " + ".join(f"(SELECT count(*) FROM {name})" for name in ("known", "fresh") if name in parts) or "0"
    bumped = "(SELECT count(*) FROM book)" if "book" in parts else "0"
    return Statement(in_year(f"WITH {', '.join(wanted)} SELECT {count}, {bumped}", school_year))


def _typed(part: str, store: Store, columns: Iterable[str]) -> dict[str, str]:
    """The columns in which a part's rows are sent, each with its type."""
    if part == "past":
        return {"student_id": "bigint", "cell": "text", "old": "text", "new": "text"}
    if part == "res":
        return _RESULT_TYPED
    written = columns if part == "known" else store.read_back
    return {"student_id": "bigint", **{name: store.type_of(name) for name in written}}


def _rows(part: str, store: Store, columns: Iterable[str], single: tuple[str, ...]) -> str:
    """What a part reads its rows from. A single row costs the server a third of what a list of one costs it."""
    typed = _typed(part, store, columns) if part in ("known", "fresh", "past", "res") else {}
    if part in single:
        values = ", ".join(f"%({part}_{name})s::{kind}" for name, kind in typed.items())
        return f"(VALUES ({values})) AS i({', '.join(typed)})"
    return f"json_to_recordset(%({part})s::json) AS i({', '.join(f'{name} {kind}' for name, kind in typed.items())})"


def _known(store: Store, columns: Iterable[str], rows: str) -> str:
    written = ", ".join(f"{name} = i.{name}" for name in columns)
    return f"""
  UPDATE {store.table} m SET {written}, version = %(version)s::int, updated_at = %(at)s::timestamptz, updated_by = %(person)s::bigint
  FROM {rows} WHERE {store.rows_of_book} AND m.student_id = i.student_id
  RETURNING 1"""


def _fresh(store: Store, _: Iterable[str], rows: str) -> str:
    subject = "%(subject)s::text, " if store.has_subject else ""
    return f"""
  INSERT INTO {store.table} ({", ".join((*store.key, *store.read_back))}, version, updated_at, updated_by)
  SELECT %(school_year)s::smallint, %(school_id)s::bigint, %(class_id)s::bigint, {subject}%(slot)s::smallint, i.student_id,
         {", ".join(f"i.{name}" for name in store.read_back)}, %(version)s::int, %(at)s::timestamptz, %(person)s::bigint
  FROM {rows}
  RETURNING 1"""


def _past(_: Store, __: Iterable[str], rows: str) -> str:
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


def _res(_: Store, __: Iterable[str], rows: str) -> str:
    return f"""
  INSERT INTO gradebook_result (school_year, school_id, class_id, term, student_id, grade, {", ".join(_RESULT)}, act, settings_id,
                                computed_at)
  SELECT %(school_year)s::smallint, %(school_id)s::bigint, %(class_id)s::bigint, i.term, i.student_id, %(grade)s::smallint,
         {", ".join(f"i.{name}" for name in _RESULT)}, %(act)s::text, %(settings)s::text, %(at)s::timestamptz
  FROM {rows}
  ON CONFLICT (school_year, school_id, class_id, term, student_id) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in (*_RESULT, "grade", "act", "settings_id", "computed_at"))}
  RETURNING 1"""


def _book(*_: Any) -> str:
    return """
  UPDATE gradebook_markbook SET version = %(version)s::int, changed_at = %(at)s::timestamptz, changed_by = %(person)s::bigint
  WHERE id = %(book)s::bigint AND version = %(seen)s::int RETURNING 1"""


def _told(*_: Any) -> str:
    return """
  INSERT INTO gradebook_savedrequest (school_id, book_id, actor_id, request_id, answer, at)
  VALUES (%(school_id)s::bigint, %(book)s::bigint, %(actor)s::bigint, %(request)s::text, %(told)s::jsonb, %(at)s::timestamptz)"""


_SHEET = """
  UPDATE gradebook_classsheet SET version = version + 1, changed_at = %(at)s::timestamptz
  WHERE id = %(sheet)s::bigint"""
_SINGLE = ("known", "fresh", "past")
_PARTS = {"known": _known, "fresh": _fresh, "past": _past, "res": _res, "told": _told, "book": _book}

"""What a save needs to know, read under the lock: the rows of its pupils and what their results rest on.

A save of a few pupils looks for theirs alone, in one statement. A save of a class touches nearly every pupil: what the class has
in its other subjects is read as one stretch of the table and comes grouped by subject, in a few arrays, by a second statement at
which the server works while the cells are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from maitruong.foundation.access.statement import Statement
from maitruong.foundation.kernel import clock

from .rules.tt27_2020 import QUALITIES_AND_COMPETENCES
from .storage import DAY, STORES, Store, empty_row, in_year, place
from .types import Book, ResultRow, SubjectTerm
from .weighing import REMEMBERED

FEW = 4
"""Up to so many pupils it is cheaper to look each one up than to read through the class."""


@dataclass(slots=True)
class Pupil:
    """A pupil's row in the book and what else a result needs. cells: the stored columns; version 0: no row yet.

    elsewhere: the pupil sat in another class of the school this year, too, and brings its rows along.
    marks: subject and term → what it came to; conduct: term → level; primary, qualities: of the end of the year.
    results: term → what stands as the pupil's result, as the columns of `STANDING`.
    """

    id: int
    present: bool
    version: int
    cells: dict[str, Any]
    elsewhere: bool = False
    marks: dict[tuple[str, int], SubjectTerm] = field(default_factory=dict)
    conduct: dict[int, int | None] = field(default_factory=dict)
    primary: dict[str, tuple[int | None, int | None, int]] = field(default_factory=dict)
    qualities: dict[str, int | None] = field(default_factory=dict)
    results: dict[int, tuple[Any, ...]] = field(default_factory=dict)


STANDING = (*ResultRow._fields[2:], "grade", "act", "settings_id")


class Found(NamedTuple):
    """before: the answer given before to this very request, if any.
    lay: lays what the pupils' results rest on into them, once the server has told it.
    """

    before: dict[str, Any] | None
    pupils: dict[int, Pupil]
    lay: Callable[[], None]


def read(book: Book, student_ids: Sequence[int]) -> dict[int, Pupil]:
    """The pupils' rows and all that their results rest on."""
    with begun(book, student_ids, request_id="", actor_id=0) as found:
        pass
    found.lay()
    return found.pupils


@contextmanager
def begun(book: Book, student_ids: Sequence[int], *, request_id: str, actor_id: int) -> Iterator[Found]:
    """The pupils' rows; the caller goes on with them while the server looks for what a class's results rest on. That is there when
    the block has ended. Inside, nothing else may be asked of the database.
    """
    few, counts = len(student_ids) <= FEW, book.moment in (0, 4)
    values = {
        **place(book),
        "students": list(student_ids),
        "book": book.id,
        "actor": actor_id,
        "request": request_id,
        "today": clock.today(),
        "terms": [book.term, 0],
    }
    row = _statement(book.kind, book.school_year, counts and few, few).row(values)
    assert row is not None
    before, present, moved, *beside, own = row[: 4 + _BESIDES] if few else (*row[: 3 + _BESIDES], row[3 + _BESIDES :])
    stored = orjson.loads(own or "[]") if few else zip(*own, strict=True) if own[0] else ()
    pupils = _pupils(STORES[book.kind], student_ids, present or (), moved or (), stored)
    elsewhere: Sequence[str | None] = (None, None)
    if counts and moved:
        (elsewhere,) = _elsewhere(book.kind, book.school_year).rows(values | {"moved": moved})
    answer = orjson.loads(before) if before else None
    if few or not counts:
        yield Found(answer, pupils, lambda: _lay(book, pupils, beside, elsewhere, few))
        return
    with _beside(book.kind, book.school_year).under_way(values) as told:
        yield Found(answer, pupils, lambda: _lay(book, pupils, told[0], elsewhere, few))


def _pupils(
    store: Store,
    student_ids: Iterable[int],
    present: Iterable[int],
    moved: Iterable[int],
    stored: Iterable[Sequence[Any]],
) -> dict[int, Pupil]:
    """stored: pupil, version and cells of every row there is."""
    rows = {pupil_id: (version, cells) for pupil_id, version, *cells in stored}
    here, came = set(present), set(moved)
    pupils = {}
    for pupil_id in student_ids:
        version, values = rows.get(pupil_id, (0, None))
        cells = dict(zip(store.read_back, values, strict=True)) if values else empty_row(store)
        pupils[pupil_id] = Pupil(pupil_id, pupil_id in here, version, cells, pupil_id in came)
    return pupils


def _lay(
    book: Book, pupils: Mapping[int, Pupil], beside: Sequence[str | None], elsewhere: Sequence[str | None], few: bool
) -> None:
    """Lay what stands beside the rows into the pupils: first what they bring from another class."""
    about = [len(beside.group) if few else None for beside in (*_BESIDE[_family(book.kind)], _STANDING)]
    lay = _lay_primary if book.kind in ("primary", "quality") else _lay_secondary
    lay(pupils, _blocks(elsewhere[0], beside[0], about[0]), _blocks(elsewhere[1], beside[1], about[1]))
    _lay_results(pupils, _blocks(None, beside[2], about[2]))


Blocks = list[tuple[list[int], list[list[Any]]]]
"""Pupils, and lines that tell of them all: what the line is about, then a list for each column, in the order of the pupils."""


def _blocks(elsewhere: str | None, of_class: str | None, about: int | None) -> Blocks:
    """Rows of another class first: where the class has one of its own, it comes later and stands.

    about: the class's own rows come one by one, each a pupil, so many columns of what it is about, and its values.
    """
    found: Blocks = orjson.loads(elsewhere or "[]")
    rows = orjson.loads(of_class or "[]")
    if about is not None:
        rows = [([pupil], [[*row[:about], *([value] for value in row[about:])]]) for pupil, *row in rows]
    return [*found, *rows]


class _Rows(dict[tuple[Any, ...], SubjectTerm]):
    """A plain row with its names. A class of forty-five has some five hundred of them, most of them seen before."""

    def __missing__(self, row: tuple[Any, ...]) -> SubjectTerm:
        if len(self) >= REMEMBERED:
            self.clear()
        found = self[row] = SubjectTerm._make(row)
        return found


_ROWS = _Rows()


def _lay_secondary(pupils: Mapping[int, Pupil], marks: Blocks, conduct: Blocks) -> None:
    for students, lines in marks:
        chosen = _chosen(pupils, students)
        for subject, term, *columns in lines:
            place_of = (subject, term)
            for pupil, row in zip(chosen, map(_ROWS.__getitem__, zip(*columns, strict=True)), strict=True):
                if pupil:
                    pupil.marks[place_of] = row
    for students, lines in conduct:
        chosen = _chosen(pupils, students)
        for term, levels in lines:
            for pupil, level in zip(chosen, levels, strict=True):
                if pupil:
                    pupil.conduct[term] = level


def _lay_results(pupils: Mapping[int, Pupil], results: Blocks) -> None:
    for students, lines in results:
        chosen = _chosen(pupils, students)
        for term, *columns in lines:
            for pupil, row in zip(chosen, zip(*columns, strict=True), strict=True):
                if pupil:
                    pupil.results[term] = row


def _lay_primary(pupils: Mapping[int, Pupil], levels: Blocks, qualities: Blocks) -> None:
    for students, lines in levels:
        chosen = _chosen(pupils, students)
        for subject, *columns in lines:
            for pupil, row in zip(chosen, zip(*columns, strict=True), strict=True):
                if pupil:
                    pupil.primary[subject] = row
    for students, lines in qualities:
        chosen = _chosen(pupils, students)
        for columns in lines:
            for pupil, row in zip(chosen, zip(*columns, strict=True), strict=True):
                if pupil:
                    pupil.qualities = dict(zip(QUALITIES_AND_COMPETENCES, row, strict=True))


def _chosen(pupils: Mapping[int, Pupil], students: Iterable[int]) -> list[Pupil | None]:
    """In the order of these, None for who is not among those the save is about."""
    return [pupils.get(student) for student in students]


# --- the statement -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Beside:
    """Rows a result rests on beside the book's own. The columns of `group` are told once for all pupils who share them."""

    table: str
    group: tuple[str, ...]
    values: tuple[str, ...]
    where: str = ""


_BESIDE = {
    "secondary": (
        _Beside("gradebook_mark", ("subject", "term"), ("average", "outcome", "provisional", "basis")),
        _Beside("gradebook_conduct", ("term",), ("level",)),
    ),
    "primary": (
        _Beside("gradebook_primarymark", ("subject",), ("level", "test", "basis"), " AND o.moment = 4"),
        _Beside("gradebook_qualitymark", (), tuple(QUALITIES_AND_COMPETENCES), " AND o.moment = 4"),
    ),
}
_STANDING = _Beside("gradebook_result", ("term",), STANDING, " AND o.term = ANY(%(terms)s::smallint[])")
_AT = "o.school_year = %(school_year)s::smallint AND o.school_id = %(school_id)s::bigint"


def _family(kind: str) -> str:
    return "primary" if kind in ("primary", "quality") else "secondary"


def _of_few(beside: _Beside) -> str:
    """[[pupil, *group, *values], ...] of these pupils of the class, as JSON."""
    names = ", ".join(f"o.{name}" for name in ("student_id", *beside.group, *beside.values))
    return f"""(SELECT json_agg(json_build_array({names}))::text FROM {beside.table} o
  WHERE {_AT} AND o.class_id = %(class_id)s::bigint AND o.student_id = ANY(%(students)s::bigint[]){beside.where})"""


def _of_class(beside: _Beside) -> str:
    """[[[pupils], [[*group, [value], ...], ...]], ...] of the class, as JSON: most lines tell of the same pupils in the same order."""
    group = [f"o.{name}" for name in beside.group]
    arrays = [f"array_agg(o.{name}) AS {name}" for name in beside.values]
    return f"""(SELECT json_agg(block)::text FROM (
    SELECT json_build_array(students, json_agg(json_build_array({", ".join((*beside.group, *beside.values))}))) AS block FROM (
      SELECT {", ".join(["array_agg(o.student_id) AS students", *group, *arrays])} FROM {beside.table} o
      WHERE {_AT} AND o.class_id = %(class_id)s::bigint{beside.where}
      {f"GROUP BY {', '.join(group)}" if group else "HAVING count(*) > 0"}) line
    GROUP BY students) blocks)"""


def _from_elsewhere(beside: _Beside) -> str:
    """The same shape, one pupil at a time, of other classes of the school; of two rows for one place the later one last."""
    group = [f"o.{name}" for name in beside.group]
    arrays = [f"json_build_array(o.{name})" for name in beside.values]
    line = f"json_build_array({', '.join([*group, *arrays])})"
    return f"""(SELECT json_agg(json_build_array(json_build_array(o.student_id), json_build_array({line})) ORDER BY o.updated_at)::text
  FROM {beside.table} o WHERE {_AT} AND o.class_id <> %(class_id)s::bigint AND o.student_id = ANY(%(moved)s::bigint[]){beside.where})"""


_BESIDES = 3


@lru_cache(maxsize=64)
def _beside(kind: str, school_year: int) -> Statement:
    """What the results of a class rest on, beside the book's own rows."""
    besides = (*_BESIDE[_family(kind)], _STANDING)
    return Statement(in_year(f"SELECT {', '.join(map(_of_class, besides))}", school_year))


@lru_cache(maxsize=64)
def _elsewhere(kind: str, school_year: int) -> Statement:
    """What pupils who came from another class bring along. Few do, and the others need not prepare for it."""
    return Statement(in_year(f"SELECT {', '.join(map(_from_elsewhere, _BESIDE[_family(kind)]))}", school_year))


@lru_cache(maxsize=64)
def _statement(kind: str, school_year: int, counts: bool, few: bool) -> Statement:
    """counts: whether what results rest on comes with the rows."""
    store = STORES[kind]
    besides = (*_BESIDE[_family(kind)], _STANDING)
    beside = map(_of_few, besides) if counts else ["NULL::text"] * _BESIDES
    columns = [f"m.{name}" for name in ("student_id", "version", *store.read_back)]
    # Each column's array costs the server a little to prepare, each row's JSON a little to write.
    own = f"json_agg(json_build_array({', '.join(columns)}))::text"
    whose = " AND m.student_id = ANY(%(students)s::bigint[])"
    if not few:
        own, whose = ", ".join(f"array_agg({column})" for column in columns), ""
    # OFFSET 0: each pupil is looked up. The planner would read the roll of the whole school instead.
    sql = f"""
SELECT (SELECT r.answer::text FROM gradebook_savedrequest r
        WHERE r.book_id = %(book)s::bigint AND r.actor_id = %(actor)s::bigint AND r.request_id = %(request)s::text),
  roll.here, roll.moved, {", ".join(beside)}, own.*
FROM (SELECT array_agg(e.student_id) FILTER (WHERE e.school_class_id = %(class_id)s::bigint
               AND (e.ends_on IS NULL OR e.ends_on >= {DAY})) AS here,
             array_agg(e.student_id) FILTER (WHERE e.school_class_id <> %(class_id)s::bigint) AS moved
      FROM unnest(%(students)s::bigint[]) AS asked(id)
      CROSS JOIN LATERAL (SELECT n.student_id, n.school_class_id, n.ends_on FROM enrolment_enrolment n WHERE n.student_id = asked.id
        AND n.school_year = %(school_year)s::smallint AND n.school_id = %(school_id)s::bigint OFFSET 0) AS e) AS roll,
  (SELECT {own} FROM {store.table} m WHERE {store.rows_of_book}{whose}) AS own"""
    return Statement(in_year(sql, school_year))

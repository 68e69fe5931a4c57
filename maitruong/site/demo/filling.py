"""What each school wrote down, loaded school by school in the application's own role, by several processes side by side.

A school is one transaction: books opened, marks copied into temporary tables and moved into the books with their averages. When
all books are full, results and figures are made some schools at a time. Facts are forgotten where they are written: a worker that
runs beside has nothing to hear of rows by the million.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, TypeVar

import psycopg
from django.db import connection, connections

from maitruong.assessment.gradebook import services as gradebook
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.events import services as events
from maitruong.foundation.kernel import clock
from maitruong.insight.indicators import services as indicators

from . import load, statements, types
from .calendar import TERMS
from .plan import TODAY
from .world import World, counts_of, part_digest

SYSTEM = system_scope("seed")
G = TypeVar("G")
T = TypeVar("T")
_CLOSES_AT = dt.time(17, 0, tzinfo=clock.VIETNAM)


@dataclass
class Part:
    """One school's rolls or books, loaded: digest and counts of the rows."""

    digest: bytes
    counts: dict[str, int] = field(default_factory=dict)


@dataclass
class _Worker:
    world: World
    owner_url: str
    owner: psycopg.Connection | None = None


_worker: _Worker | None = None


def side_by_side(
    act: Callable[[G], T], given: Iterable[G], *, world: World, owner_url: str, processes: int
) -> Iterator[T]:
    """`act` on every school number or group of them, in their order, on so many processes."""
    global _worker
    _worker = _Worker(world, owner_url)
    world.fixed  # noqa: B018 - drawn once here, inherited by the processes
    try:
        if processes == 1:
            yield from map(act, given)
            return
        with ProcessPoolExecutor(processes, get_context("fork"), _start) as pool:
            yield from pool.map(act, given)
    finally:
        if _worker.owner:
            _worker.owner.close()
        _worker = None


def _start() -> None:
    """A process of its own has connections of its own; the parent's are not ours to use or to close."""
    for each in connections.all(initialized_only=True):
        each.connection = None


def _here() -> _Worker:
    if _worker is None:
        raise RuntimeError("the process was not told its world")
    return _worker


# --- rolls ---------------------------------------------------------------------------------------------------------------


def stage_rolls(number: int) -> Part:
    """People and classes of a school into the staging tables."""
    worker = _here()
    if worker.owner is None:
        worker.owner = load.connect(worker.owner_url)
    texts = worker.world.rolls_copy(number)
    for kind, text in texts.items():
        load.copy(worker.owner, kind, text)
    return Part(part_digest(texts), counts_of(texts))


# --- books ---------------------------------------------------------------------------------------------------------------


def fill_books(number: int) -> Part:
    """Everything a school wrote down in its years; results come when all books are full."""
    worker = _here()
    texts = worker.world.books_copy(number)
    found = Part(part_digest(texts), counts_of(texts))
    school_id = worker.world.schools[number - 1].unit_id
    years = sorted({term.school_year for term in TERMS})
    with unit_of_work(SYSTEM):
        # Of tables filled a moment ago nothing is known: sorting both sides of every join is the planner's guess, and a dear one.
        _settings("enable_mergejoin = off")
        for year in years:
            gradebook.open_year(SYSTEM, school_id=school_id, school_year=year, closed=_closed(year))
        _stage_books(texts)
        for year in years:
            gradebook.load_marks(
                SYSTEM, school_id=school_id, school_year=year, source="loaded_mark", at=_last_moment(year)
            )
        with connection.cursor() as cursor:
            for statement in statements.BOOKS:
                cursor.execute(statement)
        events.forget_all()
    return found


def make_results(numbers: Sequence[int]) -> int:
    """Results and figures of some schools whose books are full. Returns how many averages are not what the rules make of the marks."""
    school_ids = [_here().world.schools[number - 1].unit_id for number in numbers]
    unequal = 0
    for year in sorted({term.school_year for term in TERMS}):
        with clock.standing_still(_last_moment(year)), unit_of_work(SYSTEM):
            _settings()
            unequal += gradebook.make_results(SYSTEM, school_year=year, school_ids=school_ids).marks_different
            events.forget_all()
        indicators.recount(school_ids, year)
    return unequal


def _settings(*more: str) -> None:
    with connection.cursor() as cursor:
        for setting in ("synchronous_commit = off", "statement_timeout = 0", "work_mem = '128MB'", *more):
            cursor.execute(f"SET LOCAL {setting}")


def _stage_books(texts: dict[str, str]) -> None:
    """Temporary tables of the present transaction with the rows of one school."""
    with connection.cursor() as cursor:
        for kind, shape in types.BOOK_KINDS.items():
            cursor.execute(f'CREATE TEMP TABLE "stage_{kind}" ({", ".join(load.columns_of(shape))}) ON COMMIT DROP')
        cursor.execute(statements.LOADED_MARK)
        for kind, text in texts.items():
            table = statements.LOADED_MARK_COLUMNS if kind == "mark" else f'"stage_{kind}"'
            with cursor.copy(f"COPY {table} FROM STDIN") as into:
                into.write(text)
        for statement in statements.COMMENTED if texts["comment"] else ():
            cursor.execute(statement)


def _closed(year: int) -> dict[int, dt.datetime]:
    """Term (0: the year) → when its books were closed."""
    locked: dict[int, Any] = {term.term: term.locked_on for term in TERMS if term.school_year == year}
    locked[0] = locked[2]
    return {term: dt.datetime.combine(day, _CLOSES_AT) for term, day in locked.items() if day}


def _last_moment(year: int) -> dt.datetime:
    """Noon of the last day of a finished year, while its pupils still sat in their classes; of an open one the demo's today."""
    last = max(term.ends for term in TERMS if term.school_year == year)
    return dt.datetime.combine(min(last, TODAY), dt.time(12), clock.VIETNAM)

"""Fill an empty database with a demo province: people and rolls, books, marks, results, figures. Says how far it is."""

from __future__ import annotations

import hashlib
import os
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction

from maitruong.assessment.school_records import services as school_records
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.events import services as events
from maitruong.foundation.identity.models import Installation
from maitruong.insight.indicators import services as indicators
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment.models import Enrolment
from maitruong.registry.periods import services as periods

from . import bare, filling, load, marks, statements
from .filling import SYSTEM, Part
from .layout import WHOLE
from .types import SHARED_KINDS
from .world import World

PUPIL = "hoc-sinh-8a2"
MOST_PROCESSES = 2
SCHOOLS_AT_ONCE = 20
"""Schools whose results are made in one statement: their counts stay in memory."""
_SET_BASED = (
    ("đưa người, học sinh, gia đình vào cơ sở dữ liệu", statements.PEOPLE),
    ("đưa lớp và phân công vào cơ sở dữ liệu", statements.CLASSES),
    ("giao vai trò, mở tài khoản", (*statements.GRANTS, *statements.SEQUENCES)),
)


@dataclass
class Seeded:
    """What was loaded: rows by kind, and the hash over all of them, the same for the same seed, whatever the number of processes.

    steps: seconds by step. cpu_seconds: of the processes that load; the database's own are not in it.
    """

    name: str
    seed: int
    scale: str = "1"
    counts: dict[str, int] = field(default_factory=dict)
    content_hash: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)


class AveragesDiffer(RuntimeError):
    """The averages loaded are not those the rules make: the seed is wrong, not the data."""


class _Told:
    """Words about the step under way, and how long each took."""

    def __init__(self, tell: Callable[[str], None], done: Seeded) -> None:
        self._tell, self._done, self._step, self._began = tell, done, "", time.monotonic()

    def step(self, words: str) -> None:
        now = time.monotonic()
        if self._step:
            self._done.steps[self._step] = round(now - self._began, 1)
        self._step, self._began = words, now
        if words:
            self._tell(words)

    def far(self, place: int, count: int) -> None:
        if place % 40 == 0 or place == count:
            self._tell(f"{self._step}: {place}/{count} trường")


def seed(
    name: str,
    *,
    number: int,
    owner_url: str,
    tell: Callable[[str], None],
    scale: Fraction = WHOLE,
    processes: int | None = None,
) -> Seeded:
    """Load a world of this name ('small' or 'province').

    Raises NotEmpty when the database has a province already, Unfinished when one was begun in it and not ended.
    """
    started = time.monotonic()
    world = World(number, name, scale)  # type: ignore[arg-type]
    done = Seeded(name, number, str(scale))
    told = _Told(tell, done)
    use = processes or max(1, min(MOST_PROCESSES, os.cpu_count() or 1))
    whole = hashlib.sha256()
    with load.connect(owner_url) as db:
        if load.is_unfinished(db):
            raise load.Unfinished
        if Installation.objects.exists():
            raise load.NotEmpty
        load.begin(db)
        told.step("vẽ bản đồ trường")
        load.make_stage(db)
        for kind in SHARED_KINDS:
            text = world.shared_copy(kind)
            whole.update(f"{kind}\n{text}".encode())
            done.counts[kind] = text.count("\n")
            load.copy(db, kind, text)
        told.step("dựng người và lớp")
        rolls = _of_all_schools(filling.stage_rolls, world, owner_url, use, told)
        beside = bare.Beside(owner_url, use)
        with _meanwhile(_get_ready), bare.without_indexes(db, bare.PEOPLE, beside):
            with load.lifted(db), load.by_hand(db):
                load.load_admin_units(db)
                for statement in statements.UNITS:
                    db.execute(statement)
                for words, part in _SET_BASED:
                    told.step(words)
                    for statement in part:
                        db.execute(statement)
            told.step("lập chỉ mục")
        load.drop_stage(db)
        told.step("mở sổ, vào điểm")
        with load.without_autovacuum(db):
            with bare.without_indexes(db, bare.MARKS, beside):
                books = _of_all_schools(filling.fill_books, world, owner_url, use, told)
                _add_up(done, whole, rolls, books)
                told.step("lập chỉ mục sổ điểm")
            bare.clean(db, load.BOOKS, beside)
            told.step("tính kết quả")
            _make_results(world, owner_url, use, told)
        _open_periods()
        _sign_a_class(world, told)
        told.step("sắp xếp lại dữ liệu")
        events.forget_all()
        indicators.refresh()
        bare.clean(db, load.others(db, (*bare.PEOPLE, *bare.MARKS)), beside)
        load.end(db)
        told.step("")
    done.seconds = round(time.monotonic() - started, 1)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    done.cpu_seconds = round(sum(one.ru_utime + one.ru_stime for one in used), 1)
    return done


def _open_periods() -> None:
    """The reports that the open years owe, as the department's opening of a year makes them."""
    with unit_of_work(SYSTEM):
        for row in calendar.years():
            if row.closed_at is None:
                periods.open_periods(row.year)


def _get_ready() -> None:
    marks.fill_pools()
    school_records.get_ready()


@contextmanager
def _meanwhile(act: Callable[[], None]) -> Iterator[None]:
    """While the database works, this process has time for something else. What goes wrong in it is raised at the end."""
    with ThreadPoolExecutor(1) as pool:
        doing = pool.submit(act)
        yield
        doing.result()


def _of_all_schools(
    act: Callable[[int], Part], world: World, owner_url: str, processes: int, told: _Told
) -> list[Part]:
    numbers = [plan.number for plan in world.schools]
    found = []
    for part in filling.side_by_side(act, numbers, world=world, owner_url=owner_url, processes=processes):
        found.append(part)
        told.far(len(found), len(numbers))
    return found


def _add_up(done: Seeded, whole: hashlib._Hash, rolls: list[Part], books: list[Part]) -> None:
    """Counts and content hash, as `World.summary` makes them."""
    for pair in zip(rolls, books, strict=True):
        whole.update(hashlib.sha256(b"".join(part.digest for part in pair)).digest())
        for part in pair:
            for kind, count in part.counts.items():
                done.counts[kind] = done.counts.get(kind, 0) + count
    done.content_hash = whole.hexdigest()


def _make_results(world: World, owner_url: str, processes: int, told: _Told) -> None:
    """Results and figures of all schools, some schools at a time. Raises AveragesDiffer."""
    numbers = [plan.number for plan in world.schools]
    few = max(1, min(SCHOOLS_AT_ONCE, -(-len(numbers) // (2 * processes))))
    groups = [numbers[place : place + few] for place in range(0, len(numbers), few)]
    unequal = far = 0
    for group, found in zip(
        groups,
        filling.side_by_side(filling.make_results, groups, world=world, owner_url=owner_url, processes=processes),
        strict=True,
    ):
        unequal += found
        told.far(far := far + len(group), len(numbers))
    if unequal:
        raise AveragesDiffer(f"{unequal} averages loaded are not what the rules make of their marks")


def _sign_a_class(world: World, told: _Told) -> None:
    """Last year's class of the demo pupil gets its signed records; the school's people get certificates of the demo."""
    pupil = next(row.person_id for row in world.fixed.demo if row.login == PUPIL)
    with unit_of_work(SYSTEM):
        rows = Enrolment.objects.visible_to(SYSTEM, "").filter(student_id=pupil).order_by("school_year")
        last = rows.values_list("school_id", "school_class_id", "school_year").first()
    if last:
        told.step("kí học bạ một lớp năm trước")
        school_records.seed_demo(school_id=last[0], class_id=last[1], tell=told.step)
        # The facts of the signing are forgotten with all others of the seed: the centre would not hear of these records.
        indicators.recount([last[0]], last[2])

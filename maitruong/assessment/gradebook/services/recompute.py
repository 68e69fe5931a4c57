"""Averages and results of whole schools held against the marks they rest on, and written where they differ.

Where saves kept everything current, one pass over the marks finds it so (`sifting`) and nobody is waited for. Pupils it cannot
judge are judged by the twin (`remaking`). Only schools where something differs are locked, and judged again under the lock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from django.db import connection

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events import services as events
from maitruong.registry.enrolment import queries as enrolment

from .. import remaking, sifting, sifting_primary, twin
from ..events import ResultsChanged
from ..planning import Year
from ..remaking import PRIMARY, SECONDARY, Level, Remade

CLASSES_AT_ONCE = 600
"""Schools are taken together up to so many classes: few enough for the counts of their pupils to stay in memory."""


@dataclass
class Differences:
    """How many rows were made again and how many of them are not what is stored."""

    marks: int = 0
    marks_different: int = 0
    results: int = 0
    results_different: int = 0

    @property
    def differences(self) -> int:
        return self.marks_different + self.results_different

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    def add(self, other: Differences) -> None:
        for name, count in other.as_dict().items():
            setattr(self, name, getattr(self, name) + count)

    def add_remade(self, remade: Remade) -> None:
        self.add(Differences(remade.marks, remade.marks_different, remade.results, remade.results_different))


class _School(NamedTuple):
    """A school with books, its lowest and highest grade, and how many classes it has."""

    id: int
    lowest: int
    highest: int
    classes: int


@dataclass
class _Found:
    """One school: what was counted without a lock, and the pupils of each level to judge again under it."""

    counted: Differences = field(default_factory=Differences)
    again: dict[Level, list[int]] = field(default_factory=dict)


_SIEVES = {PRIMARY: sifting_primary.sift, SECONDARY: sifting.sift}
_MAKERS = {PRIMARY: sifting_primary.make, SECONDARY: sifting.make}


def recompute(
    scope: Scope, *, school_year: int, school_ids: Sequence[int] | None = None, apply: bool = False
) -> Differences:
    """Make every average and result again, in the given schools or all, and say how many differ from what is stored.

    Grades 6-12: averages, levels of both terms and the year. Grades 1-5: the result of the year, where its books were begun.
    apply: write the rows that differ, school by school under the locks of their classes, with audit and facts. For the house
    itself only.
    """
    if not scope.is_system:
        raise NotFound
    total = Differences()
    # Pupils of a year that is over sat in its classes until its last day, not today.
    today = enrolment.day_within(school_year)
    year = Year(school_year, today, twin.readings(settings_ids(school_year, school_ids)))
    for schools in _batches(_schools(school_year, school_ids)):
        for school_id, found in sorted(_look_at(year, schools, apply).items()):
            if found.again:
                _put_right(scope, year, school_id, found)
            total.add(found.counted)
    return total


def make_results(scope: Scope, *, school_year: int, school_ids: Sequence[int]) -> Differences:
    """The first results of schools whose books were loaded whole, then everything held against the marks as `recompute` does.

    One pass writes what the sieve can judge, a second one proves it together with the averages; the twin makes the rest. Results
    that stand are not touched by the first. Returns what `recompute` returns. For the house itself only.
    """
    if not scope.is_system:
        raise NotFound
    total = Differences()
    today = enrolment.day_within(school_year)
    year = Year(school_year, today, twin.readings(settings_ids(school_year, school_ids)))
    for schools in _batches(_schools(school_year, school_ids)):
        _lock([school.id for school in schools], school_year)
        made: dict[int, list[sifting.Made]] = defaultdict(list)
        for level, make in _MAKERS.items():
            ids = [school.id for school in schools if level.meets(school.lowest, school.highest)]
            for of_class in make(year, ids) if ids else ():
                made[of_class.school_id].append(of_class)
        for school_id, found in sorted(_look_at(year, schools, True).items()):
            remade = _remake(year, school_id, found)
            found.counted.results_different += sum(of_class.results for of_class in made[school_id])
            changed = [(of_class.class_id, of_class.students) for of_class in made[school_id]]
            _tell(scope, year, school_id, found.counted, [*changed, *remade])
            total.add(found.counted)
    return total


def settings_ids(school_year: int, school_ids: Sequence[int] | None) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT settings_id FROM gradebook_classsheet WHERE school_year = %(year)s AND grade >= 6"
            " AND (%(schools)s::bigint[] IS NULL OR school_id = ANY(%(schools)s::bigint[]))",
            {"year": school_year, "schools": None if school_ids is None else list(school_ids)},
        )
        return [row[0] for row in cursor.fetchall()]


def _schools(school_year: int, school_ids: Sequence[int] | None) -> list[_School]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT school_id, min(grade), max(grade), count(*) FROM gradebook_classsheet WHERE school_year = %(year)s"
            " AND (%(schools)s::bigint[] IS NULL OR school_id = ANY(%(schools)s::bigint[])) GROUP BY 1 ORDER BY 1",
            {"year": school_year, "schools": None if school_ids is None else list(school_ids)},
        )
        return [_School(*row) for row in cursor.fetchall()]


def _batches(schools: Iterable[_School]) -> Iterator[list[_School]]:
    batch: list[_School] = []
    for school in schools:
        if batch and sum(other.classes for other in batch) + school.classes > CLASSES_AT_ONCE:
            yield batch
            batch = []
        batch.append(school)
    if batch:
        yield batch


# --- without a lock ------------------------------------------------------------------------------------------------------


def _look_at(year: Year, schools: Sequence[_School], apply: bool) -> dict[int, _Found]:
    """What is right, what differs, and, if it is to be written, what of it must be judged again under the lock."""
    found = {school.id: _Found() for school in schools}
    for level, sift in _SIEVES.items():
        ids = [school.id for school in schools if level.meets(school.lowest, school.highest)]
        unsure: dict[int, list[int]] = {}
        for school in sift(year, ids) if ids else ():
            found[school.school_id].counted.add(Differences(marks=school.marks, results=school.results))
            pupils = [*school.apart, *school.different]
            if apply and school.different:
                found[school.school_id].again[level] = pupils
            elif pupils:
                unsure[school.school_id] = pupils
        for remade in _judge(level, year, unsure):
            if apply and remade.differs:
                found[remade.school_id].again[level] = unsure[remade.school_id]
            else:
                found[remade.school_id].counted.add_remade(remade)
    return found


def _judge(level: Level, year: Year, unsure: Mapping[int, Sequence[int]]) -> list[Remade]:
    """By the twin, for the pupils of each school that the sieve left over."""
    pupils = [pupil for of_school in unsure.values() for pupil in of_school]
    return remaking.compare(level, year, list(unsure), pupils) if unsure else []


# --- under the locks of a school's classes -----------------------------------------------------------------------------


def _put_right(scope: Scope, year: Year, school_id: int, found: _Found) -> None:
    """Judge again, write what still differs, with audit and facts."""
    _lock([school_id], year.school_year)
    changed = _remake(year, school_id, found)
    _tell(scope, year, school_id, found.counted, changed)


def _lock(school_ids: list[int], school_year: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM gradebook_classsheet WHERE school_year = %s AND school_id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [school_year, school_ids],
        )


def _remake(year: Year, school_id: int, found: _Found) -> list[tuple[int, list[int]]]:
    """Have the twin write what differs, and count it. Returns in which classes, and for whom."""
    made = [
        remade for level, pupils in found.again.items() for remade in remaking.write(level, year, school_id, pupils)
    ]
    for remade in made:
        found.counted.add_remade(remade)
    return [of_class for remade in made for of_class in remade.classes]


def _tell(
    scope: Scope, year: Year, school_id: int, counted: Differences, changed: Iterable[tuple[int, list[int]]]
) -> None:
    if counted.differences:
        audit.record(
            scope,
            "gradebook.recomputed",
            school_id=school_id,
            object_type="school_year",
            object_id=year.school_year,
            changes=counted.as_dict(),
        )
    events.publish_many(
        [
            ResultsChanged(school_id=school_id, class_id=class_id, school_year=year.school_year, students=students)
            for class_id, students in changed
        ]
    )

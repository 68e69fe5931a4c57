"""The demo province: the same seed and size give the same rows, school by school or all at once.

    world = World(seed=1, size="small")
    world.shared_copy("unit")            COPY text of the rows that belong to no school
    world.school_copy(6)["mark"]         COPY text of one school's rows, by kind, made anew at each call
    for row in world.rows("person"): ... typed rows of all schools, one school in memory at a time
    world.summary()                      counts by kind and the content hash

Kinds, fields and their order stand in `types`. Nothing is remembered of a school, so a loader may hand school numbers
to several processes; only the plan (some hundred kilobytes) is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from . import copytext, layout, school
from .calendar import TERMS, days_off
from .fixed import COMMUNE_OFFICER, IT_ADMIN, NOBODY, OFFICER, Fixed, fix
from .people import Numbers
from .plan import SchoolPlan
from .types import BOOK_KINDS, ROLL_KINDS, SCHOOL_KINDS, SHARED_KINDS, PersonRow, StaffRow
from .units import names_of_units, placements, units

Size = Literal["small", "province"]


@dataclass(slots=True)
class Summary:
    """What a world holds: rows by kind, and one SHA-256 over all of them in their fixed order."""

    seed: int
    size: str
    scale: str = "1"
    counts: dict[str, int] = field(default_factory=dict)
    content_hash: str = ""


class World:
    """A synthetic province."""

    def __init__(self, seed: int = 1, size: Size = "small", scale: Fraction = layout.WHOLE) -> None:
        if size not in ("small", "province"):
            raise ValueError(f"unknown size {size!r}: small or province")
        if not 0 < scale <= 1 or (size == "small" and scale != 1):
            raise ValueError(f"no {size} at {scale}: only the province is drawn to scale, at 1 or less")
        self.seed, self.size, self.scale = seed, size, scale

    @cached_property
    def layout(self) -> layout.Layout:
        return layout.small(self.seed) if self.size == "small" else layout.province(self.seed, self.scale)

    @cached_property
    def fixed(self) -> Fixed:
        return fix(self.layout)

    @property
    def schools(self) -> list[SchoolPlan]:
        """The plans of the schools; their numbers run from 1."""
        return self.layout.schools

    def shared(self, kind: str) -> list[Any]:
        """The typed rows of a kind that belong to no school."""
        made: dict[str, Callable[[], list[Any]]] = {
            "unit": lambda: units(self.schools),
            "placement": lambda: placements(self.schools),
            "unit_name": lambda: names_of_units(self.schools),
            "term": lambda: list(TERMS),
            "day_off": lambda: list(days_off()),
            "person": self._office_people,
            "staff": self._office_staff,
            "grant": lambda: self.fixed.grants,
            "demo_person": lambda: self.fixed.demo,
        }
        return made[kind]()

    def shared_copy(self, kind: str) -> str:
        return copytext.lines(self.shared(kind))

    def school_copy(self, number: int) -> dict[str, str]:
        """COPY text of one school's rows by kind."""
        return self.rolls_copy(number) | self.books_copy(number)

    def rolls_copy(self, number: int) -> dict[str, str]:
        """The part of ROLL_KINDS: people and classes."""
        return school.rolls_text(self.layout, self.fixed, self.schools[number - 1])

    def books_copy(self, number: int) -> dict[str, str]:
        """The part of BOOK_KINDS: what was written down."""
        return school.books_text(self.layout, self.fixed, self.schools[number - 1], with_comments=self.size == "small")

    def rows(self, kind: str, *, school_number: int | None = None) -> Iterator[Any]:
        """Typed rows of a kind: the shared ones, then school by school; or of one school alone."""
        if school_number is None and kind in SHARED_KINDS:
            yield from self.shared(kind)
        if kind in SCHOOL_KINDS:
            numbers = [plan.number for plan in self.schools] if school_number is None else [school_number]
            for number in numbers:
                yield from copytext.rows(SCHOOL_KINDS[kind], self.school_copy(number)[kind])

    def summary(self, *, processes: int = 1) -> Summary:
        """Counts and content hash. The hash does not depend on the number of processes."""
        found = Summary(self.seed, self.size, str(self.scale))
        whole = hashlib.sha256()
        for kind in SHARED_KINDS:
            text = self.shared_copy(kind)
            whole.update(f"{kind}\n{text}".encode())
            found.counts[kind] = text.count("\n")
        numbers = [plan.number for plan in self.schools]
        for digest, counts in self._digests(numbers, processes):
            whole.update(digest)
            for kind, count in counts.items():
                found.counts[kind] = found.counts.get(kind, 0) + count
        found.content_hash = whole.hexdigest()
        return found

    def content_hash(self, *, processes: int = 1) -> str:
        return self.summary(processes=processes).content_hash

    def _digests(self, numbers: list[int], processes: int) -> Iterator[tuple[bytes, dict[str, int]]]:
        if processes == 1:
            yield from map(self.digest, numbers)
            return
        with ProcessPoolExecutor(processes, initializer=_remember, initargs=(self.seed, self.size, self.scale)) as pool:
            yield from pool.map(_digest, numbers, chunksize=8)

    def digest(self, number: int) -> tuple[bytes, dict[str, int]]:
        """SHA-256 and row counts of one school, for loaders that add up the hash while they load."""
        return digest_of(self.school_copy(number))

    # --- offices --------------------------------------------------------------------------------------------------

    def _office_people(self) -> list[PersonRow]:
        numbers = Numbers(0, self.seed)
        found = []
        for person in (OFFICER, IT_ADMIN, COMMUNE_OFFICER, NOBODY):
            fixed = self.fixed.people[person]
            found.append(
                PersonRow(
                    person,
                    fixed.full_name,
                    fixed.born,
                    fixed.sex,
                    numbers.next("031", fixed.sex, fixed.born.year),
                    "KINH",
                    "NONE",
                    "VN",
                    f"+8491{person:07d}",
                    f"cb{person:03d}@haiphong.example",
                    layout.STAR_COMMUNE,
                    "Tổ dân phố số 3",
                    f"Số {person} ngõ 12",
                )
            )
        return found

    def _office_staff(self) -> list[StaffRow]:
        since = date(2025, 7, 1)
        commune = layout.commune_unit(layout.STAR_COMMUNE)
        return [
            StaffRow(OFFICER, 1, "3100000001", "officer", None, None, "permanent", since, None),
            StaffRow(IT_ADMIN, 1, "3100000002", "administrator", None, None, "permanent", since, None),
            StaffRow(COMMUNE_OFFICER, commune, "3100000003", "officer", None, None, "permanent", since, None),
        ]


def digest_of(texts: dict[str, str]) -> tuple[bytes, dict[str, int]]:
    """SHA-256 and row counts of a school's COPY texts."""
    parts = [part_digest({kind: texts[kind] for kind in kinds}) for kinds in (ROLL_KINDS, BOOK_KINDS)]
    return hashlib.sha256(b"".join(parts)).digest(), counts_of(texts)


def part_digest(texts: dict[str, str]) -> bytes:
    """SHA-256 of the rolls or of the books of a school, which loaders make apart."""
    hashed = hashlib.sha256()
    for kind, text in texts.items():
        hashed.update(f"{kind}\n{text}".encode())
    return hashed.digest()


def counts_of(texts: dict[str, str]) -> dict[str, int]:
    return {kind: text.count("\n") for kind, text in texts.items()}


_world: World | None = None


def _remember(seed: int, size: Size, scale: Fraction) -> None:
    global _world
    _world = World(seed, size, scale)


def _digest(number: int) -> tuple[bytes, dict[str, int]]:
    if _world is None:
        raise RuntimeError("the process was not told its world")
    return _world.digest(number)

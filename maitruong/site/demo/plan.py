"""The plan of the province: which schools, where, how many pupils in which class.

Small, and known before any row is made, so that a school can be generated alone and still know which schools its new
pupils came from. A school's pupils are cohorts: those who enter together and move up together. Cohort 0 sits in the
last grade in 2025 and leaves in summer 2026; cohort n-1 is in the first grade in 2025; cohort n enters in 2026, partly
from other schools' cohort 0. Who repeats the year is a hash of the pupil (`marks.repeats`), so leavers can be counted
anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

CLOSED_YEAR, OPEN_YEAR = 2025, 2026
TODAY = date(2026, 11, 20)
PERSONS_PER_SCHOOL = 20_000
PUPILS_AT, GUARDIANS_AT = 1_000, 8_000
CLASSES_PER_SCHOOL = 1_000
NURSERY = "NT2"
PRESCHOOL = ("MG3", "MG4", "MG5")
STAGES: dict[str, tuple[str, ...]] = {
    "MN": PRESCHOOL,
    "TH": ("1", "2", "3", "4", "5"),
    "THCS": ("6", "7", "8", "9"),
    "TH-THCS": ("1", "2", "3", "4", "5", "6", "7", "8", "9"),
    "THPT": ("10", "11", "12"),
    "GDTX": ("10", "11", "12"),
}
TITLES = {
    "MN": "Trường mầm non",
    "TH": "Trường tiểu học",
    "THCS": "Trường THCS",
    "TH-THCS": "Trường TH&THCS",
    "THPT": "Trường THPT",
    "GDTX": "Trung tâm GDTX",
}
SHORT_TITLES = {"MN": "MN", "TH": "TH", "THCS": "THCS", "TH-THCS": "TH&THCS", "THPT": "THPT", "GDTX": "TTGDTX"}


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of person ids, in order."""

    first: int
    count: int

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.first, self.first + self.count))


@dataclass(slots=True)
class Cohort:
    """Pupils who move up together. `own` are persons of this school's block, `arrived` those other schools sent."""

    number: int
    sizes: tuple[int, ...]  # pupils per class of those in `own`, when the cohort was formed here
    own: Segment
    arrived: list[Segment] = field(default_factory=list)
    classes: int = 1


@dataclass(slots=True)
class SchoolPlan:
    """One school. `grades` of the cohorts' stage; preschools have a nursery class besides."""

    number: int
    kind: str
    given_name: str  # "Lê Chân"
    commune: str
    governor: str  # commune code, or "department"
    grades: tuple[str, ...]
    cohorts: list[Cohort]
    nursery: list[Cohort]  # preschools: of 2025 (they are in MG3 in 2026) and of 2026
    ownership: str = "PUBLIC"
    campuses: int = 1
    two_sessions: bool = False
    preschool_teachers: int = 0
    governed_before: str | None = None  # commune that governed it until 30 June 2026
    short_name_before: str | None = None  # name until 30 June 2026

    @property
    def unit_id(self) -> int:
        return 1_000 + self.number

    @property
    def first_person(self) -> int:
        return self.number * PERSONS_PER_SCHOOL

    @property
    def name(self) -> str:
        return f"{TITLES[self.kind]} {self.given_name}"

    @property
    def short_name(self) -> str:
        return f"{SHORT_TITLES[self.kind]} {self.given_name}"

    @property
    def is_graded(self) -> bool:
        return self.kind != "MN"

    @property
    def first_grade(self) -> str:
        return NURSERY if self.nursery else self.grades[0]

    def campus_ids(self) -> tuple[int, ...]:
        return tuple(20_000 + self.number * 10 + place for place in range(self.campuses))

    def leavers(self) -> Cohort:
        return self.cohorts[0]


class Builder:
    """Gives ids to cohorts while a school is drawn up."""

    def __init__(self, number: int, kind: str) -> None:
        self._next = number * PERSONS_PER_SCHOOL + PUPILS_AT
        self._last = number * PERSONS_PER_SCHOOL + GUARDIANS_AT
        self.kind = kind

    def cohort(self, number: int, sizes: tuple[int, ...], *, classes: int | None = None) -> Cohort:
        own = Segment(self._next, sum(sizes))
        self._next += own.count
        if self._next > self._last:
            raise ValueError("a school has more pupils than its block of ids")
        return Cohort(number, sizes, own, classes=classes or max(1, len(sizes)))


def shared_out(total: int, parts: int) -> tuple[int, ...]:
    """`total` in `parts` whole shares that differ by at most one, the larger first."""
    return tuple(total // parts + (place < total % parts) for place in range(parts))


@dataclass(frozen=True, slots=True)
class Fed:
    """A cohort that other schools send, with a few pupils of its own besides."""

    own: int = 0


def draw_up(
    number: int, kind: str, given_name: str, commune: str, sizes: list[tuple[int, ...] | Fed], **more: object
) -> SchoolPlan:
    """A school from the class sizes of its cohorts, oldest first; the last is the one that enters in 2026.

    Preschools: the two entries after that are the nursery of 2025 and of 2026.
    """
    builder = Builder(number, kind)
    grades = STAGES[kind]
    drawn: list[Cohort] = []
    for place, entry in enumerate(sizes):
        cohort_number = place if place <= len(grades) else 100 + place
        drawn.append(builder.cohort(cohort_number, (entry.own,) if isinstance(entry, Fed) else entry))
    cohorts, nursery = drawn[: len(grades) + 1], drawn[len(grades) + 1 :]
    governor = "department" if kind in ("THPT", "GDTX") else commune
    plan = SchoolPlan(number, kind, given_name, commune, governor, grades, cohorts, nursery)
    if nursery:
        cohorts[-1].arrived.append(nursery[0].own)
    for key, value in more.items():
        setattr(plan, key, value)
    return plan


CLASS_LIMIT = {"MN": 35, "TH": 35, "THCS": 45, "TH-THCS": 35, "THPT": 45, "GDTX": 45, NURSERY: 25}


def send_on(
    sources: list[SchoolPlan], targets: list[SchoolPlan], share: float, taken: dict[int, int]
) -> list[tuple[Segment, int]]:
    """Let a share of the sources' leavers enter the targets, as evenly as their number allows.

    `taken` counts, by school number, how many leavers an earlier call took. Returns (segment, target number).
    """
    pool: list[Segment] = []
    for source in sources:
        leavers = source.leavers().own
        start = taken.get(source.number, 0)
        count = min(round(leavers.count * share), leavers.count - start)
        taken[source.number] = start + count
        if count:
            pool.append(Segment(leavers.first + start, count))
    sent: list[tuple[Segment, int]] = []
    for target, wanted in zip(targets, shared_out(sum(part.count for part in pool), len(targets)), strict=True):
        while wanted:
            part = pool[0]
            take = min(wanted, part.count)
            segment = Segment(part.first, take)
            target.cohorts[-1].arrived.append(segment)
            sent.append((segment, target.number))
            pool[0] = Segment(part.first + take, part.count - take)
            if not pool[0].count:
                pool.pop(0)
            wanted -= take
    return sent


def settle_classes(school: SchoolPlan) -> None:
    """Open as many classes for the entering cohort as its number needs."""
    entering = school.cohorts[-1]
    if entering.arrived:
        count = entering.own.count + sum(part.count for part in entering.arrived)
        entering.classes = max(1, -(-count // CLASS_LIMIT[school.kind]))

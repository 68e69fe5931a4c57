"""From classes and posts to surplus and shortage. Pure: the norms are the rules of `staff`, the periods those of `curriculum`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from maitruong.foundation.regulations import in_force_on
from maitruong.registry.staff.rules import Balance, Kind, kind_of_class, needed_by_subject, norm_of
from maitruong.teaching.curriculum.rules import CLUSTER_PERIODS, Programme, programme_of, studied

from .counts import Classes

WEEKS: Final = 35
PERIODS: Final = {"th": 23, "thcs": 19, "thpt": 17}
"""Periods one teaches a week, by stage [assumed: the circular was not at hand]. The page lets whoever asks set others."""
LET_OFF: Final = 4
"""Periods a week that leading a class lets off [assumed]."""
SHARED: Final = frozenset({"HDTN", "HDTNHN", "GDDP"})
"""Taught by teachers of other subjects: nobody is taken on for them, so nobody is missing. Their periods are told."""
CLASS_TEACHER: Final = "GV"
"""In primary school: the teacher of a class, who teaches all but the subjects below."""
_SPECIALISTS: Final = frozenset({"NN1", "NN2", "GDTC", "NT", "THCN", "DTTS"})
_OF_CLASS_TEACHERS: Final = frozenset({"", "TV", "DD", "TNXH", "KH"})
_ONE_IN_LOWER: Final = {"VL": "KHTN", "HH": "KHTN", "SH": "KHTN", "LS": "LSDL", "DL": "LSDL", "AN": "NT", "MT": "NT"}
_PRESCHOOL: Final = frozenset({Kind.NURSERY, Kind.KINDERGARTEN})


@dataclass(frozen=True)
class KindRow:
    """Classes of one kind in a school, the norm in hundredths of a teacher a class, and what it comes to, rounded up."""

    kind: Kind
    classes: int
    norm: int
    needed: int


@dataclass
class OfSchool:
    """outside: classes that have no norm in these circulars (continuing education). unsaid: teachers whose post names no subject.
    unchosen: upper secondary classes of which no elective is written: their electives need nobody yet."""

    school_id: int
    kinds: list[KindRow] = field(default_factory=list)
    outside: int = 0
    unchosen: int = 0
    there: int = 0
    unsaid: int = 0
    subjects: dict[str, Balance] = field(default_factory=dict)
    periods: dict[str, int] = field(default_factory=dict)
    let_off: dict[str, int] = field(default_factory=dict)
    shared: int = 0

    @property
    def has_norm(self) -> bool:
        """Whether any class falls under the norms: a centre of continuing education has teachers, and no norm here."""
        return bool(self.kinds) or not self.outside

    @property
    def classes(self) -> int:
        return sum(row.classes for row in self.kinds)

    @property
    def balance(self) -> Balance:
        return Balance(sum(row.needed for row in self.kinds), self.there)


def of_schools(
    classes: Iterable[Classes],
    teachers: Iterable[tuple[int, str, int]],
    *,
    school_year: int,
    day: dt.date,
    periods_of_a_teacher: Mapping[str, int] = PERIODS,
) -> dict[int, OfSchool]:
    """Every school that has a class or a teacher. day chooses the norms in force."""
    of_school: dict[int, list[Classes]] = {}
    for row in classes:
        of_school.setdefault(row.school_id, []).append(row)
    there: dict[int, Counter[str]] = {}
    for school_id, subject, number in teachers:
        there.setdefault(school_id, Counter())[subject] += number
    return {
        school_id: _one(
            school_id,
            of_school.get(school_id, []),
            there.get(school_id, Counter()),
            school_year,
            day,
            periods_of_a_teacher,
        )
        for school_id in {*of_school, *there}
    }


def together(schools: Iterable[OfSchool]) -> dict[str, tuple[Balance, int, int]]:
    """By subject over many schools: the sums, how many are missing in schools short of it, how many too many in the others.

    A teacher too many at one school does not teach at another, so shortage and surplus stand side by side.
    """
    found: dict[str, tuple[int, int, int, int]] = {}
    for school in schools:
        for subject, one in school.subjects.items():
            needed, there, short, over = found.get(subject, (0, 0, 0, 0))
            found[subject] = (
                needed + one.needed,
                there + one.there,
                short + max(-one.surplus, 0),
                over + max(one.surplus, 0),
            )
    return {subject: (Balance(needed, there), short, over) for subject, (needed, there, short, over) in found.items()}


def _one(
    school_id: int,
    classes: list[Classes],
    there: Counter[str],
    school_year: int,
    day: dt.date,
    norms: Mapping[str, int],
) -> OfSchool:
    found = OfSchool(school_id, there=there.total(), unsaid=there[""])
    kinds: Counter[Kind] = Counter()
    for row in classes:
        if programme_of(row.levels, row.grade) is Programme.CONTINUING:
            found.outside += row.number
        else:
            kinds[kind_of_class(row.grade, school_type=row.school_type, two_sessions=row.two_sessions)] += row.number
    found.kinds = [KindRow(kind, n, norm_of(kind), _needed(kind, n, day)) for kind, n in sorted(kinds.items())]
    found.unchosen = sum(row.number for row in classes if row.grade >= 10 and not row.electives)
    _by_subject(found, classes, there, school_year, norms)
    return found


def _needed(kind: Kind, number: int, day: dt.date) -> int:
    topic = "staff.teachers_of_preschool" if kind in _PRESCHOOL else "staff.teachers_of_school"
    needed: int = in_force_on(topic, day).function({kind: number})
    return needed


def _by_subject(
    found: OfSchool, classes: list[Classes], there: Counter[str], school_year: int, norms: Mapping[str, int]
) -> None:
    """Periods a year by subject and stage, laid beside the teachers; of a school of several stages each stage has its own norm, so
    that a teacher's year is the one of the stage that has most of her subject."""
    general = [row for row in classes if row.grade > 0]
    stages = {_stage(row.grade) for row in general}
    by_stage: dict[str, Counter[str]] = {}
    let_off: Counter[str] = Counter()
    for row in general:
        stage = _stage(row.grade)
        for code, periods in _periods_of(row.levels, row.grade, row.electives, row.clusters, school_year):
            by_stage.setdefault(_taught_as(code, stages), Counter())[stage] += periods * row.number
        led = CLASS_TEACHER if stage == "th" else _taught_as(row.led, stages)
        let_off[led] += LET_OFF * WEEKS * row.number
    teachers: Counter[str] = Counter()
    for subject, number in there.items():
        if stages and (code := _taught_by(subject, stages)):
            teachers[code] += number
    found.shared = sum(by_stage[code].total() for code in SHARED & set(by_stage))
    for code in {*by_stage, *teachers} - SHARED:
        of_code = by_stage.get(code, Counter())
        stage = of_code.most_common(1)[0][0] if of_code else max(stages, key=list(PERIODS).index)
        found.periods[code], found.let_off[code] = of_code.total(), let_off[code] if of_code else 0
        found.subjects |= needed_by_subject(
            {code: found.periods[code]},
            {code: teachers[code]},
            periods_of_a_teacher=norms[stage] * WEEKS,
            reduced={code: found.let_off[code]},
        )


@lru_cache(maxsize=8192)
def _periods_of(
    levels: tuple[str, ...], grade: int, electives: frozenset[str], clusters: frozenset[str], school_year: int
) -> tuple[tuple[str, int], ...]:
    """Periods a year of one class by what its teacher is taken on for. Kept: the classes of a province are of few kinds."""
    found: Counter[str] = Counter()
    for subject in studied(grade, school_year, electives=electives, programme=programme_of(levels, grade)):
        code = subject.family
        if grade <= 5 and code not in _SPECIALISTS:
            code = CLASS_TEACHER
        found[code] += subject.periods_per_year + (CLUSTER_PERIODS if subject.code in clusters else 0)
    return tuple(found.items())


def _taught_as(subject: str, stages: Set[str]) -> str:
    """Where a school has lower secondary classes, what that stage teaches as one subject is one for teachers of all stages."""
    return _ONE_IN_LOWER.get(subject, subject) if "thcs" in stages else subject


def _taught_by(subject: str, stages: Set[str]) -> str:
    """What a teacher counts for: "" where her post does not say and no primary class could be hers."""
    if "th" in stages and (stages == {"th"} or subject in _OF_CLASS_TEACHERS):
        return subject if subject in _SPECIALISTS else CLASS_TEACHER
    return _taught_as(subject, stages)


def _stage(grade: int) -> str:
    return "th" if grade <= 5 else "thcs" if grade <= 9 else "thpt"

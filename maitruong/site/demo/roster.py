"""Who sits in which class: worked out from the plan alone, the same wherever it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import marks
from .plan import CLASSES_PER_SCHOOL, CLOSED_YEAR, NURSERY, OPEN_YEAR, Cohort, SchoolPlan
from .programme import CONTINUING_SETS, ELECTIVE_SETS, PRIMARY_GRADES, UPPER_GRADES

_PRESCHOOL_NAMES = {"NT2": "Nhà trẻ", "MG3": "Mầm", "MG4": "Chồi", "MG5": "Lá"}


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """A class of a year with its pupils in the order of the plan, and how each came to sit there."""

    id: int
    year: int
    grade: str
    place: int  # 0 = the first of its grade
    name: str
    programme: str
    electives: str
    clusters: str
    pupils: tuple[int, ...]
    statuses: tuple[str, ...]  # key of student_status at the beginning of the year

    @property
    def is_primary(self) -> bool:
        return self.grade in PRIMARY_GRADES

    @property
    def is_secondary(self) -> bool:
        return self.grade.isdigit() and not self.is_primary


def class_name(kind: str, grade: str, place: int) -> str:
    if grade in _PRESCHOOL_NAMES:
        return f"{_PRESCHOOL_NAMES[grade]} {place + 1}"
    if grade in PRIMARY_GRADES:
        return f"{grade}{'ABCDEGHIKLMNPQ'[place]}"
    return f"{grade}{'C' if kind == 'GDTX' else 'A'}{place + 1}"


def curriculum(kind: str, grade: str, place: int) -> tuple[str, str, str]:
    """(programme, electives, clusters) of a class. They follow its place, so a cohort keeps its electives."""
    if kind == "GDTX":
        return "GDTX2022", *CONTINUING_SETS[place % len(CONTINUING_SETS)]
    if kind == "MN":
        return "GDMN", "", ""
    return "GDPT2018", *(ELECTIVE_SETS[place % len(ELECTIVE_SETS)] if grade in UPPER_GRADES else ("", ""))


def class_set(school: SchoolPlan, year: int) -> Iterator[tuple[str, int, str, str]]:
    """(grade, place, programme, electives) of the classes of a year, without their pupils."""
    stage = len(school.grades)
    for cohort in reversed(school.cohorts):
        at = (stage - 1 if year == CLOSED_YEAR else stage) - cohort.number
        if 0 <= at < stage:
            for place in range(cohort.classes):
                programme, electives, _ = curriculum(school.kind, school.grades[at], place)
                yield school.grades[at], place, programme, electives
    if school.nursery:
        for place in range(len(school.nursery[year - CLOSED_YEAR].sizes)):
            yield NURSERY, place, "GDMN", ""


class Roster:
    """The classes of one school in both years."""

    def __init__(self, school: SchoolPlan, ability_salt: int) -> None:
        self.school = school
        self._salt = ability_salt
        self._classes_so_far: dict[int, int] = {CLOSED_YEAR: 0, OPEN_YEAR: 0}
        self._seats = {cohort.number: self._seated(cohort) for cohort in school.cohorts}
        self.repeating: dict[int, str] = {}  # pupil → grade repeated in 2026
        self.closed = self._closed_year()
        self.open = self._open_year()

    @property
    def classes(self) -> tuple[SchoolClass, ...]:
        return (*self.closed, *self.open)

    def _seated(self, cohort: Cohort) -> list[list[int]]:
        """The cohort's pupils by class. Formed here: by the plan's sizes; with arrivals: spread evenly."""
        if not cohort.arrived:
            pupils = iter(cohort.own)
            return [[next(pupils) for _ in range(size)] for size in cohort.sizes]
        pupils_in_all = [*self._arrivals(cohort), *cohort.own]
        count = cohort.classes
        return [
            pupils_in_all[len(pupils_in_all) * place // count : len(pupils_in_all) * (place + 1) // count]
            for place in range(count)
        ]

    def _arrivals(self, cohort: Cohort) -> list[int]:
        from_preschool = self.school.grades[0] in ("1", "MG3")
        return [
            pupil
            for segment in cohort.arrived
            for pupil in segment
            if from_preschool or not repeats_last_grade(pupil, self.school.grades[0], self._salt)
        ]

    def _closed_year(self) -> tuple[SchoolClass, ...]:
        found: list[SchoolClass] = []
        stage = len(self.school.grades)
        for cohort in reversed(self.school.cohorts[:stage]):
            grade = self.school.grades[stage - 1 - cohort.number]
            for place, pupils in enumerate(self._seats[cohort.number]):
                status = "NEW" if grade == self.school.grades[0] else "ENROLLED"
                found.append(self._class(CLOSED_YEAR, grade, place, pupils, [status] * len(pupils), cohort.number))
        if self.school.nursery:
            found[:0] = self._nursery(self.school.nursery[0], CLOSED_YEAR)
        return tuple(found)

    def _open_year(self) -> tuple[SchoolClass, ...]:
        found: list[SchoolClass] = []
        stage = len(self.school.grades)
        failed = self._failed()
        for cohort in reversed(self.school.cohorts):
            place_of_grade = stage - cohort.number
            if place_of_grade == stage:  # the leavers of summer 2026
                continue
            grade = self.school.grades[place_of_grade]
            older = self._seats[cohort.number - 1]
            for place, pupils in enumerate(self._seats[cohort.number]):
                moved = [pupil for pupil in pupils if pupil not in failed]
                # Those who repeat join the class of the same letter one year below theirs.
                stayed = [pupil for seat, seated in enumerate(older) for pupil in seated if pupil in failed
                          and min(seat, len(self._seats[cohort.number]) - 1) == place]  # fmt: skip
                status = "NEW" if cohort.number == stage else "ENROLLED"
                statuses = [status] * len(moved) + ["REPEATING"] * len(stayed)
                found.append(self._class(OPEN_YEAR, grade, place, [*moved, *stayed], statuses, cohort.number))
                self.repeating |= dict.fromkeys(stayed, grade)
        if self.school.nursery:
            found[:0] = self._nursery(self.school.nursery[1], OPEN_YEAR)
        return tuple(found)

    def _failed(self) -> set[int]:
        """Pupils of 2025 who failed the year and its retest."""
        if not self.school.is_graded:
            return set()
        return {
            pupil
            for school_class in self.closed
            for pupil in school_class.pupils
            if repeats_year(pupil, school_class.grade, self._salt)
        }

    def _nursery(self, cohort: Cohort, year: int) -> list[SchoolClass]:
        pupils = iter(cohort.own)
        return [
            self._class(year, NURSERY, place, [next(pupils) for _ in range(size)], ["NEW"] * size, cohort.number)
            for place, size in enumerate(cohort.sizes)
        ]

    def _class(
        self, year: int, grade: str, place: int, pupils: list[int], statuses: list[str], cohort: int
    ) -> SchoolClass:
        kind = self.school.kind
        so_far = self._classes_so_far[year]
        self._classes_so_far[year] = so_far + 1
        half = CLASSES_PER_SCHOOL // 2
        programme, electives, clusters = curriculum(kind, grade, place)
        return SchoolClass(
            self.school.number * CLASSES_PER_SCHOOL + (year - CLOSED_YEAR) * half + so_far,
            year,
            grade,
            place,
            class_name(kind, grade, place),
            programme,
            electives,
            clusters,
            tuple(pupils),
            tuple(statuses),
        )


def repeats_year(pupil: int, grade: str, ability_salt: int) -> bool:
    """Whether a pupil of a grade in 2025 sits in the same grade in 2026."""
    if grade in PRIMARY_GRADES:
        failed = marks.primary_level(pupil, CLOSED_YEAR, ability_salt) == marks.NOT_DONE
    else:
        failed = marks.level(pupil, CLOSED_YEAR, ability_salt) == marks.FAILED
    return failed and marks.repeats(pupil, CLOSED_YEAR, ability_salt)


def repeats_last_grade(pupil: int, entered_grade: str, ability_salt: int) -> bool:
    """The same of a pupil on the way into the first grade of the next school."""
    return repeats_year(pupil, str(int(entered_grade) - 1), ability_salt)

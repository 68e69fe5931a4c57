"""What the demo classes study: the subjects of the programme in force, with how many single marks the circulars ask for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from maitruong.assessment.gradebook.rules import Kind, tt22_2021, tt27_2020
from maitruong.teaching.curriculum import rules as curriculum

WEEKS = 35
PRIMARY_GRADES = ("1", "2", "3", "4", "5")
LOWER_GRADES = ("6", "7", "8", "9")
UPPER_GRADES = ("10", "11", "12")
_YEAR = 2026

#: Sets of electives a school offers, with the clusters studied on them.
ELECTIVE_SETS: tuple[tuple[str, str], ...] = (
    ("VL HH SH TH", "TOAN VL HH"),
    ("DL GDKTPL TH CNCN", "NV LS DL"),
    ("VL HH TH CNCN", "TOAN VL TH"),
    ("DL GDKTPL SH TH", "NV LS GDKTPL"),
    ("VL HH SH CNNN", "TOAN HH SH"),
    ("DL GDKTPL AN MT", "NV LS DL"),
)
#: What classes of a centre chose beside the compulsory subjects of their programme.
CONTINUING_SETS: tuple[tuple[str, str], ...] = (("DL GDKTPL TH CNCN", ""), ("VL HH SH TH", ""))


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of a class. `regular` = single regular marks a term (grades 6-12), 0 in primary."""

    code: str
    periods: int
    scored: bool
    regular: int = 0
    tested: bool = False  # primary: has a test at the end of a term
    tested_mid: bool = False  # primary: also in mid term


@cache
def subjects(grade: str, *, programme: str = "GDPT2018", electives: str = "") -> tuple[Subject, ...]:
    """The subjects of a class, in the order of the programme; () for preschool."""
    if not grade.isdigit():
        return ()
    found = curriculum.studied(
        int(grade), _YEAR, electives=electives.split(), programme=curriculum.Programme(programme)
    )
    return tuple(_primary(subject) if grade in PRIMARY_GRADES else _secondary(subject) for subject in found)


def _primary(subject: curriculum.Subject) -> Subject:
    at_end = tt27_2020.tested_subjects(subject.grade, tt27_2020.Moment.END_OF_YEAR)
    in_mid_term = tt27_2020.tested_subjects(subject.grade, tt27_2020.Moment.MID_TERM_ONE)
    tested = subject.code in at_end
    return Subject(
        subject.code, subject.periods_per_year, tested, tested=tested, tested_mid=subject.code in in_mid_term
    )


def _secondary(subject: curriculum.Subject) -> Subject:
    scored = subject.kind is curriculum.SubjectKind.SCORE
    kind = Kind.SCORE if scored else Kind.COMMENT
    regular = tt22_2021.regular_marks_needed(kind, subject.periods_per_year)
    return Subject(subject.code, subject.periods_per_year, scored, regular)

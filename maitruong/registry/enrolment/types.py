"""What crosses this wall about classes and who sits in them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from maitruong.foundation.people.types import Identifier, Particulars
from maitruong.registry.students.types import GuardianRow, StudentFile

PURPOSES = "purposes"
"""In a session: what files were opened for, by pupil; a page that shows one asks there."""
PRESCHOOL_GRADES = {"NT0": -6, "NT1": -5, "NT2": -4, "MG3": -3, "MG4": -2, "MG5": -1}


def grade_number(key: str) -> int:
    """A grade key of the code list as a number: '8' → 8; preschool groups are -6..-1, so that they sort before grade 1."""
    return PRESCHOOL_GRADES.get(key) or int(key)


def class_sort_key(name: str, grade: int) -> str:
    """Natural order of class names inside a school: by grade, then letters, then numbers (6A2 before 6A10)."""
    parts = re.findall(r"\d+|\D+", name.strip().lower())
    return f"{grade + 10:02d} " + "".join(p.zfill(4) if p.isdigit() else p.strip() for p in parts)


@dataclass(frozen=True)
class ClassRef:
    """A class of one school year."""

    id: int
    school_id: int
    school_year: int
    grade: int
    name: str
    homeroom_id: int | None


@dataclass(frozen=True)
class ClassRow:
    """A class as a list shows it, with the number of pupils on the day asked."""

    id: int
    school_id: int
    school_year: int
    grade: int
    name: str
    homeroom_id: int | None
    homeroom_name: str
    pupils: int
    girls: int


@dataclass(frozen=True)
class RosterRow:
    """A pupil of a class on a day, in the order of the class list."""

    enrolment_id: int
    student_id: int
    full_name: str
    born_on: dt.date | None
    sex: str
    student_code: str
    register_number: str
    status: str
    starts_on: dt.date
    ends_on: dt.date | None


@dataclass(frozen=True)
class PupilRow:
    """A pupil with an open place in a school year, as the search shows him."""

    student_id: int
    full_name: str
    born_on: dt.date | None
    sex: str
    student_code: str
    school_id: int
    school_name: str
    class_id: int
    class_name: str


@dataclass(frozen=True)
class Page:
    """One page of a list by key. previous and next are pupils' ids to go on from, None at the ends.

    anywhere: the words were found anywhere in the names, not at the given name; the next page must be asked the same way.
    """

    rows: tuple[PupilRow, ...]
    previous: int | None
    next: int | None
    anywhere: bool = False


@dataclass(frozen=True)
class SchoolRow:
    """A school as the officer's list shows it, with the counts of one school year."""

    id: int
    name: str
    code: str
    commune: str
    levels: tuple[str, ...]
    classes: int
    pupils: int


@dataclass(frozen=True)
class Seat:
    """A pupil's place in a class from a day to a day (both included)."""

    id: int
    student_id: int
    school_id: int
    school_name: str
    school_year: int
    class_id: int
    class_name: str
    grade: int
    status: str
    status_label: str
    starts_on: dt.date
    ends_on: dt.date | None
    end_reason: str
    student_code: str
    register_number: str


@dataclass(frozen=True)
class Dossier:
    """A pupil's file. `seat` is the place through which the reader reaches it; seats are newest first."""

    person: Particulars
    identifiers: tuple[Identifier, ...]
    file: StudentFile
    guardians: tuple[GuardianRow, ...]
    seat: Seat
    seats: tuple[Seat, ...]

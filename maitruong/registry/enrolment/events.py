"""Facts about classes and who sits in them. Days are ISO text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maitruong.foundation.events.services import Event


@dataclass(frozen=True)
class ClassOpened(Event):
    kind: ClassVar[str] = "enrolment.class_opened"
    school_year: int
    class_id: int
    grade: int


@dataclass(frozen=True)
class ClassRemoved(Event):
    """A class opened by mistake is gone, with its empty books."""

    kind: ClassVar[str] = "enrolment.class_removed"
    school_year: int
    class_id: int
    grade: int


@dataclass(frozen=True)
class ProgrammeChosen(Event):
    """A class studies other electives or clusters than before; its open books follow."""

    kind: ClassVar[str] = "enrolment.programme_chosen"
    school_year: int
    class_id: int


@dataclass(frozen=True)
class PupilEnrolled(Event):
    kind: ClassVar[str] = "enrolment.pupil_enrolled"
    school_year: int
    class_id: int
    student_id: int
    starts_on: str


@dataclass(frozen=True)
class PupilsEnrolled(Event):
    """Many at once, as a list brings them: one fact for each class, not one for each pupil."""

    kind: ClassVar[str] = "enrolment.pupils_enrolled"
    school_year: int
    class_id: int
    students: list[int]


@dataclass(frozen=True)
class PupilLeft(Event):
    kind: ClassVar[str] = "enrolment.pupil_left"
    school_year: int
    class_id: int
    student_id: int
    ends_on: str
    status: str


@dataclass(frozen=True)
class HomeroomAppointed(Event):
    kind: ClassVar[str] = "enrolment.homeroom_appointed"
    school_year: int
    class_id: int
    teacher_id: int | None


@dataclass(frozen=True)
class RollsChanged(Event):
    """Many pupils of a school came or were corrected at once; whoever counts, counts the school again."""

    kind: ClassVar[str] = "enrolment.rolls_changed"
    school_year: int

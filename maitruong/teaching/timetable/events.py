"""Facts about who teaches what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maitruong.foundation.events.services import Event


@dataclass(frozen=True)
class TeachingAssigned(Event):
    kind: ClassVar[str] = "timetable.teaching_assigned"
    school_year: int
    class_id: int
    subject: str
    teacher_id: int


@dataclass(frozen=True)
class TeachingEnded(Event):
    kind: ClassVar[str] = "timetable.teaching_ended"
    school_year: int
    class_id: int
    subject: str
    teacher_id: int

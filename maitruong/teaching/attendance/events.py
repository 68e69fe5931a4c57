"""Facts about attendance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maitruong.foundation.events.services import Event


@dataclass(frozen=True)
class AbsencesEntered(Event):
    """Absences of a class and day were written, changed or taken back. day is ISO text."""

    kind: ClassVar[str] = "attendance.absences_entered"
    school_year: int
    class_id: int
    day: str
    student_ids: list[int]

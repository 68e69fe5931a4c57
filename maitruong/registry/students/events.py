"""Facts about pupils and their families."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maitruong.foundation.events.services import Event


@dataclass(frozen=True)
class GuardianAdded(Event):
    kind: ClassVar[str] = "students.guardian_added"
    student_id: int
    guardian_id: int


@dataclass(frozen=True)
class GuardianEnded(Event):
    kind: ClassVar[str] = "students.guardian_ended"
    student_id: int
    guardian_id: int

"""What crosses this wall about who teaches what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class AssignmentRow:
    """A teacher of a subject in a class, from the first to the last day (both included)."""

    id: int
    school_id: int
    school_year: int
    class_id: int
    subject: str
    teacher_id: int
    teacher_name: str
    starts_on: dt.date
    ends_on: dt.date | None

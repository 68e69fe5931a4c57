"""What crosses this wall about schools."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SchoolFacts:
    """How a school works. absence_counting: "plan", "day" or "session" (teaching/attendance/rules)."""

    id: int
    levels: tuple[str, ...]
    school_type: str
    ownership: str
    phone: str
    two_sessions: bool
    absence_counting: str

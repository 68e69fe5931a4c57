"""Facts about who works where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maitruong.foundation.events.services import Event


@dataclass(frozen=True)
class StaffEmployed(Event):
    kind: ClassVar[str] = "staff.employed"
    person_id: int
    post: str


@dataclass(frozen=True)
class StaffLeft(Event):
    kind: ClassVar[str] = "staff.left"
    person_id: int
    ends_on: str


@dataclass(frozen=True)
class StaffRecordChanged(Event):
    """part: key of staff.sections. What it says stays inside."""

    kind: ClassVar[str] = "staff.record_changed"
    person_id: int
    part: str


@dataclass(frozen=True)
class StaffJudged(Event):
    """A review by the standard, or ratings of a year, were written. people: how many."""

    kind: ClassVar[str] = "staff.judged"
    school_year: int
    people: int

"""Facts about transfers. Days are ISO text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maitruong.foundation.events.services import Event


@dataclass(frozen=True)
class TransferMoved(Event):
    """An application came to another state. school_id: the school whose act it was."""

    kind: ClassVar[str] = "transfers.moved"
    transfer_id: int
    state: str


@dataclass(frozen=True)
class PupilTransferred(Event):
    """A pupil sits at another school from a day on. school_id: the new one."""

    kind: ClassVar[str] = "transfers.pupil_transferred"
    transfer_id: int
    student_id: int
    from_school_id: int
    class_id: int
    starts_on: str


@dataclass(frozen=True)
class StaffPosted(Event):
    """A colleague works at another school from a day on. school_id: the new one."""

    kind: ClassVar[str] = "transfers.staff_posted"
    posting_id: int
    person_id: int
    from_school_id: int
    starts_on: str

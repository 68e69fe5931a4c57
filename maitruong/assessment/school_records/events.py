"""Facts the records publish. Ids only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maitruong.foundation.events.services import Event


@dataclass(frozen=True)
class RecordSealed(Event):
    """A record carries all its signatures and the school's seal. record_id: its public name."""

    kind: ClassVar[str] = "school_records.record_sealed"
    school_year: int
    class_id: int
    student_id: int
    record_id: str
    version: int


@dataclass(frozen=True)
class RecordSuperseded(Event):
    """A record no longer stands: a corrected version took its place (by), or it was revoked (by is empty)."""

    kind: ClassVar[str] = "school_records.record_superseded"
    school_year: int
    class_id: int
    student_id: int
    record_id: str
    by: str

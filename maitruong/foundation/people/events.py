"""Facts this module publishes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maitruong.foundation.events.services import Event


@dataclass(frozen=True)
class PeopleMerged(Event):
    kind: ClassVar[str] = "people.merged"

    school_id: int | None
    kept_id: int
    absorbed_id: int


@dataclass(frozen=True)
class PeopleParted(Event):
    """A merge was taken back."""

    kind: ClassVar[str] = "people.parted"

    school_id: int | None
    kept_id: int
    absorbed_id: int

"""Facts this module publishes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maitruong.foundation.events.services import Event


@dataclass(frozen=True)
class PeopleVerified(Event):
    """The register's verdict on some people of a school changed, or no longer holds."""

    kind: ClassVar[str] = "verification.people_verified"

    school_id: int | None
    school_year: int

"""What crosses this wall about units."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class UnitRef:
    id: int
    kind: str
    code: str
    name: str


@dataclass(frozen=True)
class CommuneRef:
    """A commune of the list in force: where a school may lie. id: of the row in the list, not a unit."""

    id: int
    code: str
    name: str


@dataclass(frozen=True)
class UnitFacts:
    """A unit as its page shows it: where it lies, and who governs it since when."""

    id: int
    kind: str
    code: str
    name: str
    commune_id: int | None
    commune: str
    address: str
    opened_on: dt.date | None
    closed_on: dt.date | None
    governor_id: int | None
    governor: str
    governed_since: dt.date | None


@dataclass(frozen=True)
class SchoolKey:
    """A school by what tells it from others: its code, or its name in the commune it lies in."""

    id: int
    code: str
    name: str
    commune_id: int | None

"""What crosses this wall about units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class UnitRef:
    id: int
    kind: str
    code: str
    name: str

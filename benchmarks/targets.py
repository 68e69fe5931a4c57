"""The targets of targets.toml, and a figure held against its own."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FILE = HERE / "targets.toml"
Y3_FILE = HERE / "y3.py"


class NotRun(Exception):
    """Why something was not measured. Never replaced by a guess."""


@dataclass
class Figure:
    """A value with what it was reckoned from. samples: the raw values, in the order taken; unit says of what."""

    area: str
    name: str
    value: float
    samples: list[Any] = field(default_factory=list)
    unit: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def target(self) -> dict[str, Any]:
        found: dict[str, Any] = read()[self.area][self.name]
        return found

    @property
    def is_met(self) -> bool:
        target = self.target
        if "exactly" in target:
            return bool(self.value == target["exactly"])
        if "most" in target:
            return bool(self.value <= target["most"])
        return bool(self.value >= target["least"])

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "target": self.target,
            "pass": self.is_met,
            "unit": self.unit,
            "samples": self.samples,
            **self.more,
        }


@cache
def read() -> dict[str, dict[str, Any]]:
    return tomllib.loads(FILE.read_text())


def names() -> dict[str, list[str]]:
    """Area → the names of its targets."""
    return {area: list(targets) for area, targets in read().items() if area != "y3"}


def y3_hash() -> str:
    return hashlib.sha256(Y3_FILE.read_bytes()).hexdigest()


def y3_is_frozen() -> bool:
    return y3_hash() == read()["y3"]["sha256"]

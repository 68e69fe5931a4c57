"""Reads the lists of administrative units. Sources: Resolution 202/2025/QH15, Decision 19/2025/QĐ-TTg (codes from
1 July 2025), Resolution 30/2026/QH16 and those of Quảng Ninh and Bắc Ninh (cities under the government in 2026)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from maitruong.foundation.kernel import clock

from .errors import UnknownAdminUnit

Level = Literal["province", "district", "commune"]
#: whole: all of the old unit; part: a part of it; land: of its land only; people: of its land, with all its people.
Share = Literal["whole", "part", "land", "people"]

DATA = Path(__file__).parent / "data"
LIST_BEGINS = date(2025, 7, 1)
LIST_BEFORE_ENDS = date(2025, 6, 30)
_KINDS = {"P": "Phường", "X": "Xã", "D": "Đặc khu"}


@dataclass(frozen=True, slots=True)
class AdminUnit:
    """A unit in the list and the period it belonged to; both ends included, None = not limited or not known.

    `parent` is a province code for communes and districts of their list, a district code for former communes.
    """

    level: Level
    code: str
    name: str  # without the kind: "Lê Chân"
    kind: str  # "Phường"
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    date_mark: str = ""  # "planned", "assumed": how sure the first day is, when it is not

    @property
    def full_name(self) -> str:
        return f"{self.kind} {self.name}"

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Succession:
    """A new unit took over an old one. On any share but whole the old code alone cannot tell where an address went,
    except that `people` carries every inhabited address."""

    level: Level  # of the old unit; the new one is a commune, or a province for a province
    old: str
    new: str
    share: Share
    on: date = LIST_BEGINS


def _read(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def _provinces() -> tuple[AdminUnit, ...]:
    return tuple(
        AdminUnit(
            "province",
            row["code"],
            row["name"],
            row["kind"],
            None,
            date.fromisoformat(row["valid_from"]),
            date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            row["date_mark"],
        )
        for row in _read("provinces.csv")
    )


def provinces(*, on: date | None = None) -> tuple[AdminUnit, ...]:
    """The provinces and cities of a day since 1 July 2025, in the order of their codes."""
    day = on or clock.today()
    return tuple(unit for unit in _provinces() if unit.holds_on(day))


def all_provinces() -> tuple[AdminUnit, ...]:
    """Every dated row, several for a province whose type changed; for loading."""
    return _provinces()


def province(code: str, *, on: date | None = None) -> AdminUnit:
    """The province of a code on a day. Raises UnknownAdminUnit."""
    day = on or clock.today()
    for unit in provinces(on=day):
        if unit.code == code:
            return unit
    raise UnknownAdminUnit(level="tỉnh", key=code, day=day)


@cache
def _communes() -> dict[str, tuple[AdminUnit, ...]]:
    found: dict[str, list[AdminUnit]] = {}
    for row in _read("communes.csv"):
        unit = AdminUnit("commune", row["code"], row["name"], _KINDS[row["kind"]], row["province"], LIST_BEGINS, None)
        found.setdefault(row["province"], []).append(unit)
    return {code: tuple(units) for code, units in found.items()}


def communes(province_code: str | None = None) -> tuple[AdminUnit, ...]:
    """The communes of a province (all of the country without one) since 1 July 2025. Raises UnknownAdminUnit."""
    if province_code is None:
        return tuple(unit for units in _communes().values() for unit in units)
    if province_code not in _communes():
        raise UnknownAdminUnit(level="tỉnh", key=province_code, day=LIST_BEGINS)
    return _communes()[province_code]


@cache
def _by_code() -> dict[str, AdminUnit]:
    return {unit.code: unit for unit in communes()}


def commune(code: str) -> AdminUnit:
    """The commune of a code of the list since 1 July 2025. Raises UnknownAdminUnit."""
    if code not in _by_code():
        raise UnknownAdminUnit(level="xã, phường, đặc khu", key=code, day=LIST_BEGINS)
    return _by_code()[code]


@cache
def former_units() -> tuple[AdminUnit, ...]:
    """Provinces, districts and communes that ended on 30 June 2025, of the demo provinces 20 and 31."""
    return tuple(
        AdminUnit(
            row["level"],  # type: ignore[arg-type]
            row["code"],
            row["name"],
            row["kind"],
            row["parent"] or None,
            None,
            LIST_BEFORE_ENDS,
        )
        for row in _read("old_units_20_31.csv")
    )


@cache
def successions() -> tuple[Succession, ...]:
    """What came of the former units of the demo provinces on 1 July 2025."""
    return tuple(
        Succession(row["old_level"], row["old"], row["new"], row["share"])  # type: ignore[arg-type]
        for row in _read("succession_20_31.csv")
    )


def successors(old_code: str, *, level: Level = "commune") -> tuple[Succession, ...]:
    """Where a former unit went: one row when it went whole, several when split, none when not known here."""
    return tuple(row for row in successions() if row.level == level and row.old == old_code)

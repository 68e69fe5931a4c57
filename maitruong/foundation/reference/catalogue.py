"""Reads the lists once and answers by key and day."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.vietnamese import fold

from .errors import UnknownCode, UnknownList

FOLDER = Path(__file__).parent / "lists"
_FIXED = ("key", "name", "valid_from", "valid_to")


@dataclass(frozen=True, slots=True)
class Code:
    """One row of a list: a key, its Vietnamese name, the period it held (both ends included) and the other columns."""

    key: str
    name: str
    valid_from: date | None
    valid_to: date | None
    columns: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __getitem__(self, column: str) -> str:
        return self.columns[column]

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


def lists() -> tuple[str, ...]:
    """The names of all lists."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.csv")))


@cache
def _rows(list_name: str) -> tuple[Code, ...]:
    if list_name not in lists():
        raise UnknownList(list_name=list_name, known=", ".join(lists()))
    with (FOLDER / f"{list_name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_read(row) for row in csv.DictReader(file))


def _read(row: dict[str, str]) -> Code:
    return Code(
        key=row["key"],
        name=row["name"],
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        columns={column: value for column, value in row.items() if column not in _FIXED},
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@cache
def _by_key(list_name: str) -> dict[str, tuple[Code, ...]]:
    found: dict[str, tuple[Code, ...]] = {}
    for row in _rows(list_name):
        found[row.key] = (*found.get(row.key, ()), row)
    return found


def codes(list_name: str, *, on: date | None = None) -> tuple[Code, ...]:
    """The rows that hold on a day, in the order of the file. Raises UnknownList."""
    day = on or clock.today()
    return tuple(row for row in _rows(list_name) if row.holds_on(day))


def code(list_name: str, key: str, *, on: date | None = None) -> Code:
    """The one row of a key that holds on a day. Raises UnknownList, UnknownCode."""
    day = on or clock.today()
    for row in _by_key(list_name).get(key, ()):
        if row.holds_on(day):
            return row
    raise UnknownCode(list_name=list_name, key=key, day=day)


def by(list_name: str, column: str, value: str, *, on: date | None = None) -> Code:
    """The row that carries another system's code in `column`. Raises UnknownList, UnknownCode, KeyError (column)."""
    day = on or clock.today()
    for row in codes(list_name, on=day):
        if row[column] == value:
            return row
    raise UnknownCode(list_name=list_name, key=f"{column} {value}", day=day)


@cache
def _by_fold(list_name: str) -> dict[str, tuple[Code, ...]]:
    found: dict[str, tuple[Code, ...]] = {}
    for row in _rows(list_name):
        for text in {row.key, row.name, *filter(None, [row.columns.get("also")])}:
            name = _plain(text)
            found[name] = (*found.get(name, ()), row)
    return found


def _plain(text: str) -> str:
    return "".join(ch for ch in fold(text) if ch.isalnum())


def match(list_name: str, text: str, *, on: date | None = None) -> Code | None:
    """The row a person meant who wrote its name with or without marks, hyphens, capitals; None when there is none.

    Other spellings are in the column `also` ("Khơ-me", "H'Mông").
    """
    day = on or clock.today()
    found = {row.key: row for row in _by_fold(list_name).get(_plain(text), ()) if row.holds_on(day)}
    return next(iter(found.values())) if len(found) == 1 else None

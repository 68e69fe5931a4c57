"""How a dataset is declared: its fields, where each comes from, and what the ministry asks for that the house does not hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from maitruong.foundation.reference import catalogue as reference

_PAIRS = 45  # a function of PostgreSQL takes a hundred arguments


class Kind(StrEnum):
    TEXT = "text"
    CODE = "code"
    FLAG = "flag"
    COUNT = "count"
    MEASURE = "measure"
    DAY = "day"
    ROWS = "rows"


@dataclass(frozen=True)
class Field:
    """One field of a record.

    name: on the wire.   label: what a clerk calls it.   sql: the value, over the dataset's source; of ROWS: what follows SELECT … FROM.
    most: longest text, or largest number.   codes: the only values taken.   of: the fields of each row of ROWS.
    """

    name: str
    label: str
    sql: str
    kind: Kind = Kind.TEXT
    most: int = 0
    required: bool = False
    codes: tuple[str, ...] = ()
    of: tuple[Field, ...] = ()

    @property
    def value_sql(self) -> str:
        if self.kind is Kind.ROWS:
            return f"(SELECT jsonb_agg({object_sql(self.of)} {_order(self.sql)}) FROM {_unordered(self.sql)})"
        if self.kind in (Kind.TEXT, Kind.CODE):
            return f"nullif(trim(({self.sql})::text), '')"
        if self.kind is Kind.DAY:
            return f"to_char(({self.sql})::date, 'YYYY-MM-DD')"
        return f"({self.sql})"


@dataclass(frozen=True)
class NotHeld:
    """What the ministry's list has and no record of ours carries, and why. Nothing is sent in its place."""

    name: str
    why: str


@dataclass(frozen=True)
class Dataset:
    """A kind of record.

    source: FROM and WHERE over %(schools)s (bigint[]), %(year)s and %(day)s (date).   record_id, school_id, object_id, person_id:
    SQL over it; object_id is what a page of the house opens by, person_id whose record it is or NULL.   page: (route, its
    parameters: object, school).   schools_at_once: how many schools one statement compares, so that its answer fits in memory.
    """

    key: str
    label: str
    source: str
    record_id: str
    school_id: str
    object_id: str
    name: str
    fields: tuple[Field, ...]
    person_id: str = "NULL"
    page: tuple[str, tuple[str, ...]] | None = None
    schools_at_once: int = 20
    not_held: tuple[NotHeld, ...] = ()

    @property
    def select_sql(self) -> str:
        """record_id, school_id, object_id, person_id, name, body of every record there is now."""
        return (
            f"SELECT {self.record_id} AS record_id, {self.school_id} AS school_id, {self.object_id} AS object_id,"
            f" ({self.person_id})::bigint AS person_id, {self.name} AS name, {object_sql(self.fields)} AS body {self.source}"
        )

    def field(self, name: str) -> Field | None:
        """By its name on the wire; a child's field as `children.name`."""
        head, _, rest = name.partition(".")
        for one in self.fields:
            if one.name == head:
                return next((child for child in one.of if child.name == rest), one) if rest else one
        return None


def object_sql(fields: tuple[Field, ...]) -> str:
    """One JSON object without its empty fields: what nobody said is not sent."""
    pairs = [f"'{one.name}', {one.value_sql}" for one in fields]
    parts = [f"jsonb_build_object({', '.join(pairs[at : at + _PAIRS])})" for at in range(0, len(pairs), _PAIRS)]
    return f"jsonb_strip_nulls({' || '.join(parts)})"


def _order(rows: str) -> str:
    """ORDER BY belongs into the aggregate: the same rows must give the same text."""
    _, word, order = rows.rpartition("ORDER BY")
    return f"ORDER BY {order}" if word else ""


def _unordered(rows: str) -> str:
    before, word, _ = rows.rpartition("ORDER BY")
    return before if word else rows


def partial_date(
    name: str, label: str, day: str, precision: str = "'day'", *, required_year: bool = False
) -> tuple[Field, ...]:
    """A date that may be known to the month or the year alone: three fields, of which the year is always there."""
    return (
        Field(name, label, f"CASE WHEN {precision} = 'day' THEN {day} END", Kind.DAY),
        Field(
            f"{name}_month",
            f"{label} (tháng, năm)",
            f"CASE WHEN {precision} <> 'year' THEN to_char({day}, 'YYYY-MM') END",
            most=7,
        ),
        Field(f"{name}_year", f"{label} (năm)", f"to_char({day}, 'YYYY')", most=4, required=required_year),
    )


def flag(name: str, label: str, sql: str) -> Field:
    return Field(name, label, sql, Kind.FLAG)


def flags(alias: str, named: dict[str, str]) -> tuple[Field, ...]:
    """Columns that are sent under their own name."""
    return tuple(flag(name, label, f"{alias}.{name}") for name, label in named.items())


def translated(sql: str, codes: dict[str, str]) -> str:
    """The ministry's code of a key of ours, as SQL. A key without a code is sent as nothing, and is missed where it is required."""
    cases = " ".join(f"WHEN '{key}' THEN '{code}'" for key, code in codes.items())
    return f"(CASE {sql} {cases} END)"


def codes_of(list_name: str, column: str) -> dict[str, str]:
    """key → code of a reference list, of every time it had."""
    return {code.key: code[column] for code in reference.codes(list_name, on=dt.date(2026, 9, 1)) if code[column]}


def every_field(fields: tuple[Field, ...]) -> Iterator[tuple[str, Field]]:
    for one in fields:
        yield one.name, one
        for child in one.of:
            yield f"{one.name}.{child.name}", child


def problem(dataset: Dataset, body: dict[str, Any]) -> tuple[str, str] | None:
    """(field, code) of the first thing the ministry would not take, as far as the declaration tells; None when all is well."""
    return _problem(dataset.fields, body, "")


def _problem(fields: tuple[Field, ...], body: dict[str, Any], before: str) -> tuple[str, str] | None:
    for one in fields:
        name, value = before + one.name, body.get(one.name)
        if value is None:
            if one.required:
                return name, "MISSING"
            continue
        if one.kind is Kind.ROWS:
            for row in value:
                if found := _problem(one.of, row, f"{name}."):
                    return found
        elif one.codes and value not in one.codes:
            return name, "CODE"
        elif one.most and (len(value) if isinstance(value, str) else value) > one.most:
            return name, "LENGTH" if isinstance(value, str) else "RANGE"
    return None

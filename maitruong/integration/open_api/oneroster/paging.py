"""One page of a collection. Rows stand in the order of keys that never change, and `next` says behind which key it goes on.

Pages by offset lose rows while pupils move: a row that goes away pulls all behind it one place forward. So what a client follows,
the Link header, carries the position beside the offset; rows that ended stay and say so (`tobedeleted`). Whoever counts offsets
by himself, or sorts by a field, gets pages by offset, as the standard has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core import signing
from django.db import connection

from ..errors import MachineError
from .asked import Asked, condition_sql
from .resources import Resource
from .sources import Part, text

Row = Mapping[str, Any]
_SALT = "open_api.position"


@dataclass(frozen=True)
class Position:
    """Behind the row of this key in this part; total: as counted with the first page, so that no page counts again."""

    part: int
    id: int
    second: int
    total: int

    def token(self) -> str:
        return signing.Signer(salt=_SALT).sign_object([self.part, self.id, self.second, self.total])


def position(token: str) -> Position:
    """Raises MachineError for what we did not make."""
    try:
        return Position(*signing.Signer(salt=_SALT).unsign_object(token))
    except (signing.BadSignature, TypeError, ValueError):
        raise MachineError(400, "invaliddata", "The position is not one of ours: begin with the first page.") from None


@dataclass(frozen=True)
class Narrowed:
    """Which of a resource's rows: all (""), or those a nested address or a kind of user means. Over rows r."""

    sql: str = ""
    values: Mapping[str, Any] | None = None
    parts: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    total: int
    after: Position | None
    """Where the next page begins, when rows were read in the order of keys and there are more."""


class Reader:
    """Reads a resource for one client: parameters are those of `sources`."""

    def __init__(self, resource: Resource, parameters: dict[str, Any], narrowed: Narrowed | None = None) -> None:
        self.resource = resource
        self.parameters = parameters
        self.narrowed = narrowed or Narrowed()

    def page(self, asked: Asked, after: Position | None = None) -> Page:
        total = after.total if after else self.total(asked)
        if asked.order or asked.descending:
            return Page(self._sorted(asked), total, None)
        if after is None and asked.offset:
            after = self._behind(asked, total)
            if after is None:
                return Page([], total, None)
        rows, last = self._following(asked, after, asked.limit + 1, total)
        if len(rows) <= asked.limit:
            return Page(rows, total, None)
        del rows[asked.limit :]
        return Page(rows, total, replace(last[asked.limit - 1], total=total))

    def every(self, asked: Asked, size: int) -> Iterator[list[Row]]:
        """All rows, so many at a time, none kept."""
        after: Position | None = None
        while True:
            rows, last = self._following(asked, after, size, 0)
            if rows:
                yield rows
            if len(rows) < size:
                return
            after = last[-1]

    def one(self, kind: int, number: int, second: int) -> Row | None:
        for place, part in self._parts():
            if part.kind == kind:
                found = self._run(
                    place, part, Asked(), "r.id = %(id)s::bigint AND r.second = %(second)s::bigint", "",
                    {"id": number, "second": second},
                )  # fmt: skip
                if found:
                    return found[0]
        return None

    def total(self, asked: Asked) -> int:
        return sum(self._count(part, asked) for _, part in self._parts())

    def _parts(self) -> Iterator[tuple[int, Part]]:
        for place, part in enumerate(self.resource.parts):
            if self.narrowed.parts is None or part.kind in self.narrowed.parts:
                yield place, part

    def _following(
        self, asked: Asked, after: Position | None, most: int, total: int
    ) -> tuple[list[Row], list[Position]]:
        """The next rows in the order of keys, part by part, each with its position."""
        rows: list[Row] = []
        positions: list[Position] = []
        for place, part in self._parts():
            if after is not None and place < after.part:
                continue
            behind = ""
            values: dict[str, Any] = {}
            if after is not None and place == after.part:
                behind, values = "r.id > %(id)s::bigint", {"id": after.id}
                if part.pairs:
                    behind = "(r.id, r.second) > (%(id)s::bigint, %(second)s::bigint)"
                    values["second"] = after.second
            order = "r.id, r.second" if part.pairs else "r.id"
            found = self._run(place, part, asked, behind, f"ORDER BY {order} LIMIT {most - len(rows):d}", values)
            rows += found
            positions += [Position(place, row["id"], row["second"], total) for row in found]
            if len(rows) == most:
                break
        return rows, positions

    def _behind(self, asked: Asked, total: int) -> Position | None:
        """The position of an offset nobody gave us a position for: counted through."""
        left = asked.offset
        for place, part in self._parts():
            count = self._count(part, asked)
            if left > count:
                left -= count
                continue
            order = "r.id, r.second" if part.pairs else "r.id"
            at = self._run(place, part, asked, "", f"ORDER BY {order} LIMIT 1 OFFSET {left - 1:d}", {})
            return Position(place, at[0]["id"], at[0]["second"], total) if at else None
        return None

    def _sorted(self, asked: Asked) -> list[Row]:
        """By a field, across all parts; rows alike in it stand in the order of keys, so that pages do not overlap."""
        told = self.resource.fields[asked.order or "sourcedId"]
        way = "DESC" if asked.descending else "ASC"
        pieces, values = [], dict(self.parameters)
        for place, part in self._parts():
            sql, more = self._select(place, part, asked, "", f", ({told.sql}) AS asked_order")
            pieces.append(sql)
            values |= more
        order = "asked_order" if told.kind != "text" else 'asked_order COLLATE "C"'
        return self._rows(
            f"SELECT * FROM ({' UNION ALL '.join(pieces)}) s ORDER BY {order} {way}, key_kind {way}, id {way}, second {way}"
            f" LIMIT {asked.limit:d} OFFSET {asked.offset:d}",
            values,
        )

    def _count(self, part: Part, asked: Asked) -> int:
        if part.counted and not asked.conditions and not self.narrowed.sql:
            sql, values = text(part.counted, self.parameters), self.parameters
        else:
            select, more = self._select(0, part, asked, "", "")
            sql, values = f"SELECT count(*) FROM ({select}) q", self.parameters | more
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.fetchone()[0])

    def _run(self, place: int, part: Part, asked: Asked, where: str, tail: str, values: dict[str, Any]) -> list[Row]:
        sql, more = self._select(place, part, asked, where, "")
        return self._rows(f"{sql} {tail}", self.parameters | more | values)

    def _select(self, place: int, part: Part, asked: Asked, where: str, column: str) -> tuple[str, dict[str, Any]]:
        filtered, values = condition_sql(asked, self.resource, part.kind)
        conditions = " AND ".join(f"({one})" for one in (where, filtered, self.narrowed.sql) if one)
        sql = f"SELECT r.*, {part.kind:d} AS key_kind{column} FROM ({text(part.sql, self.parameters)}) r"
        return f"{sql} WHERE {conditions}" if conditions else sql, values | dict(self.narrowed.values or {})

    def _rows(self, sql: str, values: dict[str, Any]) -> list[Row]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

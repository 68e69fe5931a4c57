"""PostgreSQL's COPY text format, to write rows and to read them back."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any

NULL = "\\N"


def text_of(value: object) -> str:
    """One field. The demo's values hold no tab, line break or backslash, so nothing is escaped."""
    if value is None:
        return NULL
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, tuple):
        return "{" + ",".join(map(str, value)) + "}"
    return str(value)


def lines(rows: Iterable[tuple[Any, ...]]) -> str:
    """Rows as COPY text, one line each."""
    return "".join("\t".join(map(text_of, row)) + "\n" for row in rows)


def rows(kind: type, text: str) -> Iterator[Any]:
    """The typed rows of a COPY text of one kind."""
    readers = _readers(kind)
    for line in text.splitlines():
        fields = line.split("\t")
        yield kind(*(read(field) for read, field in zip(readers, fields, strict=True)))


@cache
def _readers(kind: type) -> tuple[Callable[[str], Any], ...]:
    return tuple(_reader(hint) for hint in typing.get_type_hints(kind).values())


def _reader(hint: Any) -> Callable[[str], Any]:
    optional = isinstance(hint, types.UnionType)
    inner = next(part for part in typing.get_args(hint) if part is not type(None)) if optional else hint
    if inner is date:
        read: Callable[[str], Any] = date.fromisoformat
    elif inner is bool:
        read = "t".__eq__
    elif typing.get_origin(inner) is tuple:
        element = typing.get_args(inner)[0]

        def read(field: str) -> Any:
            return tuple(element(part) for part in field[1:-1].split(",") if part)
    else:
        read = inner
    return (lambda field: None if field == NULL else read(field)) if optional else read

"""One table, one sequence of bytes: JSON in UTF-8, one row a line, columns and rows in a fixed order, texts in NFC.

JSON and no CSV: a spreadsheet would run what begins with "=", and nothing may be put before it without changing the bytes.
"""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any


def table(name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """The rows come in their final order; a row longer or shorter than the columns is a fault of ours."""
    head = f'{{"dataset":{_text(name)},"columns":{_text(list(columns))},"rows":['
    lines = []
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"{name}: {len(row)} values for {len(columns)} columns")
        lines.append(_text([plain(value) for value in row]))
    body = "\n" + ",\n".join(lines) + "\n" if lines else ""
    return f"{head}{body}]}}\n".encode()


def read_table(data: bytes) -> tuple[list[str], list[list[Any]]]:
    """Columns and rows of a table's bytes."""
    found = json.loads(data)
    return found["columns"], found["rows"]


def plain(value: Any) -> Any:
    """A value as it stands in the file: days and exact numbers as text, every text in one spelling."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form here")


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

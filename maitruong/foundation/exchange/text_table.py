"""Comma-separated files: which alphabet, which separator, then plain rows. Everything in them is text."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections.abc import Iterator
from typing import Any, BinaryIO

from . import limits
from .errors import BrokenFile, TooManyColumns, TooManyRows

SEPARATORS = ";\t,|"
SAMPLE_LINES = 30
BATCH_ROWS = 500
SHEET_NAME = "Tệp văn bản"


def looks_like_text(start: bytes) -> bool:
    """Text of some alphabet: no control bytes but tab, line ends, and form feed; UTF-16 only with its mark."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    return not any(byte < 32 and byte not in b"\t\n\r\x0c" for byte in start)


def find_encoding(data: bytes) -> str:
    """UTF-8 or UTF-16 when it is; else one byte a letter, which keeps TCVN3 and VNI letters for the repair at the cell."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8-sig"


def find_separator(lines: list[str]) -> str:
    """The sign that cuts most lines into the same number of columns."""

    def agreement(sign: str) -> tuple[int, int]:
        counts = [line.count(sign) for line in lines if line.strip()]
        common = max(set(counts), key=counts.count, default=0)
        return (counts.count(common) if common else 0, common)

    return max(SEPARATORS, key=agreement)


def rows_of(file: BinaryIO) -> Iterator[list[str]]:
    """All rows. Raises TooManyRows, TooManyColumns, BrokenFile."""
    data = file.read()
    text = io.StringIO(data.decode(find_encoding(data)), newline="")
    sample = list(itertools.islice(text, SAMPLE_LINES))
    text.seek(0)
    csv.field_size_limit(limits.MAX_CELL_CHARS * 4)
    table = csv.reader(text, delimiter=find_separator(sample))
    try:
        for number, row in enumerate(table, start=1):
            if number > limits.MAX_ROWS and any(row):
                raise TooManyRows(sheet=SHEET_NAME, rows=number, limit=limits.MAX_ROWS)
            if len(row) > limits.MAX_COLUMNS:
                raise TooManyColumns(sheet=SHEET_NAME, column=len(row), limit=limits.MAX_COLUMNS)
            yield [value.replace("\x00", "")[: limits.MAX_CELL_CHARS] for value in row]
    except csv.Error as problem:
        raise BrokenFile(where=f"dòng {table.line_num}") from problem


def look(file: BinaryIO) -> dict[str, Any]:
    """The file as one sheet."""
    head: list[list[str]] = []
    count = last = 0
    for count, row in enumerate(rows_of(file), start=1):
        last = count if any(row) else last
        if count <= limits.HEAD_ROWS:
            head.append(row)
    return {"name": SHEET_NAME, "hidden": False, "rows": last, "head": head, "merges": []}


def read(file: BinaryIO) -> Iterator[dict[str, Any]]:
    """Batches of rows, in the shape of reader.py."""
    rows = rows_of(file)
    first_row = 0
    while batch := list(itertools.islice(rows, BATCH_ROWS)):
        yield {"first_row": first_row, "rows": batch}
        first_row += len(batch)

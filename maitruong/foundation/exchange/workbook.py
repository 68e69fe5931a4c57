"""A list as a stranger sends it: looked at, then read row by row, in a process apart (reader.py).

`look` for the page that maps columns; `read_rows` for the dry run and the import. Both raise ExchangeError.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from . import limits
from .errors import BY_CODE, BrokenFile, EmptyFile, ExchangeError, FileTooBig, ReadersBusy, SheetNotFound, TooCostly
from .hidden_rows import HiddenRows
from .layout import Layout
from .merged import Cell, Covered, TallMerges, write_out

ROOT = Path(__file__).resolve().parents[3]
KILLED_BY_TIME = -24  # SIGXCPU
_looks = threading.BoundedSemaphore(limits.LOOKS_AT_ONCE)
_places = threading.BoundedSemaphore(limits.LOOKS_AT_ONCE + limits.LOOKS_WAITING)

#: What a cell may hold: text, number, truth, a day or a moment. An empty cell is "".
CellValue = str | float | int | bool | dt.date | dt.datetime | None
Marks = dict[tuple[int, int], str]


@dataclass(frozen=True)
class Sheet:
    """One sheet as the mapping page needs it. rows: number of the last row with a value. head: its first rows, from row 1.

    merges: (first row, first column, last row, last column) from 0, only those starting inside the head. merges_until: number of
    the last row in which a merge over several rows begins, 0 when there is none.
    """

    index: int
    name: str
    hidden: bool
    rows: int
    head: list[list[CellValue]]
    merges: list[tuple[int, int, int, int]]
    hidden_rows: HiddenRows = field(default_factory=HiddenRows)
    merges_until: int = 0

    def head_for(self, data_from: int) -> list[list[CellValue]]:
        """The first rows as they will be read when the data begin in that row (from 1): each with what is merged over it."""
        merges = TallMerges()
        merges.learn(self.merges)
        batch = RowBatch(0, [list(row) for row in self.head])
        batch.merged = merges.covered(0, batch.rows, {}, {})
        batch.take_merged(data_from=data_from, columns=range(limits.MAX_COLUMNS))
        return batch.rows


@dataclass(frozen=True)
class Book:
    """A looked-at file. kind: "xlsx", "xls", "ods" or "csv", by its content."""

    kind: str
    sheets: list[Sheet]

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "sheets": [
                {
                    "name": sheet.name,
                    "hidden": sheet.hidden,
                    "rows": sheet.rows,
                    "head": [[_packed(value) for value in row] for row in sheet.head],
                    "merges": sheet.merges,
                    "hidden_rows": sheet.hidden_rows.as_json(),
                    "merges_until": sheet.merges_until,
                }
                for sheet in self.sheets
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Book:
        sheets = [
            Sheet(
                index=index,
                name=sheet["name"],
                hidden=sheet["hidden"],
                rows=sheet["rows"],
                head=[_unpacked(row) for row in sheet["head"]],
                merges=[tuple(merge) for merge in sheet["merges"]],
                hidden_rows=HiddenRows.from_json(sheet["hidden_rows"]) if "hidden_rows" in sheet else HiddenRows(),
                merges_until=sheet.get("merges_until", sheet["rows"]),  # not told: looked at before anybody asked
            )
            for index, sheet in enumerate(data["sheets"])
        ]
        return cls(data["kind"], sheets)

    def sheet(self, name: str) -> Sheet:
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise SheetNotFound(sheet=name, sheets=", ".join(sheet.name for sheet in self.sheets))


@dataclass
class RowBatch:
    """Consecutive rows. first_row: number of the first, from 0. formulas, errors: (row, column) from 0 → what stands there.

    merged: (row, column) from 0 → what a merge shows in an empty cell; the rows themselves stay as the file has them.
    """

    first_row: int
    rows: list[list[CellValue]]
    formulas: Marks = field(default_factory=dict)
    errors: Marks = field(default_factory=dict)
    merged: dict[Cell, Covered] = field(default_factory=dict)

    def take_merged(self, *, data_from: int, columns: Collection[int]) -> None:
        """Give every row what stands merged over it. data_from: number of the first data row, from 1: the merges of titles end there."""
        self.merged = {at: cov for at, cov in self.merged.items() if cov.top + 1 >= data_from and at[1] in columns}
        for (row, column), covered in self.merged.items():
            write_out(self.rows[row - self.first_row], column, covered.value)
            if covered.formula:
                self.formulas[row, column] = covered.formula
            if covered.error:
                self.errors[row, column] = covered.error

    def correct(self, row: int, column: int, text: str) -> None:
        """Put what was typed into one cell, whatever stood or showed there."""
        write_out(self.rows[row - self.first_row], column, text)
        for marks in (self.formulas, self.errors, self.merged):
            marks.pop((row, column), None)


def look(path: Path) -> Book:
    """The sheets of a file with their first rows. Raises an ExchangeError that names what is wrong with the file.

    A few at once: each may take a gigabyte for most of a minute, and a page of the office must not be what stops all others.
    """
    with _turn(), _reader(path, "look") as lines:
        answer = next(lines)
    book = Book.from_json(answer)
    if not any(sheet.rows for sheet in book.sheets):
        raise EmptyFile()
    return book


@contextmanager
def _turn() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise ReadersBusy()
    try:
        if not _looks.acquire(timeout=limits.LOOK_PATIENCE_SECONDS):
            raise ReadersBusy()
        try:
            yield
        finally:
            _looks.release()
    finally:
        _places.release()


def read_rows(path: Path, sheet_index: int, *, layout: Layout | None = None, merged: bool = True) -> Iterator[RowBatch]:
    """The rows of one sheet in batches of at most 500. Closing the iterator ends the reading process.

    layout: is filled in passing, the merged cells first. merged: False when no merge counts for a row (Sheet.merges_until), and the
    sheet need not be gone through for them before its first row comes out.
    """
    merges = TallMerges()
    with _reader(path, str(sheet_index), *([] if merged else ["without-merges"])) as lines:
        for line in lines:
            if "layout" in line:
                if "merges" in line["layout"]:
                    merges.learn(line["layout"]["merges"])
                if layout is not None:
                    layout.take(line["layout"])
                continue
            rows = line["rows"]
            for row in rows:
                if dict in map(type, row):
                    row[:] = _unpacked(row)
            batch = RowBatch(line["first_row"], rows, _marks(line.get("formulas")), _marks(line.get("errors")))
            batch.merged = merges.covered(batch.first_row, rows, batch.formulas, batch.errors)
            yield batch


def _marks(found: list[list[Any]] | None) -> Marks:
    return {(row, column): text for row, column, text in found or ()}


def _unpacked(row: list[Any]) -> list[CellValue]:
    return [_dated(value) if type(value) is dict else value for value in row]


def _packed(value: CellValue) -> Any:
    if isinstance(value, dt.datetime):
        return {"moment": value.isoformat()}
    return {"date": value.isoformat()} if isinstance(value, dt.date) else value


def _dated(value: dict[str, str]) -> dt.date:
    if "date" in value:
        return dt.date.fromisoformat(value["date"])
    return dt.datetime.fromisoformat(value["moment"])


@contextmanager
def _reader(path: Path, *task: str) -> Iterator[Iterator[dict[str, Any]]]:
    size = path.stat().st_size
    if size > limits.MAX_FILE_BYTES:
        raise FileTooBig(size_mb=-(-size // limits.MEGABYTE), limit_mb=limits.MAX_FILE_BYTES // limits.MEGABYTE)
    # Only what Python needs to start: the reading process gets no address of a database and no secret.
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PATH": os.defpath, "OPENBLAS_NUM_THREADS": "1"}
    with path.open("rb") as file:
        process = subprocess.Popen(
            [sys.executable, "-s", "-m", "maitruong.foundation.exchange.reader", *task],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=ROOT,
        )
    try:
        yield _lines(process)
    finally:
        process.kill()
        process.communicate()


def _lines(process: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    for line in process.stdout:
        if not line.endswith(b"\n"):
            break
        answer = orjson.loads(line)
        if "refused" in answer:
            raise BY_CODE.get(answer["refused"], ExchangeError)(**answer["facts"])
        yield answer
    if process.wait():
        if process.returncode in (KILLED_BY_TIME, -9):
            raise TooCostly(what="thời gian")
        if process.returncode in (1, -6):  # MemoryError, or the library's own abort when it cannot allocate
            raise TooCostly(what="bộ nhớ")
        raise BrokenFile(where="bộ đọc dừng giữa chừng")

"""Old Excel files (.xls) are OLE containers: what lies in them, told without trusting any library with them first.

Only what a refusal or a cell address needs: names of the streams, password, macros, extent of the sheets, formula cells.
Source of the layout: [MS-CFB] for the container, [MS-XLS] for the records.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import limits
from .errors import (
    BrokenFile,
    EncryptedFile,
    MacroFile,
    NotASpreadsheet,
    TooManyColumns,
    TooManyParts,
    refuse_many_cells,
)
from .hidden_rows import HiddenRows

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FREE, END_OF_CHAIN = 0xFFFFFFFF, 0xFFFFFFFE
STREAM = 2

BOF, EOF, FILEPASS, BOUNDSHEET, FORMULA, OB_PROJ = 0x0809, 0x000A, 0x002F, 0x0085, 0x0006, 0x00D3
CELL_RECORDS = {FORMULA, 0x0203, 0x027E, 0x00BD, 0x00FD, 0x0204, 0x0205, 0x00D6}
ROW, ROW_HIDDEN = 0x0208, 0x20
MACRO_SHEET_KINDS = {0x01, 0x06}
HIDDEN_STATES = {1, 2}


@dataclass
class OldSheet:
    """One sheet of an .xls. formulas: (row, column), both from 0."""

    name: str
    hidden: bool
    offset: int
    last_row: int = -1
    last_column: int = -1
    formulas: list[tuple[int, int]] = field(default_factory=list)
    hidden_rows: HiddenRows = field(default_factory=HiddenRows)


class Container:
    """The directory of an OLE file held in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            self._read_header()
            self.streams = dict(self._directory())
        except (struct.error, IndexError) as problem:
            raise BrokenFile(where="mục lục tệp .xls") from problem

    def _read_header(self) -> None:
        shift, mini_shift = struct.unpack_from("<HH", self._data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise BrokenFile(where="mục lục tệp .xls")
        self._sector_bytes, self._mini_bytes = 1 << shift, 1 << mini_shift
        (self._directory_start, _, self._mini_cutoff, self._mini_fat_start, _, next_difat, _) = struct.unpack_from(
            "<7I", self._data, 48
        )
        fat_sectors = list(struct.unpack_from("<109I", self._data, 76))
        seen: set[int] = set()
        while next_difat < END_OF_CHAIN and next_difat not in seen:
            seen.add(next_difat)
            words = self._words(self._sector(next_difat))
            fat_sectors += words[:-1]
            next_difat = words[-1]
        self._fat = [word for at in fat_sectors if at < END_OF_CHAIN for word in self._words(self._sector(at))]

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._sector_bytes
        return self._data[start : start + self._sector_bytes]

    @staticmethod
    def _words(sector: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4]))

    def _chain(self, start: int, table: list[int]) -> Iterator[int]:
        seen = 0
        while start < END_OF_CHAIN:
            yield start
            seen += 1
            if seen > len(table):
                raise BrokenFile(where="tệp .xls có vòng lặp bên trong")
            start = table[start]

    def _directory(self) -> Iterator[tuple[str, tuple[int, int, int]]]:
        raw = b"".join(self._sector(at) for at in self._chain(self._directory_start, self._fat))
        for at in range(0, len(raw) - 127, 128):
            name_bytes, kind = struct.unpack_from("<H", raw, at + 64)[0], raw[at + 66]
            if not kind:
                continue
            name = raw[at : at + max(name_bytes - 2, 0)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", raw, at + 116)
            if kind == 5:
                self._mini_start = start
            yield name, (kind, start, size)

    def read(self, name: str) -> bytes:
        """The bytes of a stream, never more than the file itself holds."""
        try:
            kind, start, size = self.streams[name]
            if kind != STREAM:
                raise BrokenFile(where=f"phần {name}")
            if size >= self._mini_cutoff:
                return b"".join(self._sector(at) for at in self._chain(start, self._fat))[:size]
            mini = b"".join(self._sector(at) for at in self._chain(self._mini_start, self._fat))
            fat = [
                word for at in self._chain(self._mini_fat_start, self._fat) for word in self._words(self._sector(at))
            ]
            step = self._mini_bytes
            return b"".join(mini[at * step : at * step + step] for at in self._chain(start, fat))[:size]
        except (struct.error, IndexError) as problem:
            raise BrokenFile(where=f"phần {name}") from problem


def old_sheets(data: bytes) -> list[OldSheet]:
    """The sheets of an .xls. Raises EncryptedFile, MacroFile, NotASpreadsheet, TooManyColumns."""
    container = Container(data)
    names = set(container.streams)
    if "EncryptedPackage" in names:
        raise EncryptedFile()
    for macro in ("_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA"):
        if macro in names:
            raise MacroFile(name=macro)
    if "WordDocument" in names:
        raise NotASpreadsheet(found="văn bản Word")
    book = next((name for name in ("Workbook", "Book", "WORKBOOK", "BOOK") if name in names), None)
    if book is None:
        raise NotASpreadsheet(found="tài liệu Office cũ không phải bảng tính")
    stream = container.read(book)
    sheets = _sheets_of(stream)
    for sheet in sheets:
        _walk_sheet(stream, sheet)
        refuse_many_cells((sheet.last_row, sheet.last_column) for sheet in sheets)
    return sheets


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """(record, offset of its body, length of its body), until the stream ends."""
    while at + 4 <= len(stream):
        record, length = struct.unpack_from("<HH", stream, at)
        yield record, at + 4, length
        at += 4 + length


def _sheets_of(stream: bytes) -> list[OldSheet]:
    sheets: list[OldSheet] = []
    for record, body, length in _records(stream, 0):
        if record == FILEPASS:
            raise EncryptedFile()
        if record == OB_PROJ:
            raise MacroFile(name="VBA")
        if record == BOUNDSHEET and length >= 8:
            offset, state, kind, chars, wide = struct.unpack_from("<IBBBB", stream, body)
            if kind in MACRO_SHEET_KINDS:
                raise MacroFile(name="trang macro Excel 4.0")
            name = stream[body + 8 : body + 8 + chars * (2 if wide & 1 else 1)]
            text = name.decode("utf-16-le" if wide & 1 else "latin-1", "replace")
            sheets.append(OldSheet(text, state & 3 in HIDDEN_STATES, offset))
        if record == EOF:
            break
    if len(sheets) > limits.MAX_SHEETS:
        raise TooManyParts(count=len(sheets), what="trang tính", limit=limits.MAX_SHEETS)
    return sheets


def _walk_sheet(stream: bytes, sheet: OldSheet) -> None:
    depth = 0
    hidden: set[int] = set()  # those without a cell yet: what a row is like is told before its cells
    for record, body, length in _records(stream, sheet.offset):
        if record == BOF:
            depth += 1
        elif record == EOF:
            depth -= 1
            if depth <= 0:
                break
        elif record in CELL_RECORDS and length >= 4 and depth == 1:
            row, column = struct.unpack_from("<HH", stream, body)
            sheet.last_row, sheet.last_column = max(sheet.last_row, row), max(sheet.last_column, column)
            if record == FORMULA:
                sheet.formulas.append((row, column))
            if row in hidden:
                hidden.discard(row)
                sheet.hidden_rows.add(row + 1)
        elif record == ROW and length >= 16 and depth == 1 and stream[body + 12] & ROW_HIDDEN:
            hidden.add(struct.unpack_from("<H", stream, body)[0])
    if sheet.last_column >= limits.MAX_COLUMNS:
        raise TooManyColumns(sheet=sheet.name, column=sheet.last_column + 1, limit=limits.MAX_COLUMNS)

"""The reading process: gets one file on its standard input, answers in JSON lines, and is allowed little else.

A spreadsheet from outside is parsed by a library, and a library has limits no check foresees. So it runs in a process of its
own with bounded memory and time, without database address, settings or secrets; if it dies, one list is refused and nothing else.

Lines: {"kind": …, "sheets": […]} when asked to look; {"first_row": …, "rows": […], …} for each batch when asked to read;
{"layout": {…}} before those, the merged cells first;
{"refused": code, "facts": {…}} at any point. Dates travel as {"date": "2013-09-15"}, moments as {"moment": …}.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import resource
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

import orjson
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from . import cells, compound, limits, text_table
from .errors import (
    BrokenFile,
    EmptyFile,
    EncryptedFile,
    ExchangeError,
    HtmlNotSheet,
    NotASpreadsheet,
    TooCostly,
    TooManyColumns,
    TooManyRows,
)
from .hidden_rows import HiddenRows
from .layout import Merge, is_tall, refuse_many_merged
from .open_document import open_sheets
from .package import Package
from .slices import SheetSlices, XlsxBook, find_merges, small_workbook

BATCH_ROWS = 500
OTHER_FORMATS = (
    (b"%PDF", "tệp PDF"),
    (b"\x89PNG", "ảnh PNG"),
    (b"\xff\xd8\xff", "ảnh JPEG"),
    (b"GIF8", "ảnh GIF"),
    (b"RIFF", "ảnh hoặc âm thanh"),
    (b"{\\rtf", "văn bản RTF"),
    (b"Rar!", "tệp nén RAR"),
    (b"7z\xbc\xaf", "tệp nén 7z"),
    (b"\x1f\x8b", "tệp nén gzip"),
    (b"MZ", "chương trình Windows"),
    (b"\x7fELF", "chương trình Linux"),
    (b"PK\x05\x06", "tệp nén ZIP trống"),
)
MARKUP = (
    (b"urn:schemas-microsoft-com:office:spreadsheet", "bảng tính XML 2003"),
    (b"<html", "một trang web (HTML)"),
    (b"<table", "một trang web (HTML)"),
    (b"<!doctype html", "một trang web (HTML)"),
    (b"<meta", "một trang web (HTML)"),
    (b"mime-version:", "một trang web đóng gói (MHTML)"),
)

Line = dict[str, Any]
NO_MERGES: Mapping[str, list[Merge]] = {}


def find_kind(file: BinaryIO) -> str:
    """ "zip", "xls" or "csv", by the first bytes alone. Raises HtmlNotSheet, NotASpreadsheet, EmptyFile."""
    file.seek(0)
    start = file.read(4096)
    file.seek(0)
    if not start.strip():
        raise EmptyFile()
    if start.startswith(b"PK\x03\x04"):
        return "zip"
    if start.startswith(compound.MAGIC):
        return "xls"
    for magic, found in OTHER_FORMATS:
        if start.startswith(magic):
            raise NotASpreadsheet(found=found)
    _refuse_markup(start)
    if not text_table.looks_like_text(start):
        raise NotASpreadsheet(found="dữ liệu nhị phân không rõ loại")
    return "csv"


def _refuse_markup(start: bytes) -> None:
    # UTF-16 pages are found too: their NUL bytes are dropped before looking.
    head = start.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if head.startswith((b"<", b"mime-version:")):
        for mark, found in MARKUP:
            if mark in head:
                raise HtmlNotSheet(found=found)
        raise NotASpreadsheet(found="ảnh SVG" if b"<svg" in head else "văn bản XML")


def look(file: BinaryIO) -> Line:
    """Every sheet with its first rows, merged ranges and extent."""
    kind = find_kind(file)
    if kind == "csv":
        return {"kind": "csv", "sheets": [text_table.look(file)]}
    if kind == "xls":
        return {"kind": "xls", "sheets": _all_of(_look_into_old(file))}
    package = Package(file)
    if package.kind == "ods":
        package.scan_xml(skip={"content.xml"})
        return {"kind": "ods", "sheets": _all_of(_look_into_open(package))}
    return {"kind": "xlsx", "sheets": _all_of(_look_into_xlsx(package))}


def _all_of(sheets: Iterator[Line]) -> list[Line]:
    """The sheets. Raises TooCostly when their first rows hold more than a person looks at: one long text may be shown in every cell."""
    seen: list[Line] = []
    chars = 0
    for sheet in sheets:
        chars += sum(len(value) for row in sheet["head"] for value in row if isinstance(value, str))
        if chars > limits.MAX_HEAD_CHARS:
            raise TooCostly(what="lượng chữ ở các dòng đầu")
        seen.append(sheet)
    return seen


def _look_into_xlsx(package: Package) -> Iterator[Line]:
    book = XlsxBook(package)
    package.scan_xml(skip={sheet.part for sheet in book.sheets})
    frame = book.frame()
    for sheet in book.sheets:
        slices = SheetSlices(package, sheet)
        head: list[list[Any]] = []
        for number, part in enumerate(slices):
            if number == 0:
                first_row, rows = _laid_out(
                    CalamineWorkbook.from_filelike(small_workbook(part.xml, frame, slices.tags))
                )
                head = _as_head(first_row, rows)
        refuse_many_merged(sheet.name, slices.merges)
        yield {
            "name": sheet.name,
            "hidden": sheet.hidden,
            "rows": slices.last_row + 1,
            "head": head,
            "merges": [merge for merge in slices.merges if merge[0] < limits.HEAD_ROWS],
            "hidden_rows": slices.hidden_rows.as_json(),
            "merges_until": _last_tall(slices.merges),
        }


def _look_into_old(file: BinaryIO) -> Iterator[Line]:
    data = file.read()
    old = {sheet.name: sheet for sheet in compound.old_sheets(data)}
    yield from _look_into_whole(CalamineWorkbook.from_filelike(io.BytesIO(data)), old)


def _look_into_open(package: Package) -> Iterator[Line]:
    sheets, clean = open_sheets(package)
    merges = {sheet.name: sheet.merges for sheet in sheets}
    yield from _look_into_whole(CalamineWorkbook.from_filelike(clean), {sheet.name: sheet for sheet in sheets}, merges)


def _look_into_whole(
    workbook: CalamineWorkbook, known: dict[str, Any], merges_of: Mapping[str, list[Merge]] = NO_MERGES
) -> Iterator[Line]:
    """Sheets the library reads in one piece. merges_of: by name, what the library does not tell of them."""
    for meta in workbook.sheets_metadata:
        sheet = workbook.get_sheet_by_name(meta.name)
        first_row, rows = _laid_out(workbook, sheet)
        _refuse_long(meta.name, first_row + len(rows))
        more = known.get(meta.name)
        hidden = meta.visible != SheetVisibleEnum.Visible or (more is not None and more.hidden)
        merges = [(*first, *last) for first, last in sheet.merged_cell_ranges or []] + merges_of.get(meta.name, [])
        refuse_many_merged(meta.name, merges)
        yield {
            "name": meta.name,
            "hidden": hidden,
            "rows": first_row + len(rows),
            "head": _as_head(first_row, rows),
            "merges": [merge for merge in merges if merge[0] < limits.HEAD_ROWS],
            "hidden_rows": (more.hidden_rows if more is not None else HiddenRows()).as_json(),
            "merges_until": _last_tall(merges),
        }


def _last_tall(merges: Iterable[Merge]) -> int:
    return max((merge[0] + 1 for merge in merges if is_tall(merge)), default=0)


def _refuse_long(name: str, rows: int) -> None:
    if rows > limits.MAX_ROWS:
        raise TooManyRows(sheet=name, rows=rows, limit=limits.MAX_ROWS)


def _as_head(first_row: int, rows: list[list[Any]]) -> list[list[Any]]:
    blank: list[list[Any]] = [[] for _ in range(min(first_row, limits.HEAD_ROWS))]
    return [*blank, *([plain(value) for value in row] for row in rows)][: limits.HEAD_ROWS]


def read(file: BinaryIO, sheet_index: int, *, merged: bool = True) -> Iterator[Line]:
    """The rows of one sheet in batches, each with the formulas and error values standing in it. merged: whether its merges are told."""
    kind = find_kind(file)
    if kind == "csv":
        yield from text_table.read(file)
    elif kind == "xls":
        data = file.read()
        old = compound.old_sheets(data)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        name = workbook.sheet_names[sheet_index]
        formulas = {at: "=..." for sheet in old if sheet.name == name for at in sheet.formulas}
        yield from _whole(workbook, sheet_index, formulas)
    else:
        yield from _read_package(Package(file), sheet_index, merged=merged)


def _read_package(package: Package, sheet_index: int, *, merged: bool) -> Iterator[Line]:
    if package.kind == "ods":
        sheets, clean = open_sheets(package)
        found = sheets[sheet_index]
        yield from _whole(CalamineWorkbook.from_filelike(clean), sheet_index, found.formulas, found.merges)
        return
    book = XlsxBook(package)
    frame = book.frame()
    slices = SheetSlices(package, book.sheets[sheet_index])
    if merged:  # they stand behind the rows, and a row is not whole without them: the part is inflated twice
        yield {"layout": {"merges": find_merges(package, book.sheets[sheet_index])}}
    for number, part in enumerate(slices):
        if number == 0:
            yield {"layout": slices.layout.as_json()}
        workbook = CalamineWorkbook.from_filelike(small_workbook(part.xml, frame, slices.tags))
        yield from _batches(*_laid_out(workbook), part.formulas, part.error_values)


def _whole(
    workbook: CalamineWorkbook, sheet_index: int, formulas: dict[tuple[int, int], str], merges: Iterable[Merge] = ()
) -> Iterator[Line]:
    """A sheet the library reads in one piece. merges: what the library does not tell of them."""
    sheet = workbook.get_sheet_by_index(sheet_index)
    told = [(*first, *last) for first, last in sheet.merged_cell_ranges or []]
    yield {"layout": {"merges": [*told, *merges]}}
    yield from _batches(*_laid_out(workbook, sheet), formulas, {})


def _laid_out(workbook: CalamineWorkbook, sheet: CalamineSheet | None = None) -> tuple[int, list[list[Any]]]:
    """(number of the first row with a value from 0, rows from there on), columns counted from A."""
    sheet = sheet or workbook.get_sheet_by_index(0)
    if sheet.start is None:
        return 0, []
    first_row, first_column = sheet.start
    if sheet.end and sheet.end[1] >= limits.MAX_COLUMNS:
        raise TooManyColumns(sheet=sheet.name, column=cells.letters(sheet.end[1]), limit=limits.MAX_COLUMNS)
    rows = sheet.to_python(skip_empty_area=True)
    if first_column:
        blank = [""] * first_column
        rows = [blank + row for row in rows]
    return first_row, rows


def _batches(
    first_row: int, rows: list[list[Any]], formulas: dict[tuple[int, int], str], errors: dict[tuple[int, int], str]
) -> Iterator[Line]:
    by_batch: dict[int, Line] = {}
    for kind, marks in (("formulas", formulas), ("errors", errors)):
        for (row, column), text in marks.items():
            batch = by_batch.setdefault((row - first_row) // BATCH_ROWS, {})
            batch.setdefault(kind, []).append((row, column, text))
    for start in range(0, len(rows), BATCH_ROWS):
        of_batch = by_batch.get(start // BATCH_ROWS, {})
        yield {"first_row": first_row + start, "rows": rows[start : start + BATCH_ROWS], **of_batch}


def plain(value: Any) -> Any:
    """A cell as JSON can carry it."""
    if isinstance(value, str):
        return value[: limits.MAX_CELL_CHARS]
    return value if isinstance(value, int | float) else _dated(value)


def _dated(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    return str(value)


def _write(lines: Iterable[Line]) -> None:
    out = sys.stdout.buffer
    for line in lines:
        out.write(
            orjson.dumps(line, default=_dated, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_APPEND_NEWLINE)
        )
        out.flush()


def _lock_in(seconds: int) -> None:
    """Give up what reading a list never needs. The limits are inherited by nothing: this process starts no other."""
    memory = limits.READER_ADDRESS_SPACE_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def answer(file: BinaryIO, task: str, *options: str) -> Iterator[Line]:
    """The lines for a task ("look", or the number of a sheet and perhaps "without-merges"), refusals included."""
    try:
        if task == "look":
            yield look(file)
        else:
            yield from read(file, int(task), merged="without-merges" not in options)
    except ExchangeError as problem:
        yield {"refused": problem.code, "facts": problem.facts}
    except PasswordError:
        yield {"refused": EncryptedFile.code, "facts": {}}
    except (CalamineError, UnicodeDecodeError, IndexError, KeyError, ValueError) as problem:
        where = type(problem).__name__
        yield {"refused": BrokenFile.code, "facts": {"where": f"bộ đọc dừng: {where}"}}


def main() -> int:
    _lock_in(limits.LOOK_CPU_SECONDS if sys.argv[1] == "look" else limits.READER_CPU_SECONDS)
    _write(answer(os.fdopen(0, "rb"), *sys.argv[1:]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

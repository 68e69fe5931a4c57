"""Lists out: the person's own sheet back with its problems marked, exports, empty templates.

Nothing written here can run: text is written as text, and text that would open as a formula carries Excel's own mark for
“this is text”.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from . import cells
from .columns import Column, Values
from .findings import ROW, Problem, Severity
from .headers import TO_DO_SHEET
from .layout import Layout, Merge, apart, is_tall, within_limits
from .merged import write_out
from .workbook import CellValue, RowBatch

OPENS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
MOST_COMMENTS = 3_000
MOST_LINKS = 20_000
USUAL_WIDTH = 16
PADDING = 5 / 7  # of a column, in characters: what a file tells has it in, what the library is told has not
TWO_LINES = 27.0  # points: the text of a row this high was broken over lines
_FILLS = {Severity.ERROR: "#FAD4D0", Severity.WARNING: "#FCE9BF", Severity.FIXED: "#D9ECDD"}
_NAMES = {Severity.ERROR: "Phải sửa", Severity.WARNING: "Nên xem", Severity.FIXED: "Đã sửa giúp"}


@dataclass(frozen=True, slots=True)
class Note:
    """A problem as a sheet needs it: its place, how grave, and the sentence."""

    row: int
    column: int
    severity: Severity
    text: str
    suggestion: str = ""

    @classmethod
    def of(cls, problem: Problem) -> Note:
        return cls(problem.row, problem.column, problem.finding.severity, problem.text, problem.finding.suggestion)


Marked = dict[int, dict[int, list[Note]]]


def is_dangerous(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula when a person opens or re-types it."""
    return text.startswith(OPENS_FORMULA)


class _Writer:
    """Writes one workbook row by row, holding one row in memory."""

    def __init__(self, out: Path) -> None:
        # Rows wait in files until the end: beside the result, whose folder is the caller's own and closed to others.
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "tmpdir": str(out.parent),
        }
        self.book = xlsxwriter.Workbook(str(out), options)
        self._formats: dict[tuple[str, bool, bool, bool], Any] = {}
        self.wraps = False
        self.header = self.book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})

    def format_for(self, fill: str = "", *, day: bool = False, quoted: bool = False) -> Any:
        key = (fill, day, quoted, self.wraps)
        if key not in self._formats:
            made = self.book.add_format({"num_format": "dd/mm/yyyy"} if day else {})
            if fill:
                made.set_bg_color(fill)
            if quoted:
                made.set_quote_prefix()
            if self.wraps:
                made.set_text_wrap()
                made.set_align("top")
            self._formats[key] = made
        return self._formats[key] if any(key) else None

    def cell(self, sheet: Any, row: int, column: int, value: CellValue, fill: str = "") -> None:
        if value is None or value == "":
            if fill:
                sheet.write_blank(row, column, None, self.format_for(fill))
        elif isinstance(value, str):
            sheet.write_string(row, column, value, self.format_for(fill, quoted=is_dangerous(value)))
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value, self.format_for(fill))
        elif isinstance(value, dt.date):
            sheet.write_datetime(row, column, value, self.format_for(fill, day=True))
        else:
            sheet.write_number(row, column, value, self.format_for(fill))


def write_annotated(
    batches: Iterable[RowBatch],
    *,
    sheet_name: str,
    width: int,
    notes: Sequence[Note],
    out: Path,
    layout: Layout | None = None,
) -> None:
    """The sheet as it came, problem cells coloured and commented, and a first sheet that lists and links them.

    notes: ordered by row, or in any order.   width: columns of the sheet.   layout: is read as far as the batches have come.
    """
    layout = layout or Layout()
    writer = _Writer(out)
    name = TO_DO_SHEET + " (2)" if sheet_name == TO_DO_SHEET else sheet_name
    to_do = writer.book.add_worksheet(TO_DO_SHEET)
    data = writer.book.add_worksheet(_tab_name(name))
    _list_notes(writer, to_do, data.get_name(), notes)
    by_cell = _by_cell(notes)
    comments = 0
    merges: list[Merge] | None = None
    apart_now: set[tuple[int, int]] = set()
    for batch in batches:
        if merges is None:  # they are told before the first row
            tall_first = sorted(layout.merges, key=is_tall, reverse=True)  # no title displaces what counts for rows
            merges = apart(map(within_limits, tall_first))
            apart_now = {merge[:2] for merge in merges if _comes_apart(merge, by_cell)}
        for (row, column), covered in batch.merged.items():
            if (covered.top, column) in apart_now:
                write_out(batch.rows[row - batch.first_row], column, covered.value)
        for row, values in enumerate(batch.rows, start=batch.first_row):
            height = layout.heights.get(row)
            writer.wraps = height is not None and height >= TWO_LINES
            if height is not None:
                data.set_row(row, height)
            marks = by_cell.get(row, {})
            last = max([len(values) - 1, *marks]) if marks else len(values) - 1
            for column in range(last + 1):
                value = values[column] if column < len(values) else None
                found = marks.get(column)
                if found is None:
                    writer.cell(data, row, column, value)
                    continue
                writer.cell(data, row, column, value, _FILLS[_gravest(found)])
                if comments < MOST_COMMENTS:
                    text = "\n".join(note.text for note in found)[:2000]
                    data.write_comment(row, column, text, {"author": "Mái Trường", "x_scale": 2, "y_scale": 1.5})
                    comments += 1
    _lay_out(data, layout, width, [merge for merge in merges or () if merge[:2] not in apart_now])
    writer.book.close()


def _lay_out(sheet: Any, layout: Layout, width: int, merges: Iterable[Merge]) -> None:
    """What a sheet is told after its rows, which are out of memory by then."""
    if not layout.widths:
        sheet.set_column(0, max(width - 1, 0), USUAL_WIDTH)
    for first, last, characters in layout.widths:
        sheet.set_column(first, last, max(characters - PADDING, 0.5))
    if any(layout.in_sight):
        sheet.freeze_panes(*layout.in_sight)
    # Not by merge_range: it writes cells, also of rows that are written already.
    sheet.merge.extend(list(merge) for merge in merges)


def _comes_apart(merge: Merge, marks: Marked) -> bool:
    """Whether a merge would cover a cell with a problem, which then nobody could see or fill, or spread what was typed for one row."""
    top, left, bottom, right = merge
    typed = bottom > top and any(note.severity is Severity.FIXED for note in marks.get(top, {}).get(left, ()))
    return typed or any(
        left <= column <= right and (row, column) != (top, left)
        for row in range(top, bottom + 1)
        for column in marks.get(row, ())
    )


def _by_cell(notes: Iterable[Note]) -> Marked:
    found: Marked = {}
    for note in notes:
        found.setdefault(note.row - 1, {}).setdefault(max(note.column, 0), []).append(note)
    return found


def _gravest(notes: Iterable[Note]) -> Severity:
    order = list(Severity)
    return min((note.severity for note in notes), key=order.index)


def _list_notes(writer: _Writer, sheet: Any, data_name: str, notes: Sequence[Note]) -> None:
    sheet.set_column(0, 0, 10)
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, 2, 90)
    sheet.set_column(3, 3, 28)
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(("Ô", "Mức", "Cần làm gì", "Gợi ý")):
        sheet.write_string(0, column, title, writer.header)
    order = list(Severity)
    listed = sorted(notes, key=lambda note: (order.index(note.severity), note.row, note.column))
    for line, note in enumerate(listed, start=1):
        address = cells.address(note.row - 1, max(note.column, 0))
        label = f"Dòng {note.row}" if note.column == ROW else address
        if line <= MOST_LINKS:
            sheet.write_url(line, 0, f"internal:'{data_name.replace(chr(39), chr(39) * 2)}'!{address}", string=label)
        else:
            sheet.write_string(line, 0, label)
        sheet.write_string(line, 1, _NAMES[note.severity], writer.format_for(_FILLS[note.severity]))
        sheet.write_string(line, 2, note.text, writer.wrapped)
        writer.cell(sheet, line, 3, note.suggestion)


def _tab_name(name: str) -> str:
    """A sheet name Excel accepts: at most 31 characters, none of []:*?/\\."""
    return "".join(" " if sign in "[]:*?/\\" else sign for sign in name).strip("' ")[:31] or "Danh sách"


def write_list(columns: Sequence[Column], rows: Iterable[Values], *, title: str, out: Path, note: str = "") -> int:
    """An export: one header row, a row per record. Returns how many rows were written. An empty `rows` makes a template."""
    writer = _Writer(out)
    sheet = writer.book.add_worksheet(_tab_name(title))
    sheet.freeze_panes(1, 0)
    text = writer.book.add_format({"num_format": "@"})
    for at, column in enumerate(columns):
        # Number columns are text for Excel from the start, so that what is typed keeps its leading zeros.
        sheet.set_column(at, at, column.width, text if column.looks in ("personal_number", "phone") else None)
        sheet.write_string(0, at, column.title, writer.header)
    if note:
        sheet.write_comment(0, 0, note)
    count = 0
    for count, values in enumerate(rows, start=1):
        for at, column in enumerate(columns):
            value = values.get(column.key)
            writer.cell(sheet, count, at, None if value is None else column.show(value))
    if count:
        sheet.autofilter(0, 0, count, len(columns) - 1)
    writer.book.close()
    return count

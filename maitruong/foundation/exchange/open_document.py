"""LibreOffice sheets (.ods): formulas and extent, found before the library lays the sheet out.

One cell may say “repeat me 16,384 times” in a row that is repeated a million times; the library would believe it.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from . import limits
from .errors import BrokenFile, TooManyColumns, TooManyParts, TooManyRows, refuse_many_cells
from .hidden_rows import HiddenRows
from .layout import Merge
from .package import Package

CONTENT_LIMIT_BYTES = 150 * limits.MEGABYTE
LONGEST_FORMULA = 200


@dataclass
class OpenSheet:
    """One sheet of an .ods. formulas: (row, column) from 0 → text. merges: (first row, first column, last row, last column)."""

    name: str
    hidden: bool
    last_row: int = -1
    last_column: int = -1
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: HiddenRows = field(default_factory=HiddenRows)


class Scan:
    """Walks content.xml once, keeping only where values and formulas are."""

    def __init__(self) -> None:
        self.sheets: list[OpenSheet] = []
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._row = self._column = 0
        self._row_repeats = 1
        self._row_hidden = False
        self._filled: list[tuple[int, int, str]] = []
        self._pending: tuple[int, str, bool] | None = None
        self._text_in_cell = False

    def parse(self, content: bytes) -> list[OpenSheet]:
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        try:
            parser.Parse(content, True)
        except expat.ExpatError as problem:
            raise BrokenFile(where="content.xml") from problem
        return self.sheets

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table-cell" or tag == "table:covered-table-cell":
            repeats = _count(attributes.get("table:number-columns-repeated"))
            formula = attributes.get("table:formula", "")
            self._pending = (repeats, formula, "office:value-type" in attributes or bool(formula))
            self._text_in_cell = False
            rows, columns = (_count(attributes.get(f"table:number-{way}-spanned")) for way in ("rows", "columns"))
            if self.sheets and (rows > 1 or columns > 1):
                top, left = self._row, self._column
                self.sheets[-1].merges.append((top, left, top + rows - 1, left + columns - 1))
        elif tag == "text:p":
            self._text_in_cell = True
        elif tag == "table:table-row":
            self._row_repeats = _count(attributes.get("table:number-rows-repeated"))
            self._row_hidden = attributes.get("table:visibility", "visible") != "visible"
            self._column, self._filled = 0, []
        elif tag == "table:table":
            hidden = attributes.get("table:style-name", "") in self._hidden_styles
            self.sheets.append(OpenSheet(attributes.get("table:name", "")[:100], hidden))
            self._row = 0
            if len(self.sheets) > limits.MAX_SHEETS:
                raise TooManyParts(count=len(self.sheets), what="trang tính", limit=limits.MAX_SHEETS)
        elif tag == "style:style":
            self._style = attributes.get("style:name", "")
        elif tag == "style:table-properties" and attributes.get("table:display") == "false":
            self._hidden_styles.add(self._style)

    def _end(self, tag: str) -> None:
        if tag == "table:table-cell" or tag == "table:covered-table-cell":
            repeats, formula, has_value = self._pending or (1, "", False)
            if has_value or self._text_in_cell:
                self._filled.append((self._column, self._column + repeats - 1, formula))
            self._column += repeats
            self._pending = None
        elif tag == "table:table-row" and self.sheets:
            if self._filled:
                self._close_row(self.sheets[-1])
            self._row += self._row_repeats

    def _close_row(self, sheet: OpenSheet) -> None:
        sheet.last_row = max(sheet.last_row, self._row + self._row_repeats - 1)
        sheet.last_column = max(sheet.last_column, self._filled[-1][1])
        if sheet.last_column >= limits.MAX_COLUMNS:
            raise TooManyColumns(sheet=sheet.name, column=sheet.last_column + 1, limit=limits.MAX_COLUMNS)
        if sheet.last_row >= limits.MAX_ROWS:
            raise TooManyRows(sheet=sheet.name, rows=sheet.last_row + 1, limit=limits.MAX_ROWS)
        if self._row_hidden:
            for row in range(self._row, self._row + self._row_repeats):
                sheet.hidden_rows.add(row + 1)
        for first, last, formula in self._filled:
            if formula:
                text = "=" + formula.split("=", 1)[-1][:LONGEST_FORMULA]
                for row in range(self._row, self._row + self._row_repeats):
                    sheet.formulas.update({(row, column): text for column in range(first, last + 1)})


def _count(text: str | None) -> int:
    try:
        return max(int(text or 1), 1)
    except ValueError as problem:
        raise BrokenFile(where="content.xml") from problem


def open_sheets(package: Package) -> tuple[list[OpenSheet], io.BytesIO]:
    """The sheets, and a package of our own making for the library to read."""
    content = package.read("content.xml", limit=CONTENT_LIMIT_BYTES)
    sheets = Scan().parse(content)
    refuse_many_cells((sheet.last_row, sheet.last_column) for sheet in sheets)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    out.seek(0)
    return sheets, out

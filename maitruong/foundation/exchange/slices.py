"""An .xlsx sheet cut into slices of whole rows, each a small workbook of its own.

Why: the library reads a sheet in one piece (5 s and 200-250 MB for 50,000 x 54 before the first row comes out). Cut up, the first
problems are on the screen within a second, memory stays at one slice, and what the library gets to see is a package made here.
"""

from __future__ import annotations

import html
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from defusedxml import ElementTree

from . import cells, limits
from .errors import BrokenFile, TooManyColumns, TooManyParts, TooManyRows
from .hidden_rows import HiddenRows
from .layout import Layout, Merge
from .package import Package

FIRST_SLICE_BYTES = 384 << 10
SLICE_BYTES = 4 << 20
SLICE_ROWS = 10_000
LONGEST_ROW_BYTES = 16 << 20
"""Two hundred cells of the longest text are 1 MB. A row without end would be looked through again with every piece."""
LONGEST_FORMULA = 200
LONGEST_MERGE = 200

#: A pattern never runs past the next "<": of a tag that is not closed, a million times over, each would read to the file's end.
SHEET_DATA = re.compile(rb"<(?:([A-Za-z_]\w*):)?sheetData(?:\s[^<>]*?)?(/)?>")
ROW_NUMBER = re.compile(rb"\sr\s*=\s*[\"'](\d{1,9})[\"']")
HIDDEN = re.compile(rb"\shidden\s*=\s*[\"'](?:1|true)[\"']")
CELL_REFERENCE = re.compile(r"\sr\s*=\s*[\"']([A-Z]{1,4})(\d{1,9})[\"']")
MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]{0,300}?ref\s*=\s*[\"']([A-Z]{1,4}\d{1,8}):([A-Z]{1,4}\d{1,8})[\"']")


class Tags:
    """Patterns of the elements of a sheet, for the namespace prefix this file writes (mostly none)."""

    def __init__(self, prefix: bytes) -> None:
        self.prefix = prefix
        self.row_start = b"<" + prefix + b"row"
        self.cell_start = b"<" + prefix + b"c"
        self.close = b"</" + prefix + b"sheetData"
        self.end = self.close + b"></" + prefix + b"worksheet>"
        self.row = re.compile(self.row_start + rb"(?=[\s/>])[^<>]*>")
        self.value = re.compile(b"<" + prefix + rb"(?:v|is|f)[\s/>]")
        self.formula = re.compile(b"<" + prefix + rb"f(?=[\s/>])[^<>]*?(?:/>|>([^<]*)<)")
        self.shared_value = re.compile(
            rb"\bt=[\"']s[\"'][^<>]{0,300}>\s*<" + prefix + rb"v>\s*(\d{1,9})\s*</" + prefix + b"v>"
        )
        self.error_value = re.compile(
            self.cell_start + rb"\s[^<>]{0,300}?\bt\s*=\s*[\"']e[\"'][^<>]{0,300}>.{0,400}?<" + prefix + rb"v>([^<]*)<",
            re.DOTALL,
        )


@dataclass(frozen=True)
class SheetPart:
    """One worksheet of the package: its name on the tab, the part that holds it."""

    name: str
    hidden: bool
    part: str


class Frame:
    """What every slice of a workbook shares. Shared strings are kept as the XML inside each <si>, to be written into the cells.

    So no slice makes the library read all the strings of the workbook again (0.3 s for 200,000 of them).
    """

    def __init__(self, shared_strings: bytes, styles: bytes, *, counts_from_1904: bool) -> None:
        self.shared_strings, self.styles, self.counts_from_1904 = shared_strings, styles, counts_from_1904
        root = re.search(rb"<(?:([A-Za-z_]\w*):)?sst[\s>]", shared_strings)
        self.prefix = root[1] + b":" if root and root[1] else b""
        tag = self.prefix + b"si"
        string = re.compile(b"<" + tag + rb"(?:\s[^<>]*)?(?:/>|>(.*?)</" + tag + b">)", re.DOTALL)
        empty = re.compile(b"<" + tag + rb"(?:\s[^<>]*)?/()>")
        end = shared_strings.rfind(b"</" + tag + b">") + 1  # behind it no string has an end to look for
        inside = self.prefix + b"is>"
        self.strings = [
            b't="inlineStr"><%s%s</%s' % (inside, found[1] or b"", inside)
            for found in chain(
                string.finditer(shared_strings, 0, end and end + len(tag) + 2), empty.finditer(shared_strings, end)
            )
        ]

    def write_strings_in(self, rows: bytes, tags: Tags) -> bytes:
        """The rows with their shared strings inside. Left as they are where that cannot be told simply."""
        if not self.strings or tags.prefix != self.prefix:
            return rows
        pieces = tags.shared_value.split(rows)
        try:
            pieces[1::2] = map(self.strings.__getitem__, map(int, pieces[1::2]))
        except IndexError as problem:
            raise BrokenFile(where="bảng chữ dùng chung") from problem
        return b"".join(pieces)

    def strings_for(self, rows: bytes) -> bytes:
        """The shared strings, when some cell still points at them."""
        return self.shared_strings if b't="s"' in rows or b"t='s'" in rows else b""


@dataclass
class Slice:
    """Whole rows of one sheet as a worksheet part. formulas, error_values: (row, column) from 0 → text."""

    xml: bytes
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    error_values: dict[tuple[int, int], str] = field(default_factory=dict)


class XlsxBook:
    """The parts of an .xlsx that a list can be in."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self.book_part = next(
            name for name in sorted(package.names) if name.lower().startswith("xl/") and name.endswith("workbook.xml")
        )
        book = _tree(package.read(self.book_part), self.book_part)
        self._relations = self._read_relations()
        self.sheets = self._read_sheets(book)
        self._counts_from_1904 = any(
            _local(node.tag) == "workbookPr" and node.get("date1904") in ("1", "true") for node in book
        )

    def _read_relations(self) -> dict[str, tuple[str, str]]:
        folder, name = posixpath.split(self.book_part)
        part = f"{folder}/_rels/{name}.rels"
        root = _tree(self._package.read(part), part)
        return {
            node.get("Id", ""): (
                node.get("Type", "").rsplit("/", 1)[-1],
                posixpath.normpath(posixpath.join("/", folder, node.get("Target", ""))).lstrip("/"),
            )
            for node in root
            if node.get("TargetMode") != "External"
        }

    def _read_sheets(self, book: ElementTree.ElementTree) -> list[SheetPart]:
        sheets: list[SheetPart] = []
        for node in book.iter():
            if _local(node.tag) != "sheet":
                continue
            key = next((value for name, value in node.attrib.items() if _local(name) == "id" and "}" in name), "")
            kind, part = self._relations.get(key, ("", ""))
            if kind == "worksheet":
                hidden = node.get("state", "visible") != "visible"
                sheets.append(SheetPart(node.get("name", f"Trang {len(sheets) + 1}")[:100], hidden, part))
        if len(sheets) > limits.MAX_SHEETS:
            raise TooManyParts(count=len(sheets), what="trang tính", limit=limits.MAX_SHEETS)
        return sheets

    def frame(self) -> Frame:
        """Shared strings and styles, each read once."""
        return Frame(
            self._part_of("sharedStrings", limits.MAX_SHARED_STRINGS_BYTES),
            self._part_of("styles", limits.MAX_SMALL_PART_BYTES * 4),
            counts_from_1904=self._counts_from_1904,
        )

    def _part_of(self, kind: str, limit: int) -> bytes:
        part = next((part for found, part in self._relations.values() if found == kind), "")
        return self._package.read(part, limit=limit, missing=b"")


class SheetSlices:
    """The slices of one sheet, in order; with the first, `layout` is known but for its merges; after the last, `merges`, `last_row`
    and `hidden_rows`.

    merges: (first row, first column, last row, last column) from 0. last_row: of the last row with a value, from 0, or -1.
    """

    def __init__(self, package: Package, sheet: SheetPart) -> None:
        self._package, self._sheet = package, sheet
        self._row = 0  # number of the last row seen, from 1
        self._open = b""
        self.tags = Tags(b"")
        self.last_row = -1
        self.merges: list[tuple[int, int, int, int]] = []
        self.hidden_rows = HiddenRows()
        self.layout = Layout()

    def __iter__(self) -> Iterator[Slice]:
        chunks = self._package.stream(self._sheet.part)
        buffer = self._find_sheet_data(chunks)
        target = FIRST_SLICE_BYTES
        while self._open and (end := buffer.find(self.tags.close)) < 0:
            if len(buffer) >= target:
                cut = buffer.rfind(self.tags.row_start)
                if cut <= 0 and len(buffer) > LONGEST_ROW_BYTES:
                    raise BrokenFile(where=f"trang tính “{self._sheet.name}”, một dòng quá dài")
                if cut > 0:
                    yield from self._slices_of(buffer[:cut])
                    buffer = buffer[cut:]
                    target = SLICE_BYTES
            chunk = next(chunks, b"")
            if not chunk:
                raise BrokenFile(where=f"trang tính “{self._sheet.name}” bị cắt ngang")
            buffer += chunk
        if self._open:
            yield from self._slices_of(buffer[:end])
            buffer = buffer[end:]
        self._read_merges(buffer, chunks)

    def _find_sheet_data(self, chunks: Iterator[bytes]) -> bytes:
        buffer = b""
        for chunk in chunks:
            buffer += chunk
            found = SHEET_DATA.search(buffer)
            if found:
                if not found[2]:
                    self._open = buffer[: found.end()]
                    self.tags = Tags(found[1] + b":" if found[1] else b"")
                self.layout.read_front(buffer[: found.start()])
                return buffer[found.end() :]
            if len(buffer) > limits.MAX_SMALL_PART_BYTES:
                break
        raise BrokenFile(where=f"trang tính “{self._sheet.name}” không có vùng dữ liệu")

    def _read_merges(self, buffer: bytes, chunks: Iterator[bytes]) -> None:
        self.merges += _merges_in(buffer + b"".join(chunks))

    def _slices_of(self, rows: bytes) -> Iterator[Slice]:
        """Cut where a slice would span too many rows: the library lays a slice out as one full rectangle."""
        start, row_start, first_row, needs_number = 0, 0, 0, False
        for tag in self.tags.row.finditer(rows):
            row = self._number(tag[0])
            if row <= limits.HEAD_ROWS:
                self.layout.read_row(row - 1, tag[0])
            if not first_row:
                first_row, needs_number = row, not ROW_NUMBER.search(tag[0])
            elif row - first_row >= SLICE_ROWS:
                yield from self._make(rows[start : tag.start()], first_row if needs_number else 0)
                start, first_row, needs_number = tag.start(), row, not ROW_NUMBER.search(tag[0])
            if row > limits.MAX_ROWS and self._is_filled(rows, tag):
                raise TooManyRows(sheet=self._sheet.name, rows=row, limit=limits.MAX_ROWS)
            if HIDDEN.search(tag[0]) and self._is_filled(rows, tag):
                self.hidden_rows.add(row)
            self._refuse_wide(rows, row_start, tag.start())
            row_start = tag.end()
        self._refuse_wide(rows, row_start, len(rows))
        yield from self._make(rows[start:], first_row if needs_number else 0)

    def _number(self, tag: bytes) -> int:
        found = ROW_NUMBER.search(tag)
        row = int(found[1]) if found else self._row + 1
        if row <= self._row:
            raise BrokenFile(where=f"trang tính “{self._sheet.name}”, thứ tự dòng {row}")
        self._row = row
        return row

    def _is_filled(self, rows: bytes, tag: re.Match[bytes]) -> bool:
        end = rows.find(self.tags.row_start, tag.end())
        return bool(self.tags.value.search(rows, tag.end(), end if end > 0 else len(rows)))

    def _make(self, rows: bytes, number_first: int) -> Iterator[Slice]:
        if not self.tags.value.search(rows):
            return
        self.last_row = max(self.last_row, self._row - 1)
        if number_first:
            rows = rows.replace(self.tags.row_start, self.tags.row_start + f' r="{number_first}"'.encode(), 1)
        yield Slice(self._open + rows + self.tags.end, self._formulas(rows), self._error_values(rows))

    def _refuse_wide(self, rows: bytes, row_start: int, row_end: int) -> None:
        """Look at the last cell of a row. A file that orders its cells otherwise is stopped by the library's own extent."""
        at = _reference(rows[max(rows.rfind(self.tags.cell_start, row_start, row_end), 0) : row_end][:200])
        if at and at[1] >= limits.MAX_COLUMNS:
            raise TooManyColumns(sheet=self._sheet.name, column=cells.letters(at[1]), limit=limits.MAX_COLUMNS)

    def _formulas(self, rows: bytes) -> dict[tuple[int, int], str]:
        found: dict[tuple[int, int], str] = {}
        end_of_last = 0
        for formula in self.tags.formula.finditer(rows):
            start = rows.rfind(self.tags.cell_start, end_of_last, formula.start())
            end_of_last = formula.end()
            at = _reference(rows[start : formula.start()]) if start >= 0 else None
            if at:
                found[at] = "=" + html.unescape((formula[1] or b"...").decode("utf-8", "replace"))[:LONGEST_FORMULA]
        return found

    def _error_values(self, rows: bytes) -> dict[tuple[int, int], str]:
        if b't="e"' not in rows and b"t='e'" not in rows:
            return {}
        found = ((_reference(error[0]), error[1]) for error in self.tags.error_value.finditer(rows))
        return {at: html.unescape(text.decode("utf-8", "replace"))[:20] for at, text in found if at}


def find_merges(package: Package, sheet: SheetPart) -> list[Merge]:
    """The merges of a sheet that was looked at before, without its rows: (first row, first column, last row, last column) from 0."""
    found: dict[Merge, None] = {}
    tail = b""
    for chunk in package.stream(sheet.part):
        if b"mergeCell" in tail or b"mergeCell" in chunk:
            found.update(dict.fromkeys(_merges_in(tail + chunk)))
        tail = chunk[-LONGEST_MERGE:]
    return list(found)


def _merges_in(xml: bytes) -> Iterator[Merge]:
    for number, found in enumerate(MERGE.finditer(xml)):
        if number == limits.MAX_MERGES:
            raise TooManyParts(count=f"hơn {limits.MAX_MERGES}", what="vùng ô gộp", limit=limits.MAX_MERGES)
        yield (*cells.position(found[1].decode()), *cells.position(found[2].decode()))


def _reference(cell: bytes) -> tuple[int, int] | None:
    found = CELL_REFERENCE.search(cell.decode("utf-8", "replace"))
    return (int(found[2]) - 1, cells.column_of(found[1])) if found else None


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]


def _tree(xml: bytes, name: str) -> ElementTree.ElementTree:
    try:
        return ElementTree.fromstring(xml)
    except (ElementTree.ParseError, ValueError) as problem:
        raise BrokenFile(where=name) from problem


def small_workbook(xml: bytes, frame: Frame, tags: Tags) -> io.BytesIO:
    """An .xlsx with one sheet, made of parts already looked through."""
    xml = frame.write_strings_in(xml, tags)
    shared_strings = frame.strings_for(xml)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    relation = '<Relationship Id="{0}" Type="' + office + '/{1}" Target="{2}"/>'
    kinds = [("r1", "worksheet", "worksheets/sheet1.xml")]
    kinds += [("r2", "sharedStrings", "sharedStrings.xml")] if shared_strings else []
    kinds += [("r3", "styles", "styles.xml")] if frame.styles else []
    date_mode = '<workbookPr date1904="1"/>' if frame.counts_from_1904 else ""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}">'
        + relation.format("r1", "officeDocument", "xl/workbook.xml")
        + "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}">{date_mode}'
        '<sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">'
        + "".join(relation.format(*kind) for kind in kinds)
        + "</Relationships>",
        "xl/worksheets/sheet1.xml": xml,
    }
    if shared_strings:
        parts["xl/sharedStrings.xml"] = shared_strings
    if frame.styles:
        parts["xl/styles.xml"] = frame.styles
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)  # type: ignore[arg-type]
    out.seek(0)
    return out

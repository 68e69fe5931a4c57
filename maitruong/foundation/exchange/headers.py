"""Find the header of a list and propose which column is which. A proposal only: the person may change all of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from maitruong.foundation.kernel.vietnamese import fold

from . import cells
from .columns import ColumnChoice, ColumnMap
from .errors import HeaderNotFound
from .header_words import likeness, words
from .parsers import class_name, flag, is_blank, sex, shown
from .workbook import Book, CellValue, Sheet

#: The sheet we put first in an annotated file sent back; when the file returns, it is not the list.
TO_DO_SHEET = "Cần sửa"
LOOK_FOR_HEADER_IN = 40
DEEPEST_HEADER = 3
SAMPLE_ROWS = 40
SURE_ENOUGH = 0.55
TITLE_SHARE = 0.6  # a merge over more of the columns than this is a title, not a header
LONGEST_HEADER = 120

_CLASS_IN_TITLE = re.compile(r"\blớp\s*:?\s*(\d{1,2}\s?[A-ZĐa-zđ]{0,2}\s?\d{0,2})\b", re.IGNORECASE)
_CLASS_SHEET = re.compile(r"(?:lớp\s*)?(\d{1,2}[A-ZĐ]{1,2}\d{0,2})", re.IGNORECASE)
_NUMBERED = re.compile(r"\(?\[?(\d{1,3})\)?\]?")


@dataclass(frozen=True)
class Guess:
    """What one column of the file is taken for. confidence: 0 to 1; key "" when nothing fits. samples: its first values."""

    column: int
    header: str
    key: str
    confidence: float
    why: str
    samples: tuple[str, ...]

    @property
    def letter(self) -> str:
        return cells.letters(self.column)


@dataclass(frozen=True)
class Proposal:
    """A whole reading of a sheet's head. Rows are numbered from 1."""

    sheet: str
    header_from: int
    data_from: int
    guesses: tuple[Guess, ...]
    constants: dict[str, str] = field(default_factory=dict)

    def choice(self) -> ColumnChoice:
        columns = {guess.column: guess.key for guess in self.guesses if guess.key}
        return ColumnChoice(self.sheet, self.header_from, self.data_from, columns, dict(self.constants))


@dataclass(frozen=True)
class _Header:
    first: int
    depth: int
    texts: dict[int, str]
    found: dict[int, tuple[str, float]]
    score: float


def propose(sheet: Sheet, columns: ColumnMap) -> Proposal:
    """The most likely header and map of a sheet. Raises HeaderNotFound when no row looks like a header."""
    grid = _grid(sheet)
    header = _best_header(grid, sheet, columns)
    if header is None:
        raise HeaderNotFound(sheet=sheet.name)
    data_from = _first_data_row(grid, header.first + header.depth)
    return _described(sheet, grid, columns, header, data_from)


def best_sheet(book: Book, columns: ColumnMap) -> Sheet:
    """The sheet most likely to hold the list: the best header, then the most rows; never our own list of things to do."""

    def worth(sheet: Sheet) -> tuple[bool, float, int]:
        header = _best_header(_grid(sheet), sheet, columns)
        return (not sheet.hidden, header.score if header else 0.0, sheet.rows)

    candidates = [sheet for sheet in book.sheets if sheet.rows and sheet.name != TO_DO_SHEET] or book.sheets
    return max(candidates, key=worth)


def propose_at(sheet: Sheet, columns: ColumnMap, *, header_from: int, data_from: int) -> Proposal:
    """The same when the person pointed at the header rows (from 1; the last is the one before data_from)."""
    grid = _grid(sheet)
    header = _read_header(grid, sheet, columns, header_from - 1, max(data_from - header_from, 1))
    return _described(sheet, grid, columns, header, data_from - 1)


def _grid(sheet: Sheet) -> list[list[str]]:
    return [[shown(value).strip() for value in row] for row in sheet.head]


def _best_header(grid: list[list[str]], sheet: Sheet, columns: ColumnMap) -> _Header | None:
    best: _Header | None = None
    for first in range(min(LOOK_FOR_HEADER_IN, len(grid))):
        if sum(1 for text in grid[first] if text) < 1:
            continue
        for depth in range(1, min(DEEPEST_HEADER, len(grid) - first) + 1):
            header = _read_header(grid, sheet, columns, first, depth)
            if len(header.found) >= 2 and (best is None or header.score > best.score):
                best = header
    return best


def _read_header(grid: list[list[str]], sheet: Sheet, columns: ColumnMap, first: int, depth: int) -> _Header:
    texts = _joined(grid, sheet, first, depth)
    found = _match(texts, columns)
    # A row more must earn its place: data rows taken for headers only add words nobody knows.
    own = sum(1 for row in grid[first : first + depth] for text in row if text) - len(found)
    score = sum(sure for _, sure in found.values()) - 0.3 * (depth - 1) - 0.01 * max(own, 0)
    return _Header(first, depth, texts, found, score)


def _joined(grid: list[list[str]], sheet: Sheet, first: int, depth: int) -> dict[int, str]:
    """The header text of each column: its own cells and the merged or group cells above them, top to bottom."""
    rows = grid[first : first + depth]
    width = max(len(row) for row in rows)
    spread = [row + [""] * (width - len(row)) for row in rows]
    covered = _spread_merges(spread, sheet, first, width)
    for level in range(depth - 1):
        _carry_groups(spread, level, covered)
    joined = {}
    for column in range(width):
        parts: list[str] = []
        for row in spread:
            text = row[column][:LONGEST_HEADER]
            if text and text not in parts:
                parts.append(text)
        if parts:
            joined[column] = " – ".join(parts)
    return joined


def _spread_merges(spread: list[list[str]], sheet: Sheet, first: int, width: int) -> set[tuple[int, int]]:
    """Write a merged cell's text under its whole width. Returns the cells covered by merges."""
    covered: set[tuple[int, int]] = set()
    for top, left, bottom, right in sheet.merges:
        if not first <= top < first + len(spread):
            continue
        covered.update((row - first, at) for row in range(top, bottom + 1) for at in range(left, right + 1))
        text = spread[top - first][left] if left < width else ""
        if right - left + 1 > max(TITLE_SHARE * width, 6):
            spread[top - first][left] = ""
            continue
        for at in range(left, min(right + 1, width)):
            spread[top - first][at] = text
    return covered


def _carry_groups(spread: list[list[str]], level: int, covered: set[tuple[int, int]]) -> None:
    """A group title typed once over several sub-columns, without merging: carry it right while sub-headers follow."""
    group = ""
    for column, text in enumerate(spread[level]):
        if text or (level, column) in covered:
            group = text if spread[level + 1][column] else ""
        elif group and spread[level + 1][column]:
            spread[level][column] = group
        else:
            group = ""


def _match(texts: Mapping[int, str], columns: ColumnMap) -> dict[int, tuple[str, float]]:
    """Column of the file → (key, confidence), each key once, the surest first."""
    pairs = []
    for at, text in texts.items():
        header, last = words(text), words(text.rsplit(" – ", 1)[-1])
        for column in columns.columns:
            sure = max(
                max(likeness(header, words(name)), 0.9 * likeness(last, words(name)) if last == header else 0.0)
                for name in (column.title, *column.synonyms)
            )
            if sure >= SURE_ENOUGH:
                pairs.append((sure, -at, column.key))
    found: dict[int, tuple[str, float]] = {}
    taken: set[str] = set()
    for sure, at, key in sorted(pairs, reverse=True):
        if -at not in found and key not in taken:
            found[-at] = (key, sure)
            taken.add(key)
    return found


def _first_data_row(grid: list[list[str]], row: int) -> int:
    """Skip empty rows and the row of column numbers (1) (2) (3) below a header."""
    while row < len(grid) and (not any(grid[row]) or is_numbering(grid[row])):
        row += 1
    return row


def is_numbering(row: list[str]) -> bool:
    """Whether a row only counts its columns: 1, 2, 3 … or (1) (2) (3)."""
    numbers = [_NUMBERED.fullmatch(text.strip()) for text in row if text.strip()]
    if len(numbers) < 4 or not all(numbers):
        return False
    counted = [int(number[1]) for number in numbers if number]
    return counted == list(range(counted[0], counted[0] + len(counted)))


def _described(sheet: Sheet, grid: list[list[str]], columns: ColumnMap, header: _Header, data_from: int) -> Proposal:
    samples = _samples(sheet, data_from)
    found = dict(header.found)
    _split_names(found, header, samples, columns, sheet)
    _guess_by_content(found, samples, columns)
    guesses = []
    for at in sorted(set(header.texts) | set(samples)):
        key, sure = found.get(at, ("", 0.0))
        why = "theo tiêu đề" if at in header.found else "theo nội dung" if key else ""
        values = samples.get(at, [])
        if key and at in header.found and values and not _fits(columns[key].looks, values):
            sure, why = round(sure * 0.6, 2), "tiêu đề khớp nhưng nội dung khác dạng"
        shown_samples = tuple(shown(value)[:60] for value in values[:3])
        guesses.append(Guess(at, header.texts.get(at, ""), key, round(sure, 2), why, shown_samples))
    keys = {guess.key for guess in guesses}
    constants = (
        _constants(sheet, grid, header.first) if "class_name" in columns.by_key and "class_name" not in keys else {}
    )
    return Proposal(sheet.name, header.first + 1, data_from + 1, tuple(guesses), constants)


def _samples(sheet: Sheet, data_from: int) -> dict[int, list[CellValue]]:
    found: dict[int, list[CellValue]] = {}
    for row in sheet.head[data_from : data_from + SAMPLE_ROWS]:
        for at, value in enumerate(row):
            if not is_blank(value):
                found.setdefault(at, []).append(value)
    return found


def _split_names(
    found: dict[int, tuple[str, float]],
    header: _Header,
    samples: Mapping[int, list[CellValue]],
    columns: ColumnMap,
    sheet: Sheet,
) -> None:
    """“Họ và tên” over two columns, family and middle name in the first, the given name in the second."""
    parts = columns.parts("full_name")
    keys = {key for key, _ in found.values()}
    if len(parts) != 2 or keys.intersection(parts):
        return
    at = next((column for column, (key, _) in found.items() if key == "full_name"), None)
    if at is None or at + 1 in found or at + 1 not in samples:
        return
    same_header = header.texts.get(at + 1, "") in ("", header.texts[at])
    if same_header and _share(samples[at + 1], _is_one_word) >= 0.8:
        found[at], found[at + 1] = (parts[0], found[at][1]), (parts[1], found[at][1])


def _guess_by_content(
    found: dict[int, tuple[str, float]], samples: Mapping[int, list[CellValue]], columns: ColumnMap
) -> None:
    """Columns nobody could name, by what stands in them: only the first column of the list that looks so, once."""
    taken = {key for key, _ in found.values()}
    for at, values in sorted(samples.items()):
        if at in found or len(values) < 3:
            continue
        for column in columns.columns:
            if column.key in taken or not column.looks or column.looks == "flag" or column.part_of:
                continue
            if _LOOKS[column.looks] and _share(values, _LOOKS[column.looks]) >= 0.8:
                found[at] = (column.key, 0.5)
                taken.add(column.key)
                break


def _constants(sheet: Sheet, grid: list[list[str]], header_row: int) -> dict[str, str]:
    """The one class of the file, when the title or the sheet's name tells it."""
    for row in grid[:header_row]:
        for text in row:
            found = _CLASS_IN_TITLE.search(text)
            if found:
                return {"class_name": class_name(found[1])[0]}
    found = _CLASS_SHEET.fullmatch(sheet.name.strip())
    return {"class_name": class_name(found[1])[0]} if found else {}


# --- how cells look --------------------------------------------------------------------------------------------------

_DAY = re.compile(r"\d{1,2}[/\-.]\d{1,2}[/\-.]\d{2,4}|\d{4}-\d{2}-\d{2}")


def _is_day(value: CellValue) -> bool:
    return isinstance(value, dt.date) or bool(isinstance(value, str) and _DAY.fullmatch(value.strip()))


def _is_personal_number(value: CellValue) -> bool:
    digits = re.sub(r"[\s.'\-]", "", shown(value))
    return digits.isdecimal() and (len(digits) == 12 or (len(digits) in (10, 11) and isinstance(value, float)))


def _is_phone(value: CellValue) -> bool:
    digits = re.sub(r"[\s.+'()\-]", "", shown(value))
    return digits.isdecimal() and (
        (len(digits) == 10 and digits[0] == "0") or (len(digits) == 9 and digits[0] in "35789")
    )


def _is_name(value: CellValue) -> bool:
    return isinstance(value, str) and 2 <= len(value.split()) <= 6 and all(part.isalpha() for part in value.split())


def _is_one_word(value: CellValue) -> bool:
    return isinstance(value, str) and len(value.split()) == 1 and value.strip().isalpha()


_LOOKS: dict[str, Callable[[CellValue], bool]] = {
    "": lambda value: False,
    "day": _is_day,
    "personal_number": _is_personal_number,
    "phone": _is_phone,
    "email": lambda value: isinstance(value, str) and "@" in value,
    "sex": lambda value: isinstance(value, str) and sex(value)[0] is not None,
    "flag": lambda value: flag(value)[0] is not None,
    "class": lambda value: isinstance(value, str) and bool(_CLASS_SHEET.fullmatch(value.strip())),
    "name": _is_name,
}


def _share(values: list[CellValue], looks: Callable[[CellValue], bool]) -> float:
    return sum(1 for value in values if looks(value)) / len(values) if values else 0.0


def _fits(looks: str, values: list[CellValue]) -> bool:
    """Whether at least a third of the cells look as the column should. Messy is usual; wholly different is not."""
    if not looks:
        return True
    check = _LOOKS[looks] if looks != "day" else (lambda value: _is_day(value) or shown(value)[-4:].isdecimal())
    return _share(values, check) >= 0.34


# --- rows of the body that are no records ----------------------------------------------------------------------------

_CLOSING = re.compile(
    r"(tong( so)?|cong|tong cong|an dinh|danh sach (nay )?(gom |co )|nguoi lap|lap bieu|hieu truong|pho hieu truong|"
    r"thu truong|giao vien chu nhiem|gvcn|xac nhan|ky ten|noi nhan|t/?m |kt\.|duyet|.*, ngay |ngay \.|\(ky|ghi chu:)"
)
_BAND = re.compile(r"(?:danh sach )?lop\s*:?\s*(\S+)")


class RowSorter:
    """Tells records from repeated headers, class bands, totals and signatures while the rows go by."""

    def __init__(self, mapped: Mapping[int, str], name_columns: tuple[int, ...]) -> None:
        self._mapped = sorted(mapped)
        self._names = name_columns
        self._header_texts: dict[int, set[str]] = {}
        self._closing = False

    def learn_header(self, row: list[CellValue]) -> None:
        for at, value in enumerate(row):
            if not is_blank(value):
                self._header_texts.setdefault(at, set()).add(fold(shown(value)))

    def kind(self, row: list[CellValue]) -> str:
        """ "record", "blank", "header", "closing" or "band"."""
        filled = [at for at in self._mapped if at < len(row) and not is_blank(row[at])]
        if len(filled) >= 3 and self._is_open(row, filled) and self._has_name(row) and not self._starts_as_header(row):
            self._closing = False
            return "record"
        everything = [shown(value).strip() for value in row if not is_blank(value)]
        if not everything:
            return "blank"
        if self._repeats_header(row, filled) or is_numbering(everything):
            return "header"
        return self._sparse(row, filled, everything)

    def band_class(self, row: list[CellValue]) -> str:
        """The class a band over the following rows names: “Lớp: 6A1 – GVCN Nguyễn Thị Hoa”."""
        text = next(shown(value) for value in row if not is_blank(value))
        found = re.search(r"[Ll](?:ớp|ỚP)\s*:?\s*(\S+)", text)
        return class_name(found[1])[0] or "" if found else ""

    def _is_open(self, row: list[CellValue], filled: list[int]) -> bool:
        """After a total or a signature only a row with a day or a number is a record again (next page, next class)."""
        return not self._closing or any(_is_day(row[at]) or _is_personal_number(row[at]) for at in filled)

    def _has_name(self, row: list[CellValue]) -> bool:
        return any(at < len(row) and not is_blank(row[at]) for at in self._names)

    def _starts_as_header(self, row: list[CellValue]) -> bool:
        at = next((at for at in self._names if at < len(row) and not is_blank(row[at])), -1)
        return at >= 0 and fold(shown(row[at])) in self._header_texts.get(at, ())

    def _repeats_header(self, row: list[CellValue], filled: list[int]) -> bool:
        same = sum(1 for at in filled if fold(shown(row[at])) in self._header_texts.get(at, ()))
        return bool(filled) and same >= max(2, 0.6 * len(filled))

    def _sparse(self, row: list[CellValue], filled: list[int], everything: list[str]) -> str:
        texts = [fold(text) for text in everything]
        if len(everything) <= 2 and _BAND.match(texts[0]):
            return "band"
        if len(filled) <= 3 and any(_CLOSING.match(text) for text in texts):
            self._closing = True
            return "closing"
        if self._closing and len(filled) <= 3:
            return "closing"
        return "record"

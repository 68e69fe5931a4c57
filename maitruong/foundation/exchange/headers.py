"""Find the header of a list and propose which column is which. A proposal only: the person may change all of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from . import cells
from .columns import ColumnChoice, ColumnMap
from .errors import HeaderNotFound
from .header_words import likeness, words
from .looks import CLASS_NAME, LOOKS, fits, is_one_word, share
from .parsers import class_name, is_blank, shown
from .row_sorter import is_numbering
from .workbook import Book, CellValue, Sheet

#: The sheet we put first in an annotated file sent back; when the file returns, it is not the list.
TO_DO_SHEET = "Cần sửa"
LOOK_FOR_HEADER_IN = 40
DEEPEST_HEADER = 3
SAMPLE_ROWS = 40
SURE_ENOUGH = 0.55
TITLE_SHARE = 0.6  # a merge over more of the columns than this is a title, not a header
LONGEST_HEADER = 120
GROUP_SIGN = " – "
_PUPIL = frozenset({"hs"})

_CLASS_IN_TITLE = re.compile(r"\blớp\s*:?\s*(\d{1,2}\s?[A-ZĐa-zđ]{0,2}\s?\d{0,2})\b", re.IGNORECASE)


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
    depth = max(data_from - header_from, 1)
    while depth > 1 and is_numbering(grid[header_from + depth - 2]):
        depth -= 1
    header = _read_header(grid, sheet, columns, header_from - 1, depth)
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
            joined[column] = GROUP_SIGN.join(parts)
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
    meanings = _meanings(columns)
    pairs = [(sure, -at, key) for at, text in texts.items() for key, sure in meanings.of(text).items()]
    found: dict[int, tuple[str, float]] = {}
    taken: set[str] = set()
    for sure, at, key in sorted(pairs, reverse=True):
        if -at not in found and key not in taken:
            found[-at] = (key, sure)
            taken.add(key)
    return found


class _Meanings:
    """What a header may mean in one kind of list. Looks only at names that share a word, and at each text once."""

    def __init__(self, columns: ColumnMap) -> None:
        self._by_word: dict[str, set[tuple[str, frozenset[str]]]] = {}
        for column in columns.columns:
            for name in (column.title, *column.synonyms):
                synonym = words(name)
                for word in synonym:
                    self._by_word.setdefault(word, set()).add((column.key, synonym))
        self._known: dict[str, dict[str, float]] = {}

    def of(self, text: str) -> dict[str, float]:
        """Key → confidence, for every column the text may mean."""
        known = self._known.get(text)
        if known is None:
            known = self._of_words(words(text))
            group, _, own = text.rpartition(GROUP_SIGN)
            if group and words(group) <= _PUPIL:  # “Thông tin học sinh” over “Lớp” says nothing of the column
                alone = self._of_words(words(own))
                known = max(known, alone, key=lambda meanings: max(meanings.values(), default=0.0))
            if len(self._known) > 20_000:
                self._known.clear()
            self._known[text] = known
        return known

    def _of_words(self, header: frozenset[str]) -> dict[str, float]:
        known: dict[str, float] = {}
        for key, synonym in set().union(*(self._by_word.get(word, ()) for word in header)):
            sure = likeness(header, synonym)
            if sure >= SURE_ENOUGH:
                known[key] = max(sure, known.get(key, 0.0))
        return known


_known_meanings: dict[int, tuple[ColumnMap, _Meanings]] = {}


def _meanings(columns: ColumnMap) -> _Meanings:
    known = _known_meanings.get(id(columns))
    if known is None or known[0] is not columns:
        if len(_known_meanings) >= 16:
            _known_meanings.clear()
        known = _known_meanings[id(columns)] = (columns, _Meanings(columns))
    return known[1]


def _first_data_row(grid: list[list[str]], row: int) -> int:
    """Skip empty rows and the row of column numbers (1) (2) (3) below a header."""
    while row < len(grid) and (not any(grid[row]) or is_numbering(grid[row])):
        row += 1
    return row


def _described(sheet: Sheet, grid: list[list[str]], columns: ColumnMap, header: _Header, data_from: int) -> Proposal:
    samples = _samples(sheet, data_from)
    found = dict(header.found)
    _split_names(found, header, samples, columns, sheet)
    _whole_names(found, samples, columns)
    _guess_by_content(found, samples, columns)
    guesses = []
    for at in sorted(set(header.texts) | set(samples)):
        key, sure = found.get(at, ("", 0.0))
        why = "theo tiêu đề" if at in header.found else "theo nội dung" if key else ""
        values = samples.get(at, [])
        if key and at in header.found and values and not fits(columns[key].looks, values):
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
    for row in sheet.head_for(data_from + 1)[data_from : data_from + SAMPLE_ROWS]:
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
    if same_header and share(samples[at + 1], is_one_word) >= 0.8:
        found[at], found[at + 1] = (parts[0], found[at][1]), (parts[1], found[at][1])


def _whole_names(
    found: dict[int, tuple[str, float]], samples: Mapping[int, list[CellValue]], columns: ColumnMap
) -> None:
    """“Tên” over whole names, with no column of family names beside it, is the full name."""
    parts = columns.parts("full_name")
    by_key = {key: at for at, (key, _) in found.items()}
    if len(parts) != 2 or "full_name" in by_key or parts[0] in by_key or parts[1] not in by_key:
        return
    at = by_key[parts[1]]
    if share(samples.get(at, []), LOOKS["name"]) >= 0.6:
        found[at] = ("full_name", found[at][1])


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
            if LOOKS[column.looks] and share(values, LOOKS[column.looks]) >= 0.8:  # type: ignore[truthy-function]
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
    found = CLASS_NAME.fullmatch(sheet.name.strip())
    return {"class_name": class_name(found[1])[0]} if found else {}

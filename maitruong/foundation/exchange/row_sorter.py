"""Which rows of a list are records: not the repeated header, the band of a class, the total, the signatures."""

from __future__ import annotations

import re
from collections.abc import Mapping

from maitruong.foundation.kernel.vietnamese import fold

from .looks import is_day, is_personal_number
from .parsers import class_name, is_blank, shown
from .workbook import CellValue

_NUMBERED = re.compile(r"\(?\[?(\d{1,3})\)?\]?")
_CLOSING = re.compile(
    r"(tong( so)?|cong|tong cong|an dinh|danh sach (nay )?(gom |co )|nguoi lap|lap bieu|hieu truong|pho hieu truong|"
    r"thu truong|giao vien chu nhiem|gvcn|xac nhan|ky ten|noi nhan|t/?m |kt\.|duyet|.*, ngay |ngay \.|\(ky|ghi chu:)"
)
#: Names that may be no names at all: titles of totals and signatures have these in them.
_ODD = re.compile(r"\d|[:,()]|tổng|cộng|hiệu|người|lớp|xác nhận|danh sách|giáo viên|họ và tên", re.IGNORECASE)
_BAND = re.compile(r"(?:danh sach )?lop\s*:?\s*(\S+)")


def is_numbering(row: list[str]) -> bool:
    """Whether a row only counts its columns: 1, 2, 3 … or (1) (2) (3)."""
    numbers = [_NUMBERED.fullmatch(text.strip()) for text in row if text.strip()]
    if len(numbers) < 4 or not all(numbers):
        return False
    counted = [int(number[1]) for number in numbers if number]
    return counted == list(range(counted[0], counted[0] + len(counted)))


class RowSorter:
    """Tells records from repeated headers, class bands, totals and signatures while the rows go by."""

    def __init__(self, mapped: Mapping[int, str], name_columns: tuple[int, ...]) -> None:
        self._mapped = sorted(mapped)
        self._names = name_columns
        self._header_texts: dict[int, set[str]] = {}
        self._header_cells: set[str] = set()
        self._closing = False

    def learn_header(self, row: list[CellValue]) -> None:
        for at, value in enumerate(row):
            if not is_blank(value):
                self._header_texts.setdefault(at, set()).add(fold(shown(value)))
                self._header_cells.add(shown(value).strip())

    def kind(self, row: list[CellValue]) -> str:
        """ "record", "blank", "header", "closing" or "band"."""
        # Nearly every row of a long list ends here: a name, and two more cells, none of them a header's.
        if (
            not self._closing
            and len(row) - row.count("") >= 3
            and any(self._is_plain_name(row, at) for at in self._names)
        ):
            return "record"
        filled = [at for at in self._mapped if at < len(row) and not is_blank(row[at])]
        if is_numbering([shown(row[at]) for at in filled]):
            return "header"
        if len(filled) >= 3 and self._is_open(row, filled) and self._has_name(row) and not self._starts_as_header(row):
            self._closing = False
            return "record"
        everything = [shown(value).strip() for value in row if not is_blank(value)]
        if not everything:
            return "blank"
        if self._repeats_header(row, filled):
            return "header"
        return self._sparse(row, filled, everything)

    def band_class(self, row: list[CellValue]) -> str:
        """The class a band over the following rows names: “Lớp: 6A1 – GVCN Nguyễn Thị Hoa”."""
        text = next(shown(value) for value in row if not is_blank(value))
        found = re.search(r"[Ll](?:ớp|ỚP)\s*:?\s*(\S+)", text)
        return class_name(found[1])[0] or "" if found else ""

    def _is_plain_name(self, row: list[CellValue], at: int) -> bool:
        value = row[at] if at < len(row) else ""
        return (
            type(value) is str
            and " " in value.strip()
            and value.strip() not in self._header_cells
            and not _ODD.search(value)
        )

    def _is_open(self, row: list[CellValue], filled: list[int]) -> bool:
        """After a total or a signature only a row with a day or a number is a record again (next page, next class)."""
        return not self._closing or any(is_day(row[at]) or is_personal_number(row[at]) for at in filled)

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

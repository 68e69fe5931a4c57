"""A pupil list as schools really write it, with a table of everything that was planted in it.

54 columns of the provincial template, a merged title, two header rows, dates as text, as dates and as bare numbers, and
the accidents of ten years of copying: names in NFD or in TCVN3, stray spaces, doubles, wrong citizen numbers, a formula
where a name should be, a blank row, a closing block with signatures.

    found = write(Path("danh-sach.xlsx"), rows=45, classes=("6A4",))
    found.truth        -> (Planted(cell="G12", kind="name_nfd", ...), ...)

`rows` counts the pupils' rows, doubles included. Pupils are invented apart from the demo province: their citizen numbers
are nobody's there.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from . import names
from .accidents import KINDS, SPOIL, Line
from .chance import generator
from .plan import OPEN_YEAR

#: (group of the first header row, header of the second, key). Alone = the group is empty.
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("", "STT", "row_number"),
    ("", "Lớp", "class_name"),
    ("", "Mã học sinh", "school_code"),
    ("", "Mã VEMIS", "vemis_code"),
    ("", "Mã MOET", "moet_code"),
    ("", "Số đăng bộ", "register_number"),
    ("", "Họ và tên", "full_name"),
    ("", "Ngày sinh", "birth_date"),
    ("", "Ngày vào trường", "entry_date"),
    ("", "Giới tính", "sex"),
    ("", "Quốc tịch", "nationality"),
    ("Chỗ ở hiện nay", "Số nhà, thôn", "home_line"),
    ("Chỗ ở hiện nay", "Tổ dân phố", "home_area"),
    ("Chỗ ở hiện nay", "Xã/phường", "home_commune"),
    ("Chỗ ở hiện nay", "Tỉnh/TP", "home_province"),
    ("Thường trú", "Số nhà, thôn", "permanent_line"),
    ("Thường trú", "Tổ dân phố", "permanent_area"),
    ("Thường trú", "Xã/phường", "permanent_commune"),
    ("Thường trú", "Tỉnh/TP", "permanent_province"),
    ("Nơi sinh", "Nơi sinh", "birth_place"),
    ("Nơi sinh", "Xã/phường", "birth_commune"),
    ("Nơi sinh", "Tỉnh/TP", "birth_province"),
    ("Quê quán", "Quê quán", "native_place"),
    ("Quê quán", "Xã/phường", "native_commune"),
    ("Quê quán", "Tỉnh/TP", "native_province"),
    ("Nơi đăng kí khai sinh", "Xã/phường", "registration_commune"),
    ("Nơi đăng kí khai sinh", "Tỉnh/TP", "registration_province"),
    ("Số định danh", "Số ĐDCN/CCCD", "number"),
    ("Số định danh", "Ngày cấp", "number_issued_on"),
    ("Số định danh", "Nơi cấp", "number_issued_by"),
    ("", "Dân tộc", "ethnic_group"),
    ("", "Tôn giáo", "religion"),
    ("", "Diện chính sách", "policy"),
    ("", "Cận nghèo", "near_poor"),
    ("", "Đoàn viên", "youth_union"),
    ("", "Đội viên", "pioneer"),
    ("Cha", "Họ và tên cha", "father_name"),
    ("Cha", "Nghề nghiệp", "father_job"),
    ("Cha", "Năm sinh", "father_born"),
    ("Cha", "Số ĐDCN/CCCD", "father_number"),
    ("Cha", "Nơi công tác", "father_work"),
    ("Mẹ", "Họ và tên mẹ", "mother_name"),
    ("Mẹ", "Nghề nghiệp", "mother_job"),
    ("Mẹ", "Năm sinh", "mother_born"),
    ("Mẹ", "Số ĐDCN/CCCD", "mother_number"),
    ("Mẹ", "Nơi công tác", "mother_work"),
    ("Liên hệ", "Điện thoại", "contact_phone"),
    ("Liên hệ", "Email", "contact_email"),
    ("Liên hệ", "ĐT cha", "father_phone"),
    ("Liên hệ", "ĐT mẹ", "mother_phone"),
    ("Liên hệ", "ĐT học sinh", "pupil_phone"),
    ("", "Khuyết tật", "disability"),
    ("", "Bán trú/nội trú", "boarding"),
    ("", "Ghi chú", "note"),
)
KEYS = tuple(key for _, _, key in COLUMNS)
SHEET = "DS hoc sinh"
FIRST_DATA_ROW = 7  # as Excel counts: title 1-3, blank 4, header 5-6
_FREE_NUMBERS = 961_200  # above the numbers of the demo province


@dataclass(frozen=True, slots=True)
class Planted:
    """Something put into the file on purpose.

    level: "repair" (a machine puts it right and says so), "warning" (a person decides), "error" (refused as it stands).
    """

    cell: str  # "G12"
    row: int  # as Excel counts
    key: str  # column key
    kind: str
    level: str
    written: str  # what stands there
    right: str  # what was meant; "" when the file does not tell


@dataclass(frozen=True, slots=True)
class MessyList:
    path: Path
    sheet: str
    first_data_row: int
    last_data_row: int
    blank_rows: tuple[int, ...]
    pupils: int  # different pupils in the file
    truth: tuple[Planted, ...]


def write(
    path: Path, *, rows: int = 45, classes: tuple[str, ...] = ("6A4",), seed: int = 1, school: str = "THCS Lê Chân"
) -> MessyList:
    """Write the workbook and return what was planted. Pupils are spread over the classes in order.

    One in three rows of a short list carries an accident, one in sixty of a long one (above 1,000 rows).
    """
    rng = generator(seed, "messy", rows)
    spoiled = _spoiled_rows(rng, rows)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(SHEET)
    _title(book, sheet, school)
    date_format = book.add_format({"num_format": "dd/mm/yyyy"})
    truth: list[Planted] = []
    blank_after = rows // 2
    row = FIRST_DATA_ROW - 1
    blanks: list[int] = []
    doubles = 0
    kept: list[Line] = []  # early clean rows, to be doubled later
    for place, line in enumerate(_lines(rng, rows, classes)):
        kind = spoiled.get(place)
        if kind == "double" and kept:
            first = kept[place % len(kept)]
            line = Line(first.values | {"row_number": place + 1}, [("double", "warning", "full_name", "")])
            doubles += 1
        elif kind and kind != "double":
            SPOIL[kind](line, rng)
        elif len(kept) < 20:
            kept.append(line)
        truth += _write_line(sheet, row, line, place, date_format)
        row += 1
        if place + 1 == blank_after:
            blanks.append(row + 1)
            row += 1
    last = row
    _closing(sheet, row, rows)
    book.close()
    return MessyList(path, SHEET, FIRST_DATA_ROW, last, tuple(blanks), rows - doubles, tuple(truth))


def _spoiled_rows(rng: Random, rows: int) -> dict[int, str]:
    """Which row gets which accident: every kind at least once, the first rows left clean."""
    kinds = list(KINDS)
    wanted = max(len(kinds), rows // 60) if rows > 1_000 else len(kinds)
    start = min(8, rows // 4)
    if rows - start < wanted:
        raise ValueError(f"a messy list needs at least {wanted + 8} rows")
    places = sorted(rng.sample(range(start, rows), wanted))
    rng.shuffle(kinds)
    return {place: kinds[index % len(kinds)] for index, place in enumerate(places)}


def _lines(rng: Random, rows: int, classes: tuple[str, ...]) -> Iterator[Line]:
    for place in range(rows):
        yield _line(rng, place, classes[place * len(classes) // rows])


def _line(rng: Random, place: int, class_name: str) -> Line:
    """A clean row: an invented pupil of the grade the class name begins with."""
    grade = int("".join(ch for ch in class_name[:2] if ch.isdigit()))
    sex = rng.choice(("male", "female"))
    family = names.table("family").one(rng)
    born = date(OPEN_YEAR - grade - 5, 1, 1) + timedelta(days=rng.randrange(365))
    digit = 2 + (sex == "female")
    head = f"031{digit}{born.year % 100:02d}"
    free = (_FREE_NUMBERS + place % 38_000) * 420_489 + zlib.crc32(head.encode())
    commune, hamlet = "Phường Lê Chân", f"Tổ {rng.randint(1, 30)}"
    parents: dict[str, Any] = {}
    for parent, of_sex in (("father", "male"), ("mother", "female")):
        year = born.year - rng.randint(22, 38)
        digits = f"031{int(of_sex == 'female')}{year % 100:02d}{rng.randrange(1_000_000):06d}"
        parents |= {
            f"{parent}_name": names.adult(rng, of_sex, "KINH", family if parent == "father" else None),
            f"{parent}_job": rng.choice(("Công nhân", "Buôn bán", "Viên chức", "Tự do")),
            f"{parent}_born": year,
            f"{parent}_number": digits,
            f"{parent}_work": "",
            f"{parent}_phone": _phone(rng),
        }
    values: dict[str, Any] = dict.fromkeys(KEYS, "") | {
        "row_number": place + 1,
        "class_name": class_name,
        "school_code": f"LC{OPEN_YEAR}{place + 1:05d}",
        "vemis_code": "",
        "moet_code": f"319{place:07d}",
        "register_number": f"{place + 1}/{OPEN_YEAR}",
        "full_name": names.child(rng, family, sex, "KINH"),
        "birth_date": born,
        "entry_date": date(OPEN_YEAR, 9, 5),
        "sex": "Nam" if sex == "male" else "Nữ",
        "nationality": "Việt Nam",
        "home_line": f"Số {rng.randint(1, 200)}",
        "home_area": hamlet,
        "home_commune": commune,
        "home_province": "Hải Phòng",
        "permanent_line": "",
        "permanent_area": hamlet,
        "permanent_commune": commune,
        "permanent_province": "Hải Phòng",
        "birth_place": "Bệnh viện Phụ sản Hải Phòng",
        "birth_commune": commune,
        "birth_province": "Hải Phòng",
        "native_commune": commune,
        "native_province": "Hải Phòng",
        "registration_commune": commune,
        "registration_province": "Hải Phòng",
        "number": f"{head}{free % 1_000_000:06d}",
        "ethnic_group": "Kinh",
        "religion": "Không",
        "near_poor": "x" if rng.random() < 0.03 else "",
        "pioneer": "x" if grade <= 9 else "",
        "contact_phone": parents["mother_phone"],
        "boarding": "",
        **parents,
    }
    return Line(values, [])


def _phone(rng: Random) -> str:
    return f"09{rng.choice('013678')}{rng.randrange(10_000_000):07d}"


# --- the sheet ------------------------------------------------------------------------------------------------------


def _title(book: Any, sheet: Worksheet, school: str) -> None:
    bold = book.add_format({"bold": True, "align": "center"})
    sheet.merge_range(0, 0, 0, 9, "UBND PHƯỜNG LÊ CHÂN", bold)
    sheet.merge_range(1, 0, 1, 9, f"TRƯỜNG {school.upper()}", bold)
    title = f"DANH SÁCH HỌC SINH NĂM HỌC {OPEN_YEAR}-{OPEN_YEAR + 1}"
    sheet.merge_range(2, 0, 2, len(COLUMNS) - 1, title, bold)
    _header(sheet, bold)


def _header(sheet: Worksheet, bold: Any) -> None:
    """Two rows: groups merged above their columns, lone headers in the upper row with an empty cell below."""
    at = 0
    while at < len(COLUMNS):
        group, header, _ = COLUMNS[at]
        width = 1
        while group and at + width < len(COLUMNS) and COLUMNS[at + width][0] == group:
            width += 1
        if width > 1:
            sheet.merge_range(4, at, 4, at + width - 1, group, bold)
        else:
            sheet.write_string(4, at, group or header, bold)
        at += width
    for place, (group, header, _) in enumerate(COLUMNS):
        sheet.write_string(5, place, header if group else "", bold)


def _write_line(sheet: Worksheet, row: int, line: Line, place: int, date_format: Any) -> list[Planted]:
    for column, key in enumerate(KEYS):
        value = line.values[key]
        if key == "full_name" and line.formula:
            sheet.write_formula(row, column, line.formula, None, value)
        elif isinstance(value, date):
            # Some offices type dates as text, others let the program make dates of them.
            if place % 3 == 0:
                sheet.write_string(row, column, f"{value:%d/%m/%Y}")
            else:
                sheet.write_datetime(row, column, value, date_format)
        elif isinstance(value, int):
            sheet.write_number(row, column, value)
        elif value != "":
            sheet.write_string(row, column, value)
    return [
        Planted(
            xl_rowcol_to_cell(row, KEYS.index(key)),
            row + 1,
            key,
            kind,
            level,
            line.formula if kind == "name_formula" else str(line.values[key]),
            right,
        )
        for kind, level, key, right in line.planted
    ]


def _closing(sheet: Worksheet, row: int, rows: int) -> None:
    sheet.write_string(row + 1, 1, f"Tổng số: {rows} học sinh")
    sheet.write_string(row + 2, 9, "Hải Phòng, ngày 10 tháng 9 năm 2026")
    sheet.write_string(row + 3, 9, "HIỆU TRƯỞNG")

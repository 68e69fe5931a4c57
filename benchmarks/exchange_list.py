"""A made-up list of pupils in the province's 54 columns, as messy as asked, the same for the same seed."""

from __future__ import annotations

import datetime as dt
import random
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

from maitruong.registry.students.columns import student_list

FAMILIES = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Nông",
    "Vi",
    "Lý",
    "Triệu",
    "Bế",
    "Đàm",
    "Lương",
    "Hà",
    "Chu",
    "Dương",
    "Đinh",
    "Mông",
    "Lâm",
]
MIDDLES = {
    "male": ["Văn", "Đức", "Minh", "Quang", "Hữu", "Công", "Tuấn"],
    "female": ["Thị", "Ngọc", "Thu", "Thanh", "Kim", "Hồng", "Mai"],
}
GIVENS = {
    "male": [
        "An",
        "Dũng",
        "Đức",
        "Hải",
        "Hiếu",
        "Huy",
        "Khánh",
        "Kiên",
        "Long",
        "Nam",
        "Phúc",
        "Quân",
        "Sơn",
        "Tùng",
        "Việt",
        "Ái",
    ],
    "female": [
        "Ánh",
        "Anh",
        "Chi",
        "Dung",
        "Giang",
        "Hà",
        "Hoà",
        "Hương",
        "Lan",
        "Linh",
        "Mai",
        "Nga",
        "Oanh",
        "Phương",
        "Thảo",
        "Yến",
    ],
}
COMMUNES = [
    f"Xã {name}" for name in ["Hữu Lũng", "Bắc Sơn", "Chi Lăng", "Lộc Bình", "Tràng Định", "Văn Lãng", "Cao Lộc"]
]
GROUPS = ["Kinh", "Tày", "Nùng", "Dao", "Mông", "Hoa"]
JOBS = ["Làm ruộng", "Công nhân", "Giáo viên", "Buôn bán", "Thợ xây", "Viên chức"]


def rows(count: int, *, seed: int = 1, mess: float = 0.0) -> Iterator[list[object]]:
    """Cells in the order of the province's sheet. mess: share of rows with something wrong."""
    chance = random.Random(seed)
    for number in range(count):
        row = _row(chance, number)
        if chance.random() < mess:
            _spoil(row, chance)
        yield row


def _row(chance: random.Random, number: int) -> list[object]:
    sex = chance.choice(("male", "female"))
    grade = 6 + number % 4
    born = dt.date(2021 - grade, 1, 1) + dt.timedelta(chance.randrange(365))
    family = chance.choice(FAMILIES)
    commune, place = chance.choice(COMMUNES), f"Thôn {chance.randrange(1, 40)}"
    name = f"{family} {chance.choice(MIDDLES[sex])} {chance.choice(GIVENS[sex])}"
    child = f"020{2 if sex == 'male' else 3}{born.year % 100:02}{number:06}"
    address: list[object] = [place, "", commune, "Lạng Sơn"]
    return [
        number + 1, f"{grade}A{number // 40 % 9 + 1}", f"HS{number:07}", "", f"{2_000_000_000 + number}", str(number + 1),
        name, f"{born:%d/%m/%Y}", "05/09/2026", "Nam" if sex == "male" else "Nữ", "Việt Nam", *address, *address,
        f"{commune}, Lạng Sơn", commune, "Lạng Sơn", f"{commune}, Lạng Sơn", commune, "Lạng Sơn", commune, "Lạng Sơn",
        child, "01/02/2024", "Cục CSQLHC về TTXH", chance.choice(GROUPS), "Không", "", "x" if number % 9 == 0 else "", "",
        "x", *_parent(chance, "male", family, number), *_parent(chance, "female", chance.choice(FAMILIES), number),
        f"09{number:08}", f"gd{number}@thu.example", f"03{number % 7 + 2}{number:07}"[:10], "", "", "", "", "",
    ]  # fmt: skip


def _parent(chance: random.Random, sex: str, family: str, number: int) -> list[object]:
    year = chance.randrange(1975, 1992)
    full = f"{family} {chance.choice(MIDDLES[sex])} {chance.choice(GIVENS[sex])}"
    return [full, chance.choice(JOBS), year, f"020{0 if sex == 'male' else 1}{year % 100}{number:06}", "Tại nhà"]


def _spoil(row: list[object], chance: random.Random) -> None:
    """One of the usual accidents."""
    accident = chance.randrange(7)
    if accident == 0:
        row[6] = unicodedata.normalize("NFD", str(row[6]))
    elif accident == 1:
        row[6] = f"  {row[6]} "
    elif accident == 2:
        row[7] = f"31/02/{str(row[7])[-4:]}"
    elif accident == 3:
        row[27] = float(str(row[27]))
    elif accident == 4:
        row[27] = str(row[27])[:-1]
    elif accident == 5:
        row[9] = "1"
    else:
        row[46] = "0123456789"


def write(path: Path, count: int, *, seed: int = 1, mess: float = 0.05, shared_strings: bool = False) -> Path:
    """The list as a workbook with merged titles and the header of the province's sheet."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": not shared_strings})
    sheet = book.add_worksheet("Học sinh")
    sheet.write_string(0, 0, "DANH SÁCH HỌC SINH NĂM HỌC 2026-2027")
    titles = [column.title for column in student_list(2026, dt.date(2026, 11, 22)).sheet]
    for column, title in enumerate(titles):
        sheet.write_string(2, column, title)
    for number, row in enumerate(rows(count, seed=seed, mess=mess), start=3):
        for column, value in enumerate(row):
            if isinstance(value, str):
                if value:
                    sheet.write_string(number, column, value)
            else:
                sheet.write_number(number, column, value)  # type: ignore[arg-type]
    book.close()
    return path

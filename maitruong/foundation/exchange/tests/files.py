"""Files as strangers send them, made afresh for each test."""

from __future__ import annotations

import datetime as dt
import struct
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import xlsxwriter

FORMULA_IN_NAME = '=HYPERLINK("http://vi-du.example","Bấm vào đây")'


def messy_list(path: Path) -> Path:
    """A list of pupils as schools write them: see the comment beside each row for what is wrong with it."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("DS khối 6")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.merge_range("A1:J1", "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO")
    sheet.merge_range("A2:J2", "TRƯỜNG THCS LÊ CHÂN")
    sheet.merge_range("A4:J4", "DANH SÁCH HỌC SINH KHỐI 6 NĂM HỌC 2026-2027")
    for column, title in ((0, "STT"), (1, "Họ và tên học sinh"), (2, "Ngày sinh"), (3, "Giới tính"), (4, "Lớp")):
        sheet.merge_range(5, column, 6, column, title)
    sheet.merge_range(5, 5, 6, 5, "Số CCCD")
    sheet.merge_range(5, 6, 6, 6, "Dân tộc")
    sheet.merge_range("H6:I6", "Cha")
    sheet.write_row("H7", ["Họ tên", "Năm sinh"])
    sheet.merge_range("J6:J7", "Điện thoại\nliên hệ")
    sheet.write_row("A8", [f"({number})" for number in range(1, 11)])
    nfd = unicodedata.normalize("NFD", "Nguyễn Thị Ánh")
    rows: list[list[Any]] = [
        [1, "Nông Đức Dũng", "15/09/2015", "Nam", "6A1", "020215001234", "Tày", "Nông Văn Hải", 1985, "0912345678"],
        [2, nfd, dt.date(2015, 2, 1), "Nữ", "6A1", "020315009999", "Nùng", "", "", ""],  # NFD, a date cell
        [3, "NguyÔn ThÞ Hång", 42095, "nữ", "lớp 6a1", 20315001111, "Kinh", "", "", 912345678],  # TCVN3, numbers
        [4, "  Lê   Văn An ", "31/02/2015", "Nam", "6A1", "020215002222", "Kinh", "", "", ""],  # no such day
        [5, "Hoàng Thị Ảnh", "05/2015", "Nữ", "6A2", "020415001234", "Tày", "", "", ""],  # wrong number
        [6, None, "20/10/2015", "Nữ", "6A2", "020315003333", "Tày", "", "", ""],  # a formula in the name, below
        [7, "Nông Đức Dũng", "15/09/2015", "Nam", "6A1", "020215001234", "Tày", "", "", ""],  # a double of row 1
    ]
    for number, row in enumerate(rows, start=8):
        for column, value in enumerate(row):
            if isinstance(value, dt.date):
                sheet.write_datetime(number, column, value, day)
            elif isinstance(value, str):
                sheet.write_string(number, column, value)
            elif value is not None:
                sheet.write_number(number, column, value)
    sheet.write_formula("B14", FORMULA_IN_NAME, None, "Bấm vào đây")
    sheet.write_row("A16", ["STT", "Họ và tên học sinh", "Ngày sinh", "Giới tính", "Lớp", "Số CCCD", "Dân tộc"])
    sheet.write_row("A17", [8, "Triệu Văn Ái", "01/01/2015", "Nam", "6A2", "020215007777", "Dao"])
    sheet.write("B18", "Tổng số: 8 học sinh")
    sheet.write("I19", "Lạng Sơn, ngày 05 tháng 09 năm 2026")
    sheet.write("B20", "Người lập biểu")
    sheet.write("I20", "HIỆU TRƯỞNG")
    sheet.write("I23", "Hoàng Thị Mai")
    book.close()
    return path


def plain_workbook(path: Path, rows: list[list[Any]], *, sheet: str = "Sheet1") -> Path:
    book = xlsxwriter.Workbook(str(path))
    tab = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        tab.write_row(number, 0, row)
    book.close()
    return path


def changed(source: Path, path: Path, changes: dict[str, bytes | None], *, stored: bool = False) -> Path:
    """The package with some parts replaced, added, or (None) left out."""
    kind = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", kind) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            if content is not None:
                new.writestr(name, content)
    return path


def part(source: Path, name: str) -> bytes:
    with zipfile.ZipFile(source) as package:
        return package.read(name)


def old_container(streams: dict[str, bytes]) -> bytes:
    """An OLE file with these streams, as old Office writes it: sectors of 512, every stream padded past the mini limit."""
    sector = 512
    bodies = {name: body.ljust(4096, b"\0") for name, body in streams.items()}
    sizes = [-(-len(body) // sector) for body in bodies.values()]
    directory_sectors = -(-(len(bodies) + 1) // 4)
    fat: list[int] = [0xFFFFFFFD]
    starts, at = [], 1 + directory_sectors
    fat += [*range(2, 1 + directory_sectors), 0xFFFFFFFE]
    for size in sizes:
        starts.append(at)
        fat += [*range(at + 1, at + size), 0xFFFFFFFE]
        at += size
    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0)]
    entries += [_entry(name, 2, start, len(bodies[name])) for name, start in zip(bodies, starts, strict=True)]
    entries += [b"\0" * 128] * (directory_sectors * 4 - len(entries))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header = header.ljust(44, b"\0") + struct.pack("<IIIIIIII", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff" * (108 * 4)
    fat_sector = struct.pack(f"<{len(fat)}I", *fat).ljust(sector, b"\xff")
    return (
        header
        + fat_sector
        + b"".join(entries)
        + b"".join(body.ljust(size * sector, b"\0") for body, size in zip(bodies.values(), sizes, strict=True))
    )


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    entry = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw), kind, 1) + b"\xff" * 12
    return entry.ljust(116, b"\0") + struct.pack("<IQ", start, size)[:12]

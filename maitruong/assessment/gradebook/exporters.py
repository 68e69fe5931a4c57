"""A book as a workbook for the office. Texts are written as texts: a name that begins with "=" stays a name."""

from __future__ import annotations

import io

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from maitruong.foundation.kernel import clock, formats, vietnamese
from maitruong.foundation.kernel.school_year import SchoolYear

from .columns import Column
from .models.marks import Basis
from .queries import BookPage
from .types import Book

_HEAD_ROWS = 4


def file_name(book: Book) -> str:
    """so-diem-toan-8a2-hoc-ki-i-2026-2027.xlsx"""
    words = vietnamese.fold(f"so diem {book.subject_name} {book.class_name} {book.period}")
    kept = "".join(letter if letter.isalnum() else "-" for letter in words)
    return "-".join(part for part in kept.split("-") if part) + f"-{SchoolYear(book.school_year).label}.xlsx"


def book_workbook(page: BookPage, school: str, act: str) -> bytes:
    """One sheet: who, what and when above, then a row per pupil."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        sheet = workbook.add_worksheet("Sổ điểm")
        bold, wrapped = (
            workbook.add_format({"bold": True, "border": 1, "align": "center"}),
            workbook.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
        )
        plain = workbook.add_format({"border": 1, "align": "center", "valign": "top"})
        one_decimal = workbook.add_format({"border": 1, "align": "center", "valign": "top", "num_format": "0.0"})
        _head(sheet, page.book, school, act, workbook.add_format({"bold": True, "font_size": 13}))
        _titles(sheet, page.columns, bold)
        for n, row in enumerate(page.rows, 1):
            at = _HEAD_ROWS + n
            sheet.write_number(at, 0, n, plain)
            sheet.write_string(at, 1, row.name, wrapped)
            for place, column in enumerate(page.columns, 2):
                _cell(sheet, at, place, column, row.cells.get(column.key, ""), plain, one_decimal, wrapped)
            note = Basis(row.basis).label if row.basis else ("" if row.present else "đã chuyển đi")
            sheet.write_string(at, len(page.columns) + 2, note, wrapped)
        sheet.freeze_panes(_HEAD_ROWS + 1, 2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEAD_ROWS)
    return out.getvalue()


def _head(sheet: Worksheet, book: Book, school: str, act: str, title: Format) -> None:
    sheet.write_string(0, 0, f"{school} · năm học {SchoolYear(book.school_year).label}")
    sheet.write_string(1, 0, f"Sổ điểm {book.title}", title)
    state = f"đã khoá {formats.day_time(book.closed_at)}" if book.closed_at else "đang mở"
    sheet.write_string(2, 0, f"{act} · sổ {state} · xuất lúc {formats.day_time(clock.now())}")


def _titles(sheet: Worksheet, columns: tuple[Column, ...], bold: Format) -> None:
    for place, words in enumerate(["STT", "Họ và tên", *(c.label for c in columns), "Ghi chú"]):
        sheet.write_string(_HEAD_ROWS, place, words, bold)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 28)
    for place, column in enumerate(columns, 2):
        sheet.set_column(place, place, 40 if column.kind == "text" else 8)
    sheet.set_column(len(columns) + 2, len(columns) + 2, 24)


def _cell(
    sheet: Worksheet, row: int, place: int, column: Column, text: str, plain: Format, decimal: Format, wrapped: Format
) -> None:
    """Marks as numbers, so that a sheet can reckon with them; everything else as text."""
    number = text.removesuffix("*").replace(",", ".")
    if column.kind in ("mark", "integer", "calc") and number.replace(".", "", 1).isdigit() and not text.endswith("*"):
        sheet.write_number(row, place, float(number), decimal if column.kind == "calc" else plain)
    else:
        sheet.write_string(row, place, text, wrapped if column.kind == "text" else plain)

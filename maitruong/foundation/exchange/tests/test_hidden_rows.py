"""Rows a sheet hides, by hand or under a filter: read like any other, and told."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import xlsxwriter

from maitruong.foundation.exchange import workbook
from maitruong.foundation.exchange.compound import OldSheet, _walk_sheet
from maitruong.foundation.exchange.hidden_rows import HiddenRows

from .test_bad_files import open_document


def pupils(path: Path, count: int, hidden: set[int]) -> Path:
    """A header in row 2 and pupils below it. hidden: numbers of rows from 1."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("6")
    sheet.write_row(1, 0, ["Họ và tên", "Lớp"])
    for row in range(2, count + 2):
        sheet.write_row(row, 0, [f"Học sinh {row}", "6A1"])
    for number in hidden:
        sheet.set_row(number - 1, None, None, {"hidden": True})
    book.close()
    return path


def hidden_of(path: Path) -> HiddenRows:
    return workbook.Book.from_json(workbook.look(path).as_json()).sheets[0].hidden_rows


def test_hidden_rows_are_read_and_counted_but_for_the_empty_ones(tmp_path: Path) -> None:
    path = pupils(tmp_path / "a.xlsx", 10, {2, 7, 9, 10, 12, 40})

    assert hidden_of(path) == HiddenRows(5, [2, 7, 9, 10, 12])
    assert sum(len(batch.rows) for batch in workbook.read_rows(path, 0)) == 11


def test_many_hidden_rows_are_counted_and_only_the_first_are_kept(tmp_path: Path) -> None:
    found = hidden_of(pupils(tmp_path / "a.xlsx", 20_000, set(range(4, 20_000, 2))))

    assert found.count == 9_998 and len(found.first) < 200
    assert found.told(data_from=3) == (
        "Trang tính có 9.998 dòng đang bị ẩn (dòng 4, 6, 8, 10, 12, 14, 16, 18, …), vẫn được đọc như các dòng khác."
    )


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], ""),
        ([1, 2], ""),
        ([2, 7], "Trang tính có 1 dòng đang bị ẩn (dòng 7), vẫn được đọc như các dòng khác."),
        ([7, 9, 10, 11], "Trang tính có 4 dòng đang bị ẩn (dòng 7, 9–11), vẫn được đọc như các dòng khác."),
    ],
)
def test_only_hidden_rows_of_the_data_are_told(rows: list[int], told: str) -> None:
    assert HiddenRows(len(rows), rows).told(data_from=3) == told


@pytest.mark.parametrize("how", ["collapse", "filter"])
def test_hidden_rows_of_an_open_document_are_counted(tmp_path: Path, how: str) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>Vi Văn An</text:p></table:table-cell>'
    hidden = f'<table:table-row table:visibility="{how}" table:number-rows-repeated="2">{cell}</table:table-row>'
    empty = f'<table:table-row table:visibility="{how}"><table:table-cell/></table:table-row>'

    path = open_document(
        tmp_path / "a.ods", f"<table:table-row>{cell}</table:table-row>{hidden}{empty}<table:table-row>{cell}"
    )

    assert hidden_of(path) == HiddenRows(2, [2, 3])


def test_hidden_rows_of_an_old_sheet_are_counted() -> None:
    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def row(number: int, flags: int) -> bytes:
        return record(0x208, struct.pack("<HHHHHHHH", number, 0, 1, 255, 0, 0, flags, 15))

    def number(at: int) -> bytes:
        return record(0x203, struct.pack("<HHHd", at, 0, 0, 1.0))

    stream = b"".join(
        [record(0x809, bytes(16)), row(0, 0x100), row(1, 0x120), row(2, 0x120), number(0), number(1), number(1)]
    )
    sheet = OldSheet("6", False, 0)
    _walk_sheet(stream + record(0x0A, b""), sheet)

    assert sheet.hidden_rows == HiddenRows(1, [2])


def test_a_list_looked_at_before_hidden_rows_were_known_is_still_shown(tmp_path: Path) -> None:
    told = workbook.look(pupils(tmp_path / "a.xlsx", 3, {4})).as_json()
    del told["sheets"][0]["hidden_rows"]

    assert workbook.Book.from_json(told).sheets[0].hidden_rows == HiddenRows()

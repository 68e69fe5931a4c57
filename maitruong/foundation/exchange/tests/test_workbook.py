"""What is read is what stands in the file, at the place where it stands."""

from __future__ import annotations

import datetime as dt
import unicodedata
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from maitruong.foundation.exchange import slices, workbook
from maitruong.foundation.exchange.errors import SheetNotFound

from .files import changed, messy_list, part, plain_workbook


def all_rows(path: Path, sheet: int = 0) -> dict[int, list[workbook.CellValue]]:
    return {
        batch.first_row + place: row
        for batch in workbook.read_rows(path, sheet)
        for place, row in enumerate(batch.rows)
    }


def test_cells_keep_their_place_when_the_list_starts_in_the_middle_of_the_sheet(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet()
    sheet.write("C5", "Nông Đức Dũng")
    sheet.write_datetime("D5", dt.date(2015, 9, 15), book.add_format({"num_format": "dd/mm/yyyy"}))
    sheet.write("E7", 7.5)
    sheet.write_boolean("F7", True)
    book.close()

    rows = all_rows(tmp_path / "a.xlsx")

    assert rows[4] == ["", "", "Nông Đức Dũng", dt.date(2015, 9, 15), "", ""]
    assert rows[6] == ["", "", "", "", 7.5, True]


def test_formulas_and_error_values_are_found_at_their_cells(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_formula("B2", '=CONCATENATE("Nông ","Dũng")', None, "Nông Dũng")
    sheet.write_formula("C3", "=VLOOKUP(A1,B:C,2,0)", None, "#N/A")
    sheet.write_string("D3", "=1+1")
    book.close()

    (batch,) = workbook.read_rows(tmp_path / "a.xlsx", 0)

    assert batch.formulas == {(1, 1): '=CONCATENATE("Nông ","Dũng")', (2, 2): "=VLOOKUP(A1,B:C,2,0)"}
    assert batch.errors == {(2, 2): "#N/A"}
    assert batch.rows[0][1] == "Nông Dũng"
    assert batch.rows[1][3] == "=1+1"


@pytest.mark.parametrize("shared_strings", [True, False])
def test_long_sheet_cut_into_slices_reads_like_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_strings: bool
) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "long.xlsx"), {"constant_memory": not shared_strings})
    sheet = book.add_worksheet()
    for row in range(0, 30_000, 3):
        sheet.write_row(row, 1, [f"Học sinh {row % 700} <&>", row, "", f"x{row}"])
    book.close()

    rows = all_rows(tmp_path / "long.xlsx")

    filled = {row: cells for row, cells in rows.items() if any(cell != "" for cell in cells)}
    assert len(filled) == 10_000
    assert all(cells == ["", f"Học sinh {row % 700} <&>", float(row), "", f"x{row}"] for row, cells in filled.items())


def test_same_slices_for_any_place_of_the_cut(tmp_path: Path) -> None:
    path = plain_workbook(tmp_path / "a.xlsx", [[f"Ô {row} {column}" for column in range(9)] for row in range(600)])
    whole = all_rows(path)

    for size in (300, 1_000, 7_777):
        with path.open("rb") as file, pytest.MonkeyPatch.context() as patch:
            patch.setattr(slices, "FIRST_SLICE_BYTES", size)
            patch.setattr(slices, "SLICE_BYTES", size)
            patch.setattr("maitruong.foundation.exchange.package.CHUNK", 257)
            from maitruong.foundation.exchange import reader

            found = {
                line["first_row"] + place: row
                for line in reader.read(file, 0)
                for place, row in enumerate(line.get("rows", []))
            }
        assert found == whole


def test_rows_and_prefixes_of_other_programs_are_understood(tmp_path: Path) -> None:
    source = plain_workbook(tmp_path / "a.xlsx", [["x"]])
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = (
        f'<?xml version="1.0"?><x:worksheet xmlns:x="{main}"><x:sheetData>'
        '<x:row><x:c t="inlineStr"><x:is><x:t>Dũng</x:t></x:is></x:c><x:c><x:v>3</x:v></x:c></x:row>'
        '<x:row r="4"><x:c r="B4" t="str"><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row>'
        '</x:sheetData><x:mergeCells><x:mergeCell ref="A1:B1"/></x:mergeCells></x:worksheet>'
    )
    path = changed(source, tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": sheet.encode()})

    (batch,) = workbook.read_rows(path, 0)

    assert batch.rows[0] == ["Dũng", 3.0]
    assert batch.rows[3] == ["", "2"]
    assert batch.formulas == {(3, 1): "=1+1"}
    assert workbook.look(path).sheets[0].merges == [(0, 0, 0, 1)]


def test_what_openpyxl_writes_reads_the_same(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Họ và tên", "Ngày sinh", "Số"])
    sheet.append(["Nguyễn Thị Ánh", dt.date(2015, 2, 1), 20215001234])
    book.save(tmp_path / "a.xlsx")

    assert all_rows(tmp_path / "a.xlsx")[1] == ["Nguyễn Thị Ánh", dt.date(2015, 2, 1), 20215001234.0]


def test_rich_text_and_old_mac_dates_survive_the_slicing(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"), {"date_1904": True})
    sheet = book.add_worksheet()
    sheet.write_rich_string("A1", "Nông ", book.add_format({"bold": True}), "Dũng")
    sheet.write_datetime("B1", dt.date(2015, 9, 15), book.add_format({"num_format": "dd/mm/yyyy"}))
    book.close()

    assert all_rows(tmp_path / "a.xlsx")[0] == ["Nông Dũng", dt.date(2015, 9, 15)]


def test_look_tells_sheets_hidden_ones_rows_and_merges(tmp_path: Path) -> None:
    book = workbook.look(messy_list(tmp_path / "messy.xlsx"))

    (sheet,) = book.sheets
    assert (book.kind, sheet.name, sheet.hidden, sheet.rows) == ("xlsx", "DS khối 6", False, 23)
    assert (0, 0, 0, 9) in sheet.merges and (5, 7, 5, 8) in sheet.merges
    assert sheet.head[5][:3] == ["STT", "Họ và tên học sinh", "Ngày sinh"]
    with pytest.raises(SheetNotFound) as caught:
        book.sheet("Không có")
    assert "DS khối 6" in caught.value.advice


@pytest.mark.parametrize(
    ("encoding", "separator"), [("utf-8-sig", ","), ("utf-8", ";"), ("utf-16", "\t"), ("latin-1", ";")]
)
def test_comma_separated_text_is_read_in_any_alphabet_and_separator(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    name = "NguyÔn ThÞ Hång" if encoding == "latin-1" else "Nguyễn Thị Hồng"
    lines = [separator.join(row) for row in (["Ho ten", "Lop", "Ghi chu"], [name, "6A1", f'"a{separator}b"'])]
    path = tmp_path / "list.csv"
    path.write_text("\r\n".join(lines), encoding=encoding, newline="")

    assert all_rows(path)[1] == [name, "6A1", f"a{separator}b"]
    assert workbook.look(path).kind == "csv"


def in_windows_1258(text: str) -> bytes:
    """As an old Vietnamese Excel saves it: the hat stays in the vowel's byte, the tone follows it."""
    out = b""
    for letter in text:
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", letter)
            tone = next(part for part in parts if part in "\u0300\u0309\u0303\u0301\u0323")
            out += (unicodedata.normalize("NFC", parts.replace(tone, "")) + tone).encode("cp1258")
    return out


def test_text_saved_in_windows_1258_is_read_as_what_was_typed(tmp_path: Path) -> None:
    rows = [["Họ và tên", "Giới tính", "Dân tộc"], ["Nguyễn Thị Hồng Đào", "Nữ", "Mường"], ["LƯỠNG ĐỨC", "Nam", "Tày"]]
    path = tmp_path / "list.csv"
    path.write_bytes(in_windows_1258("\r\n".join(";".join(row) for row in rows)))

    assert list(all_rows(path).values()) == rows


@pytest.mark.parametrize(
    "lines",
    [
        ["Hä vµ tªn;Líp", "NguyÔn ThÞ HuyÒn;6A1", "TrÇn V¨n Hßa;6A1"],  # TCVN3
        ["Hoï vaø teân;Lôùp", "Nguyeãn Thò Huyeàn;6A1", "Traàn Vaên Bình;6A1"],  # VNI
        ["Nom;Classe", "Hélène Ngô;6A1", "Lê Hà;6A1"],
    ],
)
def test_text_of_other_old_fonts_is_not_taken_for_windows_1258(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("\r\n".join(lines).encode("latin-1"))

    assert list(all_rows(path).values()) == [line.split(";") for line in lines]


def test_reader_ends_when_nobody_listens_any_more(tmp_path: Path) -> None:
    path = plain_workbook(tmp_path / "a.xlsx", [[f"{row}"] * 5 for row in range(5_000)])
    started = []
    real = workbook.subprocess.Popen
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook.subprocess, "Popen", lambda *a, **k: started.append(real(*a, **k)) or started[0])
        rows = workbook.read_rows(path, 0)
        next(rows)
        rows.close()

    assert started[0].returncode is not None


def test_part_of_a_workbook_is_named_when_it_is_missing(tmp_path: Path) -> None:
    source = plain_workbook(tmp_path / "a.xlsx", [["x"]])
    path = changed(source, tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": None})

    with pytest.raises(workbook.BrokenFile) as caught:
        workbook.look(path)

    assert "sheet1.xml" in caught.value.text
    assert part(source, "xl/worksheets/sheet1.xml")

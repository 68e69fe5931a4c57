"""Sheets that go out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from maitruong.foundation.exchange import headers, sheets, workbook
from maitruong.foundation.exchange.dry_run import DryRun
from maitruong.foundation.exchange.findings import Severity
from maitruong.foundation.exchange.layout import Layout, apart
from maitruong.foundation.exchange.parsers import Day
from maitruong.foundation.exchange.tests.files import messy_list
from maitruong.registry.students.columns import student_list

STUDENTS = student_list(2026, dt.date(2026, 11, 22))
DANGEROUS = ["=1+1", "+84912", "-2", "@SUM(A1)", "\tx", "\rx"]


def annotated(tmp_path: Path) -> tuple[Path, list[sheets.Note]]:
    source = messy_list(tmp_path / "messy.xlsx")
    sheet = workbook.look(source).sheets[0]
    run = DryRun(STUDENTS, headers.propose(sheet, STUDENTS).choice())
    notes = [sheets.Note.of(p) for b in run.run(workbook.read_rows(source, 0)) for p in b.problems]
    out = tmp_path / "annotated.xlsx"
    sheets.write_annotated(workbook.read_rows(source, 0), sheet_name=sheet.name, width=10, notes=notes, out=out)
    return out, notes


def test_annotated_sheet_keeps_the_cells_and_marks_the_problems(tmp_path: Path) -> None:
    out, _ = annotated(tmp_path)

    book = openpyxl.load_workbook(out)
    data, to_do = book["DS khối 6"], book["Cần sửa"]
    assert book.sheetnames[0] == "Cần sửa"
    assert data["B9"].value == "Nông Đức Dũng" and data["C9"].value == "15/09/2015"
    assert data["C10"].value.date() == dt.date(2015, 2, 1)
    assert data["C12"].fill.bgColor.rgb == "FFFAD4D0" or data["C12"].fill.fgColor.rgb == "FFFAD4D0"
    assert "không có trong lịch" in data["C12"].comment.text
    assert data["C9"].comment is None
    assert [cell.value for cell in to_do[2]][:2] == ["C12", "Phải sửa"]
    assert to_do["A2"].hyperlink.location == "'DS khối 6'!C12"


def test_annotated_sheet_comes_back_and_gives_the_same_findings(tmp_path: Path) -> None:
    out, notes = annotated(tmp_path)

    book = workbook.look(out)
    sheet = headers.best_sheet(book, STUDENTS)
    choice = headers.propose_at(sheet, STUDENTS, header_from=6, data_from=9).choice()
    again = [p for b in DryRun(STUDENTS, choice).run(workbook.read_rows(out, sheet.index)) for p in b.problems]

    assert sheet.name == "DS khối 6"
    wanted = [
        (note.row, note.column) for note in notes if "Excel ghi ngày" not in note.text and "công thức" not in note.text
    ]
    # What the formula of B14 showed is text by now, and judged as a name: “Bấm vào đây”.
    gone = ("date.number", "cell.formula")
    told = [(p.row, p.column) for p in again if p.finding.code not in gone and (p.row, p.column) != (14, 1)]
    assert told == wanted
    assert [p.finding.code for p in again if (p.row, p.column) == (14, 1)] == ["name.mixed_capitals"]


def laid_out_list(path: Path) -> Path:
    """A list as a clerk lays it out: a title over the width, two header rows, a class over several rows, a frozen head."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["DANH SÁCH HỌC SINH LỚP 6"])
    sheet.append(["STT", "Họ và tên", "Thông tin", "", "Lớp"])
    sheet.append(["", "", "Ngày sinh", "Giới tính", ""])
    for n, name in enumerate(["=HYPERLINK(1)", "Vi Văn An", "Lý A Sính"], start=1):
        sheet.append([n, name, "15/09/2015", "Nam", "6A1" if n == 1 else ""])
    for merge in ("A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3", "E4:E6", "A20:B21"):
        sheet.merge_cells(merge)
    for letter, width in {"A": 5, "B": 31.5, "C": 12, "D": 9}.items():
        sheet.column_dimensions[letter].width = width
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height = 24, 33
    sheet.freeze_panes = "C4"
    book.save(path)
    return path


def test_annotated_sheet_keeps_widths_merges_heights_and_what_stays_in_sight(tmp_path: Path) -> None:
    source, out, layout = laid_out_list(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", Layout()
    note = sheets.Note(5, 4, Severity.ERROR, "Ô E5: Thiếu lớp.")

    sheets.write_annotated(
        workbook.read_rows(source, 0, layout=layout), sheet_name="6", width=5, notes=[note], out=out, layout=layout
    )

    data = openpyxl.load_workbook(out)["6"]
    # But for the class: its second row is to be filled, which nobody could under a merged cell.
    assert sorted(map(str, data.merged_cells.ranges)) == ["A1:E1", "A20:B21", "A2:A3", "B2:B3", "C2:D2", "E2:E3"]
    assert [data.column_dimensions[letter].width for letter in "ABCD"] == pytest.approx([5, 31.5, 12, 9], abs=0.1)
    assert (data.row_dimensions[1].height, data.row_dimensions[2].height) == (24, 33)
    assert data["B2"].alignment.wrap_text and not data["B5"].alignment.wrap_text
    assert data.freeze_panes == "C4"
    assert data["B4"].data_type != "f"
    assert data["E5"].comment is not None


def test_merged_cells_that_overlap_or_leave_the_sheet_are_left_out() -> None:
    told = [(0, 0, 0, 4), (0, 4, 3, 4), (5, 5, 5, 5), (9, 0, 8, 1), (7, 0, 7, 900), (2, 0, 2, 1)]

    assert apart(told) == [(0, 0, 0, 4), (2, 0, 2, 1)]
    assert apart([(0, 0, 99_000, 199)]) == []


def test_no_text_in_a_written_workbook_is_a_formula(tmp_path: Path) -> None:
    out = tmp_path / "list.xlsx"
    rows = [{"full_name": text, "note": text} for text in DANGEROUS]

    assert sheets.write_list(STUDENTS.stored, rows, title="Danh sách", out=out) == len(DANGEROUS)

    sheet = openpyxl.load_workbook(out).active
    for number, text in enumerate(DANGEROUS, start=2):
        cell = sheet.cell(number, [c.key for c in STUDENTS.stored].index("full_name") + 1)
        assert cell.data_type == "s" and cell.quotePrefix
        assert cell.value.replace("_x000D_", "\r") == text
    (batch,) = workbook.read_rows(out, 0)
    assert batch.formulas == {}


def test_exported_list_reads_back_as_the_same_values(tmp_path: Path) -> None:
    values = {
        "class_name": "6A1",
        "full_name": "Nông Đức Dũng",
        "born_on": Day(dt.date(2015, 9, 15)),
        "sex": "male",
        "personal_number": "020215001234",
        "ethnic_group": "TAY",
        "near_poor": True,
        "contact_phone": "+84912345678",
        "note": "-",
    }
    out = tmp_path / "list.xlsx"
    sheets.write_list(STUDENTS.stored, [values], title="6A1/2", out=out)

    sheet = workbook.look(out).sheets[0]
    run = DryRun(STUDENTS, headers.propose(sheet, STUDENTS).choice())
    (checked,) = run.run(workbook.read_rows(out, 0))

    read = {key: value for key, value in checked.records[0].values.items() if value is not None}
    assert read == {key: value for key, value in values.items() if key != "note"}
    assert sheet.name == "6A1 2"


def test_template_is_the_header_alone_with_text_columns_for_numbers(tmp_path: Path) -> None:
    out = tmp_path / "template.xlsx"

    assert sheets.write_list(STUDENTS.stored, [], title="Danh sách học sinh", out=out) == 0

    assert workbook.look(out).sheets[0].head == [[column.title for column in STUDENTS.stored]]

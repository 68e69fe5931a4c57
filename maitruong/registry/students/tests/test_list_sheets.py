"""Sheets that go out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl

from maitruong.foundation.exchange import headers, sheets, workbook
from maitruong.foundation.exchange.dry_run import DryRun
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
    assert [(p.row, p.column) for p in again if p.finding.code not in ("date.number", "cell.formula")] == wanted


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

"""Cells merged over several rows, as a school merges its classes."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from maitruong.foundation.exchange import sheets, workbook
from maitruong.foundation.exchange.columns import Column, ColumnChoice, ColumnMap
from maitruong.foundation.exchange.dry_run import Checked, DryRun
from maitruong.foundation.exchange.errors import TooManyMerged
from maitruong.foundation.exchange.findings import Severity
from maitruong.foundation.exchange.layout import Layout
from maitruong.foundation.exchange.notes import corrected
from maitruong.foundation.exchange.parsers import class_name, person_name, text

from .files import changed, part
from .test_bad_files import open_document

LIST = ColumnMap(
    "x",
    "Danh sách",
    (
        Column("full_name", "Họ và tên", person_name, required=True),
        Column("class_name", "Lớp", class_name, required=True),
        Column("note", "Ghi chú", text()),
    ),
)
CHOICE = ColumnChoice("s", 2, 3, {0: "full_name", 1: "class_name", 2: "note"})


def merged_list(path: Path, class_: str = "6A1", merges: tuple[str, ...] = ("A1:C1", "B3:B6", "B8:B9")) -> Path:
    """A title, a header, three pupils of a class and one without, in a merge that reaches past the third pupil."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    rows = [["DANH SÁCH"], ["Họ và tên", "Lớp", "Ghi chú"], ["Vi Văn An", class_, "a"], ["Lý A Sính", "", "b"]]
    for row in [*rows, ["Ma Thị Mỷ", "", "c"], [], ["Lò Văn Tư", "", "d"]]:
        sheet.append(row)
    for merge in merges:
        sheet.merge_cells(merge)
    book.save(path)
    return path


def check(path: Path, **options: object) -> list[Checked]:
    return list(DryRun(LIST, CHOICE, **options).run(workbook.read_rows(path, 0)))  # type: ignore[arg-type]


def classes(found: list[Checked]) -> dict[int, str | None]:
    return {record.row: record.values["class_name"] for checked in found for record in checked.records}


def test_every_pupil_under_a_merged_class_has_it_and_nobody_below(tmp_path: Path) -> None:
    found = check(merged_list(tmp_path / "a.xlsx"))

    assert classes(found) == {3: "6A1", 4: "6A1", 5: "6A1", 7: None}
    assert [p.cell for checked in found for p in checked.problems] == ["B7"]


def test_a_merge_that_begins_in_the_head_says_nothing_about_a_pupil(tmp_path: Path) -> None:
    assert classes(check(merged_list(tmp_path / "a.xlsx", "", ("A1:C1", "B2:B5")))) == {
        3: None,
        4: None,
        5: None,
        7: None,
    }


def test_one_pupils_class_typed_anew_changes_that_pupil_only(tmp_path: Path) -> None:
    path = merged_list(tmp_path / "a.xlsx")

    assert classes(check(path, corrections={(2, 1): "6A2"})) == {3: "6A2", 4: "6A1", 5: "6A1", 7: None}
    assert classes(check(path, corrections={(3, 1): "6A2", (4, 1): ""})) == {3: "6A1", 4: "6A2", 5: None, 7: None}


def test_a_problem_under_a_merge_is_told_at_the_pupils_own_cell_with_where_it_comes_from(tmp_path: Path) -> None:
    (checked,) = check(merged_list(tmp_path / "a.xlsx", "=1+1"))
    told = {p.cell: p.finding.message for p in checked.problems if p.finding.code == "cell.formula"}

    assert sorted(told) == ["B3", "B4", "B5"]
    assert told["B5"].endswith("Nội dung lấy từ ô gộp B3.") and "ô gộp" not in told["B3"]


@pytest.mark.parametrize("row", [3, 4])
def test_annotated_sheet_takes_a_merge_apart_in_which_one_pupils_class_was_typed(tmp_path: Path, row: int) -> None:
    source, out, layout = merged_list(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", Layout()
    rows = corrected(workbook.read_rows(source, 0, layout=layout), {(row - 1, 1): "6A2"})
    note = sheets.Note(row, 1, Severity.FIXED, "đã gõ lại")
    sheets.write_annotated(rows, sheet_name="6", width=3, notes=[note], out=out, layout=layout)

    sheet = openpyxl.load_workbook(out)["6"]
    assert [sheet.cell(n, 2).value for n in (3, 4, 5, 6)] == [*("6A2" if n == row else "6A1" for n in (3, 4, 5)), None]
    assert sorted(map(str, sheet.merged_cells.ranges)) == ["A1:C1", "B8:B9"]


def test_merges_of_an_open_document_count_too(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"{1}><text:p>{0}</text:p></table:table-cell>'
    row = "<table:table-row>{}</table:table-row>"
    head = row.format("".join(cell.format(title, "") for title in ("Danh sách", "", "")))
    first = cell.format("Vi Văn An", "") + cell.format("6A1", ' table:number-rows-spanned="2"') + cell.format("a", "")
    second = cell.format("Lý A Sính", "") + "<table:covered-table-cell/>" + cell.format("b", "")

    path = open_document(tmp_path / "a.ods", head + head + row.format(first) + f"<table:table-row>{second}")

    assert classes(check(path)) == {3: "6A1", 4: "6A1"}


def with_merges(path: Path, merges: list[str]) -> Path:
    """The same list with these merges: the library that made it would fill in every cell of theirs."""
    sheet = "xl/worksheets/sheet1.xml"
    told = "".join(f'<mergeCell ref="{merge}"/>' for merge in merges)
    xml, count = re.subn("(<mergeCells[^>]*>).*(</mergeCells>)", rf"\1{told}\2", part(path, sheet).decode())
    assert count == 1
    return changed(path, path.with_suffix(".2.xlsx"), {sheet: xml.encode()})


def test_more_merged_cells_than_are_followed_are_refused_not_passed_over(tmp_path: Path) -> None:
    path = with_merges(merged_list(tmp_path / "a.xlsx"), ["A3:A90000", "B3:B90000", "C3:C90000"])

    with pytest.raises(TooManyMerged) as caught:
        workbook.look(path)

    assert "có 269994 ô nằm trong các vùng gộp" in caught.value.text and "bỏ gộp" in caught.value.advice


def test_merged_titles_are_no_reason_to_refuse_and_displace_no_merge_of_pupils(tmp_path: Path) -> None:
    merges = [*(f"D{row}:GR{row}" for row in range(1, 1_100)), "B3:B600"]
    path, out, layout = with_merges(merged_list(tmp_path / "a.xlsx"), merges), tmp_path / "b.xlsx", Layout()

    assert len(workbook.look(path).sheets) == 1
    rows = workbook.read_rows(path, 0, layout=layout)
    sheets.write_annotated(rows, sheet_name="6", width=3, notes=[], out=out, layout=layout)

    assert b'<mergeCell ref="B3:B600"/>' in part(out, "xl/worksheets/sheet2.xml")


def test_a_class_merged_down_to_the_last_row_of_excel_counts_for_each_pupil(tmp_path: Path) -> None:
    path = with_merges(merged_list(tmp_path / "a.xlsx"), ["B3:B1048576"])

    assert len(workbook.look(path).sheets) == 1
    assert classes(check(path)) == {3: "6A1", 4: "6A1", 5: "6A1", 7: "6A1"}


def test_an_open_document_tells_its_merges_and_is_refused_for_too_many(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string" table:number-rows-spanned="{}"><text:p>6A1</text:p></table:table-cell>'
    few = open_document(tmp_path / "few.ods", "<table:table-row>" + cell.format(2) * 2)
    many = open_document(tmp_path / "many.ods", "<table:table-row>" + cell.format(90_000) * 3)

    assert workbook.look(few).sheets[0].merges == [(0, 0, 1, 0), (0, 1, 1, 1)]
    with pytest.raises(TooManyMerged):
        workbook.look(many)


def test_the_first_look_tells_where_the_last_merge_over_rows_begins(tmp_path: Path) -> None:
    def until(*merges: str) -> int:
        return workbook.look(merged_list(tmp_path / "a.xlsx", merges=merges)).sheets[0].merges_until

    assert (until("A1:C1", "B3:B6", "B8:B9"), until("A1:A2", "B3:C3"), until("A1:C1")) == (8, 1, 0)
    told = workbook.look(merged_list(tmp_path / "a.xlsx", merges=())).as_json()
    del told["sheets"][0]["merges_until"]
    assert workbook.Book.from_json(told).sheets[0].merges_until == 7  # nobody looked for it then


def test_rows_read_without_merges_are_the_rows_of_the_file(tmp_path: Path) -> None:
    path = merged_list(tmp_path / "a.xlsx")

    (plain,) = workbook.read_rows(path, 0, merged=False)
    (whole,) = workbook.read_rows(path, 0)

    assert plain.rows == whole.rows and not plain.merged and whole.merged

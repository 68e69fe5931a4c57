"""The whole pass: from the messy file to a sentence at each cell."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maitruong.foundation.exchange import headers, workbook
from maitruong.foundation.exchange.columns import ColumnChoice
from maitruong.foundation.exchange.dry_run import Checked, DryRun, Fate, Record, Verdict, fingerprint
from maitruong.foundation.exchange.findings import Severity, error
from maitruong.foundation.exchange.tests.files import FORMULA_IN_NAME, messy_list
from maitruong.foundation.exchange.workbook import CellValue, RowBatch
from maitruong.registry.students.columns import student_list

STUDENTS = student_list(2026, dt.date(2026, 11, 22))
HEADER = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Lớp", "CCCD", "Dân tộc"]
CHOICE = ColumnChoice(
    "s", 1, 2, {1: "full_name", 2: "born_on", 3: "sex", 4: "class_name", 5: "personal_number", 6: "ethnic_group"}
)
PUPIL = [1.0, "Nông Đức Dũng", "15/09/2015", "Nam", "6A1", "020215001234", "Tày"]


def batches_of(rows: Iterable[list[CellValue]], size: int = 500) -> Iterator[RowBatch]:
    """Rows held in memory as batches."""
    iterator, first = iter(rows), 0
    while part := list(islice(iterator, size)):
        yield RowBatch(first, part)
        first += len(part)


def run_file(path: Path, **options: object) -> tuple[DryRun, list[Checked]]:
    sheet = workbook.look(path).sheets[0]
    run = DryRun(STUDENTS, headers.propose(sheet, STUDENTS).choice(), **options)  # type: ignore[arg-type]
    return run, list(run.run(workbook.read_rows(path, sheet.index)))


def run_rows(*rows: list, choice: ColumnChoice = CHOICE, **options: object) -> tuple[DryRun, list[Checked]]:
    run = DryRun(STUDENTS, choice, **options)  # type: ignore[arg-type]
    return run, list(run.run(batches_of([list(row) for row in (HEADER, *rows)], 3)))


def problems(batches: list[Checked], *severities: Severity) -> list[tuple[str, str]]:
    wanted = severities or tuple(Severity)
    return [(p.cell, p.finding.code) for batch in batches for p in batch.problems if p.finding.severity in wanted]


def test_messy_list_gets_each_problem_at_its_cell(tmp_path: Path) -> None:
    run, batches = run_file(messy_list(tmp_path / "messy.xlsx"))

    assert problems(batches, Severity.ERROR) == [
        ("C12", "date.not_in_calendar"),
        ("F13", "personal_id.born_in_future"),
        ("B14", "cell.formula"),
        ("F15", "row.same_number"),
    ]
    assert problems(batches, Severity.FIXED) == [
        ("B10", "text.composed"),
        ("B11", "text.old_font"),
        ("C11", "date.number"),
        ("E11", "class.spelling"),
        ("F11", "personal_id.lost_zeros"),
        ("J11", "phone.lost_zero"),
        ("B12", "text.spaces"),
    ]
    assert problems(batches, Severity.WARNING) == [("C13", "student.birth_date_not_whole")]
    assert [(s.row, s.kind) for b in batches for s in b.skipped] == [
        (16, "header"),
        (18, "closing"),
        (19, "closing"),
        (20, "closing"),
        (23, "closing"),
    ]
    assert run.totals.as_json() == {
        "new": 4,
        "changed": 0,
        "same": 0,
        "refused": 4,
        "records": 8,
        "errors": 4,
        "warnings": 1,
        "fixed": 7,
        "rows_read": 23,
        "skipped": 5,
    }


def test_spreadsheet_formula_in_a_name_is_reported_at_its_cell_and_never_taken(tmp_path: Path) -> None:
    _, batches = run_file(messy_list(tmp_path / "messy.xlsx"))

    (problem,) = [p for b in batches for p in b.problems if p.finding.code == "cell.formula"]
    assert problem.text.startswith(f"Ô B14 (Họ và tên): Ô chứa công thức {FORMULA_IN_NAME[:60]}")
    assert problem.finding.suggestion == "Bấm vào đây"
    assert [r.fate for b in batches for r in b.records if r.row == 14] == [Fate.REFUSED]


def test_sentence_says_where_what_and_what_to_do() -> None:
    _, batches = run_rows([*PUPIL[:2], "31/02/2015", *PUPIL[3:]])

    (problem,) = batches[0].problems
    assert problem.text == ("Ô C2 (Ngày sinh): Ngày “31/02/2015” không có trong lịch. Sửa lại theo ngày/tháng/năm.")
    assert problem.as_json()["cell"] == "C2" and problem.as_json()["column"] == "C"


def test_correction_typed_on_the_page_stands_in_place_of_the_cell(tmp_path: Path) -> None:
    corrections = {(11, 2): "28/02/2015", (12, 5): "020315001235", (13, 1): "Vi Thị Hoa"}

    run, batches = run_file(messy_list(tmp_path / "messy.xlsx"), corrections=corrections)

    assert problems(batches, Severity.ERROR) == [("F15", "row.same_number")]
    assert run.totals.fates == {Fate.NEW: 7, Fate.REFUSED: 1}


def test_missing_and_unreadable_cells_are_not_said_twice() -> None:
    _, batches = run_rows([1, "Nông Đức Dũng", "", "Nam", "6A1", "0202", "Tày"])

    assert problems(batches) == [("C2", "cell.empty"), ("F2", "personal_id.length")]


def test_doubles_inside_the_file_name_the_first_row() -> None:
    same_person = [*PUPIL[:5], "", "Tày"]
    other_number = [*PUPIL[:5], "020215009999", "Tày"]

    _, batches = run_rows(PUPIL, PUPIL, same_person, other_number)

    found = [(p.row, p.finding.code, p.finding.severity.value) for b in batches for p in b.problems]
    assert found == [
        (3, "row.same_number", "error"),
        (4, "personal_id.missing", "warning"),
        (4, "row.same_person", "error"),
        (5, "row.same_person", "warning"),
    ]
    assert "dòng 2" in batches[0].problems[0].text
    told = next(p for b in batches for p in b.problems if p.finding.code == "row.same_person")
    assert told.cell == "F4" and "điền số định danh" in told.text and "để nguyên, dòng này sẽ không nhập" in told.text


def test_a_number_the_whole_file_lacks_is_missed_once() -> None:
    without = ColumnChoice("s", 1, 2, {at: key for at, key in CHOICE.columns.items() if key != "personal_number"})
    names = ["Nông Đức An", "Nông Đức Bình", "Nông Đức Chi", "Nông Đức Dũng"]

    _, batches = run_rows(*([*PUPIL[:1], name, *PUPIL[2:]] for name in names), choice=without)

    (said,) = [p for b in batches for p in b.problems if p.finding.code == "personal_id.missing"]
    assert said.row == 2 and "Tệp không có cột số định danh cá nhân" in said.text
    assert said.text.endswith("Bổ sung trước khi chốt số liệu.")


def test_lookup_is_asked_once_a_batch_and_adds_to_what_a_row_lacks_already() -> None:
    asked: list[list[tuple[int, set[str]]]] = []

    def lookup(records: Sequence[Record]) -> list[Verdict]:
        asked.append([(record.row, set(record.wrong)) for record in records])
        return [
            Verdict(Fate.SAME, 7)
            if record.row == 2
            else Verdict(Fate.CHANGED, 8, {"sex": ["male", "female"]})
            if record.row == 3
            else Verdict(Fate.NEW, findings=(("class_name", error("class.unknown", "Chưa có lớp 6A9.")),))
            for record in records
        ]

    rows = [[n, f"Nông Đức {n * 'a'}", f"0{n}/09/2015", "Nam", "6A1", f"02021500{n:04}", "Tày"] for n in range(1, 5)]
    rows[3][2] = "ngày nào"
    run, batches = run_rows(*rows, lookup=lookup)

    assert asked == [[(2, set()), (3, set())], [(4, set()), (5, {"born_on"})]]
    assert [(r.row, r.fate, r.target) for b in batches for r in b.records] == [
        (2, Fate.SAME, 7),
        (3, Fate.CHANGED, 8),
        (4, Fate.REFUSED, None),
        (5, Fate.REFUSED, None),
    ]
    assert problems(batches, Severity.ERROR) == [
        ("E4", "class.unknown"),
        ("C5", "date.unreadable"),
        ("E5", "class.unknown"),
    ]


def test_class_comes_from_the_band_above_the_rows_or_from_the_whole_file() -> None:
    columns = {1: "full_name", 2: "born_on", 3: "sex", 6: "ethnic_group"}
    bands = ColumnChoice("s", 1, 2, columns, {"class_name": "6A9"})
    row = [1, "Nông Đức Dũng", "15/09/2015", "Nam", "", "", "Tày"]

    _, batches = run_rows(row, ["Lớp: 6A2 – GVCN: Vi Thị Hoa"], [2, "Vi Văn An", *row[2:]], choice=bands)

    assert [r.values["class_name"] for b in batches for r in b.records] == ["6A9", "6A2"]


def test_birth_date_over_three_columns_and_sex_as_a_cross_are_joined() -> None:
    columns = {
        0: "family_name",
        1: "given_name",
        2: "birth_day",
        3: "birth_month",
        4: "birth_year",
        5: "is_female",
        6: "ethnic_group",
    }
    choice = ColumnChoice("s", 1, 2, columns, {"class_name": "6A1"})

    _, batches = run_rows(
        ["Vi Thị", "Hoa", 5.0, 9.0, 2015.0, "x", "Tày"], ["Vi", "An", "31", "2", "2015", "", "Tày"], choice=choice
    )

    first, second = (r for b in batches for r in b.records)
    assert (first.values["full_name"], str(first.values["born_on"]), first.values["sex"]) == (
        "Vi Thị Hoa",
        "05/09/2015",
        "female",
    )
    assert second.values["sex"] == "male"
    assert ("C3", "cell.empty") in problems(batches)


def test_row_as_a_whole_is_checked_against_itself() -> None:
    old = [1, "Vi Văn An", "15/09/2008", "Nữ", "6A1", "020208001234", "Tày"]

    _, batches = run_rows(old)

    assert problems(batches) == [("C2", "student.age_for_grade"), ("F2", "personal_id.sex_differs")]


def test_true_one_and_text_one_are_different_cells() -> None:
    choice = ColumnChoice("s", 1, 2, {**CHOICE.columns, 0: "near_poor"})

    _, batches = run_rows([True, *PUPIL[1:]], [1.0, "Vi Văn An", *PUPIL[2:5], "", "Tày"], choice=choice)

    assert [r.values["near_poor"] for b in batches for r in b.records] == [True, True]


def test_fingerprint_depends_on_what_is_said_not_on_the_order_of_columns() -> None:
    keys = [column.key for column in STUDENTS.stored]
    one = {"full_name": "Vi Văn An", "sex": "male"}
    other = {"sex": "male", "full_name": "Vi Văn An", "religion": None}

    assert fingerprint(one, keys) == fingerprint(other, keys)
    assert fingerprint(one, keys) != fingerprint({**one, "sex": "female"}, keys)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(st.text(max_size=12), st.floats(allow_nan=False), st.booleans(), st.dates(), st.just("")),
            max_size=9,
        ),
        max_size=12,
    )
)
def test_no_row_whatsoever_breaks_the_pass(rows: list[list]) -> None:
    run, batches = run_rows(*rows)

    counted = sum(len(batch.records) + len(batch.skipped) for batch in batches)
    assert counted <= len(rows)
    assert run.totals.as_json()["records"] == sum(len(batch.records) for batch in batches)
    for batch in batches:
        refused = {r.row for r in batch.records if r.fate is Fate.REFUSED}
        assert refused == {p.row for p in batch.problems if p.finding.severity is Severity.ERROR}


def test_first_problems_come_while_the_rest_is_still_unread() -> None:
    def endless() -> object:
        yield RowBatch(0, [list(HEADER), ["1", "=x", "15/09/2015", "Nam", "6A1", "", "Tày"]])
        pytest.fail("the second batch was read before the first was told")

    checked = next(DryRun(STUDENTS, CHOICE).run(endless()))  # type: ignore[arg-type]

    assert checked.problems[0].finding.code == "cell.formula"


def test_hundred_thousand_equal_cells_are_parsed_once() -> None:
    calls = []
    column = STUDENTS["ethnic_group"]
    counting = type(column)(column.key, column.title, lambda raw: calls.append(raw) or column.parse(raw), required=True)
    columns = type(STUDENTS)("s", "s", tuple(counting if c.key == column.key else c for c in STUDENTS.columns))
    rows = [[n, f"Vi Văn {n}", "15/09/2015", "Nam", "6A1", "", "Tày"] for n in range(3_000)]

    started = time.process_time()
    list(DryRun(columns, CHOICE).run(batches_of([HEADER, *rows])))

    assert calls == ["Tày"]
    assert time.process_time() - started < 20

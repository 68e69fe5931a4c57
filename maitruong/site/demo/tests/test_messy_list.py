"""The messy list: everything planted is in the file, at its cell, and nothing else is wrong."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import date, datetime

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from maitruong.foundation.kernel import legacy_encodings, personal_id
from maitruong.foundation.kernel.vietnamese import tidy
from maitruong.site.demo import messy_list
from maitruong.site.demo.accidents import KINDS
from maitruong.site.demo.messy_list import COLUMNS, KEYS


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return messy_list.write(tmp_path_factory.mktemp("lists") / "danh-sach.xlsx")


@pytest.fixture(scope="module")
def sheet(written):
    return openpyxl.load_workbook(written.path)[written.sheet]


def test_the_sheet_has_54_columns_under_a_merged_title_and_two_header_rows(written, sheet):
    assert len(COLUMNS) == len(set(KEYS)) == 54
    assert sheet.max_column == 54
    assert any(str(merged).startswith("A3:") for merged in sheet.merged_cells.ranges)
    assert sheet["AK5"].value == "Cha"
    assert sheet["AK6"].value == "Họ và tên cha"
    assert sheet["G5"].value == "Họ và tên"
    assert not sheet["G6"].value
    assert written.first_data_row == 7


def test_every_kind_of_accident_is_planted_once_in_45_rows(written):
    assert Counter(planted.kind for planted in written.truth) == dict.fromkeys(KINDS, 1)


def test_what_was_planted_stands_at_its_cell(written, sheet):
    for planted in written.truth:
        value = sheet[planted.cell].value
        assert str("" if value is None else value) == planted.written or planted.kind == "stray_spaces", planted
        assert planted.key == KEYS[sheet[planted.cell].column - 1]


def test_names_that_can_be_put_right_come_back_right(written):
    for planted in written.truth:
        if planted.key == "full_name" and planted.level == "repair":
            assert planted.written != planted.right
            assert tidy(legacy_encodings.repair(planted.written)[0]) == planted.right, planted


def test_the_formula_is_a_formula_and_its_text_twin_is_text(written, sheet):
    by_kind = {planted.kind: planted for planted in written.truth}

    assert sheet[by_kind["name_formula"].cell].data_type == "f"
    assert sheet[by_kind["name_formula_text"].cell].value.startswith("=2+5")


def test_dates_come_as_text_as_dates_and_as_a_bare_number(written, sheet):
    column = KEYS.index("birth_date") + 1
    kinds = Counter(
        type(sheet.cell(row, column).value)
        for row in range(written.first_data_row, written.last_data_row + 1)
        if row not in written.blank_rows
    )

    assert {str, datetime, int} == set(kinds)


def test_rows_that_were_not_spoiled_are_clean(written, sheet):
    spoiled = {planted.row for planted in written.truth}
    seen = set()
    for row in range(written.first_data_row, written.last_data_row + 1):
        if row in spoiled or row in written.blank_rows:
            continue
        cells = {key: sheet.cell(row, place + 1).value for place, key in enumerate(KEYS)}
        born = cells["birth_date"]
        born = born.date() if isinstance(born, datetime) else datetime.strptime(born, "%d/%m/%Y").date()  # noqa: DTZ007
        sex = "male" if cells["sex"] == "Nam" else "female"
        found = personal_id.check(cells["number"], born=born, sex=sex, today=date(2026, 11, 20))
        assert found == []
        assert cells["full_name"] == tidy(cells["full_name"])
        assert cells["number"] not in seen
        seen.add(cells["number"])


def test_a_double_repeats_a_clean_row_above_it(written, sheet):
    (double,) = [planted for planted in written.truth if planted.kind == "double"]
    number = KEYS.index("number") + 1
    first = [
        row
        for row in range(written.first_data_row, double.row)
        if sheet.cell(row, number).value == sheet.cell(double.row, number).value
    ]

    assert len(first) == 1
    assert written.pupils == 44


def test_the_same_seed_writes_the_same_list(written, tmp_path):
    again = messy_list.write(tmp_path / "lai.xlsx")
    other = messy_list.write(tmp_path / "khac.xlsx", seed=2)

    assert again.truth == written.truth
    assert other.truth != written.truth


def test_the_reader_of_the_product_sees_the_same_rows(written):
    rows = CalamineWorkbook.from_path(written.path).get_sheet_by_name(written.sheet).to_python(skip_empty_area=False)
    nfd = next(planted for planted in written.truth if planted.kind == "name_nfd")
    value = rows[nfd.row - 1][KEYS.index("full_name")]

    assert value == nfd.written != unicodedata.normalize("NFC", value)


def test_a_long_list_has_every_accident_many_times(tmp_path):
    found = messy_list.write(tmp_path / "dai.xlsx", rows=2_000, classes=tuple(f"6A{place}" for place in range(1, 46)))

    kinds = Counter(planted.kind for planted in found.truth)
    assert set(kinds) == set(KINDS)
    assert sum(kinds.values()) == 2_000 // 60
    assert found.pupils == 2_000 - kinds["double"]


def test_a_list_too_short_for_its_accidents_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least"):
        messy_list.write(tmp_path / "ngan.xlsx", rows=12)

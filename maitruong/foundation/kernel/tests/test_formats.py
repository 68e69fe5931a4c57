"""Marks, numbers and dates, out and in."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maitruong.foundation.kernel import formats as fm


@given(st.integers(0, 100))
def test_every_mark_reads_back_as_written(tenths):
    assert fm.parse_mark(fm.mark(tenths)) == fm.parse_mark(fm.average(tenths)) == tenths


@given(st.integers(0, 100))
def test_every_mark_is_read_from_a_number_cell(tenths):
    assert fm.mark_from_cell(tenths / 10) == fm.mark_from_cell(Decimal(tenths) / 10) == tenths


@pytest.mark.parametrize(
    ("text", "tenths"),
    [("7,5", 75), ("7.5", 75), ("8", 80), ("8,0", 80), ("8.00", 80), (" 10 ", 100), ("0", 0), ("", None), ("  ", None)],
)
def test_marks_are_read_with_comma_or_point(text, tenths):
    assert fm.parse_mark(text) == tenths


@pytest.mark.parametrize(
    ("text", "refusal", "sentence"),
    [
        ("7,55", fm.MarkTooPrecise, 'Điểm "7,55" có hơn một chữ số sau dấu phẩy.'),
        ("75", fm.MarkOutOfRange, 'Điểm "75" nằm ngoài thang điểm 10.'),
        ("11", fm.MarkOutOfRange, 'Điểm "11" nằm ngoài thang điểm 10.'),
        ("10,1", fm.MarkOutOfRange, 'Điểm "10,1" nằm ngoài thang điểm 10.'),
        ("-1", fm.MarkOutOfRange, 'Điểm "-1" nằm ngoài thang điểm 10.'),
        ("07-May", fm.MarkBecameDate, 'Ô điểm chứa ngày tháng "07-May": bảng tính đã tự đổi điểm thành ngày.'),
        ("May-07", fm.MarkBecameDate, 'Ô điểm chứa ngày tháng "May-07": bảng tính đã tự đổi điểm thành ngày.'),
        ("07/05/2026", fm.MarkBecameDate, 'Ô điểm chứa ngày tháng "07/05/2026": bảng tính đã tự đổi điểm thành ngày.'),
        ("7 rưỡi", fm.MarkUnreadable, 'Chưa đọc được điểm "7 rưỡi".'),
        ("7,5,5", fm.MarkUnreadable, 'Chưa đọc được điểm "7,5,5".'),
        (",5", fm.MarkUnreadable, 'Chưa đọc được điểm ",5".'),
    ],
)
def test_unreadable_marks_are_refused_with_a_sentence(text, refusal, sentence):
    with pytest.raises(fm.MarkUnreadable) as seen:
        fm.parse_mark(text)
    assert type(seen.value) is refusal
    assert seen.value.text == sentence and seen.value.advice


def test_forgotten_comma_is_suggested():
    with pytest.raises(fm.MarkOutOfRange) as seen:
        fm.parse_mark("75")
    assert seen.value.advice.endswith("Có phải định nhập 7,5?")


@pytest.mark.parametrize("cell", [dt.datetime(2026, 5, 7), dt.date(2026, 5, 7), 7.55, 75, -1, True, [7]])  # noqa: DTZ001
def test_cells_that_hold_no_mark_are_refused(cell):
    with pytest.raises(fm.MarkUnreadable):
        fm.mark_from_cell(cell)


def test_empty_cell_is_never_a_zero():
    assert fm.mark_from_cell(None) is None and fm.mark_from_cell("") is None and fm.mark_from_cell(0) == 0


@pytest.mark.parametrize(
    "text",
    ["5/9/2015", "05/09/2015", "05-09-2015", "5.9.2015", "05092015", "2015-09-05", "2015/9/5",
     "ngày 5 tháng 9 năm 2015",
     "Ngày 05 tháng 09 năm 2015", " 5 / 9 / 2015 ", "2015-09-05 00:00:00", "2015-09-05T00:00:00"],
)  # fmt: skip
def test_dates_are_read_in_the_ways_schools_write_them(text):
    assert fm.parse_date(text) == dt.date(2015, 9, 5)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("31/02/2013", fm.DateNotInCalendar),
        ("29/02/2015", fm.DateNotInCalendar),
        ("12/31/2015", fm.DateNotInCalendar),
        ("2015-02-30", fm.DateNotInCalendar),
        ("5/9/15", fm.YearTooShort),
        ("5/9", fm.DateUnreadable),
        ("", fm.DateUnreadable),
        ("hôm qua", fm.DateUnreadable),
        ("01/09/0206", fm.YearUnlikely),
        ("01/01/0001", fm.YearUnlikely),
        ("9999-12-31", fm.YearUnlikely),
        ("42252", fm.DateUnreadable),
    ],
)
def test_dates_outside_the_calendar_are_refused(text, refusal):
    with pytest.raises(fm.DateUnreadable) as seen:
        fm.parse_date(text)
    assert type(seen.value) is refusal and text in seen.value.text


def test_who_looks_at_the_year_gets_every_day_of_the_calendar():
    assert fm.parse_date("31/12/9999", any_year=True) == dt.date.max


def test_two_digit_years_fall_in_the_hundred_years_asked_for():
    assert fm.parse_date("5/9/15", two_digit_years_from=1930) == dt.date(2015, 9, 5)
    assert fm.parse_date("5/9/30", two_digit_years_from=1930) == dt.date(1930, 9, 5)
    assert fm.parse_date("5/9/29", two_digit_years_from=1930) == dt.date(2029, 9, 5)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
def test_every_date_reads_back_as_written(day):
    assert fm.parse_date(fm.date(day)) == day == fm.parse_date(day.isoformat())


@pytest.mark.parametrize(
    ("serial", "day"),
    [(1, (1900, 1, 1)), (59, (1900, 2, 28)), (61, (1900, 3, 1)), (45292, (2024, 1, 1)), (45292.75, (2024, 1, 1))],
)
def test_excel_serials_are_days(serial, day):
    assert fm.date_from_excel(serial) == dt.date(*day)


def test_excel_on_old_macs_counts_from_1904():
    assert fm.date_from_excel(43830, since_1904=True) == dt.date(2024, 1, 1)


@pytest.mark.parametrize("serial", [0, -1, 60, 60.5, 3_000_000])
def test_excel_serials_without_a_day_are_refused(serial):
    with pytest.raises(fm.DateNotInCalendar):
        fm.date_from_excel(serial)


def test_numbers_percentages_money_and_moments_are_written_the_vietnamese_way():
    assert fm.number(1_250_000) == "1.250.000"
    assert fm.number(-1_250_000) == "-1.250.000"
    assert fm.number(Decimal("1250000.5")) == "1.250.000,5"
    assert fm.number(2.345, 2) == "2,35"
    assert fm.number(-0.001, 1) == "0,0"
    assert fm.percent(0.8535) == "85,4%"
    assert fm.percent(1, 0) == "100%"
    assert fm.dong(1_250_000) == "1.250.000 đ"
    assert fm.date(dt.date(2027, 1, 5)) == "05/01/2027"
    assert fm.day_time(dt.datetime(2027, 1, 14, 18, 5, tzinfo=dt.UTC)) == "01:05 15/01/2027"
    assert (fm.mark(75), fm.mark(80), fm.average(60), fm.mark(None), fm.average(None)) == ("7,5", "8", "6,0", "", "")

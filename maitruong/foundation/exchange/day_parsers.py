"""Days as schools write them: date cells, Excel's numbers, text, and days known only to the month or the year."""

from __future__ import annotations

import datetime as dt
import math
import re

from maitruong.foundation.kernel import formats
from maitruong.foundation.kernel.errors import Refusal

from .findings import Finding, error, fixed, warning
from .parsers import Day, Outcome, Parser, clean_text, shown
from .workbook import CellValue

_YEAR = re.compile(r"(?:năm\s*)?((?:19|20)\d\d)")
_MONTH = re.compile(r"(?:tháng\s*)?(\d{1,2})\s*(?:[/\-. ]|năm)\s*((?:19|20)\d\d)")
_NO_DAY = re.compile(r"(?:0{1,2}|\?{1,2}|\.{2,})\s*[/\-.]\s*(\d{1,2}|\?{1,2}|\.{2,})\s*[/\-.]\s*((?:19|20)\d\d)")
#: What other programs write; read so only where day and month cannot stand in front.
_YEAR_FIRST_EIGHT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
# "2013" typed into a cell formatted as a date becomes the 2013th day of Excel's calendar.
_YEAR_AS_DAY = (dt.date(1904, 12, 25), dt.date(1905, 10, 24))
_EXCEL_ZERO = dt.date(1899, 12, 30)


def day(*, earliest: dt.date, latest: dt.date, partial: bool = True, two_digit_years_from: int | None = None) -> Parser:
    """A day between two days: a date cell, Excel's number, or text in the ways schools write it.

    partial: "2013" and "05/2013" are taken too, with their precision.
    two_digit_years_from: first of the hundred years "13" may mean.
    """

    def parse(raw: CellValue) -> Outcome:
        value, found = _read_day(raw, partial, two_digit_years_from)
        if value is None:
            return None, found
        if not earliest <= value.date <= latest:
            what = "sau hôm nay" if value.date > latest else f"trước năm {earliest.year}"
            message = f"Ngày {value} {what}. Kiểm tra lại năm."
            return None, (*found, error("date.out_of_range", message))
        return value, found

    return parse


def _read_day(raw: CellValue, partial: bool, from_year: int | None) -> tuple[Day | None, tuple[Finding, ...]]:
    if isinstance(raw, dt.datetime):
        raw = raw.date()
    if isinstance(raw, dt.date):
        return _day_of_date_cell(raw, partial)
    if isinstance(raw, bool):
        return None, (_unreadable_day(shown(raw)),)
    if isinstance(raw, int | float):
        return _day_of_number(raw, partial)
    value, found = clean_text(raw)
    read, more = _day_of_text(value, partial, from_year)
    return read, (*found, *more)


def _day_of_date_cell(value: dt.date, partial: bool) -> tuple[Day | None, tuple[Finding, ...]]:
    if partial and _YEAR_AS_DAY[0] <= value <= _YEAR_AS_DAY[1]:
        year = (value - _EXCEL_ZERO).days
        message = f"Ô định dạng ngày nên Excel hiện {formats.date(value)}; đã hiểu là năm {year}."
        return Day(dt.date(year, 1, 1), "year"), (fixed("date.year_as_day", message),)
    return Day(value), ()


def _day_of_number(number: float, partial: bool) -> tuple[Day | None, tuple[Finding, ...]]:
    if not math.isfinite(number):
        return None, (_unreadable_day(shown(number)),)
    whole = int(number)
    if partial and 1900 <= number <= 2100 and number == whole:
        return Day(dt.date(whole, 1, 1), "year"), ()
    if 3_000 < number < 80_000:
        value = formats.date_from_excel(number)
        return Day(value), (fixed("date.number", f"Số {whole} là cách Excel ghi ngày {formats.date(value)}."),)
    if number == whole and 1_000_000 < number < 32_000_000:
        read, found = _day_of_text(f"{whole:08}", partial, None)
        if read:
            return read, (fixed("date.eight_digits", f"Số {whole:08} đã được đọc là ngày {read}."),)
        return None, found
    return None, (_unreadable_day(shown(number)),)


def _day_of_text(value: str, partial: bool, from_year: int | None) -> tuple[Day | None, tuple[Finding, ...]]:
    if partial:
        known = _partial_day(value)
        if known:
            return known, ()
    try:
        read = formats.parse_date(value, any_year=True)
    except formats.YearTooShort as problem:
        if from_year is None:
            return None, (_refused("date.short_year", problem),)
        read = formats.parse_date(value, two_digit_years_from=from_year, any_year=True)
        return Day(read), (
            fixed("date.short_year", f"Năm viết hai chữ số “{value}” đã được đọc là {formats.date(read)}."),
        )
    except formats.DateNotInCalendar:
        if found := _YEAR_FIRST_EIGHT.fullmatch(value):
            try:
                read = dt.date(int(found[1]), int(found[2]), int(found[3]))
            except ValueError:
                return None, (_not_in_calendar(value),)
            return Day(read), (fixed("date.eight_digits", f"Số {value} đã được đọc là ngày {formats.date(read)}."),)
        return None, (_not_in_calendar(value),)
    except Refusal:
        return None, (_unreadable_day(value),)
    return Day(read), ()


def _partial_day(value: str) -> Day | None:
    if found := _YEAR.fullmatch(value):
        return Day(dt.date(int(found[1]), 1, 1), "year")
    found = _MONTH.fullmatch(value) or _NO_DAY.fullmatch(value)
    if not found:
        return None
    if not found[1].isdecimal() or int(found[1]) == 0:
        return Day(dt.date(int(found[2]), 1, 1), "year")
    return Day(dt.date(int(found[2]), int(found[1]), 1), "month") if int(found[1]) <= 12 else None


def _not_in_calendar(value: str) -> Finding:
    numbers = re.findall(r"\d+", value)
    swapped = ""
    if len(numbers) == 3 and len(numbers[2]) == 4 and 12 < int(numbers[1]) <= 31 and 1 <= int(numbers[0]) <= 12:
        swapped = f"{int(numbers[1]):02}/{int(numbers[0]):02}/{numbers[2]}"
    hint = f" Có thể ngày và tháng bị đảo: {swapped}?" if swapped else ""
    return error(
        "date.not_in_calendar", f"Ngày “{value}” không có trong lịch.{hint} Sửa lại theo ngày/tháng/năm.", swapped
    )


def _unreadable_day(value: str) -> Finding:
    return error("date.unreadable", f"Không đọc được ngày từ “{value}”. Viết ngày/tháng/năm, ví dụ 15/09/2013.")


def _refused(code: str, problem: Refusal, *, suggestion: str = "") -> Finding:
    return error(code, f"{problem.text} {problem.advice}", suggestion)


def year(*, earliest: int, latest: int) -> Parser:
    """A year of birth: "1985", 1985, or a whole date of which the year is kept."""

    def parse(raw: CellValue) -> Outcome:
        read, found = _read_day(raw, True, None)
        if read is None:
            return None, tuple(warning(f.code, f"{f.message} Ô này sẽ để trống nếu không sửa.") for f in found)
        if not earliest <= read.date.year <= latest:
            message = f"Năm {read.date.year} không hợp lí (nhận từ {earliest} đến {latest}); sẽ để trống nếu không sửa."
            return None, (warning("year.out_of_range", message),)
        return read.date.year, found

    return parse

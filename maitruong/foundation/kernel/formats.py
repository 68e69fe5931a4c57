"""Marks, numbers, money and dates the Vietnamese way, in both directions. Marks are whole tenths: 7,5 is 75."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal

from . import clock
from .errors import Refusal

Number = int | float | Decimal

_EXCEL_ZERO = dt.date(1899, 12, 30)  # day 61 is 01/03/1900: Excel counts a 29/02/1900 that never was
_EXCEL_ZERO_1904 = dt.date(1904, 1, 1)
_EXCEL_LAST = 2_958_465  # 31/12/9999


class MarkUnreadable(Refusal):
    code = "kernel.mark_unreadable"
    message = 'Chưa đọc được điểm "{given}".'
    remedy = "Điểm nhận từ 0 đến 10, ví dụ 7 hoặc 7,5."


class MarkTooPrecise(MarkUnreadable):
    code = "kernel.mark_too_precise"
    message = 'Điểm "{given}" có hơn một chữ số sau dấu phẩy.'
    remedy = "Làm tròn đến một chữ số thập phân rồi nhập lại, ví dụ 7,5."


class MarkOutOfRange(MarkUnreadable):
    code = "kernel.mark_out_of_range"
    message = 'Điểm "{given}" nằm ngoài thang điểm 10.'
    remedy = "Điểm nhận từ 0 đến 10.{hint}"


class MarkBecameDate(MarkUnreadable):
    code = "kernel.mark_became_date"
    message = 'Ô điểm chứa ngày tháng "{given}": bảng tính đã tự đổi điểm thành ngày.'
    remedy = "Định dạng lại cột điểm là Văn bản hoặc Số rồi nhập lại điểm, ví dụ 7,5."


class DateUnreadable(Refusal):
    code = "kernel.date_unreadable"
    message = 'Chưa đọc được ngày "{given}".'
    remedy = "Viết ngày/tháng/năm đủ bốn chữ số của năm, ví dụ 05/09/2026."


class DateNotInCalendar(DateUnreadable):
    code = "kernel.date_not_in_calendar"
    message = 'Ngày "{given}" không có trong lịch.'
    remedy = "Xem lại ngày và tháng; thứ tự là ngày/tháng/năm, ví dụ 05/09/2026."


class YearUnlikely(DateUnreadable):
    code = "kernel.date_year_unlikely"
    message = 'Năm của ngày "{given}" không thể đúng.'
    remedy = "Xem lại bốn chữ số của năm, ví dụ 05/09/2026."


class YearTooShort(DateUnreadable):
    code = "kernel.date_year_too_short"
    message = 'Ngày "{given}" chỉ ghi hai chữ số của năm.'
    remedy = "Viết đủ bốn chữ số của năm, ví dụ 05/09/2015."


# --- out -------------------------------------------------------------------------------------------------------------


def mark(tenths: int | None) -> str:
    """A mark as written in the book: whole marks without a comma, an empty cell as nothing.

    >>> mark(75), mark(80), mark(None)
    ('7,5', '8', '')
    """
    if tenths is None:
        return ""
    return str(tenths // 10) if tenths % 10 == 0 else average(tenths)


def average(tenths: int | None) -> str:
    """An average, always with one decimal.

    >>> average(60)
    '6,0'
    """
    return "" if tenths is None else f"{tenths // 10},{tenths % 10}"


def date(day: dt.date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def day_time(moment: dt.datetime) -> str:
    """An aware moment in Vietnamese time, 24-hour clock.

    >>> day_time(dt.datetime(2027, 1, 15, 7, 5, tzinfo=dt.UTC))
    '14:05 15/01/2027'
    """
    local = moment.astimezone(clock.VIETNAM)
    return f"{local:%H:%M} {date(local.date())}"


def number(n: Number, places: int | None = None) -> str:
    """A number with dots between thousands and a decimal comma; places fixes the decimals, rounding half up.

    >>> number(1250000), number(Decimal("1250.5")), number(2.345, 2)
    ('1.250.000', '1.250,5', '2,35')
    """
    if type(n) is int and places is None:
        return f"{n:,}".replace(",", ".")
    exact = _exact(n)
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if not exact:
        exact = abs(exact)  # never "-0"
    return f"{exact:,f}".translate(str.maketrans(",.", ".,"))


def percent(share: Number, places: int = 1) -> str:
    """A share of 1 as a percentage.

    >>> percent(0.8535)
    '85,4%'
    """
    return number(_exact(share) * 100, places) + "%"


def _exact(n: Number) -> Decimal:
    """The number as people see it written: 0.1 is a tenth, not what the machine holds."""
    return Decimal(repr(n)) if isinstance(n, float) else Decimal(n)


def dong(n: int) -> str:
    """An amount of money in whole đồng.

    >>> dong(1250000)
    '1.250.000 đ'
    """
    return f"{number(n)} đ"


# --- in: marks -------------------------------------------------------------------------------------------------------

_MARK = re.compile(r"(\d+)(?:[.,](\d+))?")
_DATE_LIKE = re.compile(
    # 07-May, 07/05/2026, 2026-05-07 00:00:00
    r"\d{1,4}[-/. ](?:[A-Za-z]{3,}|\d{1,2}[-/. ]\d{1,4})(?:[-/. ]\d{2,4})?(?: \d.*)?"
    r"|\d{1,2}-\d{1,2}|[A-Za-z]{3,}-\d{1,2}"  # 7-5, May-07
)


def parse_mark(text: str) -> int | None:
    """Tenths of a typed mark; None for an empty cell. Comma and point are both decimal.

    Raises MarkTooPrecise (7,55), MarkOutOfRange (75, 11, -1), MarkBecameDate (07-May), MarkUnreadable.

    >>> parse_mark("7,5"), parse_mark("8.0"), parse_mark(" ")
    (75, 80, None)
    """
    given = text.strip()
    if not given:
        return None
    found = _MARK.fullmatch(given)
    if not found:
        if re.fullmatch(r"[-−]\d+(?:[.,]\d+)?", given):
            raise MarkOutOfRange(given=given, hint="")
        raise (MarkBecameDate if _DATE_LIKE.fullmatch(given) else MarkUnreadable)(given=given)
    whole, decimals = found[1], (found[2] or "").rstrip("0")
    if len(decimals) > 1:
        raise MarkTooPrecise(given=given)
    tenths = int(whole) * 10 + int(decimals or 0)
    if tenths > 100:
        forgot_comma = not decimals and 20 <= int(whole) < 100
        hint = f" Có phải định nhập {mark(int(whole))}?" if forgot_comma else ""
        raise MarkOutOfRange(given=given, hint=hint)
    return tenths


def mark_from_cell(value: object) -> int | None:
    """Tenths of a mark in a spreadsheet cell: text, number, or the date a sheet made of "7.5". Raises as parse_mark."""
    if value is None:
        return None
    if isinstance(value, dt.date | dt.datetime):
        raise MarkBecameDate(given=f"{value:%d/%m/%Y}")
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise MarkUnreadable(given=value)
    if isinstance(value, str):
        return parse_mark(value)
    # 7.1 in a file may read back as 7.1000000000000005: what Excel shows (15 digits) is what was typed.
    return parse_mark(f"{Decimal(format(value, '.15g')):f}")


# --- in: dates -------------------------------------------------------------------------------------------------------

_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/\-.]\s*(\d{1,2})\s*[/\-.]\s*(\d{4}|\d{2})")
_DAY_FIRST_WORDS = re.compile(r"(?:ngày\s*)?(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4}|\d{2})", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4})\s*[/\-.]\s*(\d{1,2})\s*[/\-.]\s*(\d{1,2})")
_EIGHT_DIGITS = re.compile(r"(\d{2})(\d{2})(\d{4})")
_LIKELY_YEARS = range(1900, 2101)
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(:00(\.0+)?)?$")


def whole_number(text: str | None) -> int | None:
    """An id, a page or a year as an address or a form carries it; None for anything else.

    Plain digits only: str.isdigit() also says yes to "²", which int() refuses, and to thousands of nines. At most 18 digits,
    so that it always fits a bigint.
    """
    given = (text or "").strip()
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 18 else None


def parse_date(text: str, *, two_digit_years_from: int | None = None, any_year: bool = False) -> dt.date:
    """A date in any of the ways schools write it, day before month.

    Reads 5/9/2015, 05-09-2015, 5.9.2015, 05092015, 2015-09-05, "ngày 5 tháng 9 năm 2015", also with 00:00:00 behind.
    two_digit_years_from: first year of the hundred years that "5/9/15" may mean; without it two digits are refused.
    any_year: the caller looks at the year; else a slip of the keyboard (0206, 20204) is refused, before days are reckoned
    from it. Raises DateNotInCalendar (31/02/2015, 12/31/2015), YearTooShort, YearUnlikely, DateUnreadable.
    """
    given = " ".join(text.split())
    plain = _MIDNIGHT.sub("", given)
    if found := _YEAR_FIRST.fullmatch(plain):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.fullmatch(plain) or _DAY_FIRST_WORDS.fullmatch(plain) or _EIGHT_DIGITS.fullmatch(plain):
        day, month, year = found.groups()
    else:
        raise DateUnreadable(given=given)
    if len(year) == 2:
        if two_digit_years_from is None:
            raise YearTooShort(given=given)
        year = str(two_digit_years_from + (int(year) - two_digit_years_from) % 100)
    try:
        found_day = dt.date(int(year), int(month), int(day))
    except ValueError:
        raise DateNotInCalendar(given=given) from None
    if not any_year and found_day.year not in _LIKELY_YEARS:
        raise YearUnlikely(given=given)
    return found_day


def date_from_excel(serial: int | float, *, since_1904: bool = False) -> dt.date:
    """The day of a spreadsheet's date number (45292 is 01/01/2024); a part of a day is dropped.

    since_1904: workbooks made on old Macs.   Raises DateNotInCalendar (0, negative, 60, beyond 31/12/9999).
    """
    day = int(serial // 1)
    if since_1904:
        if 0 <= day <= _EXCEL_LAST - 1462:
            return _EXCEL_ZERO_1904 + dt.timedelta(days=day)
    elif 1 <= day <= _EXCEL_LAST and day != 60:
        return _EXCEL_ZERO + dt.timedelta(days=day + (1 if day < 60 else 0))
    raise DateNotInCalendar(given=serial)

"""The demo province's plan of two school years: terms, days off, school days.

Semester I has 18 weeks, semester II 17 (Decision of the provincial committee within the ministry's frame); days off are
the public holidays of 2025-2027 and a few days around Tết.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from .plan import CLOSED_YEAR, OPEN_YEAR, TODAY
from .types import DayOffRow, TermRow

TERMS = (
    TermRow(CLOSED_YEAR, 1, date(2025, 9, 5), date(2026, 1, 16), date(2026, 1, 23)),
    TermRow(CLOSED_YEAR, 2, date(2026, 1, 19), date(2026, 5, 29), date(2026, 6, 10)),
    TermRow(OPEN_YEAR, 1, date(2026, 9, 5), date(2027, 1, 15), None),
    TermRow(OPEN_YEAR, 2, date(2027, 1, 18), date(2027, 5, 28), None),
)
_OFF = {
    CLOSED_YEAR: {
        "Tết Dương lịch": ("2026-01-01", "2026-01-02"),
        "Nghỉ Tết Nguyên đán": (
            "2026-02-13", "2026-02-14", "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20",
            "2026-02-21",
        ),
        "Giỗ Tổ Hùng Vương (nghỉ bù)": ("2026-04-27",),
        "Ngày Chiến thắng, Ngày Quốc tế Lao động": ("2026-04-30", "2026-05-01"),
    },
    OPEN_YEAR: {
        "Ngày Văn hóa Việt Nam": ("2026-11-24",),
        "Tết Dương lịch": ("2027-01-01",),
        "Nghỉ Tết Nguyên đán": (
            "2027-02-03", "2027-02-04", "2027-02-05", "2027-02-06", "2027-02-08", "2027-02-09", "2027-02-10",
            "2027-02-11",
        ),
        "Giỗ Tổ Hùng Vương": ("2027-04-16",),
        "Ngày Chiến thắng": ("2027-04-30",),
    },
}  # fmt: skip


def days_off() -> tuple[DayOffRow, ...]:
    return tuple(
        DayOffRow(year, date.fromisoformat(day), name)
        for year, names in _OFF.items()
        for name, days in names.items()
        for day in days
    )


@cache
def school_days(year: int, *, six_days: bool) -> tuple[date, ...]:
    """The days of lessons of a year: Monday to Friday, or to Saturday."""
    off = {row.day for row in days_off()}
    days = []
    for term in TERMS:
        if term.school_year == year:
            count = (term.ends - term.starts).days + 1
            days += [term.starts + timedelta(days=place) for place in range(count)]
    return tuple(day for day in days if day.weekday() < (6 if six_days else 5) and day not in off)


@cache
def days_before_today(days: tuple[date, ...]) -> tuple[date, ...]:
    return tuple(day for day in days if day <= TODAY)

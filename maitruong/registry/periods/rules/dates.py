"""The days of a reporting period."""

from __future__ import annotations

import datetime as dt

_NEW_YEAR_FROM = 8


def day_of_period(month_day: str, school_year: int) -> dt.date:
    """A day of the list ("09-30") in a school year: from August on in its first calendar year, before that in its second.

    Start of year: as of 30 September, due 30 October; end of year: as of 31 May, due 30 June.
    Source: Circular 25/2024/TT-BGDĐT (the list `reporting_period` keeps the days and since when they hold).
    >>> day_of_period("09-30", 2026), day_of_period("05-31", 2026)
    (datetime.date(2026, 9, 30), datetime.date(2027, 5, 31))
    """
    month, day = (int(part) for part in month_day.split("-"))
    return dt.date(school_year if month >= _NEW_YEAR_FROM else school_year + 1, month, day)

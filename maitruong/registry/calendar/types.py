"""The school years as other rooms see them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from maitruong.foundation.kernel.school_year import SchoolYear as Year

from .errors import YearUnknown


@dataclass(frozen=True)
class YearRow:
    """A school year with its first day, the first of its second term and its last; closed_at: None while facts may come."""

    year: int
    starts_on: dt.date
    term_two_starts_on: dt.date
    ends_on: dt.date
    closed_at: dt.datetime | None


@dataclass(frozen=True)
class Calendar:
    """Every school year the house knows, the newest first: read once, asked as often as a page likes."""

    years: tuple[YearRow, ...] = ()

    def knows(self, year: int | None) -> bool:
        return any(row.year == year for row in self.years)

    def chosen(self, year: int | None, *, on: dt.date) -> int:
        """What a page shows: the year that was asked for if the house knows it, else that of the day."""
        return year if year is not None and self.knows(year) else self.year_on(on)

    def year_on(self, day: dt.date) -> int:
        """The school year of a day, by the days the department set: the newest that has begun; before the first, the first.

        Where no year was opened at all: by the usual frame (kernel.SchoolYear.containing), the only other rule there is.
        """
        if not self.years:
            return Year.containing(day).start
        return next((row.year for row in self.years if row.starts_on <= day), self.years[-1].year)

    def term_on(self, day: dt.date) -> int:
        """1 or 2."""
        begun = next((row for row in self.years if row.starts_on <= day), None)
        return 2 if begun and day >= begun.term_two_starts_on else 1

    def over_on(self, year: int, *, today: dt.date) -> dt.date | None:
        """The last day of a school year that lies behind us; None while it goes on, and for one nobody opened."""
        return next((row.ends_on for row in self.years if row.year == year and row.ends_on < today), None)

    def span(self, year: int) -> tuple[dt.date, dt.date, dt.date]:
        """First day, first day of the second term, last day. Raises YearUnknown."""
        row = next((row for row in self.years if row.year == year), None)
        if row is None:
            raise YearUnknown(year=Year(year).label)
        return row.starts_on, row.term_two_starts_on, row.ends_on

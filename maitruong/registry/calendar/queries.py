"""Which school year and term a day belongs to."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from maitruong.foundation.kernel.school_year import SchoolYear as Year

from .errors import YearClosed, YearUnknown
from .models import SchoolYear
from .types import Calendar, YearRow

_YEARS = "SELECT year, starts_on, term_two_starts_on, ends_on, closed_at FROM calendar_schoolyear ORDER BY year DESC"


def known() -> Calendar:
    """All school years by one plain statement: nearly every page asks it, and there are a dozen rows at most."""
    with connection.cursor() as cursor:
        cursor.execute(_YEARS)
        return Calendar(tuple(YearRow(*row) for row in cursor.fetchall()))


def year_on(day: dt.date) -> int:
    """The school year of a day, see Calendar. Whoever asks more than this in one page reads `known` once."""
    return known().year_on(day)


def term_on(day: dt.date) -> int:
    """1 or 2."""
    return known().term_on(day)


def years() -> tuple[YearRow, ...]:
    return known().years


def refuse_closed_year(year: int) -> None:
    """Raises YearClosed, YearUnknown. Asked by every service that writes a fact of a school year."""
    closed = SchoolYear.objects.filter(pk=year).values_list("closed_at", flat=True)
    found = list(closed)
    if not found:
        raise YearUnknown(year=Year(year).label)
    if found[0] is not None:
        raise YearClosed(year=Year(year).label)


def is_closed(year: int) -> bool:
    """Whether a year takes no more facts. One that nobody opened is closed too."""
    return not SchoolYear.objects.filter(pk=year, closed_at__isnull=True).exists()


def last_day_of_rights(year: int) -> dt.date:
    """Until when a right given for a school year holds: the retests of its summer included."""
    return dt.date(year + 1, 8, 31)


def span(year: int) -> tuple[dt.date, dt.date, dt.date]:
    """First day, first day of the second term, last day. Raises YearUnknown."""
    return known().span(year)

"""Which school year and term a day belongs to."""

from __future__ import annotations

import datetime as dt

from django.db.models import Case, F, When

from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.school_year import SchoolYear as Year

from .errors import YearClosed, YearUnknown
from .models import SchoolYear


def year_on(day: dt.date) -> int:
    """The school year of a day, by the days the department set: the newest that has begun; before the first, the first.

    Where no year was opened at all: by the usual frame (kernel.SchoolYear.containing), the only other rule there is.
    """
    began = SchoolYear.objects.order_by(Case(When(starts_on__lte=day, then="year"), default=-F("year")).desc())
    found = began.values_list("year", flat=True).first()
    return found if found is not None else Year.containing(day).start


def term_on(day: dt.date) -> int:
    """1 or 2."""
    year = SchoolYear.objects.filter(starts_on__lte=day).order_by("-year").first()
    return 2 if year and day >= year.term_two_starts_on else 1


def years() -> list[SchoolYear]:
    return list(SchoolYear.objects.order_by("-year"))


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


def over_on(year: int) -> dt.date | None:
    """The last day of a school year that lies behind us; None while it goes on, and for one nobody opened."""
    ends_on = SchoolYear.objects.filter(pk=year).values_list("ends_on", flat=True).first()
    return ends_on if ends_on is not None and ends_on < clock.today() else None


def span(year: int) -> tuple[dt.date, dt.date, dt.date]:
    """First day, first day of the second term, last day. Raises YearUnknown."""
    row = SchoolYear.objects.filter(pk=year).first()
    if row is None:
        raise YearUnknown(year=Year(year).label)
    return row.starts_on, row.term_two_starts_on, row.ends_on

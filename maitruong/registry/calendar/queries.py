"""Which school year and term a day belongs to."""

from __future__ import annotations

import datetime as dt

from .models import SchoolYear


def year_on(day: dt.date) -> int:
    """The school year of a day: the newest that has begun; before the first, the first."""
    found = SchoolYear.objects.filter(starts_on__lte=day).order_by("-year").values_list("year", flat=True).first()
    return found if found is not None else day.year if day.month >= 7 else day.year - 1


def term_on(day: dt.date) -> int:
    """1 or 2."""
    year = SchoolYear.objects.filter(starts_on__lte=day).order_by("-year").first()
    return 2 if year and day >= year.term_two_starts_on else 1


def years() -> list[SchoolYear]:
    return list(SchoolYear.objects.order_by("-year"))

"""Reads what a form sent. Dates as people write them; what cannot be read is a refusal at its field."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest

from maitruong.foundation.kernel import formats

from .errors import DayMissing


def day(request: HttpRequest, name: str = "day") -> dt.date:
    """A day of the form. Raises DayMissing, DateUnreadable and its kin."""
    text = request.POST.get(name, "").strip()
    if not text:
        raise DayMissing
    return formats.parse_date(text)


def number(request: HttpRequest, name: str) -> int | None:
    """A whole number of the address or the form; anything else counts as not given."""
    return formats.whole_number(request.POST.get(name) or request.GET.get(name))

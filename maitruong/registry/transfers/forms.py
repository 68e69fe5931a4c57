"""Reads what a form sent; what cannot be read is a refusal."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest

from maitruong.foundation.kernel import formats
from maitruong.registry.enrolment.errors import DayMissing

from .applying import Wish


def text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").strip()


def number(request: HttpRequest, name: str) -> int | None:
    return formats.whole_number(request.POST.get(name) or request.GET.get(name))


def day(request: HttpRequest, name: str) -> dt.date:
    """Raises DayMissing and what formats refuses."""
    given = text(request, name)
    if not given:
        raise DayMissing
    return formats.parse_date(given)


def day_if_any(request: HttpRequest, name: str) -> dt.date | None:
    return formats.parse_date(text(request, name)) if text(request, name) else None


def wish(request: HttpRequest) -> Wish:
    return Wish(text(request, "why"), text(request, "wished"), day_if_any(request, "wished_on"))

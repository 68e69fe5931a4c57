"""The department's page of school years: open, correct, close."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear as Year

from . import ports, queries, services
from .errors import DayUnread
from .types import YearRow

FIRST, LAST = 2000, 2100


@needs("calendar.manage")
@require_safe
def years(request: Request) -> HttpResponse:
    """Every school year, the newest first, with what is still unfinished of those that are over and open."""
    today = clock.today()
    calendar = queries.known()
    rows, now = calendar.years, calendar.year_on(today)
    known = [row.year for row in rows]
    context = {
        "page_title": "Năm học",
        "rows": [_row(row, today, now) for row in rows],
        "following": _labelled(max(known) + 1 if known else Year.containing(today).start),
        "before": _labelled(min(known) - 1) if known else None,
    }
    return render(request, "calendar/years.html", context)


def _row(row: YearRow, today: dt.date, now: int) -> dict[str, Any]:
    over = row.ends_on < today
    state = ("đang học", "good") if row.year == now else ("đang mở", "info")
    if over:
        state = ("đã khoá", "neutral") if row.closed_at else ("đã hết, chưa khoá", "warn")
    return {
        "year": row.year,
        "label": Year(row.year).label,
        "starts_on": row.starts_on,
        "term_two_starts_on": row.term_two_starts_on,
        "ends_on": row.ends_on,
        "closed_at": row.closed_at,
        "state": state,
        "may_close": over and row.closed_at is None,
        "left": ports.left(row.year) if over and row.closed_at is None else [],
    }


@needs("calendar.manage")
@require_http_methods(["GET", "POST"])
def dates(request: Request, year: int) -> HttpResponse:
    """The three days of a year: to open it, or to correct them."""
    scope = request.scope
    row = _known(year)
    if row is not None and row.closed_at is not None:
        raise NotFound
    problem = None
    if request.method == "POST":
        done, problem = attempt(
            lambda: services.open_year(
                scope,
                year=year,
                **{name: _day(request, name, usual) for name, usual in _usual(year).items()},
            )
        )
        if done is not None:
            return redirect("calendar:years")
    held = {name: getattr(row, name) for name in _usual(year)} if row else _usual(year)
    label = Year(year).label
    context = {
        **_head(f"Năm học {label}"),
        "label": label,
        "is_new": row is None,
        "given": {**held, **request.POST.dict()},
        "problem": problem,
    }
    return render(request, "calendar/dates.html", context, status=422 if problem else 200)


@needs("calendar.manage")
@require_http_methods(["GET", "POST"])
def close(request: Request, year: int) -> HttpResponse:
    """The question before a year is closed: what it means, what is unfinished, and why."""
    scope = request.scope
    row = _known(year)
    if row is None or row.closed_at is not None:
        raise NotFound
    problem = None
    if request.method == "POST":
        done, problem = attempt(lambda: services.close_year(scope, year=year, why=request.POST.get("why", "").strip()))
        if done is not None:
            return redirect("calendar:years")
    context = {
        **_head(f"Khoá năm học {Year(year).label}"),
        "label": Year(year).label,
        "row": row,
        "left": ports.left(year),
        "in_summer": clock.today() <= queries.last_day_of_rights(year),
        "summer_ends": queries.last_day_of_rights(year),
        "given": request.POST,
        "problem": problem,
    }
    return render(request, "calendar/close.html", context, status=422 if problem else 200)


_DAYS = {
    "starts_on": "Ngày bắt đầu",
    "term_two_starts_on": "Ngày bắt đầu học kì II",
    "ends_on": "Ngày kết thúc",
}


def _day(request: HttpRequest, name: str, usual: dt.date) -> dt.date:
    """One of the three days as typed. Raises DayUnread, which says which of them."""
    text = request.POST.get(name, "").strip()
    if not text:
        raise DayUnread(what=_DAYS[name], why="chưa nhập.", usual=usual)
    try:
        return formats.parse_date(text)
    except Refusal as refusal:
        raise DayUnread(what=_DAYS[name], why=refusal.text, usual=usual) from None


def _known(year: int) -> YearRow | None:
    if not FIRST <= year <= LAST:
        raise NotFound
    return next((row for row in queries.years() if row.year == year), None)


def _usual(year: int) -> dict[str, dt.date]:
    """The days most years have; the province's plan of the year sets the exact ones."""
    return {
        "starts_on": dt.date(year, 9, 5),
        "term_two_starts_on": dt.date(year + 1, 1, 18),
        "ends_on": dt.date(year + 1, 5, 31),
    }


def _labelled(year: int) -> dict[str, Any]:
    return {"year": year, "label": Year(year).label}


def _head(title: str) -> dict[str, Any]:
    return {
        "page_title": title,
        "crumbs": [{"label": "Năm học", "url": reverse("calendar:years")}, {"label": title}],
    }

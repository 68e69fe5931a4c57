"""Reading what a form or an address carries, and drawing the group of fields a form shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import Http404, HttpRequest

from maitruong.foundation.access.services import attempt
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.registry.calendar import queries as calendar

from .errors import ChangedMeanwhile
from .fields import NOT_TOLD, Field, Kind
from .types import Group


def text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").strip()


def number(request: HttpRequest, name: str) -> int:
    return formats.whole_number(request.POST.get(name)) or 0


def day(request: HttpRequest, name: str = "day") -> dt.date:
    """A day that must be there. Raises what formats.parse_date refuses."""
    return formats.parse_date(text(request, name))


def day_or_none(request: HttpRequest, name: str) -> dt.date | None:
    return formats.parse_date(text(request, name)) if text(request, name) else None


def year_asked(request: HttpRequest) -> int:
    """The school year an address names; that of today when it names none the house knows."""
    known = calendar.known()
    asked = formats.whole_number(request.GET.get("nam"))
    return asked if asked in {row.year for row in known.years} else known.year_on(clock.today())


def group_asked(request: HttpRequest, groups: Iterable[Group]) -> Group:
    """The group of fields an address names, the first when it names none. Raises Http404 for one that is not asked here."""
    found = {group.key: group for group in groups}
    if not found:
        raise Http404
    asked = request.GET.get("phan") or next(iter(found))
    if asked not in found:
        raise Http404
    return found[asked]


def saved(
    request: HttpRequest, group: Group, act: Callable[[Mapping[str, str], str], object]
) -> tuple[bool, dict[str, Any]]:
    """Post a group of fields. Returns whether it was saved, and the context of its form.

    act: takes what was typed and what the form had shown. A conflict shows beside each field what stands there by now.
    """
    given: Mapping[str, str] = {one.name: one.typed(group.values[one.name]) for one in group.fields}
    problem: Refusal | None = None
    theirs: dict[str, str] = {}
    if request.method == "POST":
        given = {one.name: request.POST.get(one.name, "") for one in group.fields}
        _, problem = attempt(lambda: act(given, request.POST.get("seen", "")))
        if problem is None:
            return True, {}
        if isinstance(problem, ChangedMeanwhile):
            told = {one.name: (one, group.values[one.name]) for one in group.fields}
            theirs = {
                name: one.show(value) or NOT_TOLD
                for name, (one, value) in told.items()
                if one.typed(value) != given[name]
            }
    return False, {
        "group": group,
        "given": given,
        "problem": problem,
        "theirs": theirs,
        "kinds": Kind,
        "not_told": NOT_TOLD,
    }


def plain(fields: Iterable[Field], request: HttpRequest, values: Mapping[str, Any] | None = None) -> dict[str, str]:
    """What the fields of a form hold: what was typed, else what stands."""
    if request.method == "POST":
        return {one.name: request.POST.get(one.name, "") for one in fields}
    return {one.name: one.typed((values or {}).get(one.name, one.empty)) for one in fields}

"""Open and close school years. The department does it once for the province, after the yearly plan of the ministry."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.school_year import SchoolYear as Year

from . import ports, queries
from .errors import (
    EndNotAfterTermTwo,
    EndsInYearAfter,
    EndsTooLate,
    ReasonMissing,
    StartsInYearBefore,
    StartsTooEarly,
    TermTwoNotAfterStart,
    YearClosed,
    YearNotOver,
    YearUnknown,
)
from .models import SchoolYear


@transaction.atomic
def open_year(scope: Scope, *, year: int, starts_on: dt.date, term_two_starts_on: dt.date, ends_on: dt.date) -> bool:
    """Write the dates of a school year, or correct them. Returns whether anything changed.

    Raises NotFound, YearClosed, and for the first day that is wrong: StartsTooEarly, StartsInYearBefore,
    TermTwoNotAfterStart, EndNotAfterTermTwo, EndsTooLate, EndsInYearAfter.
    """
    _refuse_strangers(scope)
    _refuse_wrong_start(year, starts_on)
    if term_two_starts_on <= starts_on:
        raise TermTwoNotAfterStart(given=term_two_starts_on, starts_on=starts_on)
    if ends_on <= term_two_starts_on:
        raise EndNotAfterTermTwo(given=ends_on, term_two_starts_on=term_two_starts_on)
    _refuse_wrong_end(year, ends_on)
    dates = {"starts_on": starts_on, "term_two_starts_on": term_two_starts_on, "ends_on": ends_on}
    row, made = SchoolYear.objects.select_for_update().get_or_create(year=year, defaults=dates)
    if row.closed_at:
        raise YearClosed(year=Year(year).label)
    before = {} if made else {name: getattr(row, name) for name in dates}
    changes: dict[str, object] = {
        name: [before.get(name), day] for name, day in dates.items() if before.get(name) != day
    }
    if not changes:
        return False
    SchoolYear.objects.filter(pk=year).update(**dates)
    for keeper in ports.keepers():
        keeper.opened(year)
    _record(scope, "calendar.year_opened" if made else "calendar.year_corrected", year, changes)
    return True


@transaction.atomic
def close_year(scope: Scope, *, year: int, why: str) -> bool:
    """Close a school year: from now on nothing of it is written, and the tables that keep it refuse by themselves.

    Returns False when it was closed before. Raises NotFound, YearUnknown, YearNotOver, ReasonMissing.
    """
    _refuse_strangers(scope)
    row = SchoolYear.objects.select_for_update().filter(pk=year).first()
    if row is None:
        raise YearUnknown(year=Year(year).label)
    if row.closed_at:
        return False
    if clock.today() <= row.ends_on:
        raise YearNotOver(year=Year(year).label, ends_on=row.ends_on)
    if not why.strip():
        raise ReasonMissing
    row.closed_at = clock.now()
    row.save(update_fields=["closed_at"])
    for keeper in ports.keepers():
        keeper.closed(year)
    _record(scope, "calendar.year_closed", year, {"closed_at": [None, row.closed_at]}, why)
    return True


def _refuse_wrong_start(year: int, day: dt.date) -> None:
    """A year begins in its own summer, after the year before has ended."""
    first = dt.date(year, 7, 1)
    if day < first:
        raise StartsTooEarly(given=day, year=Year(year).label, first=first)
    before = SchoolYear.objects.filter(pk=year - 1, ends_on__gte=day).first()
    if before is not None:
        raise StartsInYearBefore(given=day, beside=Year(year - 1).label, ends_on=before.ends_on)


def _refuse_wrong_end(year: int, day: dt.date) -> None:
    """A year ends with its summer at the latest, before the next one begins."""
    last = queries.last_day_of_rights(year)
    if day > last:
        raise EndsTooLate(given=day, year=Year(year).label, last=last)
    after = SchoolYear.objects.filter(pk=year + 1, starts_on__lte=day).first()
    if after is not None:
        raise EndsInYearAfter(given=day, beside=Year(year + 1).label, starts_on=after.starts_on)


def _refuse_strangers(scope: Scope) -> None:
    if not scope.may("calendar.manage"):
        raise NotFound


def _record(scope: Scope, action: str, year: int, changes: dict[str, object], why: str = "") -> None:
    unit = scope.workspace.unit_id if scope.workspace else 0
    audit.record(scope, action, school_id=unit, object_type="school_year", object_id=year, changes=changes, why=why)

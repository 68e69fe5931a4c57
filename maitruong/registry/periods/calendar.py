"""Which reporting periods a school year has: opened with the year, after the list; the department sets their days."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import vietnamese
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.reference import catalogue as reference
from maitruong.foundation.reference.errors import UnknownCode
from maitruong.registry.calendar import queries as years
from maitruong.registry.calendar.errors import YearUnknown

from .errors import BasisMissing, DatesHeld, DueBeforeAsOf, OutsideYear
from .models import Period, Snapshot
from .rules import day_of_period
from .types import PeriodRow

LIST = "reporting_period"


def open_periods(year: int) -> None:
    """What every school owes of a year, repeatable; called when a year is opened. What the department set stays."""
    for code in reference.codes(LIST, on=day_of_period("09-30", year)):
        if code["optional"] == "0":
            Period.objects.get_or_create(
                school_year=year,
                kind=code.key,
                defaults={
                    "as_of": day_of_period(code["as_of"], year),
                    "due_on": day_of_period(code["due"], year),
                    "basis": code["source"],
                },
            )


def unfinished(year: int) -> str:
    """What of a year's reports is not closed for the province, in words; "" when all is."""
    from .queries import provincial_states

    left = [row.name.lower() for row, ready in provincial_states(year) if not ready]
    return f"{len(left)} kì báo cáo chưa chốt ({', '.join(left)})" if left else ""


def periods_of(year: int) -> list[PeriodRow]:
    """The periods of a school year, in time."""
    return [period_row(row) for row in Period.objects.filter(school_year=year).order_by("as_of", "pk")]


def period(period_id: int) -> PeriodRow:
    """Raises NotFound."""
    row = Period.objects.filter(pk=period_id).first() if period_id < 2**63 else None
    if row is None:
        raise NotFound
    return period_row(row)


def period_before(row: PeriodRow) -> PeriodRow | None:
    """The period whose day lies last before this one's."""
    found = Period.objects.filter(as_of__lt=row.as_of).order_by("-as_of").first()
    return period_row(found) if found else None


def period_row(row: Period) -> PeriodRow:
    return PeriodRow(row.pk, row.school_year, row.kind, kind_name(row.kind), row.as_of, row.due_on, row.basis)


def kind_name(kind: str) -> str:
    try:
        return reference.code(LIST, kind).name
    except UnknownCode:
        return kind


def usual(year: int, kind: str) -> tuple[dt.date, dt.date, str]:
    """Day of the figures, day they are due, act, as the list has them. Raises UnknownCode."""
    code = reference.code(LIST, kind)
    return day_of_period(code["as_of"], year), day_of_period(code["due"], year), code["source"]


@transaction.atomic
def set_period(scope: Scope, *, year: int, kind: str, as_of: dt.date, due_on: dt.date, basis: str) -> int:
    """Open a period of a year, the optional one too, or correct its days. Returns its id.

    Once a school has made its figures their day stands. Raises NotFound, YearUnknown, OutsideYear, DueBeforeAsOf, BasisMissing,
    DatesHeld.
    """
    if not scope.may("periods.manage"):
        raise NotFound
    try:
        usual(year, kind)
    except UnknownCode:
        raise NotFound from None
    if not years.known().knows(year):
        raise YearUnknown(year=Year(year).label)
    if not dt.date(year, 8, 1) <= as_of <= dt.date(year + 1, 7, 31):
        raise OutsideYear(as_of=as_of, year=Year(year).label, first=year, last=year + 1)
    if due_on <= as_of:
        raise DueBeforeAsOf(due_on=due_on, as_of=as_of)
    basis = vietnamese.tidy(basis)[:300]
    if not basis:
        raise BasisMissing
    wanted = {"as_of": as_of, "due_on": due_on, "basis": basis}
    row, made = Period.objects.select_for_update().get_or_create(school_year=year, kind=kind, defaults=wanted)
    changes = {name: [None if made else getattr(row, name), told] for name, told in wanted.items()}
    changes = {name: change for name, change in changes.items() if change[0] != change[1]}
    if not made and "as_of" in changes:
        held = Snapshot._base_manager.filter(period=row).values("school_id").distinct().count()
        if held:
            raise DatesHeld(count=held)
    if changes:
        Period.objects.filter(pk=row.pk).update(**wanted)
        place = scope.workspace.unit_id if scope.workspace else 0
        audit.record(
            scope, "periods.dates_set", school_id=place, object_type="period", object_id=row.pk, changes=changes
        )
    return row.pk

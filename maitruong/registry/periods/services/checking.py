"""The commune looks at its schools' figures, the department at everybody's: passed on, taken, or sent back with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events import services as events
from maitruong.foundation.kernel import vietnamese
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.organisations import queries as organisations

from .. import calendar, reports
from ..errors import NotWaiting, ReasonMissing, WaitsForCommune
from ..events import ReportAccepted, ReportReturned
from ..models import Snapshot
from ..types import ACCEPTED, CHECKED, RETURNED, SIGNED, STATES, PeriodRow

CHECK, ACCEPT = "periods.check", "periods.accept"


@dataclass(frozen=True)
class Done:
    """Of an act on many schools: how many it reached, and who was left, with the reason."""

    count: int
    left: tuple[Refusal, ...]
    returned: bool = False


@transaction.atomic
def accept(scope: Scope, *, period_id: int, school_id: int, why: str = "") -> str:
    """Say yes to a school's figures: a commune passes them on, the department takes them. Returns the new state.

    why: needed when the department takes what a commune has not looked at. Raises NotFound, NotWaiting, WaitsForCommune.
    """
    period, row = _signed(scope, period_id, school_id)
    state = reports.report(period.id, school_id).state
    if scope.covers(ACCEPT, school_id=school_id):
        _refuse_other(state, (SIGNED, CHECKED), school_id)
        why = vietnamese.tidy(why)
        if state == SIGNED and row.governor_kind == "commune" and not why:
            raise WaitsForCommune(school=organisations.unit(school_id).name)
        to = ACCEPTED
    else:
        _refuse_other(state, (SIGNED,), school_id)
        to = CHECKED
    _tell(scope, period, row, to, why)
    if to == ACCEPTED:
        events.publish(
            ReportAccepted(school_id=school_id, school_year=period.school_year, period_id=period.id, snapshot_id=row.pk)
        )
    return to


def accept_many(scope: Scope, *, period_id: int, school_ids: Iterable[int]) -> Done:
    """The same for every school somebody ticked; who cannot be taken stays as it is and is named. Raises NotFound."""
    count = 0
    left: list[Refusal] = []
    for school_id in sorted(set(school_ids)):
        try:
            accept(scope, period_id=period_id, school_id=school_id)
            count += 1
        except (NotWaiting, WaitsForCommune) as refusal:
            left.append(refusal)
    return Done(count, tuple(left))


def return_many(scope: Scope, *, period_id: int, school_ids: Iterable[int], why: str) -> Done:
    """Send back every school somebody ticked, with one reason for all. Raises NotFound, ReasonMissing."""
    count, left = 0, []
    for school_id in sorted(set(school_ids)):
        try:
            return_report(scope, period_id=period_id, school_id=school_id, why=why)
            count += 1
        except NotWaiting as refusal:
            left.append(refusal)
    return Done(count, tuple(left), returned=True)


@transaction.atomic
def return_report(scope: Scope, *, period_id: int, school_id: int, why: str) -> None:
    """Send figures back: the school mends, makes and signs a further version. Raises NotFound, ReasonMissing, NotWaiting."""
    period, row = _signed(scope, period_id, school_id)
    state = reports.report(period.id, school_id).state
    may = (SIGNED, CHECKED) if scope.covers(ACCEPT, school_id=school_id) else (SIGNED,)
    _refuse_other(state, may, school_id)
    why = vietnamese.tidy(why)
    if not why:
        raise ReasonMissing
    _tell(scope, period, row, RETURNED, why)
    events.publish(ReportReturned(school_id=school_id, school_year=period.school_year, period_id=period.id))


def _signed(scope: Scope, period_id: int, school_id: int) -> tuple[PeriodRow, Snapshot]:
    """The report of a school this scope may judge, held until the end, with the figures that were signed last."""
    if not any(scope.covers(permission, school_id=school_id) for permission in (CHECK, ACCEPT)):
        raise NotFound
    period = calendar.period(period_id)
    found = organisations.units([school_id]).get(school_id)
    if found is None or found.kind != "school":
        raise NotFound
    reports.hold(period.id, school_id)
    row = reports.latest_signed(period.id, school_id)
    if row is None:
        _refuse_other(reports.report(period.id, school_id).state, (), school_id)
        raise NotFound
    return period, row


def _refuse_other(state: str, wanted: tuple[str, ...], school_id: int) -> None:
    if state not in wanted:
        raise NotWaiting(school=organisations.unit(school_id).name, state=STATES[state][0])


def _tell(scope: Scope, period: PeriodRow, row: Snapshot, kind: str, why: str) -> None:
    reports.move(scope, period, row.school_id, kind, snapshot=row, why=why)
    audit.record(
        scope,
        f"periods.{kind}",
        school_id=row.school_id,
        object_type="snapshot",
        object_id=row.pk,
        changes={"version": row.version},
        why=why,
    )

"""What is wrong after closing is a request: the school says what and why, the department decides, a further version is made."""

from __future__ import annotations

from django.db import transaction

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events import services as events
from maitruong.foundation.kernel import vietnamese
from maitruong.foundation.organisations import queries as organisations

from .. import calendar, reports
from ..errors import AlreadyAsked, NotWaiting, ReasonMissing, WantedMissing
from ..events import ReportReopened
from ..types import ASKED, CLOSED_STATES, DECLINED, GRANTED, STATES
from .closing import CLOSE

DECIDE = "periods.accept"


@transaction.atomic
def ask_to_correct(scope: Scope, *, period_id: int, school_id: int, why: str, wanted: str) -> None:
    """Ask the department to open a closed report. why: how it came about; wanted: what shall change.

    Raises NotFound, ReasonMissing, WantedMissing, NotWaiting (nothing was closed), AlreadyAsked.
    """
    if not scope.covers(CLOSE, school_id=school_id):
        raise NotFound
    period = calendar.period(period_id)
    why, wanted = vietnamese.tidy(why), vietnamese.tidy(wanted)
    if not why:
        raise ReasonMissing
    if not wanted:
        raise WantedMissing
    reports.hold(period.id, school_id)
    now = reports.report(period.id, school_id)
    if now.state not in CLOSED_STATES:
        raise NotWaiting(school=organisations.unit(school_id).name, state=STATES[now.state][0])
    if now.asks:
        raise AlreadyAsked
    row = reports.latest_signed(period.id, school_id)
    reports.move(scope, period, school_id, ASKED, snapshot=row, why=why, wanted=wanted)
    audit.record(
        scope,
        "periods.correction_asked",
        school_id=school_id,
        object_type="period",
        object_id=period.id,
        changes={"wanted": wanted},
        why=why,
    )


@transaction.atomic
def decide_correction(scope: Scope, *, period_id: int, school_id: int, granted: bool, why: str) -> None:
    """Open the report for a further version, or not. The version that was signed stays what it is, and counts until the next one.

    Raises NotFound, ReasonMissing, NotWaiting (nobody asks).
    """
    if not scope.covers(DECIDE, school_id=school_id):
        raise NotFound
    period = calendar.period(period_id)
    why = vietnamese.tidy(why)
    if not why:
        raise ReasonMissing
    reports.hold(period.id, school_id)
    now = reports.report(period.id, school_id)
    if not now.asks:
        raise NotWaiting(school=organisations.unit(school_id).name, state=STATES[now.state][0])
    row = reports.latest_signed(period.id, school_id)
    kind = GRANTED if granted else DECLINED
    reports.move(scope, period, school_id, kind, snapshot=row, why=why)
    audit.record(
        scope,
        "periods.correction_granted" if granted else "periods.correction_declined",
        school_id=school_id,
        object_type="period",
        object_id=period.id,
        why=why,
    )
    if granted:
        events.publish(ReportReopened(school_id=school_id, school_year=period.school_year, period_id=period.id))

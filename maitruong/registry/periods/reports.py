"""How a school stands in a period, and the row of what happened to it. The one place that says which movement makes a state."""

from __future__ import annotations

from django.db import connection

from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock
from maitruong.foundation.people import queries as people

from .models import Movement, Period, Signature, Snapshot
from .types import ASKED, ASKS, ENTERING, STATE_KINDS, PeriodRow, Report


def hold(period_id: int, school_id: int) -> None:
    """One act at a time on a school's report, until the transaction ends; rows that are only added cannot be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"report {period_id} {school_id}"])


def report(period_id: int, school_id: int) -> Report:
    """Two statements."""
    rows = Movement._base_manager.filter(period_id=period_id, school_id=school_id).order_by("-id")
    last = rows.filter(kind__in=STATE_KINDS).first()
    # Sent back, the school mends without asking: the request has gone with it.
    asked = rows.filter(kind__in=ASKS).first()
    asks = asked is not None and asked.kind == ASKED
    if last is None:
        return Report(school_id, ENTERING, asks=asks)
    return Report(school_id, last.kind, last.at, last.why, asks)


def latest(period_id: int, school_id: int) -> Snapshot | None:
    rows = Snapshot._base_manager.filter(period_id=period_id, school_id=school_id)
    return rows.order_by("-version", "-take").first()


def latest_signed(period_id: int, school_id: int) -> Snapshot | None:
    signed = Signature._base_manager.filter(school_id=school_id).values("snapshot_id")
    rows = Snapshot._base_manager.filter(period_id=period_id, school_id=school_id, pk__in=signed)
    return rows.order_by("-version").first()


def move(
    scope: Scope,
    period: PeriodRow | Period,
    school_id: int,
    kind: str,
    *,
    snapshot: Snapshot | None = None,
    why: str = "",
    wanted: str = "",
) -> None:
    Movement(
        school_id=school_id,
        period_id=period.pk if isinstance(period, Period) else period.id,
        snapshot=snapshot,
        kind=kind,
        why=why,
        wanted=wanted,
        by_id=scope.actor_id,
        by_name=_name(scope),
        at=clock.now(),
    ).save(force_insert=True)


def _name(scope: Scope) -> str:
    """As it is today: a history is read years later, when the person may be gone."""
    if scope.actor_name or scope.actor_id is None:
        return scope.actor_name
    return people.names([scope.actor_id]).get(scope.actor_id, "")

"""The schools of a province or commune in a period: where each stands, its pupils beside the period before. One statement."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.jobs.models import Job

from .. import calendar
from ..models import Closing, Movement
from ..rules import Change
from ..snapshot import canonical
from ..snapshot.manifest import sha256
from ..types import ACCEPTED, ASKED, ASKS, CLOSED_STATES, ENTERING, STATE_KINDS, PeriodRow, Report

VIEW: Final = "periods.view"
COUNTED: Final = ("school_code", "version", "manifest_sha256", "signed_manifest_sha256")

# Schools that stood on the day, whoever governs them now; each with its last state, the figures made last (of the version before
# it was signed), and the pupils of the last signed figures of the period before.
_BOARD = """
WITH schools AS (
  SELECT u.id, u.name, u.sort_key, u.code, parent.kind AS governor_kind, parent.name AS governor
  FROM organisations_position stands JOIN organisations_unit u ON u.id = stands.unit_id
  LEFT JOIN organisations_unit parent ON parent.id = stands.parent_id
  WHERE u.kind = 'school' AND stands.during @> %(as_of)s::date AND (%(all)s OR u.id = ANY(%(schools)s))
    AND (u.closed_on IS NULL OR u.closed_on >= %(as_of)s)
), states AS (
  SELECT DISTINCT ON (school_id) school_id, kind, at, why FROM periods_movement
  WHERE period_id = %(period)s AND kind = ANY(%(states)s) ORDER BY school_id, id DESC
), asks AS (
  SELECT DISTINCT ON (school_id) school_id, kind FROM periods_movement
  WHERE period_id = %(period)s AND kind = ANY(%(asks)s) ORDER BY school_id, id DESC
), made AS (
  SELECT DISTINCT ON (school_id) school_id, id, version FROM periods_snapshot
  WHERE period_id = %(period)s ORDER BY school_id, version DESC, take DESC
), before AS (
  SELECT DISTINCT ON (s.school_id) s.school_id, s.id FROM periods_snapshot s
  JOIN periods_signature signed ON signed.snapshot_id = s.id
  WHERE s.period_id = %(before)s ORDER BY s.school_id, s.version DESC
)
SELECT schools.id, schools.name, schools.code, schools.governor_kind, schools.governor, states.kind, states.at,
  coalesce(states.why, ''), asks.kind, made.version, now.value, was.value
FROM schools LEFT JOIN states ON states.school_id = schools.id LEFT JOIN asks ON asks.school_id = schools.id
LEFT JOIN made ON made.school_id = schools.id LEFT JOIN before ON before.school_id = schools.id
LEFT JOIN periods_snapshottotal now ON now.snapshot_id = made.id AND now.key = 'pupils' AND now.grade = 0
LEFT JOIN periods_snapshottotal was ON was.snapshot_id = before.id AND was.key = 'pupils' AND was.grade = 0
ORDER BY schools.sort_key, schools.id"""

_COUNTED = """
SELECT DISTINCT ON (u.code, s.school_id) u.code, s.version, s.manifest_sha256, signed.sha256
FROM periods_snapshot s JOIN periods_signature signed ON signed.snapshot_id = s.id JOIN organisations_unit u ON u.id = s.school_id
WHERE s.period_id = %(period)s ORDER BY u.code, s.school_id, s.version DESC"""


@dataclass(frozen=True)
class BoardRow:
    """A school on the board. pupils: of the figures made last; None while none were."""

    school_id: int
    name: str
    code: str
    governor_kind: str
    governor: str
    report: Report
    version: int | None
    pupils: Change | None

    @property
    def is_odd(self) -> bool:
        return self.pupils is not None and self.pupils.is_odd


@dataclass(frozen=True)
class Board:
    rows: tuple[BoardRow, ...]

    @property
    def by_state(self) -> Counter[str]:
        return Counter(row.report.state for row in self.rows)

    @property
    def asking(self) -> int:
        return sum(row.report.asks for row in self.rows)

    @property
    def odd(self) -> int:
        return sum(row.is_odd for row in self.rows)

    @property
    def is_complete(self) -> bool:
        return bool(self.rows) and all(row.report.state == ACCEPTED for row in self.rows)


def reach(scope: Scope, permission: str = VIEW) -> list[int] | None:
    """The units this scope reaches with a permission as a whole; None: every one of the province."""
    if scope.is_system:
        return None
    found: set[int] = set()
    for grant in scope.grants:
        if permission in grant.permissions and grant.class_ids is None and grant.student_ids is None:
            if grant.school_ids is None:
                return None
            found |= set(grant.school_ids)
    return sorted(found)


def board(scope: Scope, *, period: PeriodRow) -> Board:
    """Every school of the scope in a period, by name. Two statements; a province has some hundred schools."""
    schools, before = reach(scope), calendar.period_before(period)
    facts: dict[str, Any] = {
        "as_of": period.as_of,
        "all": schools is None,
        "schools": schools or [],
        "period": period.id,
        "before": before.id if before else 0,
        "states": list(STATE_KINDS),
        "asks": list(ASKS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_BOARD, facts)
        return Board(tuple(_row(*row) for row in cursor.fetchall()))


def _row(
    school_id: int,
    name: str,
    code: str,
    governor_kind: str,
    governor: str,
    state: str | None,
    at: dt.datetime | None,
    why: str,
    ask: str | None,
    version: int | None,
    now: int | None,
    was: int | None,
) -> BoardRow:
    stands = state or ENTERING
    report = Report(school_id, stands, at, why, ask == ASKED and stands in CLOSED_STATES)
    pupils = Change("pupils", was, now or 0) if version is not None else None
    return BoardRow(school_id, name, code, governor_kind or "", governor or "", report, version, pupils)


def counted(scope: Scope, period_id: int) -> list[list[Any]]:
    """What counts for the province: of every school the version signed last, by its code. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, {"period": period_id})
        return [list(row) for row in cursor.fetchall()]


def provincial_states(year: int) -> list[tuple[PeriodRow, bool]]:
    """The periods of a year and whether each is ready for the ministry."""
    return [(row, is_ready(row)) for row in calendar.periods_of(year)]


def is_ready(period: PeriodRow) -> bool:
    """Ready for the ministry: closed, every school taken, and what counts is what was written down then.

    Asked with sight of the whole province, whoever asks: it tells yes or no and nothing of a school. Five statements at most.
    """
    scope = system_scope("whether a period is closed for the province")
    with unit_of_work(scope):
        last = Closing._base_manager.filter(period_id=period.id).order_by("-number").first()
        if last is None or not board(scope, period=period).is_complete:
            return False
        return sha256(provincial_table(scope, period.id)) == last.sha256


def provincial_table(scope: Scope, period_id: int) -> bytes:
    """What a closing writes down."""
    return canonical.table("province", COUNTED, counted(scope, period_id))


def frozen_since(period_id: int, moment: dt.datetime | None) -> set[int]:
    """Schools whose figures were made since a moment."""
    if moment is None:
        return set()
    rows = Movement._base_manager.filter(period_id=period_id, kind="frozen", at__gte=moment)
    return set(rows.values_list("school_id", flat=True))


def job_began(job_id: int) -> dt.datetime | None:
    return Job._base_manager.filter(pk=job_id).values_list("started_at", flat=True).first()

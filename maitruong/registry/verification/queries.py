"""Reads of how people stand with the register, always within a scope."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db import connection

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import queries as people
from maitruong.registry.calendar import queries as calendar

from . import asking, ports, settings
from .active import ACTIVE, BASIS, BORN, NUMBER, STATE
from .models import CheckVersion, Correction
from .permissions import ASK, DECIDE, VIEW
from .rules import MISMATCHES, verified_share
from .types import Board, RequestRow, Share, Standing, WorkRow

_ONE = f"""
SELECT p.full_name, {BORN}, p.sex, coalesce(n.value, ''), {BASIS}, {STATE}, p.frozen_since IS NOT NULL,
  CASE WHEN c.basis = {BASIS} THEN c.suggestion ELSE '{{}}'::jsonb END, coalesce(c.why, ''), coalesce(c.evidence, ''),
  c.asked_at, c.answered_at, CASE WHEN c.basis = {BASIS} THEN c.due_on END, c.wanted_at IS NOT NULL
FROM people_person p LEFT JOIN {NUMBER} LEFT JOIN verification_check c ON c.person_id = p.id WHERE p.id = %s"""
_STANDS = f"""
stands AS (
  SELECT DISTINCT ON (p.id) p.id, a.school_id, a.kind, a.grade, a.class_name, p.full_name, p.sort_key, p.born_on, p.nationality, n.value,
    {STATE} AS state, c.suggestion, c.due_on, c.person_id IS NOT NULL AS asked
  FROM ({ACTIVE}) a JOIN people_person p ON p.id = a.person_id AND p.merged_into_id IS NULL
  LEFT JOIN {NUMBER} LEFT JOIN verification_check c ON c.person_id = p.id ORDER BY p.id, a.kind)"""
_OPEN = ", ".join(f"'{state.value}'" for state in sorted(MISMATCHES))
#: The order of the work-list: what has a day first, then what only waits.
_WORK = f"""WITH {_STANDS}
SELECT s.id, s.full_name, s.born_on, s.kind, s.class_name, s.state, s.suggestion, s.due_on, s.sort_key,
  EXISTS (SELECT 1 FROM verification_correction r WHERE r.person_id = s.id AND r.decision = '')
FROM stands s WHERE s.state = ANY(%(states)s) AND (s.sort_key, s.id) > (%(key)s, %(after)s)
ORDER BY s.sort_key COLLATE "C", s.id LIMIT %(limit)s"""
_COUNTS = f"WITH {_STANDS} SELECT state, count(*) FROM stands GROUP BY state"
_LEVEL = "CASE WHEN a.kind = 'staff' THEN 5 WHEN a.grade < 1 THEN 1 WHEN a.grade <= 5 THEN 2 WHEN a.grade <= 9 THEN 3 ELSE 4 END"
_ITS_NUMBER = NUMBER.removesuffix(" ON true")
#: Of a school: whose facts stand still is matched, and only mismatches are looked at for what they were given for.
_SHARES = f"""
WITH told AS (
  SELECT {_LEVEL} AS level, p.frozen_since IS NOT NULL AS matched,
    CASE WHEN p.nationality <> 'VN' THEN (SELECT count(*) = 0 FROM {_ITS_NUMBER}) ELSE false END AS is_foreign,
    CASE WHEN c.state IN ({_OPEN})
      THEN c.basis = (SELECT {BASIS} FROM {_ITS_NUMBER}) ELSE false END AS is_open, c.due_on
  FROM ({ACTIVE}) a JOIN people_person p ON p.id = a.person_id AND p.merged_into_id IS NULL
  LEFT JOIN verification_check c ON c.person_id = p.id)
SELECT level, count(*), count(*) FILTER (WHERE matched), count(*) FILTER (WHERE is_foreign),
  count(*) FILTER (WHERE is_open), count(*) FILTER (WHERE is_open AND due_on < %(today)s)
FROM told GROUP BY level ORDER BY level"""
#: Of the whole scope: from the mismatches to the places of those people, never the other way.
_MISMATCHED = f"""
SELECT a.school_id, {_LEVEL} AS level, count(*), count(*) FILTER (WHERE c.due_on < %(today)s)
FROM verification_check c JOIN people_person p ON p.id = c.person_id AND p.merged_into_id IS NULL JOIN {NUMBER}
CROSS JOIN LATERAL (
  SELECT e.school_id, 'learner' AS kind, e.grade FROM enrolment_enrolment e
  WHERE e.student_id = p.id AND e.school_year = %(year)s AND e.ends_on IS NULL
  UNION ALL
  (SELECT s.school_id, 'staff', NULL::smallint FROM staff_employment s WHERE s.person_id = p.id AND s.starts_on <= %(today)s
   AND (s.ends_on IS NULL OR s.ends_on >= %(today)s) ORDER BY s.school_id LIMIT 1)) a
WHERE c.state IN ({_OPEN}) AND c.basis = {BASIS} GROUP BY 1, 2"""
_LEVELS = {1: "Trẻ mầm non", 2: "Học sinh tiểu học", 3: "Học sinh THCS", 4: "Học sinh THPT", 5: "Nhà giáo, nhân viên"}


def standing(scope: Scope, person_id: int, permission: str = VIEW) -> Standing:
    """Raises NotFound for whoever is not known at a place of the scope, or is nowhere active."""
    found = standing_of(person_id) if people.people(scope, permission, [person_id]) else None
    if found is None or not found.school_id:
        raise NotFound
    return found


def standing_of(person_id: int) -> Standing | None:
    """One person as far as the database shows him; the caller checked the permission."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [person_id])
        row = cursor.fetchone()
    if row is None:
        return None
    name, born, sex, number, basis, state, frozen, suggestion, why, evidence, asked, answered, due, waiting = row
    return Standing(
        person_id=person_id,
        school_id=asking.units_of([person_id]).get(person_id, 0),
        facts={"full_name": name, "born_on": born.isoformat() if born else "", "sex": sex, "number": number},
        basis=basis,
        state=state,
        is_frozen=frozen,
        suggestion=_json(suggestion),
        why=why,
        evidence=evidence,
        asked_at=asked,
        answered_at=answered,
        due_on=due,
        is_waiting=waiting,
    )


def work(
    *, school_id: int, states: list[str], after: tuple[str, int] = ("", 0), limit: int = 50
) -> list[tuple[WorkRow, str]]:
    """People of a school in these states by name, page by key, with the key. One statement; the caller checked the permission."""
    with connection.cursor() as cursor:
        cursor.execute(
            _WORK, {**_where(school_id), "states": states, "key": after[0], "after": after[1], "limit": limit}
        )
        return [
            (WorkRow(r[0], r[1], r[2], r[3] == "staff", r[4], r[5], _json(r[6]), r[7], r[9]), r[8])
            for r in cursor.fetchall()
        ]


def counts(*, school_id: int | None) -> dict[str, int]:
    """How many people stand how: key of STATES → number. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, _where(school_id))
        return dict(cursor.fetchall())


def levels(school_id: int) -> list[Share]:
    """Of every level of a school, as its people stand now. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_SHARES, _where(school_id))
        return [_share(level, _LEVELS[level], *sums) for level, *sums in cursor.fetchall()]


def board(scope: Scope) -> Board:
    """Of every school of the scope, the lowest share first, and of every level. A fixed number of statements.

    People are those of the figures, counted as they change; mismatches, which are few, are looked up.
    """
    where = _where(None)
    counted, as_of = ports.figures(scope, where["year"])
    with connection.cursor() as cursor:
        cursor.execute(_MISMATCHED, where)
        found = {(school, level): (open_, late) for school, level, open_, late in cursor.fetchall()}
    of_school: dict[int, list[int]] = defaultdict(lambda: [0] * 5)
    of_level: dict[int, list[int]] = defaultdict(lambda: [0] * 5)
    for row in counted:
        sums = (row.active, row.matched, row.foreigners, *found.get((row.school_id, row.level), (0, 0)))
        for into in (of_school[row.school_id], of_level[row.level]):
            into[:] = [one + other for one, other in zip(into, sums, strict=True)]
    units = organisations.units(list(of_school))
    schools = [_share(unit, units[unit].name, *sums) for unit, sums in of_school.items() if unit in units]
    return Board(
        schools=sorted(
            schools, key=lambda row: (row.share is None, row.share or 0, vietnamese.collation_key(row.name))
        ),
        levels=[_share(level, _LEVELS[level], *of_level[level]) for level in sorted(of_level)],
        as_of=as_of,
    )


def total(rows: list[Share]) -> Share:
    sums = [
        sum(values) for values in zip(*((r.active, r.matched, r.foreigners, r.open, r.late) for r in rows), strict=True)
    ]
    return _share(0, "", *(sums or [0] * 5))


def share_of(*, active: int, matched: int, foreigners: int) -> Decimal | None:
    """The verified share of counted people, foreigners left out or not as the province says; None where nobody is to be verified."""
    left_out = 0 if settings.counts_foreigners() else foreigners
    return verified_share(matched=matched, active=active, foreigners_without_number=left_out)


def _share(unit_id: int, name: str, active: int, matched: int, foreigners: int, open_: int, late: int) -> Share:
    share = share_of(active=active, matched=matched, foreigners=foreigners)
    return Share(unit_id, name, active, matched, foreigners, open_, late, share)


def requests(scope: Scope, *, decided: bool, limit: int = 100) -> list[RequestRow]:
    """Requests in the scope: those that wait by their day, those decided the newest first."""
    rows = Correction.objects.visible_to(scope, VIEW).select_related("person")
    by = ("-decided_at", "-pk") if decided else ("due_on", "pk")
    found = (rows.exclude(decision="") if decided else rows.filter(decision="")).order_by(*by)
    return [_request(row) for row in found[:limit]]


def requests_about(scope: Scope, person_id: int) -> list[RequestRow]:
    rows = Correction.objects.visible_to(scope, VIEW).select_related("person").filter(person_id=person_id)
    return [_request(row) for row in rows.order_by("-pk")[:20]]


def count_waiting(scope: Scope) -> int:
    return Correction.objects.visible_to(scope, VIEW).filter(decision="").count()


def open_request(scope: Scope, request_id: int) -> RequestRow:
    """Raises NotFound."""
    row = Correction.objects.visible_to(scope, VIEW).select_related("person").filter(pk=request_id).first()
    if row is None:
        raise NotFound
    return _request(row)


def versions(person_id: int) -> list[dict[str, Any]]:
    """Verdicts that hold no more, the newest first; row security decides whose are seen."""
    rows = CheckVersion._base_manager.filter(person_id=person_id).order_by("-pk")
    return [dict(row) for row in rows.values("state", "answered_at", "evidence", "ended_at")[:20]]


def running(scope: Scope, kind: str) -> Job | None:
    """The exchange that runs for the scope's place, if any."""
    rows = Job.objects.visible_to(scope, ASK).filter(kind=kind, ended_at__isnull=True)
    return rows.order_by("-pk").first()


def may_decide(scope: Scope) -> bool:
    return scope.may(DECIDE)


def _request(row: Correction) -> RequestRow:
    wanted = {name: people.masked(value) if name == "number" else value for name, value in row.wanted.items()}
    return RequestRow(
        row.pk,
        row.person_id,
        row.person.full_name,
        row.school_id,
        row.kind,
        wanted,
        row.was,
        row.why,
        row.file_id,
        row.asked_by,
        row.asked_at,
        row.due_on,
        row.decision,
        row.decided_by,
        row.decided_at,
        row.decided_why,
    )


def _where(school_id: int | None) -> dict[str, Any]:
    today = clock.today()
    return {"year": calendar.year_on(today), "today": today, "unit": school_id}


def _json(value: Any) -> dict[str, str]:
    return (json.loads(value) if isinstance(value, str) else value) or {}

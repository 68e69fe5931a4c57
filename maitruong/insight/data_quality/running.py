"""Looks again: one statement a check finds, closes and opens for some schools or the whole province; then the scores of the day."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.db import connection

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.kernel import clock
from maitruong.registry.calendar import queries as calendar

from .checks import CHECKS, Check
from .models import Run
from .rules import Counted, score

_SYSTEM = system_scope("quality of the sector's data")
AT_ONCE = 50
NIGHT_HOUR = 3
# What a check finds no more is closed; what it finds anew is opened; what stays keeps its age and what was explained of it.
_LOOK = """
WITH seen AS MATERIALIZED (SELECT q.school_id, q.subject, q.facts FROM ({sql}) AS q),
gone AS (
  UPDATE data_quality_finding f SET closed_at = %(now)s
  WHERE f.check_key = %(key)s AND f.school_year = %(year)s AND f.closed_at IS NULL
    AND (%(schools)s::bigint[] IS NULL OR f.school_id = ANY(%(schools)s::bigint[]))
    AND NOT EXISTS (SELECT FROM seen n WHERE n.school_id = f.school_id AND n.subject = f.subject_id)
  RETURNING 1),
put AS (
  INSERT INTO data_quality_finding AS f
    (school_id, school_year, check_key, severity, subject_kind, subject_id, facts, found_at, explanation)
  SELECT n.school_id, %(year)s, %(key)s, %(severity)s, %(kind)s, n.subject, n.facts, %(now)s, '' FROM seen n
  ON CONFLICT (school_year, school_id, check_key, subject_id) WHERE closed_at IS NULL DO UPDATE SET facts = excluded.facts
    WHERE f.facts IS DISTINCT FROM excluded.facts
  RETURNING (xmax = 0) AS fresh)
SELECT (SELECT count(*) FROM seen), (SELECT count(*) FROM gone), (SELECT count(*) FROM put WHERE fresh)"""
# Subjects are pupils who sit in a class, classes and those who work there; a subject with an error counts once, as an error.
_SCORES = """
WITH subjects AS (
  SELECT e.school_id, count(DISTINCT e.student_id) AS n FROM enrolment_enrolment e JOIN calendar_schoolyear y ON y.year = e.school_year
  WHERE e.school_year = %(year)s AND (%(schools)s::bigint[] IS NULL OR e.school_id = ANY(%(schools)s::bigint[]))
    AND e.starts_on <= least(greatest(%(today)s::date, y.starts_on), y.ends_on)
    AND (e.ends_on IS NULL OR e.ends_on >= least(greatest(%(today)s::date, y.starts_on), y.ends_on)) GROUP BY 1
  UNION ALL SELECT school_id, count(*) FROM enrolment_schoolclass
  WHERE school_year = %(year)s AND (%(schools)s::bigint[] IS NULL OR school_id = ANY(%(schools)s::bigint[])) GROUP BY 1
  UNION ALL SELECT school_id, count(DISTINCT person_id) FROM staff_employment
  WHERE starts_on <= %(today)s::date AND (ends_on IS NULL OR ends_on >= %(today)s::date)
    AND (%(schools)s::bigint[] IS NULL OR school_id = ANY(%(schools)s::bigint[])) GROUP BY 1),
wrong AS (
  SELECT school_id, bool_or(severity = 'E') AS is_error, count(*) FILTER (WHERE severity = 'E') AS errors,
         count(*) FILTER (WHERE severity = 'W' AND explanation = '') AS warnings
  FROM data_quality_finding WHERE school_year = %(year)s AND closed_at IS NULL AND subject_kind <> 'facility'
    AND (severity = 'E' OR explanation = '')
    AND (%(schools)s::bigint[] IS NULL OR school_id = ANY(%(schools)s::bigint[])) GROUP BY school_id, subject_kind, subject_id),
aside AS (
  SELECT school_id, count(*) AS warnings FROM data_quality_finding WHERE school_year = %(year)s AND closed_at IS NULL
    AND subject_kind = 'facility' AND explanation = ''
    AND (%(schools)s::bigint[] IS NULL OR school_id = ANY(%(schools)s::bigint[])) GROUP BY 1)
SELECT s.school_id, sum(s.n)::int, coalesce(w.in_error, 0), coalesce(w.in_warning, 0), coalesce(w.errors, 0),
       coalesce(w.warnings, 0) + coalesce(max(a.warnings), 0)
FROM subjects s
LEFT JOIN (SELECT school_id, count(*) FILTER (WHERE is_error) AS in_error, count(*) FILTER (WHERE NOT is_error) AS in_warning,
                  sum(errors)::int AS errors, sum(warnings)::int AS warnings FROM wrong GROUP BY 1) w ON w.school_id = s.school_id
LEFT JOIN aside a ON a.school_id = s.school_id
GROUP BY s.school_id, w.in_error, w.in_warning, w.errors, w.warnings"""
_KEEP = """
INSERT INTO data_quality_score (school_id, school_year, day, score, subjects, errors, warnings)
SELECT * FROM unnest(%s::bigint[], %s::smallint[], %s::date[], %s::smallint[], %s::int[], %s::int[], %s::int[])
ON CONFLICT (school_id, school_year, day) DO UPDATE SET score = excluded.score, subjects = excluded.subjects,
  errors = excluded.errors, warnings = excluded.warnings"""


def run(schools: Sequence[int] | None = None) -> dict[str, Any]:
    """Look at these schools, or at all. Returns what was found by check, and the moment. Run twice it changes nothing more."""
    began, year = time.monotonic(), calendar.known().year_on(clock.today())
    found = {key: _look(check, schools, year) for key, check in CHECKS.items()}
    with unit_of_work(_SYSTEM):
        _keep_scores(schools, year)
    told: dict[str, Any] = {
        "school_year": year,
        "checks": found,
        "open": sum(one["open"] for one in found.values()),
        "new": sum(one["new"] for one in found.values()),
        "closed": sum(one["closed"] for one in found.values()),
        "seconds": round(time.monotonic() - began, 3),
    }
    if schools is None:
        with unit_of_work(_SYSTEM):
            Run.objects.update_or_create(
                id=1, defaults={"ended_at": clock.now(), "seconds": told["seconds"], "open": told["open"]}
            )
    return told


def _look(check: Check, schools: Sequence[int] | None, year: int) -> dict[str, int]:
    """A check is a transaction: a long look at the province holds nobody up, and a broken one leaves the others standing."""
    asked = {
        "schools": list(schools) if schools is not None else None,
        "year": year,
        "today": clock.today(),
        "now": clock.now(),
        "key": check.key,
        "severity": check.severity.value,
        "kind": check.subject,
    }
    with unit_of_work(_SYSTEM), connection.cursor() as cursor:
        cursor.execute(_LOOK.format(sql=check.sql), asked)
        seen, gone, fresh = cursor.fetchone()
    return {"open": seen, "closed": gone, "new": fresh}


def _keep_scores(schools: Sequence[int] | None, year: int) -> None:
    today = clock.today()
    with connection.cursor() as cursor:
        asked = {"schools": list(schools) if schools is not None else None, "year": year, "today": today}
        cursor.execute(_SCORES, asked)
        rows = []
        for school_id, subjects, in_error, in_warning, errors, warnings in cursor.fetchall():
            told = score(
                [Counted(subjects, min(in_error, subjects), min(in_warning, subjects - min(in_error, subjects)))]
            )
            rows.append((school_id, year, today, None if told is None else int(told * 10), subjects, errors, warnings))
        if rows:
            cursor.execute(_KEEP, [list(column) for column in zip(*rows, strict=True)])


def mark_due(school_ids: Sequence[int]) -> None:
    """Look at these schools again soon. In the order of their keys, so that two who write never wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO data_quality_due (school_id, since) SELECT id, %s FROM unnest(%s::bigint[]) AS id ON CONFLICT DO NOTHING",
            [clock.now(), sorted(set(school_ids))],
        )


def look_at_due() -> int:
    """For the roof, every few seconds: the schools something was written at. Returns how many, so that a batch is followed by the next."""
    with unit_of_work(_SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM data_quality_due WHERE school_id IN (SELECT school_id FROM data_quality_due ORDER BY since LIMIT %s"
            " FOR UPDATE SKIP LOCKED) RETURNING school_id",
            [AT_ONCE],
        )
        schools = [row[0] for row in cursor.fetchall()]
    if schools:
        run(schools)
    return len(schools) if len(schools) == AT_ONCE else 0


def follow_the_night() -> int:
    """For the roof's hourly beat: everything, once a night. What no fact tells of (a birthday, a contract that ran out) is found then."""
    if clock.now().astimezone(clock.VIETNAM).hour == NIGHT_HOUR:
        run()
    return 0

"""Mark figures stale when something happened; count them again, a batch of schools at a time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import connection

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.kernel import clock

from .counts import GROUPS, Ready

BATCH = 200
LOOK_BACK = dt.timedelta(days=31)
"""How far a worker that just started looks for places that began or ended while none was running."""
_SYSTEM = system_scope("indicators")


def mark_stale(cells: Iterable[tuple[int, int, str, dt.datetime]]) -> None:
    """Cells are (school_id, school_year, group, since). Inserted in key order, so that two reactions never wait for each other."""
    oldest: dict[tuple[int, int, str], dt.datetime] = {}
    for school_id, year, group, since in cells:
        key = (school_id, year, group)
        oldest[key] = min(since, oldest.get(key, since))
    if not oldest:
        return
    rows = [(*key, since) for key, since in sorted(oldest.items())]
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO indicators_stale (school_id, school_year, "group", since)'
            " SELECT * FROM unnest(%s::bigint[], %s::smallint[], %s::text[], %s::timestamptz[])"
            ' ON CONFLICT (school_id, school_year, "group") DO UPDATE SET since = least(indicators_stale.since, excluded.since)',
            [list(column) for column in zip(*rows, strict=True)],
        )


def refresh() -> int:
    """Count one batch of stale cells again. Returns how many cells; the worker calls it until it says 0."""
    with unit_of_work(_SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "WITH oldest AS MATERIALIZED"  # looked for once, however small the server believes the table to be
            ' (SELECT school_id, school_year, "group" FROM indicators_stale ORDER BY since LIMIT %s FOR UPDATE SKIP LOCKED)'
            " DELETE FROM indicators_stale s USING oldest o"
            ' WHERE (s.school_id, s.school_year, s."group") = (o.school_id, o.school_year, o."group")'
            ' RETURNING s.school_id, s.school_year, s."group"',
            [BATCH],
        )
        batches: dict[tuple[str, int], set[int]] = defaultdict(set)
        cells = cursor.fetchall()
        for school_id, year, group in cells:
            batches[group, year].add(school_id)
        for (group, year), schools in sorted(batches.items()):
            _count(group, year, sorted(schools))
        cursor.execute(
            "INSERT INTO indicators_pulse (id, looked_at) VALUES (1, now()) ON CONFLICT (id) DO UPDATE SET looked_at = now()"
        )
    return len(cells)


_followed: dt.date | None = None


def follow_the_day() -> int:
    """Mark the rolls stale where a place began or ended with the turn of the day: nobody publishes a fact at midnight.

    Returns how many schools and years; 0 for the rest of the day.
    """
    global _followed
    today = clock.today()
    since = _followed or today - LOOK_BACK
    if since == today:
        return 0
    with unit_of_work(_SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT school_id, school_year FROM enrolment_enrolment"
            " WHERE (starts_on > %(since)s AND starts_on <= %(today)s) OR (ends_on >= %(since)s AND ends_on < %(today)s)",
            {"since": since, "today": today},
        )
        found = cursor.fetchall()
        mark_stale(
            (school, year, group, clock.now()) for school, year in found for group in ("rolls", "records", "verified")
        )
    _followed = today
    return len(found)


def recount(school_ids: list[int], school_year: int) -> None:
    """Count every group of these schools again, whatever happened: after a load, a restore or a change of rule."""
    with unit_of_work(_SYSTEM):
        for group in GROUPS:
            _count(group, school_year, school_ids)


def _count(group: str, year: int, schools: list[int]) -> None:
    """Write what the group's statement counts, put to zero what it no longer finds, and bring the ready rows to the same."""
    counted = GROUPS[group]
    facts: dict[str, Any] = {
        "schools": schools,
        "year": year,
        "indicators": list(counted.indicators),
        "today": clock.today(),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH counted AS ({counted.sql}), written AS ("
            " INSERT INTO indicators_fact AS f (school_id, school_year, indicator, term, grade, key, value, counted_at)"
            " SELECT school_id, %(year)s, indicator, term, grade, key, value, now() FROM counted"
            " ON CONFLICT (school_id, school_year, indicator, term, grade, key)"
            " DO UPDATE SET value = excluded.value, counted_at = now() RETURNING 1)"
            f"{_ready_rows(counted.ready)}"
            " UPDATE indicators_fact f SET value = 0, counted_at = now()"
            " WHERE f.school_id = ANY(%(schools)s) AND f.school_year = %(year)s AND f.indicator = ANY(%(indicators)s) AND f.value <> 0"
            f" AND {counted.keep or 'true'}"
            " AND NOT EXISTS (SELECT 1 FROM counted c WHERE c.school_id = f.school_id AND c.indicator = f.indicator"
            " AND c.term = f.term AND c.grade = f.grade AND c.key = f.key)",
            facts,
        )


def _ready_rows(ready: Ready) -> str:
    """Another part of the same statement: the group's own columns of the ready rows, made of what was counted.

    Two groups of a school counted at the same moment write different columns, so neither undoes the other. A row whose facts
    are no longer found is written too, with zeros.
    """
    keys = ", ".join(["school_id", "school_year", *ready.by])
    columns = ", ".join(ready.columns)
    changes = ", ".join(f"{column} = excluded.{column}" for column in ready.columns)
    rows = "SELECT unnest(%(schools)s::bigint[]) AS school_id"
    if ready.by:
        told = ", ".join(["school_id", *ready.by])
        rows = (
            f"SELECT {told} FROM counted WHERE {ready.of_facts} UNION SELECT {told} FROM {ready.table}"
            " WHERE school_id = ANY(%(schools)s) AND school_year = %(year)s"
        )
    by = ", ".join(f"r.{name}" for name in ready.by)
    grouped = ", ".join(["r.school_id", by] if by else ["r.school_id"])
    return (
        f", ready AS (INSERT INTO {ready.table} ({keys}, {columns})"
        f" SELECT r.school_id, %(year)s, {by + ', ' if by else ''}{', '.join(ready.columns.values())}"
        f" FROM ({rows}) AS r LEFT JOIN counted c ON {' AND '.join(f'c.{n} = r.{n}' for n in ('school_id', *ready.by))}"
        f" GROUP BY {grouped} ORDER BY {grouped} ON CONFLICT ({keys}) DO UPDATE SET {changes} RETURNING 1)"
    )

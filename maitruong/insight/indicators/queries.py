"""Figures for whoever asks: sums over the schools of the scope. Rates are made of summed counts, never of rates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from maitruong.foundation.access.types import Rows, Scope

_WITHIN = "(%(all)s OR school_id = ANY(%(schools)s))"


@dataclass(frozen=True)
class Total:
    """A summed figure with its coordinates."""

    indicator: str
    term: int
    grade: int
    key: str
    value: int


def totals(
    scope: Scope, *, school_year: int, indicators: Sequence[str], keys: Sequence[str] | None = None
) -> list[Total]:
    """Sums over the scope's schools, by (indicator, term, grade, key)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indicator, term, grade, key, sum(value)::bigint FROM indicators_fact"
            f" WHERE school_year = %(year)s AND indicator = ANY(%(indicators)s) AND {_WITHIN}"
            " AND (%(keys)s::text[] IS NULL OR key = ANY(%(keys)s::text[]))"
            " GROUP BY indicator, term, grade, key ORDER BY indicator, term, grade, key",
            {
                **_facts(scope),
                "year": school_year,
                "indicators": list(indicators),
                "keys": list(keys) if keys is not None else None,
            },
        )
        return [Total(*row) for row in cursor.fetchall()]


def by_school(
    scope: Scope, *, school_year: int, indicators: Sequence[str], key: str | None = None, term: int | None = None
) -> dict[int, dict[str, int]]:
    """school id → {indicator: value}, summed over the other coordinates."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT school_id, indicator, sum(value)::bigint FROM indicators_fact"
            f" WHERE school_year = %(year)s AND indicator = ANY(%(indicators)s) AND {_WITHIN}"
            " AND (%(key)s::text IS NULL OR key = %(key)s::text) AND (%(term)s::int IS NULL OR term = %(term)s::int)"
            " GROUP BY school_id, indicator",
            {**_facts(scope), "year": school_year, "indicators": list(indicators), "key": key, "term": term},
        )
        found: dict[int, dict[str, int]] = {}
        for school_id, indicator, value in cursor.fetchall():
            found.setdefault(school_id, {})[indicator] = value
        return found


def as_of(scope: Scope) -> dt.datetime | None:
    """Up to when the scope's figures are complete: the oldest fact not yet counted, else when the worker last looked."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce((SELECT min(since) FROM indicators_stale WHERE {_WITHIN}),"
            " (SELECT max(looked_at) FROM indicators_pulse))",
            _facts(scope),
        )
        return cursor.fetchone()[0]


def _facts(scope: Scope) -> dict[str, Any]:
    return {"all": scope.rows is Rows.PROVINCE, "schools": list(scope.school_ids)}

"""Figures for whoever asks: sums over the schools of the scope. Rates are made of summed counts, never of rates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from maitruong.foundation.access.types import Rows, Scope
from maitruong.registry.verification.types import Counted

_WITHIN = "(%(all)s OR school_id = ANY(%(schools)s))"
_AS_OF = f"coalesce((SELECT min(since) FROM indicators_stale WHERE {_WITHIN}), (SELECT max(looked_at) FROM indicators_pulse))"
_WHOLE = (
    "schools",
    "classes",
    "pupils",
    "records_due",
    "records_sealed",
    "verify_active",
    "verify_foreign",
    "verified",
)
_NUMBERS = (*_WHOLE, "books", "books_closed", "marks_today")


@dataclass(frozen=True)
class Level:
    """How many pupils of a grade reached a level ("3" Tốt to "0" Chưa đạt) in a term of a school year."""

    school_year: int
    term: int
    grade: int
    level: str
    pupils: int


def columns_of(term: int, *, row: str = "f") -> dict[str, str]:
    """Name of a number → the expression that reads it from a row of indicators_figures, for a term 1 or 2.

    Needs %(today)s, the day in Việt Nam: the marks of a row are today's only until midnight, however late it is counted again.
    """
    whole = {name: f"{row}.{name}" for name in _WHOLE}
    books = {name: f"{row}.{name}_{2 if term == 2 else 1}" for name in ("books", "books_closed")}
    return {**whole, **books, "marks_today": f"CASE WHEN {row}.marks_day = %(today)s::date THEN {row}.marks ELSE 0 END"}


@dataclass(frozen=True)
class Overview:
    """The numbers of a year (books of a term); marks entered by day (ISO), of the days that have any; and up to when all of it
    is complete, see `as_of`."""

    numbers: dict[str, int]
    by_day: dict[str, int]
    as_of: dt.datetime | None


def overview(scope: Scope, *, school_year: int, term: int, today: dt.date, since: dt.date) -> Overview:
    """Sums over the scope's schools, from their ready rows; zeros where none is counted. by_day: from `since` on. One statement."""
    read = columns_of(term)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ({_AS_OF}), (SELECT json_object_agg(key, n) FROM (SELECT key, sum(value::int) AS n FROM indicators_fact"
            " WHERE school_year = %(year)s AND indicator = 'marks_entered' AND term = 0 AND grade = 0 AND key >= %(since)s"
            f" AND {_WITHIN} GROUP BY key) AS days), {', '.join(f'coalesce(sum({read[n]}), 0)::bigint' for n in _NUMBERS)}"
            f" FROM indicators_figures f WHERE school_year = %(year)s AND {_WITHIN}",
            {**within(scope), "year": school_year, "today": today, "since": since.isoformat()},
        )
        moment, by_day, *numbers = cursor.fetchone()
    return Overview(dict(zip(_NUMBERS, numbers, strict=True)), by_day or {}, moment)


def levels(scope: Scope, *, periods: Sequence[tuple[int, int]]) -> list[Level]:
    """Learning levels of grades 6 to 12 in these (school year, term) over the scope's schools; one statement for all."""
    years, terms = zip(*periods, strict=True)
    sums = ", ".join(f"sum(f.level_{level})" for level in range(4))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT f.school_year, f.term, f.grade, {sums}"
            " FROM unnest(%(years)s::smallint[], %(terms)s::smallint[]) AS asked(school_year, term)"
            " JOIN indicators_levelfigures f ON f.school_year = asked.school_year AND f.term = asked.term"
            f" WHERE f.grade >= 6 AND {_WITHIN} GROUP BY f.school_year, f.term, f.grade ORDER BY 1, 2, 3",
            {**within(scope), "years": list(years), "terms": list(terms)},
        )
        rows = cursor.fetchall()
    return [
        Level(year, term, grade, str(level), pupils)
        for year, term, grade, *of_level in rows
        for level, pupils in enumerate(of_level)
        if pupils
    ]


def verified(scope: Scope, school_year: int) -> tuple[list[Counted], dt.datetime | None]:
    """How many people of each school of the scope are verified, by level, and up to when that is complete. Two statements."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT school_id, CASE WHEN key = 'staff' THEN 5 WHEN grade < 1 THEN 1 WHEN grade <= 5 THEN 2 WHEN grade <= 9 THEN 3"
            " ELSE 4 END,"
            + ", ".join(
                f" coalesce(sum(value) FILTER (WHERE indicator = '{name}'), 0)::bigint"
                for name in ("verify_active", "verified", "verify_foreign")
            )
            + " FROM indicators_fact WHERE school_year = %(year)s AND term = 0"
            f" AND indicator IN ('verify_active', 'verified', 'verify_foreign') AND {_WITHIN} GROUP BY 1, 2 ORDER BY 1, 2",
            within(scope) | {"year": school_year},
        )
        counted = [Counted(*row) for row in cursor.fetchall()]
    return [row for row in counted if row.active], as_of(scope)


def as_of(scope: Scope) -> dt.datetime | None:
    """Up to when the scope's figures are complete: the oldest fact not yet counted, else when the worker last looked."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_AS_OF}", within(scope))
        return cursor.fetchone()[0]


def within(scope: Scope) -> dict[str, Any]:
    """Parameters `all` and `schools` of a statement that keeps to the scope's schools."""
    return {"all": scope.rows is Rows.PROVINCE, "schools": list(scope.school_ids)}

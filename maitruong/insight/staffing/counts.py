"""What stands in the rolls: classes by all that decides how many teachers they need, and teachers by subject."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection

from maitruong.foundation.access.types import Rows, Scope

# A primary class of 9 or 10 sessions a week learns two sessions a day; where nothing is written of the class, the school's own word
# holds. `led` is the subject of whoever leads the classes: leading one lets off periods of that subject.
_CLASSES = """
SELECT c.school_id, s.school_type, s.levels, c.grade, c.electives, c.clusters,
       CASE WHEN coalesce(p.sessions, '') <> '' THEN p.sessions = '9-10' ELSE s.two_sessions END AS two_sessions,
       coalesce(led.subject, '') AS led, count(*)
FROM enrolment_schoolclass c
JOIN schools_school s ON s.unit_id = c.school_id
LEFT JOIN dossiers_classprofile p ON p.school_class_id = c.id
LEFT JOIN LATERAL (SELECT e.subjects ->> 0 AS subject FROM staff_employment e
  WHERE e.person_id = c.homeroom_id AND e.school_id = c.school_id AND e.starts_on <= %(day)s
    AND (e.ends_on IS NULL OR e.ends_on >= %(day)s) ORDER BY e.starts_on DESC LIMIT 1) AS led ON true
WHERE c.school_year = %(year)s AND (%(all)s OR c.school_id = ANY(%(schools)s))
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"""
_TEACHERS = """
SELECT e.school_id, coalesce(e.subjects ->> 0, '') AS subject, count(DISTINCT e.person_id)
FROM staff_employment e
WHERE e.post = 'teacher' AND e.starts_on <= %(day)s AND (e.ends_on IS NULL OR e.ends_on >= %(day)s)
  AND (%(all)s OR e.school_id = ANY(%(schools)s))
GROUP BY 1, 2"""


@dataclass(frozen=True)
class Classes:
    """Classes of one school that are alike. led: subject of who leads them, "" when nobody does or her subject is not known."""

    school_id: int
    school_type: str
    levels: tuple[str, ...]
    grade: int
    electives: frozenset[str]
    clusters: frozenset[str]
    two_sessions: bool
    led: str
    number: int


def classes(scope: Scope, *, school_year: int, day: dt.date, school_id: int | None = None) -> list[Classes]:
    """Of the scope's schools, or of one of them; the caller checked that the scope reaches it. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_CLASSES, {"year": school_year, "day": day, **_within(scope, school_id)})
        return [
            Classes(school, kind, tuple(levels), grade, _codes(chosen), _codes(deep), bool(two), led, number)
            for school, kind, levels, grade, chosen, deep, two, led, number in cursor.fetchall()
        ]


def teachers(scope: Scope, *, day: dt.date, school_id: int | None = None) -> list[tuple[int, str, int]]:
    """(school, first subject of the post or "", how many teachers) on a day. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_TEACHERS, {"day": day, **_within(scope, school_id)})
        return list(cursor.fetchall())


@lru_cache(maxsize=4096)
def _codes(column: str) -> frozenset[str]:
    """A column of JSON comes to a bare cursor as its text. Thousands of classes chose one of a few dozen sets."""
    return frozenset(orjson.loads(column))


def _within(scope: Scope, school_id: int | None) -> dict[str, Any]:
    if school_id is not None:
        return {"all": False, "schools": [school_id]}
    return {"all": scope.rows is Rows.PROVINCE, "schools": list(scope.school_ids)}

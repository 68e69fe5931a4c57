"""Totals of many schools together."""

from __future__ import annotations

from django.db import connection

from maitruong.foundation.access.types import Scope

from ..rules import Total
from ..types import PeriodRow
from .board import reach

_SUMS = """
SELECT t.key, t.grade, sum(t.value)::bigint, sum(t.women)::bigint
FROM (SELECT DISTINCT ON (s.school_id) s.id FROM periods_snapshot s JOIN periods_signature signed ON signed.snapshot_id = s.id
      WHERE s.period_id = %(period)s AND (%(all)s OR s.school_id = ANY(%(schools)s))
      ORDER BY s.school_id, s.version DESC) AS counted
JOIN periods_snapshottotal t ON t.snapshot_id = counted.id
GROUP BY t.key, t.grade ORDER BY t.key, t.grade"""


def province_totals(scope: Scope, *, period: PeriodRow) -> list[Total]:
    """Every figure over the schools of the scope that signed, each by its last signed version. One statement."""
    schools = reach(scope)
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"period": period.id, "all": schools is None, "schools": schools or []})
        return [Total(*row) for row in cursor.fetchall()]

"""Who is connected, what they asked, and what a family may read of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import queries as organisations

from .models import Client, Secret
from .types import Visit

_LIST = """SELECT c.id, c.name, c.purpose, c.unit_ids, c.valid_to, c.disabled_at, last.at, coalesce(today.calls, 0)
  FROM open_api_client c
  LEFT JOIN LATERAL (SELECT at FROM open_api_call k WHERE k.client_id = c.id ORDER BY k.at DESC LIMIT 1) last ON true
  LEFT JOIN LATERAL (SELECT count(*) AS calls FROM open_api_call k WHERE k.client_id = c.id AND k.at >= %s) today ON true
  ORDER BY c.disabled_at IS NOT NULL, c.id DESC"""
_DAYS = """SELECT (at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, count(*), sum(rows), count(*) FILTER (WHERE status >= 400)
  FROM open_api_call WHERE client_id = %s AND at >= %s GROUP BY 1 ORDER BY 1 DESC"""
_VISITS = """SELECT t.day, t.school_id, c.name, c.purpose, c.basis, t.what FROM open_api_taken t
  JOIN open_api_client c ON c.id = t.client_id
  WHERE t.school_id = ANY(%s::bigint[]) ORDER BY t.day DESC, c.id, t.what LIMIT %s"""


@dataclass(frozen=True)
class Row:
    id: int
    name: str
    purpose: str
    places: str
    valid_to: dt.date | None
    disabled_at: dt.datetime | None
    last_at: dt.datetime | None
    calls_today: int

    @property
    def is_over(self) -> bool:
        return self.valid_to is not None and self.valid_to < clock.today()


@dataclass(frozen=True)
class Day:
    """calls: questions of a day; rows: that went out; refused: answered with an error."""

    day: dt.date
    calls: int
    rows: int
    refused: int


def clients() -> list[Row]:
    """Every client, those that are open first. Two statements."""
    midnight = dt.datetime.combine(clock.today(), dt.time(), clock.VIETNAM)
    with connection.cursor() as cursor:
        cursor.execute(_LIST, [midnight])
        found = cursor.fetchall()
    units = organisations.units({unit for row in found for unit in row[3]})
    return [Row(row[0], row[1], row[2], _places(row[3], units), *row[4:]) for row in found]


def client(client_id: int) -> tuple[Client, list[Secret], list[Day], str]:
    """A client, its secrets that open, its last thirty days, the names of its units. Raises NotFound."""
    found = Client.objects.filter(pk=client_id).first()
    if found is None:
        raise NotFound
    now = clock.now()
    open_ones = [one for one in found.secrets.order_by("pk") if one.ends_at is None or one.ends_at > now]
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, [client_id, now - dt.timedelta(days=30)])
        days = [Day(row[0], row[1], int(row[2]), row[3]) for row in cursor.fetchall()]
    return found, open_ones, days, _places(found.unit_ids, organisations.units(found.unit_ids))


def visits(school_ids: Iterable[int], *, limit: int = 30) -> list[Visit]:
    """Who took the lists of these schools, the newest first; row security shows a family its child's schools only."""
    with connection.cursor() as cursor:
        cursor.execute(_VISITS, [sorted(school_ids), limit])
        return [Visit(*row) for row in cursor.fetchall()]


def _places(unit_ids: Iterable[int], units: dict[int, Any]) -> str:
    return ", ".join(units[unit].name for unit in unit_ids if unit in units)

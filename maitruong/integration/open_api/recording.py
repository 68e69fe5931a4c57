"""That a client took people's data of a school: once a day a school, in the audit of that school and for its families to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock

from .gate import Asking
from .oneroster.resources import Resource

_ONCE = """INSERT INTO open_api_taken (school_id, client_id, day, what)
  SELECT school, %(client)s::bigint, %(day)s::date, %(what)s::text FROM unnest(%(schools)s::bigint[]) school
  ON CONFLICT DO NOTHING RETURNING school_id"""


def taken(asking: Asking, what: Resource, rows: Iterable[Any]) -> None:
    """Two statements at most, however many rows: one entry a pupil and page would bury everything else the audit tells."""
    if not what.personal:
        return
    schools = {school for row in rows for school in what.schools(row)}
    if asking.scope.school_ids:
        schools &= set(asking.scope.school_ids)
    if not schools:
        return
    client = asking.client
    with connection.cursor() as cursor:
        cursor.execute(
            _ONCE,
            {"client": client.pk, "day": clock.today(), "what": what.personal, "schools": sorted(schools)},
        )
        fresh = [row[0] for row in cursor.fetchall()]
    audit.record_many(
        asking.scope,
        f"open_api.{what.personal}_taken",
        [
            {
                "school_id": school,
                "object_type": "open_api_client",
                "object_id": client.pk,
                "changes": {"client": client.name, "purpose": client.purpose},
                "why": client.basis,
            }
            for school in fresh
        ],
    )

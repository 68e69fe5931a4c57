"""Publish facts in the caller's transaction; deliver them to reactions in batches.

A reaction is `def on_marks_entered(events: list[Delivered]) -> None`. It runs in its own transaction, may be told the same fact
twice and facts out of order, and therefore recomputes instead of adding.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
from django.db import connection, transaction

from maitruong.foundation.kernel.carried import Carried

from .models import OutboxEvent

logger = logging.getLogger(__name__)


BATCH = 500
"""Facts taken up at once."""


@dataclass(frozen=True)
class Event:
    """Base of every fact. Subclasses are frozen dataclasses of ids, named in the past tense, with a stable `kind`."""

    kind: ClassVar[str]
    school_id: int | None


@dataclass(frozen=True)
class Delivered:
    id: int
    kind: str
    school_id: int | None
    payload: dict[str, Any]
    at: dt.datetime


Reaction = Callable[[list[Delivered]], None]
_reactions: dict[str, dict[str, Reaction]] = defaultdict(dict)


def react(kind: str, name: str, reaction: Reaction) -> None:
    """Register a reaction under a stable name; called by the roof when the program starts."""
    _reactions[kind][name] = reaction


def publish(event: Event) -> None:
    """Write a fact into the outbox, in the caller's transaction: it is told if and only if the act was committed."""
    if not connection.in_atomic_block:
        raise RuntimeError("publish belongs inside the transaction of the act")
    payload = dict(vars(event))  # facts are flat: ids, and lists of ids
    school_id = payload.pop("school_id")
    with connection.cursor() as cursor:
        cursor.execute(_PUBLISH, [event.kind, school_id, _text(payload)])


def carried(event: Event) -> Carried:
    """The same fact as `publish` writes, for the act's own statement. One per statement."""
    payload = dict(vars(event))
    school_id = payload.pop("school_id")
    values = {"events_kind": event.kind, "events_school_id": school_id, "events_payload": _text(payload)}
    return Carried(_CARRIED, values)


def _text(payload: dict[str, Any]) -> str:
    return orjson.dumps(payload).decode()


def publish_many(events: Sequence[Event]) -> None:
    """The same for many facts of one act, in one statement."""
    if not connection.in_atomic_block:
        raise RuntimeError("publish belongs inside the transaction of the act")
    rows = [(event.kind, (payload := dict(vars(event))).pop("school_id"), _text(payload)) for event in events]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_PUBLISH_MANY, [list(column) for column in zip(*rows, strict=True)])


_PUBLISH = "INSERT INTO events_outbox (kind, school_id, payload) VALUES (%s::text, %s::bigint, %s::jsonb)"
_CARRIED = """
INSERT INTO events_outbox (kind, school_id, payload)
VALUES (%(events_kind)s::text, %(events_school_id)s::bigint, %(events_payload)s::jsonb)"""
_PUBLISH_MANY = """
INSERT INTO events_outbox (kind, school_id, payload)
SELECT kind, school_id, payload FROM unnest(%s::text[], %s::bigint[], %s::jsonb[]) AS fact(kind, school_id, payload)
"""
# By their place, which nothing changes while they wait. "id IN (SELECT ...)" is planned for the empty table it mostly is: the server
# then looked for the first 500 again with every fact it had found.
_CLAIM_OUTBOX = """
DELETE FROM events_outbox WHERE ctid = ANY (ARRAY
  (SELECT ctid FROM events_outbox ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED))
RETURNING id, kind, school_id, payload::text, at
"""
_FAN_OUT = """
INSERT INTO events_delivery (event_id, reaction, kind, school_id, payload, at)
SELECT event_id, reaction, kind, school_id, payload, at FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::jsonb[],
  %s::timestamptz[]) AS fact(event_id, reaction, kind, school_id, payload, at)
ON CONFLICT DO NOTHING
"""
_CLAIM_DELIVERIES = """
SELECT id, event_id, kind, school_id, payload::text, at, tries FROM events_delivery
WHERE reaction = %s AND due_at <= now() ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""


def forget_all() -> None:
    """Drop every waiting fact: after a load whose figures were counted whole, nobody needs to react to its single rows."""
    OutboxEvent.objects.all().delete()


def fan_out(limit: int = BATCH) -> int:
    """Move waiting facts to one row per reaction, in one transaction. Returns how many facts were taken."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM_OUTBOX, [limit])
        facts = cursor.fetchall()
        rows = [
            (event_id, name, kind, school_id, payload, at)
            for event_id, kind, school_id, payload, at in facts
            for name in _reactions.get(kind, {})
        ]
        if rows:
            cursor.execute(_FAN_OUT, [list(column) for column in zip(*rows, strict=True)])
    return len(facts)


def deliver(limit: int = BATCH) -> int:
    """Run every reaction once over what is due for it. One that fails is tried again later, alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT reaction FROM events_delivery WHERE due_at <= now()")
        due = {name for (name,) in cursor.fetchall()}
    known = [pair for reactions in _reactions.values() for pair in reactions.items()]
    return sum(_deliver_to(name, reaction, limit) for name, reaction in known if name in due)


def _deliver_to(name: str, reaction: Reaction, limit: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM_DELIVERIES, [name, limit])
        rows = cursor.fetchall()
        if not rows:
            return 0
        done = _react(name, reaction, rows)
        cursor.execute("DELETE FROM events_delivery WHERE id = ANY(%s)", [done])
    return len(done)


def _react(name: str, reaction: Reaction, rows: list[Any]) -> list[int]:
    """Ids of the deliveries done. Facts that fail together are tried one by one, so that one bad fact holds up no other."""
    ids = [row[0] for row in rows]
    try:
        with transaction.atomic():
            reaction([Delivered(r[1], r[2], r[3], json.loads(r[4]), r[5]) for r in rows])
    except Exception as problem:
        if len(rows) > 1:
            return [done for row in rows for done in _react(name, reaction, [row])]
        logger.exception("reaction failed", extra={"reaction": name, "delivery": ids[0]})
        _put_off(ids, type(problem).__name__)
        return []
    return ids


def _put_off(ids: list[int], failure: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE events_delivery SET tries = tries + 1, failure = %s,"
            " due_at = now() + least(interval '10 minutes', interval '1 second' * power(2, least(tries, 10)))"
            " WHERE id = ANY(%s)",
            [failure, ids],
        )

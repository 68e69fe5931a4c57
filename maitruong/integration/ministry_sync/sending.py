"""Batches on their way: sent as kept, believed only as far as the answer fits, halved until the one bad record is alone."""

from __future__ import annotations

import gzip
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.wire import NotUnderstood, Unreachable

from . import client, line
from .client import ABOUT_A_RECORD, Answer, Said
from .comparing import keep_batch
from .envelope import Entry
from .models import Batch
from .settings import Gate

#: Seconds between the tries of somebody who waits for the end; set to nothing by tests.
sleep: Callable[[float], None] = time.sleep
PATIENCE = 8
GIVES_UP_AFTER = 3
# PENDING in this very batch and version: an answer that comes late, or twice, changes nothing any more.
_ANSWERED = """
UPDATE ministry_sync_record r SET
  state = CASE WHEN s.verdict = 'REJECTED' THEN 'REJECTED' WHEN r.event = 'CANCEL' THEN 'CANCELLED' ELSE 'ACCEPTED' END,
  accepted_version = CASE WHEN s.verdict = 'REJECTED' THEN r.accepted_version ELSE r.version END,
  accepted_hash = CASE WHEN s.verdict = 'REJECTED' THEN r.accepted_hash ELSE r.sent_hash END,
  code = s.code, field = s.field, message = s.message, batch_id = NULL
FROM jsonb_to_recordset(%(said)s::jsonb) AS s(record_id text, version integer, verdict text, code text, field text, message text)
WHERE r.dataset = %(dataset)s AND r.record_id = s.record_id AND r.version = s.version AND r.state = 'PENDING' AND r.batch_id = %(batch)s"""
_MOVED = """
UPDATE ministry_sync_record SET batch_id = %(to)s WHERE batch_id = %(from)s AND state = 'PENDING' AND record_id = ANY(%(ids)s)"""
_WORDS = {
    "unreachable": "Cổng của Bộ không trả lời.",
    "nonsense": "Cổng của Bộ trả lời không đúng điều đã gửi.",
}


@dataclass(frozen=True)
class _Parcel:
    """A batch as it was read for sending."""

    id: uuid.UUID
    unit_id: int
    dataset: str
    school_year: int
    body: bytes
    signature: str
    tries: int

    def entries(self) -> list[Entry]:
        return [
            Entry(one["record_id"], one["event"], one["version"], one.get("data"))
            for one in orjson.loads(self.body)["records"]
        ]


def send_waiting(scope: Scope, gate: Gate, *, insist: bool = False) -> Counter[str]:
    """Send what is due, the oldest first. Returns counts: accepted, rejected, failed (batches).

    insist: for somebody who waits for the end: every batch is tried up to PATIENCE times now, whatever its pause.
    """
    done: Counter[str] = Counter()
    left_alone: set[uuid.UUID] = set()
    while (parcel := _next(scope, insist=insist, except_for=left_alone)) is not None:
        for again in range(PATIENCE if insist else 1):
            if again:
                sleep(min(0.2 * 2**again, 5.0))
            if _send(scope, gate, parcel, done):
                break
        else:
            left_alone.add(parcel.id)
            done["failed"] += 1
            if insist and len(left_alone) >= GIVES_UP_AFTER:
                break
    return done


def _next(scope: Scope, *, insist: bool, except_for: set[uuid.UUID]) -> _Parcel | None:
    """Take up a batch. That it was tried is written before it goes out: a worker that dies over it leaves it to the next try."""
    now = clock.now()
    with unit_of_work(scope):
        if not insist and line.rests(line.line()):
            return None
        waiting = Batch._base_manager.select_for_update().filter(state="waiting").exclude(pk__in=except_for)
        if not insist:
            waiting = waiting.filter(next_try_at__lte=now)
        row = waiting.order_by("made_at", "id").first()
        if row is None:
            return None
        row.tries += 1
        row.next_try_at = now + line.pause_after(row.tries)
        row.save(update_fields=["tries", "next_try_at"])
        body = gzip.decompress(bytes(row.body))
        return _Parcel(row.pk, row.unit_id, row.dataset, row.school_year, body, row.signature, row.tries)


def _send(scope: Scope, gate: Gate, parcel: _Parcel, done: Counter[str]) -> bool:
    """Whether the batch is done with. No transaction is open while the ministry is spoken to."""
    versions = {entry.record_id: entry.version for entry in parcel.entries()}
    try:
        answer = client.send(gate, str(parcel.id), parcel.body, parcel.signature, versions)
    except (Unreachable, NotUnderstood) as error:
        _failed(scope, parcel, _WORDS["unreachable" if isinstance(error, Unreachable) else "nonsense"])
        return False
    if answer.refused is None:
        _answered(scope, parcel, answer, versions, done)
        return True
    if answer.refused.code not in ABOUT_A_RECORD:
        told = f"Bộ từ chối cả gói ({answer.refused.code}): {answer.refused.message}"
        _failed(scope, parcel, told, at_once=True)
        return False
    if len(versions) == 1:
        (only,) = versions
        said = Said("REJECTED", answer.refused.code, "", answer.refused.message)
        _answered(scope, parcel, Answer("", {only: said}), versions, done)
    else:
        _halve(scope, gate, parcel)
    return True


def _answered(scope: Scope, parcel: _Parcel, answer: Answer, versions: dict[str, int], done: Counter[str]) -> None:
    said = answer.said or {}
    rows = [
        {
            "record_id": key,
            "version": versions[key],
            "verdict": one.verdict,
            "code": one.code,
            "field": one.field,
            "message": one.message,
        }
        for key, one in said.items()
    ]
    with unit_of_work(scope):
        waiting = Batch._base_manager.filter(pk=parcel.id, state="waiting")
        # What was sent is about children: once it was answered, the hash is all that is kept.
        ended = waiting.update(
            state="answered", answered_at=clock.now(), body=b"", signature="", trouble="", receipt=answer.receipt
        )
        line.succeeded()
        if not ended:
            return
        with connection.cursor() as cursor:
            told: dict[str, Any] = {"said": orjson.dumps(rows).decode(), "dataset": parcel.dataset, "batch": parcel.id}
            cursor.execute(_ANSWERED, told)
    done["rejected"] += sum(one.verdict == "REJECTED" for one in said.values())
    done["accepted"] += sum(one.verdict != "REJECTED" for one in said.values())


def _halve(scope: Scope, gate: Gate, parcel: _Parcel) -> None:
    """Two batches with half of the records each, in their versions: whichever half is good gets through."""
    entries = parcel.entries()
    middle = len(entries) // 2
    with unit_of_work(scope):
        if not Batch._base_manager.filter(pk=parcel.id, state="waiting").update(
            state="halved", answered_at=clock.now(), body=b"", signature=""
        ):
            return
        line.succeeded()
        for half in (entries[:middle], entries[middle:]):
            batch_id = uuid.uuid4()
            keep_batch(gate, batch_id, parcel.dataset, parcel.school_year, half, parcel.unit_id)
            with connection.cursor() as cursor:
                moved: dict[str, Any] = {"to": batch_id, "from": parcel.id, "ids": [entry.record_id for entry in half]}
                cursor.execute(_MOVED, moved)


def _failed(scope: Scope, parcel: _Parcel, trouble: str, *, at_once: bool = False) -> None:
    with unit_of_work(scope):
        Batch._base_manager.filter(pk=parcel.id, state="waiting").update(
            trouble=trouble, next_try_at=clock.now() + line.pause_after(parcel.tries)
        )
        line.failed(trouble, at_once=at_once)

"""What goes over the wire: canonical JSON, its hash, the batch around it, and the seal (detached JWS, RFC 7515 with RFC 7797)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jws

from maitruong.foundation.kernel import clock

from .settings import Gate

MOST_RECORDS = 500
MOST_BYTES = 2_000_000


@dataclass(frozen=True)
class Entry:
    """A record in a batch. data: None for a cancel."""

    record_id: str
    event: str
    version: int
    data: dict[str, Any] | None


def canonical(value: Any) -> bytes:
    """Keys sorted, no spaces, UTF-8: the same value is the same bytes at both ends."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def hash_of(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def sealed(gate: Gate, body: bytes) -> str:
    """`header..signature` over exactly these bytes."""
    header = {"alg": "ES256", "kid": gate.key.kid, "b64": False, "crit": ["b64"]}
    seal = jws.serialize_compact(header, body, gate.key)
    head, payload, signature = seal.split(".", 1)[0], "", seal.rsplit(".", 1)[1]
    return f"{head}.{payload}.{signature}"


def batch_body(
    gate: Gate, batch_id: uuid.UUID, dataset: str, school_year: int, entries: Sequence[Entry], sent_at: dt.datetime
) -> bytes:
    """The whole batch. `sha256` is of the canonical list of records."""
    moment = sent_at.astimezone(clock.VIETNAM).strftime("%Y-%m-%dT%H:%M:%S")
    records = [
        {
            "record_id": entry.record_id,
            "event": entry.event,
            "version": entry.version,
            "updated_at": moment,
            **({} if entry.data is None else {"data": entry.data}),
        }
        for entry in entries
    ]
    return canonical(
        {
            "batch_id": str(batch_id),
            "sender_code": gate.sender,
            "dataset": dataset,
            "school_year": school_year,
            "period": period_of(school_year, sent_at),
            "sent_at": moment,
            "sha256": hash_of(records),
            "records": records,
        }
    )


def period_of(school_year: int, sent_at: dt.datetime) -> str:
    """Start of the year until January, end of the year after it: the two reports of Thông tư 25/2024/TT-BGDĐT."""
    day = clock.day_of(sent_at)
    return "START" if day < dt.date(school_year + 1, 2, 1) else "END"

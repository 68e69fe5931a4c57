"""Write the audit with the act; seal it soon after; name whatever was changed, removed, added or re-ordered."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from django.db import connection, transaction

from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock, personal_id
from maitruong.foundation.kernel.carried import Carried

_AS_TEXT = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
_COLUMNS_WRITTEN = (
    "school_id",
    "actor_id",
    "action",
    "object_type",
    "object_id",
    "subject_id",
    "request_id",
    "salt",
    "body",
    "digest",
)
_INSERT = (
    f"INSERT INTO audit_entry ({', '.join(_COLUMNS_WRITTEN)}) VALUES ({', '.join(['%s'] * len(_COLUMNS_WRITTEN))})"
)
# As one JSON text: an array of texts is quoted value by value, which for a thousand bodies costs more than writing them.
_INSERT_MANY = f"""
INSERT INTO audit_entry ({", ".join(_COLUMNS_WRITTEN)})
SELECT school_id, actor_id, action, object_type, object_id, subject_id, request_id, decode(salt, 'hex'), body, decode(digest, 'hex')
FROM json_to_recordset(%s::json) AS entry(school_id bigint, actor_id bigint, action text, object_type text, object_id text,
  subject_id bigint, request_id text, salt text, body text, digest text)"""
_CARRIED = f"""
INSERT INTO audit_entry ({", ".join(_COLUMNS_WRITTEN)}) VALUES (%(audit_school_id)s::bigint, %(audit_actor_id)s::bigint,
  %(audit_action)s::text, %(audit_object_type)s::text, %(audit_object_id)s::text, %(audit_subject_id)s::bigint,
  %(audit_request_id)s::text, %(audit_salt)s::bytea, %(audit_body)s::text, %(audit_digest)s::bytea)"""


def carried(
    scope: Scope,
    action: str,
    *,
    school_id: int,
    object_type: str,
    object_id: object,
    changes: Any = None,
    why: str = "",
    subject_id: int | None = None,
) -> Carried:
    """The same entry as `record` makes, for the act's own statement to write. One per statement."""
    row = _row(scope, action, school_id, object_type, object_id, changes, why, subject_id)
    return Carried(_CARRIED, {f"audit_{name}": value for name, value in zip(_COLUMNS_WRITTEN, row, strict=True)})


def record(
    scope: Scope,
    action: str,
    *,
    school_id: int,
    object_type: str,
    object_id: object,
    changes: Any = None,
    why: str = "",
    subject_id: int | None = None,
) -> None:
    """Write one entry in the caller's transaction.

    school_id: the unit whose chain it belongs to (the department's own id for acts of the province).
    changes: anything JSON can say, usually {field: [old, new]} or a list of cells; never passwords or PINs.
    Personal numbers that somebody typed into a reason or a value are masked here, whoever writes the entry.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("the audit belongs inside the transaction of the act")
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, _row(scope, action, school_id, object_type, object_id, changes, why, subject_id))


def record_many(scope: Scope, action: str, entries: Iterable[Mapping[str, Any]]) -> None:
    """The same for many rows of one act, in one statement: mappings with the keyword arguments of `record`."""
    rows = [
        _row(
            scope,
            action,
            e["school_id"],
            e["object_type"],
            e["object_id"],
            e.get("changes"),
            e.get("why", ""),
            e.get("subject_id"),
        )
        for e in entries
    ]
    if rows:
        with connection.cursor() as cursor:
            named = [dict(zip(_COLUMNS_WRITTEN, row, strict=True)) for row in rows]
            cursor.execute(_INSERT_MANY, [orjson.dumps(named, default=bytes.hex).decode()])


def _row(
    scope: Scope,
    action: str,
    school_id: int,
    object_type: str,
    object_id: object,
    changes: Any,
    why: str,
    subject_id: int | None,
) -> list[Any]:
    body = {"by": scope.actor_name, "as": scope.workspace.key if scope.workspace else "", "changes": changes}
    if why or scope.reason:
        body["why"] = personal_id.veiled(why or scope.reason)
    text = orjson.dumps(body, default=str, option=_AS_TEXT).decode()
    if personal_id.may_hold_number(text):
        # Typed somewhere else than as a reason: in a comment, as the name of a file. Read back, for only texts are masked.
        text = orjson.dumps(personal_id.veiled_values(orjson.loads(text))).decode()
    salt = secrets.token_bytes(16)
    digest = hashlib.sha256(salt + text.encode()).digest()
    return [
        school_id,
        scope.actor_id,
        action,
        object_type,
        str(object_id),
        subject_id,
        scope.request_id,
        salt,
        text,
        digest,
    ]


def line(
    entry_id: int,
    school_id: int,
    at: dt.datetime,
    actor_id: int | None,
    action: str,
    object_type: str,
    object_id: str,
    subject_id: int | None,
    digest: bytes,
) -> bytes:
    """What the chain covers of one entry: everything but salt and body, which stand there by their digest."""
    known = [
        entry_id,
        school_id,
        at.astimezone(dt.UTC).isoformat(),
        actor_id,
        action,
        object_type,
        object_id,
        subject_id,
        bytes(digest).hex(),
    ]
    return json.dumps(known, ensure_ascii=False, separators=(",", ":")).encode()


_COLUMNS = "id, school_id, at, actor_id, action, object_type, object_id, subject_id, digest"


_NOTHING_SEEN = "1:1:"
_MARK = "SELECT era, seen FROM audit_sealmark WHERE id = 1 FOR UPDATE SKIP LOCKED"
_FIRST_MARK = (
    "INSERT INTO audit_sealmark (id, era, seen) SELECT 1, system_identifier, %s FROM pg_control_system()"
    " ON CONFLICT DO NOTHING"
)
_LINKED_AT_ONCE = 10_000
_SEEN_SINCE = (
    "era = %(era)s AND xid >= pg_snapshot_xmin(%(before)s::pg_snapshot)::text::bigint"
    " AND NOT pg_visible_in_snapshot(xid::text::xid8, %(before)s::pg_snapshot)"
    " AND (%(now)s = '' OR pg_visible_in_snapshot(xid::text::xid8, nullif(%(now)s, '')::pg_snapshot))"
)


def seal() -> int:
    """Seal every committed entry that no seal has seen yet. Returns how many. Runs under a system scope.

    One chain per unit and Vietnamese day. Writers are never waited for and never wait: what commits later, however long
    ago it began, is not in the snapshot of this seal and belongs to the next.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MARK)
        mark = cursor.fetchone()
        if mark is None:
            cursor.execute(_FIRST_MARK, [_NOTHING_SEEN])
            cursor.execute(_MARK)
            mark = cursor.fetchone()
        if mark is None:
            return 0  # another sealer is at it
        cursor.execute("SELECT (pg_control_system()).system_identifier, pg_current_snapshot()::text")
        era, now = cursor.fetchone()
        if mark[0] == era:
            count = _seal_unseen(cursor, era, mark[1], now)
        else:
            # Restored into another server since: all the old one counted is here, and the new one counts from the start.
            count = _seal_unseen(cursor, mark[0], mark[1], "") + _seal_unseen(cursor, era, _NOTHING_SEEN, now)
        cursor.execute("UPDATE audit_sealmark SET era = %s, seen = %s WHERE id = 1", [era, now])
    return count


def _seal_unseen(cursor: Any, era: int, before: str, now: str) -> int:
    """Link what an era's snapshot `now` ("": everything) shows beyond the one `before`, a bounded number of rows at a time."""
    count = 0
    with connection.chunked_cursor() as unseen:
        unseen.execute(
            f"SELECT {_COLUMNS} FROM audit_entry WHERE {_SEEN_SINCE} ORDER BY school_id, xid, id",
            {"era": era, "before": before, "now": now},
        )
        while rows := unseen.fetchmany(_LINKED_AT_ONCE):
            _seal_rows(cursor, rows)
            count += len(rows)
    return count


def _seal_rows(cursor: Any, rows: list[tuple[Any, ...]]) -> None:
    chains: dict[tuple[int, dt.date], list[tuple[Any, ...]]] = {}
    for row in rows:
        chains.setdefault((row[1], clock.day_of(row[2])), []).append(row)
    for (school_id, day), entries in sorted(chains.items(), key=lambda chain: chain[0]):
        cursor.execute("SELECT number, hash FROM audit_seal WHERE school_id = %s ORDER BY id DESC LIMIT 1", [school_id])
        former = cursor.fetchone()
        cursor.execute(
            "SELECT coalesce(max(number), 0) FROM audit_seal WHERE school_id = %s AND day = %s", [school_id, day]
        )
        number = cursor.fetchone()[0] + 1
        previous = bytes(former[1]) if former else b""
        covers = [[entry[0], line_hash(entry).hex()] for entry in entries]
        cursor.execute(
            "INSERT INTO audit_seal (school_id, day, number, entries, covers, previous, hash) VALUES (%s,%s,%s,%s,%s,%s,%s)",
            [school_id, day, number, len(entries), json.dumps(covers), previous, link(previous, covers)],
        )


def line_hash(entry: tuple[Any, ...]) -> bytes:
    return hashlib.sha256(line(*entry)).digest()


def link(previous: bytes, covers: Iterable[Sequence[Any]]) -> bytes:
    """The hash of one link: the former link, then [id, line hash] of every entry in order."""
    chain = hashlib.sha256(previous)
    for _, digest in covers:
        chain.update(bytes.fromhex(digest))
    return chain.digest()

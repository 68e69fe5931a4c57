"""What is new, changed or gone since the last sending, found in one statement per handful of schools, and put into batches."""

from __future__ import annotations

import gzip
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock

from .datasets import Dataset, problem
from .envelope import MOST_BYTES, MOST_RECORDS, Entry, batch_body, canonical, hash_of, sealed
from .models import Batch
from .settings import Gate

GONE = "gone"
_FOUND_HERE = "HERE_"
# What waits for an answer is left alone: its next version is made when the answer is there. A basis that was emptied is sent again.
_CHANGED = """
WITH present AS MATERIALIZED (
  SELECT q.*, encode(sha256(convert_to(q.body::text, 'UTF8')), 'hex') AS basis FROM ({select}) AS q),
known AS MATERIALIZED (
  SELECT id, record_id, school_id, object_id, person_id, name, basis, state FROM ministry_sync_record
  WHERE dataset = %(dataset)s AND school_year = %(year)s AND school_id = ANY(%(schools)s))
SELECT coalesce(p.record_id, k.record_id), coalesce(p.school_id, k.school_id), coalesce(p.object_id, k.object_id),
       coalesce(p.person_id, k.person_id), coalesce(p.name, k.name), coalesce(p.basis, %(gone)s), p.body::text
FROM present p FULL JOIN known k ON k.record_id = p.record_id
WHERE coalesce(k.state, '') <> 'PENDING' AND coalesce(k.basis, '') <> coalesce(p.basis, %(gone)s) {only_again}
ORDER BY 2, 1"""
# A version is used up by every sending, whatever becomes of it.
_PUT = """
INSERT INTO ministry_sync_record AS r (dataset, school_year, record_id, school_id, object_id, person_id, name, version, event, basis,
  sent_hash, accepted_version, accepted_hash, state, code, field, message, batch_id, sent_at)
SELECT %(dataset)s, %(year)s, n.record_id, n.school_id, n.object_id, n.person_id, n.name, 1,
       CASE WHEN n.basis = %(gone)s THEN 'CANCEL' ELSE 'NEW' END, n.basis, n.sent_hash, 0, '', 'PENDING', '', '', '', n.batch_id, %(now)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n(record_id text, school_id bigint, object_id bigint, person_id bigint, name text, basis text,
  sent_hash text, batch_id uuid)
ON CONFLICT (dataset, record_id) DO UPDATE SET school_id = excluded.school_id, object_id = excluded.object_id,
  person_id = excluded.person_id, name = excluded.name, version = r.version + 1,
  event = CASE WHEN excluded.basis = %(gone)s THEN 'CANCEL' WHEN r.accepted_hash = '' THEN 'NEW' ELSE 'UPDATE' END,
  basis = excluded.basis, sent_hash = excluded.sent_hash, state = 'PENDING', code = '', field = '', message = '',
  batch_id = excluded.batch_id, sent_at = excluded.sent_at
RETURNING r.record_id, r.event, r.version"""
# What our own declaration refuses is not sent at all and uses up no version.
_SET_ASIDE = """
INSERT INTO ministry_sync_record AS r (dataset, school_year, record_id, school_id, object_id, person_id, name, version, event, basis,
  sent_hash, accepted_version, accepted_hash, state, code, field, message)
SELECT %(dataset)s, %(year)s, n.record_id, n.school_id, n.object_id, n.person_id, n.name, 0, '', n.basis, '', 0, '', 'REJECTED',
       n.code, n.field, ''
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n(record_id text, school_id bigint, object_id bigint, person_id bigint, name text, basis text,
  code text, field text)
ON CONFLICT (dataset, record_id) DO UPDATE SET school_id = excluded.school_id, object_id = excluded.object_id,
  person_id = excluded.person_id, name = excluded.name, basis = excluded.basis, state = 'REJECTED', code = excluded.code,
  field = excluded.field, message = '', batch_id = NULL"""


@dataclass(frozen=True)
class _Row:
    record_id: str
    school_id: int
    object_id: int
    person_id: int | None
    name: str
    basis: str
    data: dict[str, Any] | None

    def shared(self) -> dict[str, Any]:
        return {
            "record_id": self.record_id,
            "school_id": self.school_id,
            "object_id": self.object_id,
            "person_id": self.person_id,
            "name": self.name,
            "basis": self.basis,
        }


def prepare(
    scope: Scope,
    gate: Gate,
    dataset: Dataset,
    *,
    school_year: int,
    schools: Sequence[int],
    department_id: int,
    only_again: bool = False,
) -> Counter[str]:
    """Put what changed at these schools into batches that wait to be sent, in one transaction. Returns counts by event, and
    `refused` for what was set aside unsent. only_again: nothing but what somebody asked to send again."""
    asked: dict[str, Any] = {
        "dataset": dataset.key,
        "year": school_year,
        "schools": list(schools),
        "day": clock.today(),
        "gone": GONE,
        "now": clock.now(),
    }
    done: Counter[str] = Counter()
    with unit_of_work(scope), connection.cursor() as cursor:
        statement = _CHANGED.format(select=dataset.select_sql, only_again="AND k.basis = ''" if only_again else "")
        cursor.execute(statement, asked)
        rows = [_row(*row) for row in cursor.fetchall()]
        good, bad = [], []
        for row in rows:
            found = problem(dataset, row.data) if row.data is not None else None
            if found:
                bad.append({**row.shared(), "field": found[0], "code": _FOUND_HERE + found[1]})
            else:
                good.append(row)
        if bad:
            cursor.execute(_SET_ASIDE, {**asked, "rows": orjson.dumps(bad).decode()})
            done["refused"] = len(bad)
        if good:
            done.update(_put(cursor, gate, dataset, asked, good, department_id))
    return done


def _row(
    record_id: str, school_id: int, object_id: int, person_id: int | None, name: str, basis: str, body: str | None
) -> _Row:
    return _Row(record_id, school_id, object_id, person_id, name, basis, orjson.loads(body) if body else None)


def _put(
    cursor: Any, gate: Gate, dataset: Dataset, asked: dict[str, Any], rows: list[_Row], department_id: int
) -> Counter[str]:
    groups = [(uuid.uuid4(), group) for group in _groups(rows)]
    told = [
        {**row.shared(), "batch_id": str(batch_id), "sent_hash": "" if row.data is None else hash_of(row.data)}
        for batch_id, group in groups
        for row in group
    ]
    cursor.execute(_PUT, {**asked, "rows": orjson.dumps(told).decode()})
    put = {record_id: (event, version) for record_id, event, version in cursor.fetchall()}
    for batch_id, group in groups:
        entries = [Entry(row.record_id, *put[row.record_id], row.data) for row in group]
        keep_batch(gate, batch_id, dataset.key, asked["year"], entries, department_id)
    return Counter(event for event, _ in put.values())


def keep_batch(
    gate: Gate, batch_id: uuid.UUID, dataset: str, school_year: int, entries: Sequence[Entry], department_id: int
) -> None:
    """Keep a batch as it will be sent, byte for byte, however often."""
    now = clock.now()
    body = batch_body(gate, batch_id, dataset, school_year, entries, now)
    Batch(
        id=batch_id,
        unit_id=department_id,
        dataset=dataset,
        school_year=school_year,
        records=len(entries),
        body=gzip.compress(body, 3),
        signature=sealed(gate, body),
        next_try_at=now,
    ).save(force_insert=True)


def _groups(rows: list[_Row]) -> Iterator[list[_Row]]:
    """As many together as one batch takes, by number and by size."""
    group: list[_Row] = []
    size = 0
    for row in rows:
        weight = len(canonical(row.data)) + 300
        if group and (len(group) == MOST_RECORDS or size + weight > MOST_BYTES):
            yield group
            group, size = [], 0
        group.append(row)
        size += weight
    if group:
        yield group

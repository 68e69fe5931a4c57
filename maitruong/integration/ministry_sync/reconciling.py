"""Are both houses of one mind? Counts and hashes school by school; where they differ, record by record; then mended by sending again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from django.db import connection

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.wire import NotUnderstood, Unreachable

from . import client, running, sending
from .client import Held
from .datasets import DATASETS, Dataset
from .errors import NoAnswer
from .models import Passage
from .settings import Gate

Found = TypeVar("Found")
_NOTHING = hashlib.sha256(b"").hexdigest()
# The school as the ministry knows it: by its code. What we cancelled counts for nothing on either side.
_OURS = """
SELECT u.id, u.code, count(r.id) FILTER (WHERE r.accepted_hash <> ''),
       encode(sha256(convert_to(coalesce(string_agg(
         r.record_id || '|' || r.accepted_version || '|' || r.accepted_hash, E'\\n' ORDER BY r.record_id COLLATE "C")
         FILTER (WHERE r.accepted_hash <> ''), ''), 'UTF8')), 'hex'),
       count(r.id) FILTER (WHERE r.state = 'PENDING')
FROM organisations_unit u
LEFT JOIN ministry_sync_record r ON r.school_id = u.id AND r.dataset = %(dataset)s AND r.school_year = %(year)s
WHERE (u.kind = 'school' OR r.id IS NOT NULL) AND (%(schools)s::bigint[] IS NULL OR u.id = ANY(%(schools)s))
GROUP BY u.id, u.code"""
_RECORDS = """
SELECT record_id, version, accepted_version, accepted_hash, state FROM ministry_sync_record
WHERE dataset = %(dataset)s AND school_year = %(year)s AND (school_id = %(school)s OR record_id = ANY(%(theirs)s))"""
# We believe what they hold, and send from there: the next version is above theirs, and a basis of '' is sent whatever it is.
_BELIEVE = """
INSERT INTO ministry_sync_record AS r (dataset, school_year, record_id, school_id, object_id, name, version, event, basis, sent_hash,
  accepted_version, accepted_hash, state, code, field, message)
SELECT %(dataset)s, %(year)s, n.record_id, %(school)s, 0, n.record_id, n.version, 'NEW', '', n.hash, n.version, n.hash, 'ACCEPTED',
  '', '', ''
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n(record_id text, version integer, hash text)
ON CONFLICT (dataset, record_id) DO UPDATE SET version = greatest(r.version, excluded.version), basis = '',
  accepted_version = excluded.accepted_version, accepted_hash = excluded.accepted_hash,
  state = CASE WHEN r.state = 'REJECTED' THEN r.state ELSE 'ACCEPTED' END"""


@dataclass
class Told:
    """One dataset. schools, records: compared; differences: records that differed; mended, left: of these; waiting: records still
    on their way; refused: records the ministry does not take, which are no differences but somebody's work."""

    dataset: str
    schools: int = 0
    records: int = 0
    differences: int = 0
    mended: int = 0
    left: int = 0
    waiting: int = 0
    refused: int = 0

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class _School:
    id: int
    code: str
    count: int
    hash: str
    waiting: int


def reconcile(
    scope: Scope,
    gate: Gate,
    *,
    school_year: int,
    department_id: int,
    datasets: Sequence[Dataset] | None = None,
    school: tuple[int, str] | None = None,
    tell: running.Tell = running.nobody,
) -> list[Told]:
    """Send what changed, compare, mend, compare again. school: (id, code), for one alone. Raises NoAnswer."""
    chosen = list(datasets or DATASETS.values())
    reach = [school[0]] if school else None
    running.push(
        scope, gate, school_year=school_year, department_id=department_id, datasets=chosen, schools=reach, insist=True
    )
    told = []
    for number, dataset in enumerate(chosen):
        tell(number, len(chosen), f"Đối soát: {dataset.label}")
        told.append(_dataset(scope, gate, dataset, school_year, department_id, school))
    tell(len(chosen), len(chosen), "")
    with unit_of_work(scope):
        audit.record(
            scope,
            "ministry.reconciled",
            school_id=department_id,
            object_type="ministry",
            object_id=department_id,
            changes={one.dataset: [one.differences, one.left] for one in told},
        )
    return told


def _dataset(
    scope: Scope, gate: Gate, dataset: Dataset, year: int, department_id: int, school: tuple[int, str] | None
) -> Told:
    told = Told(dataset.key)
    found = _differing(scope, gate, dataset, year, school, told)
    for code, school_id in found.items():
        told.differences += _believe(scope, gate, dataset, year, school_id or department_id, code)
    if told.differences:
        places = sorted({school_id or department_id for school_id in found.values()})
        running.push(
            scope, gate, school_year=year, department_id=department_id, datasets=[dataset], schools=places, insist=True
        )
        again = _differing(scope, gate, dataset, year, school, Told(dataset.key))
        told.left = sum(
            len(_differences(scope, gate, dataset, year, school_id or department_id, code))
            for code, school_id in again.items()
        )
        told.mended = max(told.differences - told.left, 0)
    _note(scope, dataset.key, year, told, whole=school is None)
    return told


def _differing(
    scope: Scope, gate: Gate, dataset: Dataset, year: int, school: tuple[int, str] | None, told: Told
) -> dict[str, int]:
    """Schools (code → id) whose count or hash differ; id 0 for a code that is no school of ours."""
    theirs = _patiently(lambda: client.summary(gate, dataset.key, year))
    ours = _ours(scope, dataset, year, school)
    told.schools, told.records = len(ours), sum(one.count for one in ours)
    told.waiting = sum(one.waiting for one in ours)
    found: dict[str, int] = {}
    for one in ours:
        count, digest = theirs.pop(one.code, (0, _NOTHING))
        # A school with a batch on its way differs rightly; the next reconciliation looks at it.
        if (count, digest) != (one.count, one.hash) and not one.waiting:
            found[one.code] = one.id
    if school is None:
        found |= {code: 0 for code, (count, _) in theirs.items() if count}
    return found


def _ours(scope: Scope, dataset: Dataset, year: int, school: tuple[int, str] | None) -> list[_School]:
    with unit_of_work(scope), connection.cursor() as cursor:
        cursor.execute(_OURS, {"dataset": dataset.key, "year": year, "schools": [school[0]] if school else None})
        return [_School(*row) for row in cursor.fetchall()]


def _differences(
    scope: Scope, gate: Gate, dataset: Dataset, year: int, school_id: int, code: str
) -> list[tuple[str, Held]]:
    """Records of one school that are not the same on both sides, with what the ministry holds (version 0: nothing)."""
    theirs = _patiently(lambda: client.held(gate, dataset.key, year, code))
    with unit_of_work(scope), connection.cursor() as cursor:
        cursor.execute(_RECORDS, {"dataset": dataset.key, "year": year, "school": school_id, "theirs": list(theirs)})
        known = {row[0]: row[1:] for row in cursor.fetchall()}
    found = []
    for record_id, (_, version, digest, state) in known.items():
        held = theirs.pop(record_id, Held(0, ""))
        if state != "PENDING" and (held.hash != digest or (digest and held.version != version)):
            found.append((record_id, held))
    return [*found, *theirs.items()]


def _believe(scope: Scope, gate: Gate, dataset: Dataset, year: int, school_id: int, code: str) -> int:
    found = _differences(scope, gate, dataset, year, school_id, code)
    rows = [{"record_id": key, "version": held.version, "hash": held.hash} for key, held in found]
    if rows:
        with unit_of_work(scope), connection.cursor() as cursor:
            told: dict[str, Any] = {
                "dataset": dataset.key,
                "year": year,
                "school": school_id,
                "rows": orjson.dumps(rows).decode(),
            }
            cursor.execute(_BELIEVE, told)
    return len(rows)


def _patiently(ask: Callable[[], Found]) -> Found:
    """Ask several times: a question changes nothing. Raises NoAnswer."""
    for again in range(sending.PATIENCE):
        if again:
            sending.sleep(min(0.2 * 2**again, 5.0))
        try:
            return ask()
        except (Unreachable, NotUnderstood):
            continue
    raise NoAnswer


def _note(scope: Scope, dataset: str, year: int, told: Told, *, whole: bool) -> None:
    with unit_of_work(scope), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM ministry_sync_record WHERE dataset = %s AND school_year = %s AND state = 'REJECTED'",
            [dataset, year],
        )
        told.refused = cursor.fetchone()[0]
        if whole:
            Passage.objects.update_or_create(
                dataset=dataset,
                school_year=year,
                defaults={"reconciled_at": clock.now(), "differences": told.differences, "left": told.left},
            )

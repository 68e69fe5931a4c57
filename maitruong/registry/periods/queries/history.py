"""One school's report: its versions, what happened to it, its totals, and how two versions differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.organisations.types import UnitRef

from .. import keeping
from ..models import Closing, Movement, Signature, Snapshot, SnapshotTotal
from ..rules import Change, Total, compare
from ..snapshot import read_table
from ..types import MOVEMENTS, MovementRow, SnapshotRow
from .board import VIEW

_WHO = {"pupils": "full_name", "staff": "full_name", "classes": "name"}
MOST_LISTED = 200


def refuse_unreached(scope: Scope, school_id: int, permission: str = VIEW) -> UnitRef:
    """The school. Raises NotFound for what is no school, or none the permission reaches."""
    found = organisations.units([school_id]).get(school_id)
    if found is None or found.kind != "school" or not scope.covers(permission, school_id=school_id):
        raise NotFound
    return found


def snapshots(scope: Scope, *, period_id: int, school_id: int) -> list[SnapshotRow]:
    """Versions of a school's report, the newest first, of each the last take. Two statements."""
    rows = Snapshot.objects.visible_to(scope, VIEW).filter(period_id=period_id, school_id=school_id)
    last: dict[int, Snapshot] = {}
    for row in rows.order_by("-version", "-take"):
        last.setdefault(row.version, row)
    signed = Signature.objects.visible_to(scope, VIEW).in_bulk([row.pk for row in last.values()])
    return [_row(row, signed.get(row.pk)) for row in last.values()]


def version(scope: Scope, *, period_id: int, school_id: int, number: int) -> SnapshotRow:
    """Raises NotFound."""
    for row in snapshots(scope, period_id=period_id, school_id=school_id):
        if row.version == number:
            return row
    raise NotFound


def movements(scope: Scope, *, period_id: int, school_id: int) -> list[MovementRow]:
    """What happened to a report, the newest first. One statement."""
    rows = Movement.objects.visible_to(scope, VIEW).filter(period_id=period_id, school_id=school_id)
    return [
        MovementRow(
            row.pk,
            row.kind,
            MOVEMENTS[row.kind],
            row.at,
            row.by_name,
            row.why,
            row.wanted,
            row.snapshot.version if row.snapshot else None,
        )
        for row in rows.select_related("snapshot").order_by("-id")
    ]


def totals(scope: Scope, snapshot_ids: Iterable[int]) -> dict[int, list[Total]]:
    """Snapshot → its totals, by key and grade. One statement."""
    found: dict[int, list[Total]] = {number: [] for number in snapshot_ids}
    rows = SnapshotTotal.objects.visible_to(scope, VIEW).filter(snapshot_id__in=list(found)).order_by("key", "grade")
    for number, key, grade, value, women in rows.values_list("snapshot_id", "key", "grade", "value", "women"):
        found[number].append(Total(key, grade, value, women))
    return found


def closings(period_id: int) -> list[Closing]:
    """The department's closings of a period that this scope's rows show, the newest first."""
    return list(Closing._base_manager.filter(period_id=period_id).order_by("-number"))


@dataclass(frozen=True)
class TableDifference:
    """What a table of the later version has that the earlier had not. changed: (who, columns that differ)."""

    name: str
    added: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Difference:
    totals: tuple[Change, ...]
    tables: tuple[TableDifference, ...]


def difference(scope: Scope, *, old: SnapshotRow, new: SnapshotRow) -> Difference:
    """How two versions of a school's report differ, read from the bytes that were frozen. Raises FileDamaged, TakePast."""
    told = totals(scope, [old.id, new.id])
    before, now = (_of_all(told[row.id]) for row in (old, new))
    keys = sorted({*before, *now})
    changed = tuple(change for change in compare(keys, before, now) if change.difference)
    tables = (_table_difference(name, old.id, new.id) for name in _WHO)
    return Difference(changed, tuple(one for one in tables if one.added or one.gone or one.changed))


def _of_all(rows: Iterable[Total]) -> dict[str, int]:
    return {row.key: row.value for row in rows if row.grade == 0}


def _table_difference(name: str, old_id: int, new_id: int) -> TableDifference:
    before, now = (_by_id(keeping.bytes_of(number, name)) for number in (old_id, new_id))
    who = _WHO[name]
    return TableDifference(
        name,
        added=_names(now[key][who] for key in sorted(now.keys() - before.keys())),
        gone=_names(before[key][who] for key in sorted(before.keys() - now.keys())),
        changed=tuple(
            (now[key][who], tuple(column for column in now[key] if now[key][column] != before[key].get(column)))
            for key in sorted(now.keys() & before.keys())
            if now[key] != before[key]
        )[:MOST_LISTED],
    )


def _names(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(found)[:MOST_LISTED]


def _by_id(data: bytes) -> dict[Any, Mapping[str, Any]]:
    columns, rows = read_table(data)
    return {row[0]: dict(zip(columns, row, strict=True)) for row in rows}


def _row(row: Snapshot, signed: Signature | None) -> SnapshotRow:
    return SnapshotRow(
        id=row.pk,
        school_id=row.school_id,
        period_id=row.period_id,
        school_year=row.school_year,
        version=row.version,
        take=row.take,
        as_of=row.as_of,
        governor_kind=row.governor_kind,
        manifest_sha256=row.manifest_sha256,
        made_at=row.made_at,
        signed_at=signed.signed_at if signed else None,
        signer_name=signed.signer_name if signed else "",
    )

"""The bytes of a snapshot in the store of files, and back again, never believed unread."""

from __future__ import annotations

import datetime as dt
from typing import Final

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.files import media
from maitruong.foundation.files import queries as stored
from maitruong.foundation.files import services as files
from maitruong.foundation.files.errors import FileDamaged as BytesDamaged
from maitruong.foundation.kernel import clock

from .errors import FileDamaged, TakePast
from .models import Snapshot, SnapshotFile, SnapshotTotal
from .snapshot import Built

MANIFEST: Final = "manifest"
UNSIGNED_DAYS: Final = 60
"""How long the files of a take are kept that nobody signs: they tell of children, and no report rests on them."""
PURPOSE: Final = "reporting_snapshot"


def keep_take(scope: Scope, row: Snapshot, built: Built) -> None:
    """Keep the files of a take for a while, and its totals as rows. A fixed number of statements a school."""
    until = clock.today() + dt.timedelta(days=UNSIGNED_DAYS)
    contents = {**built.files, MANIFEST: built.manifest}
    _keep(scope, row, contents, {**built.rows, MANIFEST: len(built.files)}, until)
    totals = [SnapshotTotal(school_id=row.school_id, snapshot=row, **one._asdict()) for one in built.totals]
    SnapshotTotal._base_manager.bulk_create(totals, batch_size=2_000)


def keep_for_good(scope: Scope, row: Snapshot) -> None:
    """The same bytes once more, without an end: the store has them by their hash, so nothing is written twice.

    Raises TakePast, FileDamaged.
    """
    held = _of(row.pk, for_good=False)
    contents = {one.name: _bytes(one) for one in held}
    _keep(scope, row, contents, {one.name: one.rows for one in held}, None)


def bytes_of(snapshot_id: int, name: str) -> bytes:
    """A file of a snapshot, the signed one's if it was signed. Raises TakePast, FileDamaged."""
    rows = SnapshotFile._base_manager.filter(snapshot_id=snapshot_id, name=name).order_by("-for_good")
    row = rows.first()
    if row is None:
        raise TakePast
    return _bytes(row)


def files_of(snapshot_id: int) -> list[SnapshotFile]:
    """What is kept of a snapshot, by name: for good where it was signed."""
    return _of(snapshot_id, for_good=True) or _of(snapshot_id, for_good=False)


def _of(snapshot_id: int, *, for_good: bool) -> list[SnapshotFile]:
    rows = SnapshotFile._base_manager.filter(snapshot_id=snapshot_id, for_good=for_good)
    return list(rows.order_by("name"))


def _bytes(row: SnapshotFile) -> bytes:
    try:
        ref, data = stored.read(row.file_id)
    except NotFound:
        raise (FileDamaged(what=f"tệp {row.name} không còn") if row.for_good else TakePast()) from None
    except BytesDamaged:
        raise FileDamaged(what=f"tệp {row.name} đã bị sửa hoặc mất") from None
    if ref.sha256 != row.sha256:
        raise FileDamaged(what=f"tệp {row.name} không phải tệp đã lập")
    return data


def _keep(scope: Scope, row: Snapshot, contents: dict[str, bytes], rows: dict[str, int], until: dt.date | None) -> None:
    made = []
    for name, data in contents.items():
        ref = files.keep(
            scope,
            school_id=row.school_id,
            data=data,
            media_type=media.XML if name == MANIFEST else media.JSON,
            name=f"{name}.{'xml' if name == MANIFEST else 'json'}",
            purpose=PURPOSE,
            kept_until=until,
        )
        made.append(
            SnapshotFile(
                school_id=row.school_id,
                snapshot=row,
                name=name,
                file_id=ref.id,
                sha256=ref.sha256,
                rows=rows[name],
                for_good=until is None,
            )
        )
    SnapshotFile._base_manager.bulk_create(made)

"""The long work of a list: check, import, take back, annotate. Each may be killed anywhere and run again from the start.

Every function works in short units of work of its own and tells its progress between them; `tell` raises when somebody asked
to stop. Jobs call them (tasks.py), and so does the command for machines.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from django.db import IntegrityError

from maitruong.foundation.access.services import COLLISIONS, unit_of_work
from maitruong.foundation.access.staging import insert_many
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.files import media
from maitruong.foundation.files import services as files
from maitruong.foundation.jobs.errors import JobCancelled
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.ahead import ahead

from . import ports, sheets, workbook
from .columns import ColumnChoice
from .dry_run import DryRun, Fate, Record, Totals, Verdict
from .errors import NotNow
from .findings import ROW, Problem, Severity, error
from .layout import Layout
from .models import ImportBatch, ImportCorrection, ImportProblem, ImportRow, ImportState
from .notes import corrected, notes_of
from .ports import ListOwner, ListReader, Target, Written
from .problems import Problems, write_problems
from .services import (
    AFTER_TROUBLE,
    PERMISSION,
    UNDO_DAYS,
    columns_of,
    corrections_of,
    file_of,
    open_batch,
    room_on_disk,
    sheet_of,
    target_of,
)

Tell = Callable[[int, int, str], None]
CHUNK = 1_000
UNDO_CHUNK = 500
ROW_FIELDS = ("school_id", "batch_id", "row", "object_id", "label", "fate", "written")


@dataclass
class Opened:
    """What a pass needs, read in one unit of work at its start."""

    batch: ImportBatch
    owner: ListOwner
    target: Target
    reader: ListReader
    choice: ColumnChoice
    corrections: dict[tuple[int, int], str]

    def dry_run(self, **options: Any) -> DryRun:
        return DryRun(columns_of(self.batch), self.choice, corrections=self.corrections, **options)


def _open(scope: Scope, batch_id: int, state: ImportState) -> Opened:
    batch = open_batch(scope, batch_id, {state})
    owner, target = ports.owner(batch.kind), target_of(batch)
    return Opened(
        batch, owner, target, owner.reader(scope, target), ColumnChoice.from_json(batch.choice), corrections_of(batch)
    )


# --- check -----------------------------------------------------------------------------------------------------------


def check_list(scope: Scope, batch_id: int, tell: Tell) -> dict[str, Any]:
    """Read and check the whole list, writing only its problems. Returns the totals."""
    with unit_of_work(scope):
        opened = _open(scope, batch_id, ImportState.CHECKING)
        ImportProblem._base_manager.filter(batch_id=batch_id).delete()
        ImportCorrection._base_manager.filter(batch_id=batch_id).update(checked=True)
    batch = opened.batch

    def lookup(records: Sequence[Record]) -> list[Verdict]:
        with unit_of_work(scope):
            return opened.reader.lookup(records)

    run = opened.dry_run(lookup=lookup)
    kept = Problems(scope, batch)
    try:
        with _file(scope, batch) as (path, sheet):
            for checked in run.run(_rows(opened, path, sheet)):
                if kept.add(checked, run.totals):
                    tell(run.totals.rows_read, batch.rows, _sofar(run.totals))
        kept.flush(run.totals)
    except JobCancelled:
        _end(scope, batch_id, ImportState.CHECKED, totals={**run.totals.as_json(), "partial": True})
        raise
    totals = {**run.totals.as_json(), "codes": _codes(run.totals), "left_out": kept.left_out}
    _end(scope, batch_id, ImportState.CHECKED, totals=totals, skipped=kept.skipped, checked_at=clock.now())
    return totals


def _sofar(totals: Totals) -> str:
    rows, errors = formats.number(totals.rows_read), totals.severities[Severity.ERROR]
    return f"Đã đọc {rows} dòng, {formats.number(errors)} ô phải sửa" if errors else f"Đã đọc {rows} dòng"


def _codes(totals: Totals) -> list[list[Any]]:
    return [[severity, code, count] for (severity, code), count in totals.codes.most_common(60)]


# --- import ----------------------------------------------------------------------------------------------------------


@dataclass
class _Import:
    """An import under way."""

    scope: Scope
    opened: Opened
    fates: Counter[str] = field(default_factory=Counter)
    refused_in_file: int = 0
    conflicts: list[tuple[Problem, str]] = field(default_factory=list)


def import_list(scope: Scope, batch_id: int, tell: Tell) -> dict[str, Any]:
    """Write the list, up to 1,000 rows a transaction with history, audit and facts. Rows written before are passed over.

    What a row becomes is decided in the transaction that writes it, so a list checked yesterday meets the school of today.
    """
    with unit_of_work(scope):
        opened = _open(scope, batch_id, ImportState.IMPORTING)
    batch = opened.batch
    going = _Import(scope, opened)
    run = opened.dry_run()
    try:
        with (
            _file(scope, batch) as (path, sheet),
            closing(ahead(_chunks(run, _rows(opened, path, sheet)))) as chunks,
        ):
            for chunk in chunks:
                _write(going, chunk.records)
                going.refused_in_file = chunk.refused
                tell(chunk.rows_read, batch.rows, _written_sofar(going))
    except JobCancelled:
        _finish(going, ImportState.STOPPED)
        raise
    return _finish(going, ImportState.DONE)


class _Chunk(NamedTuple):
    """Records to write, and how far the list was read for them: its rows, and those of them that are refused as they stand."""

    records: list[Record]
    rows_read: int
    refused: int


def _chunks(run: DryRun, rows: Iterator[workbook.RowBatch]) -> Generator[_Chunk]:
    """The list, read and checked once more. The last chunk may be empty: it tells of what was refused at the end."""
    waiting: list[Record] = []

    def chunk(records: list[Record]) -> _Chunk:
        return _Chunk(records, run.totals.rows_read, run.totals.fates[Fate.REFUSED])

    for checked in run.run(rows):
        waiting += [record for record in checked.records if record.fate is not Fate.REFUSED]
        while len(waiting) >= CHUNK:
            yield chunk(waiting[:CHUNK])
            waiting = waiting[CHUNK:]
    yield chunk(waiting)


def _written_sofar(going: _Import) -> str:
    new, changed = formats.number(going.fates["new"]), formats.number(going.fates["changed"])
    return f"Đã ghi {new} {going.opened.owner.unit} mới, {changed} thay đổi"


def _write(going: _Import, records: list[Record]) -> None:
    """One chunk in one transaction. When another person's save collides with it, the chunk is halved down to the row."""
    try:
        with unit_of_work(going.scope):
            fates = _write_here(going, records)
    except IntegrityError as problem:
        if not isinstance(problem.__cause__, COLLISIONS):
            raise
        going.opened.reader = _reader_again(going)
        if len(records) == 1:
            going.fates["refused"] += 1
            message = "Có người vừa ghi một hồ sơ trùng với dòng này. Kiểm tra lại danh sách rồi nhập tiếp."
            problem_there = Problem(records[0].row, ROW, "", "", "", error("row.conflict", message))
            going.conflicts.append((problem_there, records[0].name))
            return
        middle = len(records) // 2
        _write(going, records[:middle])
        _write(going, records[middle:])
    else:
        going.fates.update(fates)


def _reader_again(going: _Import) -> ListReader:
    with unit_of_work(going.scope):
        return going.opened.owner.reader(going.scope, going.opened.target)


def _write_here(going: _Import, records: list[Record]) -> Counter[str]:
    batch = open_batch(going.scope, going.opened.batch.pk, {ImportState.IMPORTING})
    rows = [record.row for record in records]
    done = dict(ImportRow._base_manager.filter(batch=batch, row__in=rows).values_list("row", "fate"))
    fates: Counter[str] = Counter(done.values())
    fresh = [record for record in records if record.row not in done]
    to_write = []
    for record, verdict in zip(fresh, going.opened.reader.lookup(fresh), strict=True):
        record.fate, record.target, record.changes = verdict.fate, verdict.target, verdict.changes
        if any(finding.severity is Severity.ERROR for _, finding in verdict.findings):
            record.fate = Fate.REFUSED
        if record.fate in (Fate.NEW, Fate.CHANGED):
            to_write.append(record)
        else:
            fates[record.fate.value] += 1
    written = going.opened.reader.write(to_write) if to_write else []
    _keep_rows(batch, written)
    fates.update(row.fate for row in written)
    return fates


def _keep_rows(batch: ImportBatch, written: Sequence[Written]) -> None:
    if written:
        rows = (
            (batch.school_id, batch.pk, w.row, w.object_id, w.label, w.fate, json.dumps(w.written, default=str))
            for w in written
        )
        insert_many(ImportRow, ROW_FIELDS, rows)


def _finish(going: _Import, state: ImportState) -> dict[str, Any]:
    batch_id = going.opened.batch.pk
    refused = going.fates["refused"] + going.refused_in_file
    imported = {
        "new": going.fates["new"],
        "changed": going.fates["changed"],
        "same": going.fates["same"],
        "refused": refused,
    }
    with unit_of_work(going.scope):
        batch = open_batch(going.scope, batch_id, {ImportState.IMPORTING})
        if going.conflicts:
            write_problems(batch, going.conflicts)
        batch.state, batch.imported_at = state, clock.now()
        batch.undo_until = clock.today() + dt.timedelta(days=UNDO_DAYS)
        batch.totals = {**batch.totals, "imported": imported}
        batch.save(update_fields=["state", "imported_at", "undo_until", "totals"])
        _record(going.scope, "exchange.imported", batch, imported)
    return imported


# --- take back -------------------------------------------------------------------------------------------------------


def undo_import(scope: Scope, batch_id: int, tell: Tell) -> dict[str, Any]:
    """Take back what the import wrote, last row first. Rows touched since stay, with the reason beside them."""
    with unit_of_work(scope):
        opened = _open(scope, batch_id, ImportState.UNDOING)
    everything = ImportRow._base_manager.filter(batch_id=batch_id)
    with unit_of_work(scope):
        waiting = list(
            everything.filter(taken_back_at__isnull=True, kept_because="")
            .order_by("-row")
            .values_list("row", flat=True)
        )
    done = 0
    for start in range(0, len(waiting), UNDO_CHUNK):
        rows = waiting[start : start + UNDO_CHUNK]
        with unit_of_work(scope):
            _take_back(scope, opened, rows)
        done += len(rows)
        tell(done, len(waiting), f"Đã xem lại {formats.number(done)} dòng")
    with unit_of_work(scope):
        batch = open_batch(scope, batch_id, {ImportState.UNDOING})
        result = {
            "taken_back": everything.filter(taken_back_at__isnull=False).count(),
            "kept": everything.filter(taken_back_at__isnull=True).count(),
        }
        batch.state, batch.undone_at = ImportState.UNDONE, clock.now()
        batch.totals = {**batch.totals, "undone": result}
        batch.save(update_fields=["state", "undone_at", "totals"])
        _record(scope, "exchange.undone", batch, result)
    return result


def _take_back(scope: Scope, opened: Opened, numbers: list[int]) -> None:
    batch = open_batch(scope, opened.batch.pk, {ImportState.UNDOING})
    rows = list(ImportRow._base_manager.filter(batch=batch, row__in=numbers, taken_back_at__isnull=True))
    written = [Written(row.row, row.object_id, row.label, row.fate, row.written) for row in rows]
    kept = {k.row: k for k in opened.owner.take_back(scope, opened.target, written)}
    for row in rows:
        if row.row in kept:
            row.kept_because, row.only_edited = kept[row.row].because, kept[row.row].only_edited
        else:
            row.taken_back_at = clock.now()
    ImportRow._base_manager.bulk_update(rows, ["kept_because", "only_edited", "taken_back_at"])


# --- the annotated sheet ---------------------------------------------------------------------------------------------


def annotate(scope: Scope, batch_id: int, tell: Tell) -> dict[str, Any]:
    """The person's own sheet with what was typed on the page, problem cells marked and commented, a list of them in front.

    Returns the file's id.
    """
    with unit_of_work(scope):
        batch = open_batch(scope, batch_id, set(ImportState))
        notes, typed = notes_of(batch), corrections_of(batch)
    with TemporaryDirectory(prefix="ghi-chu-") as folder, _file(scope, batch) as (path, sheet):
        out = Path(folder) / "annotated.xlsx"
        layout = Layout()
        rows = _telling(corrected(workbook.read_rows(path, sheet.index, layout=layout), typed), batch, tell)
        width = max((len(row) for row in sheet.head), default=1)
        with room_on_disk():
            sheets.write_annotated(rows, sheet_name=sheet.name, width=width, notes=notes, out=out, layout=layout)
        data = out.read_bytes()
    with unit_of_work(scope):
        file = files.keep(
            scope,
            school_id=batch.school_id,
            data=data,
            media_type=media.XLSX,
            name=f"{Path(batch.file_name).stem} (cần sửa).xlsx",
            purpose="annotated",
            kept_until=clock.today() + dt.timedelta(days=7),
        )
        ImportBatch._base_manager.filter(pk=batch_id).update(annotated_file_id=file.id)
    return {"file_id": file.id}


def _telling(batches: Iterator[workbook.RowBatch], batch: ImportBatch, tell: Tell) -> Iterator[workbook.RowBatch]:
    for rows in batches:
        tell(rows.first_row, batch.rows, "Đang ghi chú vào tệp")
        yield rows


# --- shared ----------------------------------------------------------------------------------------------------------


@contextmanager
def _file(scope: Scope, batch: ImportBatch) -> Iterator[tuple[Path, workbook.Sheet]]:
    """The list as a local file, and the sheet it stands on. The unit of work ends before the long reading begins."""
    with ExitStack() as stack:
        with unit_of_work(scope):
            path = stack.enter_context(file_of(batch))
        yield path, sheet_of(batch)


def _rows(opened: Opened, path: Path, sheet: workbook.Sheet) -> Iterator[workbook.RowBatch]:
    """The rows for a dry run. Merges that all begin above the data, as those of titles do, count for no row."""
    return workbook.read_rows(path, sheet.index, merged=sheet.merges_until >= opened.choice.data_from)


def put_back(scope: Scope, batch_id: int, running: ImportState) -> None:
    """After trouble: let the list be worked on again. What an import wrote until then may be taken back."""
    to = AFTER_TROUBLE[running]
    with unit_of_work(scope):
        found = ImportBatch.objects.visible_to(scope, PERMISSION).filter(pk=batch_id, state=running)
        if to is ImportState.STOPPED:
            found.filter(undo_until=None).update(undo_until=clock.today() + dt.timedelta(days=UNDO_DAYS))
        found.update(state=to)


def _end(scope: Scope, batch_id: int, state: ImportState, **changes: Any) -> None:
    with unit_of_work(scope):
        found = ImportBatch.objects.visible_to(scope, PERMISSION).filter(pk=batch_id, state=ImportState.CHECKING)
        if not found.update(state=state, **changes):
            raise NotNow(state="đã đổi")


def _record(scope: Scope, action: str, batch: ImportBatch, changes: dict[str, Any]) -> None:
    audit.record(scope, action, school_id=batch.school_id, object_type="import", object_id=batch.pk, changes=changes)

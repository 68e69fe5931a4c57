"""The steps of a list, each one short act of a person: take the file, say which column is which, correct a cell, go, stop, undo.

The long work between the steps is in work.py and runs as a job.
"""

from __future__ import annotations

import datetime as dt
import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.db.models import QuerySet
from xlsxwriter.exceptions import XlsxWriterException

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.files import media
from maitruong.foundation.files import queries as stored
from maitruong.foundation.files import services as files
from maitruong.foundation.jobs import queries as job_rows
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.kernel import clock

from . import headers, ports, workbook
from .columns import ColumnChoice, ColumnMap
from .errors import NoRoom, NoRows, NotNow, TooManyCorrections, UndoTooLate, UsedSince
from .models import ImportBatch, ImportCorrection, ImportProblem, ImportRow, ImportState
from .parsers import Outcome, is_blank
from .ports import Target, Written

PERMISSION = "exchange.import"
UNDO_DAYS = 30
KEPT_DAYS = 61  # the file outlives the 30 days of undo, however long the list waits before it is imported
MOST_CORRECTIONS = 2_000
MEDIA_TYPES = {"xlsx": media.XLSX, "xls": media.XLS, "ods": media.ODS, "csv": media.CSV}
RESTING = {ImportState.MAPPING, ImportState.CHECKED}
#: Where a list rests when its work ended without a word: the rights of who asked were withdrawn, the work broke.
AFTER_TROUBLE = {
    ImportState.CHECKING: ImportState.MAPPING,
    ImportState.IMPORTING: ImportState.STOPPED,
    ImportState.UNDOING: ImportState.STOPPED,
}


def take_file(scope: Scope, *, kind: str, school_id: int, school_year: int, name: str, data: bytes) -> int:
    """Keep a list as it came and propose its columns. Returns the import's id.

    Raises NotFound, every ExchangeError of a bad file, and what the owner refuses (a closed year).
    """
    owner = ports.owner(kind)
    if not (scope.covers(PERMISSION, school_id=school_id) and scope.covers(owner.permission, school_id=school_id)):
        raise NotFound
    target = Target(0, school_id, school_year)
    owner.reader(scope, target)
    with as_local_file(data) as path:
        book = workbook.look(path)
    columns = owner.columns(target)
    proposal = headers.propose(headers.best_sheet(book, columns), columns)
    if sum(1 for sheet in book.sheets if sheet.rows) == 1:  # no other sheet the list may stand on
        _refuse_empty(book, proposal.sheet, proposal.data_from)
    file = files.keep(
        scope,
        school_id=school_id,
        data=data,
        media_type=MEDIA_TYPES[book.kind],
        name=name,
        purpose="import",
        kept_until=clock.today() + dt.timedelta(days=KEPT_DAYS),
    )
    batch = ImportBatch(
        school_id=school_id,
        school_year=school_year,
        kind=kind,
        file_id=file.id,
        file_name=file.name,
        file_sha256=file.sha256,
        choice=proposal.choice().as_json(),
        preview=book.as_json(),
        asked_by=scope.actor_id,
    )
    batch.save()
    _record(scope, "exchange.file_taken", batch, {"sha256": [None, file.sha256], "bytes": [None, file.size_bytes]})
    return batch.pk


def proposed_choice(scope: Scope, *, batch_id: int) -> ColumnChoice:
    """Our proposal, or what was confirmed since."""
    return ColumnChoice.from_json(open_batch(scope, batch_id, set(ImportState)).choice)


def choose_columns(scope: Scope, *, batch_id: int, choice: ColumnChoice, options: Mapping[str, bool]) -> int:
    """Confirm which column is which and start the check. Returns the job. Raises NotNow, ColumnsMissing, ColumnUsedTwice."""
    batch = _choose(scope, batch_id, choice, options)
    return _start(scope, batch, ImportState.CHECKING, "exchange.check", f"Kiểm tra {batch.file_name}")


def choose_here(scope: Scope, *, batch_id: int, choice: ColumnChoice, options: Mapping[str, bool]) -> None:
    """The same for whoever checks the list himself at once, without a job."""
    _ready(scope, _choose(scope, batch_id, choice, options), ImportState.CHECKING)


def start_here(scope: Scope, *, batch_id: int) -> None:
    """Let the checked list in, without a job: the caller goes on with work.import_list."""
    _ready(scope, open_batch(scope, batch_id, {ImportState.CHECKED}), ImportState.IMPORTING)


def _choose(scope: Scope, batch_id: int, choice: ColumnChoice, options: Mapping[str, bool]) -> ImportBatch:
    batch = open_batch(scope, batch_id, RESTING)
    choice.check(columns_of(batch))
    known = {switch.key for switch in ports.owner(batch.kind).switches}
    _refuse_empty(book_of(batch), choice.sheet, choice.data_from)
    batch.rows = book_of(batch).sheet(choice.sheet).rows
    moved = ColumnChoice.from_json(batch.choice).sheet != choice.sheet
    batch.choice = choice.as_json()
    batch.options = {key: bool(value) for key, value in options.items() if key in known}
    batch.save(update_fields=["choice", "options", "rows"])
    if moved:
        ImportCorrection._base_manager.filter(batch=batch).delete()
    return batch


def _refuse_empty(book: workbook.Book, sheet: str, data_from: int) -> None:
    if book.sheet(sheet).rows < data_from:
        raise NoRows(sheet=sheet)


def check_again(scope: Scope, *, batch_id: int) -> int:
    """Check the list again with what was corrected since. Returns the job."""
    batch = open_batch(scope, batch_id, {ImportState.CHECKED})
    return _start(scope, batch, ImportState.CHECKING, "exchange.check", f"Kiểm tra lại {batch.file_name}")


def correct_cell(scope: Scope, *, batch_id: int, row: int, column: int, text: str) -> Outcome:
    """Type something in place of a cell (row from 1, column from 0). Returns what it reads as, judged alone.

    Raises NotNow, NotFound (no such column), TooManyCorrections.
    """
    batch = open_batch(scope, batch_id, {ImportState.CHECKED})
    choice = ColumnChoice.from_json(batch.choice)
    key = choice.columns.get(column)
    if key is None or not choice.data_from <= row <= batch.rows:
        raise NotFound
    corrections = ImportCorrection._base_manager.filter(batch=batch)
    if corrections.count() >= MOST_CORRECTIONS:
        raise TooManyCorrections(limit=MOST_CORRECTIONS)
    corrections.update_or_create(
        batch=batch,
        row=row,
        column=column,
        defaults={
            "school_id": batch.school_id,
            "text": text[:1000],
            "checked": False,
            "typed_by": scope.actor_id,
            "typed_at": clock.now(),
        },
    )
    ImportBatch._base_manager.filter(pk=batch.pk).update(annotated_file_id=None)  # it does not have this cell
    return (None, ()) if is_blank(text) else columns_of(batch)[key].parse(text)


def start_import(scope: Scope, *, batch_id: int) -> int:
    """Let the checked list in. Returns the job."""
    batch = open_batch(scope, batch_id, {ImportState.CHECKED})
    return _start(scope, batch, ImportState.IMPORTING, "exchange.import", f"Nhập {batch.file_name}")


def go_on(scope: Scope, *, batch_id: int) -> int:
    """Go on with an import that was stopped: rows already written are passed over. Returns the job."""
    batch = open_batch(scope, batch_id, {ImportState.STOPPED})
    return _start(scope, batch, ImportState.IMPORTING, "exchange.import", f"Nhập tiếp {batch.file_name}")


def stop(scope: Scope, *, batch_id: int) -> bool:
    """Ask the running work to stop at its next step; what is written by then stays and may be taken back."""
    batch = open_batch(scope, batch_id, {ImportState.CHECKING, ImportState.IMPORTING})
    return batch.job_id is not None and jobs.ask_to_cancel(scope, job_id=batch.job_id, permission=PERMISSION)


def start_undo(scope: Scope, *, batch_id: int) -> int:
    """Take back what the import wrote. Returns the job. Raises NotNow, UndoTooLate."""
    batch = open_batch(scope, batch_id, {ImportState.DONE, ImportState.STOPPED})
    _refuse_late(batch)
    return _start(scope, batch, ImportState.UNDOING, "exchange.undo", f"Hoàn tác {batch.file_name}")


def keep_rows(scope: Scope, *, batch_id: int, row: int | None = None) -> int:
    """Decide that rows the undo left stay as they are: one row, or all that wait. Returns how many were decided now."""
    batch = open_batch(scope, batch_id, {ImportState.UNDONE})
    waiting = waiting_rows(batch) if row is None else waiting_rows(batch).filter(row=row)
    numbers = list(waiting.values_list("row", flat=True))
    waiting.update(decided_at=clock.now(), decided_by=scope.actor_id)
    if numbers:
        _record(scope, "exchange.rows_kept", batch, {"rows": [None, numbers]})
    return len(numbers)


def take_back_row(scope: Scope, *, batch_id: int, row: int) -> None:
    """Decide that a row the undo left, because it was edited since, is taken back after all, the edits with it.

    Raises NotNow, NotFound (no such row waits), UndoTooLate, UsedSince (something else has come to hang on it).
    """
    batch = open_batch(scope, batch_id, {ImportState.UNDONE})
    _refuse_late(batch)
    found = waiting_rows(batch).filter(row=row).first()
    if found is None:
        raise NotFound
    written = Written(found.row, found.object_id, found.label, found.fate, found.written)
    kept = ports.owner(batch.kind).take_back(scope, target_of(batch), [written], edited_too=True)
    if kept:
        raise UsedSince(row=row, because=kept[0].because)
    found.taken_back_at = found.decided_at = clock.now()
    found.decided_by = scope.actor_id
    found.save(update_fields=["taken_back_at", "decided_at", "decided_by"])
    _record(scope, "exchange.row_taken_back", batch, {"row": [row, None]})


def waiting_rows(batch: ImportBatch) -> QuerySet[ImportRow]:
    """Rows the undo left and nobody has decided about."""
    rows = ImportRow._base_manager.filter(batch=batch, taken_back_at=None, decided_at=None)
    return rows.exclude(kept_because="")


def _refuse_late(batch: ImportBatch) -> None:
    if batch.undo_until is not None and clock.today() > batch.undo_until:
        raise UndoTooLate(until=batch.undo_until)


def start_annotated(scope: Scope, *, batch_id: int) -> int:
    """Make the person's own sheet with its problems marked. Returns the job; the file's id is then in the batch."""
    batch = open_batch(scope, batch_id, {ImportState.CHECKED, ImportState.DONE, ImportState.STOPPED})
    job_id = jobs.start(
        scope,
        kind="exchange.annotate",
        title=f"Ghi chú vào {batch.file_name}",
        school_id=batch.school_id,
        arguments={"batch_id": batch.pk},
        steps=batch.rows,
    )
    batch.job_id, batch.annotated_file_id = job_id, None
    batch.save(update_fields=["job_id", "annotated_file_id"])
    return job_id


def ticket_for_annotated(scope: Scope, *, batch_id: int) -> str:
    """The address where this person downloads the annotated file. Raises NotFound. Every download is audited."""
    batch = open_batch(scope, batch_id, set(ImportState))
    if batch.annotated_file_id is None:
        raise NotFound
    _record(scope, "exchange.annotated_downloaded", batch, None)
    return files.ticket_for(scope, file_id=batch.annotated_file_id)


def discard(scope: Scope, *, batch_id: int) -> None:
    """Drop a list that was never imported, with its file."""
    batch = open_batch(scope, batch_id, RESTING)
    _record(scope, "exchange.discarded", batch, {"file": [batch.file_name, None]})
    ImportBatch._base_manager.filter(pk=batch.pk).delete()


def forget_past(scope: Scope) -> int:
    """Drop what lists kept beyond their time: cells, problems and corrections of imports nobody can take back any more,
    and lists that waited two months without being imported. Runs under a system scope."""
    today = clock.today()
    over = ImportBatch.objects.visible_to(scope, PERMISSION)
    waiting = over.filter(state__in=RESTING, made_at__lt=clock.now() - dt.timedelta(days=KEPT_DAYS))
    past = over.filter(undo_until__lt=today).exclude(preview={})
    count = waiting.count() + past.count()
    for model in (ImportProblem, ImportRow, ImportCorrection):
        model._base_manager.filter(batch_id__in=list(past.values_list("pk", flat=True))).delete()
    past.update(preview={}, skipped=[])
    waiting.delete()
    return count


# --- shared with work.py and queries.py ------------------------------------------------------------------------------


def open_batch(scope: Scope, batch_id: int, states: set[ImportState]) -> ImportBatch:
    """The list, locked, if the scope may work on it and it is in one of these states. Raises NotFound, NotNow."""
    batch = own_lists(scope).select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise NotFound
    if batch.state not in states and settled(scope, batch) != batch.state:
        batch.state = settled(scope, batch)
        if batch.state == ImportState.STOPPED and batch.undo_until is None:
            batch.undo_until = clock.today() + dt.timedelta(days=UNDO_DAYS)
        batch.save(update_fields=["state", "undo_until"])
    if batch.state not in states:
        raise NotNow(state=ImportState(batch.state).label.lower())
    return batch


def own_lists(scope: Scope) -> QuerySet[ImportBatch]:
    """The lists of the office one works in. Who may bring lists in for the whole province has no business in a school's own."""
    rows = ImportBatch.objects.visible_to(scope, PERMISSION)
    return rows if scope.workspace is None else rows.filter(school_id=scope.workspace.unit_id)


def settled(scope: Scope, batch: ImportBatch) -> str:
    """The state to show and to go on from: a list whose work has ended is not running any more, whatever the work left."""
    resting = AFTER_TROUBLE.get(ImportState(batch.state))
    if resting is None:
        return batch.state
    if batch.job_id is None:  # the command does its work itself; after an hour it was killed
        return resting if batch.made_at < clock.now() - dt.timedelta(hours=1) else batch.state
    job = job_rows.job(scope, PERMISSION, batch.job_id)
    return resting if job is not None and job.ended_at is not None else batch.state


def target_of(batch: ImportBatch) -> Target:
    return Target(batch.pk, batch.school_id, batch.school_year, dict(batch.options))


def columns_of(batch: ImportBatch) -> ColumnMap:
    return ports.owner(batch.kind).columns(target_of(batch))


def book_of(batch: ImportBatch) -> workbook.Book:
    return workbook.Book.from_json(batch.preview)


def sheet_of(batch: ImportBatch) -> workbook.Sheet:
    """The sheet the list stands on, as it was looked at."""
    return book_of(batch).sheet(batch.choice["sheet"])


def corrections_of(batch: ImportBatch) -> dict[tuple[int, int], str]:
    """Typed cells as the dry run wants them: (row, column), both from 0."""
    rows = ImportCorrection._base_manager.filter(batch=batch).values_list("row", "column", "text")
    return {(row - 1, column): text for row, column, text in rows}


@contextmanager
def room_on_disk() -> Iterator[None]:
    """A full disk becomes a refusal in words. The library that writes workbooks wraps what the system said."""
    try:
        yield
    except (OSError, XlsxWriterException) as problem:
        told = problem if isinstance(problem, OSError) else next(iter(problem.args), None)
        if isinstance(told, OSError) and told.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom from problem
        raise


@contextmanager
def as_local_file(data: bytes) -> Iterator[Path]:
    """The bytes as a file without a name: a process killed in the middle leaves nothing of it on the disk."""
    with TemporaryFile(prefix="danh-sach-") as file:
        with room_on_disk():
            file.write(data)
            file.flush()
        yield Path(f"/proc/self/fd/{file.fileno()}")


@contextmanager
def file_of(batch: ImportBatch) -> Iterator[Path]:
    """The list as it came."""
    _, data = stored.read(batch.file_id)
    with as_local_file(data) as path:
        yield path


def _start(scope: Scope, batch: ImportBatch, state: ImportState, kind: str, title: str) -> int:
    _ready(scope, batch, state)
    batch.job_id = jobs.start(
        scope,
        kind=kind,
        title=title,
        school_id=batch.school_id,
        arguments={"batch_id": batch.pk},
        steps=batch.rows,
    )
    batch.save(update_fields=["job_id"])
    return batch.job_id


def _ready(scope: Scope, batch: ImportBatch, state: ImportState) -> None:
    ports.owner(batch.kind).reader(scope, target_of(batch))
    batch.state, batch.annotated_file_id = state, None
    batch.save(update_fields=["state", "annotated_file_id"])


def _record(scope: Scope, action: str, batch: ImportBatch, changes: Mapping[str, Any] | None) -> None:
    audit.record(scope, action, school_id=batch.school_id, object_type="import", object_id=batch.pk, changes=changes)

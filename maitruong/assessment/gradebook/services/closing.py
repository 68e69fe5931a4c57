"""Closing a book and opening it again. A closed book takes no mark; what is still owed is decided aloud, with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events import services as events
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.school_year import SchoolYear

from .. import columns, layout, queries, reading, writing
from ..errors import AlreadyClosed, BookIncomplete, NotClosed, ReasonNeeded, YearClosed
from ..events import BookClosed, BookReopened
from ..models.marks import ABSENT, Basis
from ..reading import Pupil
from ..types import Book, Sheet
from ..writing import Change
from .entry import judge_row, locked_book, results_of, tell

REFUSE, ZERO, LEAVE = "refuse", "zero", "leave"
EXAMPLES = 3


def close_book(scope: Scope, *, book_id: int, missing: str = REFUSE, reason: str = "") -> int:
    """Close a book. Returns how many empty cells were filled.

    missing: what happens to required cells without a value: "refuse" (the close is refused and says whose), "zero" (0, or Chưa
    đạt in a comment subject: a test missed without a valid reason and not made up, Thông tư 22/2021 Điều 7), "leave" (the pupil's
    result stays open). The last two need a reason. Raises NotFound, YearClosed, AlreadyClosed, BookIncomplete, ReasonNeeded.
    """
    book, sheet = locked_book(scope, book_id, permission="gradebook.close")
    if book.year_closed:
        raise YearClosed(year=SchoolYear(book.school_year).label)
    if book.closed_at:
        raise AlreadyClosed(book=book.title, closed_at=formats.day_time(book.closed_at))
    pupils = _pupils(book)
    owed = missing_cells(book, pupils)
    if owed and missing == REFUSE:
        raise BookIncomplete(book=book.title, **_owed_in_words(book, owed))
    if owed and sum(map(str.isalpha, reason)) < 10:
        raise ReasonNeeded
    filled = [_fill(pupil, key) for pupil, key in owed] if missing == ZERO and book.kind in ("score", "comment") else []
    changes = _shown(book, filled)
    _judge_all(scope, book, sheet, pupils, changes, closed=True)
    if changes:
        tell(scope, book, changes, why=reason, action="missing_filled")
    _stamp(book, closed=True, by=scope.actor_id)
    audit.record(
        scope,
        "gradebook.book_closed",
        school_id=book.school_id,
        object_type="markbook",
        object_id=book.id,
        changes={"missing": missing if owed else "", "cells": len(owed)},
        why=reason,
    )
    events.publish(BookClosed(**_told(book)))
    return len(changes)


def reopen_book(scope: Scope, *, book_id: int, reason: str) -> None:
    """Open a closed book again, with the reason. Raises NotFound, YearClosed, NotClosed, ReasonNeeded."""
    if sum(map(str.isalpha, reason)) < 10:
        raise ReasonNeeded
    book, sheet = locked_book(scope, book_id, permission="gradebook.close")
    if book.year_closed:
        raise YearClosed(year=SchoolYear(book.school_year).label)
    if not book.closed_at:
        raise NotClosed(book=book.title)
    _judge_all(scope, book, sheet, _pupils(book), [], closed=False)
    _stamp(book, closed=False, by=scope.actor_id, reason=reason)
    audit.record(
        scope,
        "gradebook.book_reopened",
        school_id=book.school_id,
        object_type="markbook",
        object_id=book.id,
        changes={"closed_at": [book.closed_at.isoformat(), None]},
        why=reason,
    )
    events.publish(BookReopened(**_told(book)))


def _pupils(book: Book) -> list[Pupil]:
    """The rows of the class's present pupils, under the lock."""
    present = queries.present_pupils(book)
    pupils = reading.read(book, present)
    return [pupils[pupil_id] for pupil_id in present]


def missing_cells(book: Book, pupils: Sequence[Pupil]) -> list[tuple[Pupil, str]]:
    """Required cells without a value, row by row. Pupils who are not judged in the subject owe nothing."""
    required = [column for column in layout.shown_columns(book) if column.required]
    return [
        (pupil, column.key)
        for pupil in pupils
        if pupil.cells.get("basis", 0) not in (Basis.EXEMPT, Basis.INDIVIDUAL_PLAN)
        for column in required
        if pupil.cells[column.key] in (None, ABSENT)
    ]


def _owed_in_words(book: Book, owed: Sequence[tuple[Pupil, str]]) -> dict[str, Any]:
    labels = {column.key: column.label for column in layout.shown_columns(book)}
    pupils = list(dict.fromkeys(pupil.id for pupil, _ in owed))
    names = queries.names_of(pupils[:EXAMPLES])
    told = [
        f"{names.get(pupil_id, '')} ({', '.join(labels[key] for p, key in owed if p.id == pupil_id)})"
        for pupil_id in pupils[:EXAMPLES]
    ]
    more = len(pupils) - len(told)
    examples = "; ".join(told) + (f" và {more} em khác" if more else "")
    return {"cells": len(owed), "students": len(pupils), "examples": examples}


def _fill(pupil: Pupil, key: str) -> Change:
    old = pupil.cells[key]
    pupil.cells[key] = 0
    return Change(pupil.id, key, columns.ABSENT_SIGN if old == ABSENT else None, "0")


def _judge_all(
    scope: Scope, book: Book, sheet: Sheet, pupils: Sequence[Pupil], changes: Sequence[Change], *, closed: bool
) -> None:
    """Make every row of the book again for its new state, and the results that rest on it. Always moves the book's version."""
    before = {pupil.id: dict(pupil.cells) for pupil in pupils}
    touched = {change.student_id for change in changes}
    for pupil in pupils:
        judge_row(book, pupil, closed=closed)
    rows = [p for p in pupils if p.id in touched or p.cells != before[p.id]]
    writing.write(
        book,
        sheet,
        {pupil.id: pupil for pupil in pupils},
        rows=[pupil.id for pupil in rows],
        history=changes,
        results=results_of(book, sheet, pupils),
        answer=None,
        request_id="",
        actor_id=scope.actor_id,
        at=clock.now(),
        touch=True,
    )


def _shown(book: Book, changes: Sequence[Change]) -> list[Change]:
    zero = "CĐ" if book.kind == "comment" else "0"
    return [Change(c.student_id, c.cell, c.old, zero) for c in changes]


def _stamp(book: Book, *, closed: bool, by: int | None, reason: str = "") -> None:
    with connection.cursor() as cursor:
        if closed:
            cursor.execute(
                "UPDATE gradebook_markbook SET closed_at = %s, closed_by = %s WHERE id = %s", [clock.now(), by, book.id]
            )
        else:
            cursor.execute(
                "UPDATE gradebook_markbook SET closed_at = NULL, closed_by = NULL, reopened_at = %s, reopened_by = %s,"
                " reopen_reason = %s WHERE id = %s",
                [clock.now(), by, reason, book.id],
            )


def _told(book: Book) -> dict[str, Any]:
    return {
        "school_id": book.school_id,
        "book_id": book.id,
        "class_id": book.class_id,
        "subject": book.subject,
        "term": book.term,
        "school_year": book.school_year,
    }

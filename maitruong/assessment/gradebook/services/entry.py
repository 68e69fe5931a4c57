"""What a teacher types, saved: every cell checked by the rule of its book, compared with what she saw, kept with its history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events import services as events
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.carried import Carried
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear

from .. import columns, judging, layout, reading, storage, writing
from ..acts import rule
from ..errors import (
    BookClosed,
    NoSuchColumn,
    NotAText,
    NotInClass,
    NotJudged,
    ReasonNeeded,
    TooManyCells,
    YearClosed,
)
from ..events import ConductEntered, MarksEntered, ResultsChanged
from ..models.marks import Basis
from ..reading import Pupil
from ..types import Book, Cell, CellAnswer, ResultRow, Saved, Sheet, SubjectTerm
from ..weighing import judge_of
from ..writing import Change

CELLS_MOST = 4000
_of_term: Callable[[dict[str, Any]], tuple[Any, ...]] = itemgetter(*SubjectTerm._fields)


def enter_marks(scope: Scope, *, book_id: int, cells: Sequence[Cell], request_id: str) -> Saved:
    """Save the cells a teacher changed in a book of marks or comments. Cells that may not be saved are answered one by one;
    the others are saved. The same request_id again gives the same answer and writes nothing.

    Raises NotFound, BookClosed, YearClosed, TooManyCells, SavedMeanwhile; nothing is saved then.
    """
    return _enter(scope, book_id, cells, request_id, ("score", "comment"))


def enter_primary(scope: Scope, *, book_id: int, cells: Sequence[Cell], request_id: str) -> Saved:
    """The same for levels, tests and comments of primary school, and for qualities and competences."""
    return _enter(scope, book_id, cells, request_id, ("primary", "quality"))


def enter_conduct(scope: Scope, *, book_id: int, cells: Sequence[Cell], request_id: str) -> Saved:
    """The same for conduct and the homeroom teacher's comments."""
    return _enter(scope, book_id, cells, request_id, ("conduct",))


def enter_comment(scope: Scope, *, book_id: int, student_id: int, text: str, saw: str, request_id: str) -> Saved:
    """One comment of a book, whatever its kind."""
    return _enter(scope, book_id, [Cell(student_id, "comment", text, saw)], request_id, tuple(storage.STORES))


def _enter(scope: Scope, book_id: int, cells: Sequence[Cell], request_id: str, kinds: tuple[str, ...]) -> Saved:
    if len(cells) > CELLS_MOST:
        raise TooManyCells(given=formats.number(len(cells)), most=formats.number(CELLS_MOST))
    book, sheet = locked_book(scope, book_id, kinds=kinds)
    students = sorted({cell.row for cell in cells})
    with reading.begun(book, students, request_id=request_id, actor_id=scope.actor_id or 0) as found:
        if found.before is not None:
            return Saved(**found.before)
        refuse_if_closed(book)
        save = _Save(scope, book, sheet, found.pupils, found.lay)
        for cell in cells:
            save.take(cell)
        save.judge()
    save.tell_conflicts()
    return save.finish(request_id)


def locked_book(scope: Scope, book_id: int, *, permission: str = "", kinds: tuple[str, ...] = ()) -> tuple[Book, Sheet]:
    """The book and its class's sheet, locked, when the scope may write into it (or holds the permission). Raises NotFound."""
    found = storage.lock(book_id)
    if found is None:
        raise NotFound
    book, sheet = found
    allowed = scope.covers(permission or book.permission, **book.at)
    if not allowed or (kinds and book.kind not in kinds):
        raise NotFound
    return book, sheet


def refuse_if_closed(book: Book) -> None:
    if book.year_closed:
        raise YearClosed(year=SchoolYear(book.school_year).label)
    if book.closed_at:
        raise BookClosed(book=book.title, closed_at=formats.day_time(book.closed_at))


@dataclass
class _Save:
    """One save on its way: what each cell came to, which rows changed, and what was there before."""

    scope: Scope
    book: Book
    sheet: Sheet
    pupils: dict[int, Pupil]
    lay: Callable[[], None]
    answers: list[CellAnswer] = field(default_factory=list)
    conflicts: list[int] = field(default_factory=list)
    first: dict[tuple[int, str], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        book = self.book
        self.columns = {c.key: c for c in layout.open_columns(book)}
        self.check = rule("gradebook.check_mark", book.act, book.grade)
        self.typed: dict[tuple[str, str], columns.Value] = {}
        self.before = {pupil.id: _what_counts(book, pupil.cells) for pupil in self.pupils.values()}

    def take(self, cell: Cell) -> None:
        """Check one cell and lay it into its row, unless it is refused or somebody else wrote there meanwhile."""
        try:
            column, pupil = self._place(cell)
            new = self._read(column, cell.value)
        except Refusal as refusal:
            self.answers.append(
                CellAnswer(cell.row, cell.column, str(cell.value), "refused", f"{refusal.text} {refusal.advice}")
            )
            return
        now = pupil.cells[column.key]
        shown, wanted = columns.show(column, now), columns.show(column, new)
        if shown not in (wanted, _tidy(column, cell.saw)):
            self.conflicts.append(len(self.answers))
            self.answers.append(CellAnswer(cell.row, cell.column, wanted, "conflict", theirs={"value": shown}))
            return
        if now != new:
            self.first.setdefault((pupil.id, column.key), now)
            pupil.cells[column.key] = new
        self.answers.append(CellAnswer(cell.row, cell.column, wanted, "saved"))

    def _read(self, column: columns.Column, text: str) -> columns.Value:
        """A class types the same few marks again and again."""
        told = (column.key, text)
        if told not in self.typed:
            self.typed[told] = columns.read(column, text, self.check)
        return self.typed[told]

    def _place(self, cell: Cell) -> tuple[columns.Column, Pupil]:
        column = self.columns.get(cell.column)
        if column is None:
            raise NoSuchColumn(given=cell.column)
        if not isinstance(cell.value, str) or not isinstance(cell.saw, str):
            raise NotAText(given=cell.value)
        pupil = self.pupils.get(cell.row)
        if pupil is None or not pupil.present:
            raise NotInClass(given=cell.value)
        basis = pupil.cells.get("basis", 0)
        if basis == Basis.EXEMPT and column.kind != "text":
            raise NotJudged(basis=Basis(basis).label)
        return column, pupil

    def tell_conflicts(self) -> None:
        """Say whose value stands in the cell, and since when."""
        if not self.conflicts:
            return
        asked = [(self.answers[n].row, self.answers[n].column) for n in self.conflicts]
        writers = storage.last_writers(self.book, asked)
        for n, key in zip(self.conflicts, asked, strict=True):
            answer = self.answers[n]
            name, at = writers.get(key, ("", self.book.changed_at))
            theirs = {**(answer.theirs or {}), "by": name or "người khác", "at": iso(at)}
            self.answers[n] = CellAnswer(answer.row, answer.column, answer.value, answer.state, theirs=theirs)

    def judge(self) -> None:
        """Make the averages and outcomes of the rows that changed. A class's rows are made ready to be sent."""
        self.at, self.changes = clock.now(), self._changes()
        self.changed = sorted({change.student_id for change in self.changes})
        for pupil_id in self.changed:
            judge_row(self.book, self.pupils[pupil_id])
        self.ahead: writing.Ahead | None = None
        if len(self.changed) > reading.FEW:
            self.ahead = writing.Ahead(
                self.book,
                self.sheet,
                self.pupils,
                rows=self.changed,
                history=self.changes,
                actor_id=self.scope.actor_id,
                at=self.at,
            )

    def finish(self, request_id: str) -> Saved:
        """Make the results, write everything, tell it, answer. The rows of a class are written while its results are made."""
        book, pupils = self.book, self.pupils
        with self.ahead.under_way() if self.ahead else nullcontext():
            self.lay()
            results = results_of(book, self.sheet, filter(self._counts_anew, map(pupils.__getitem__, self.changed)))
            saved = Saved(
                f'"{book.version + bool(self.changes)}"',
                iso(self.at),
                [answer.as_dict() for answer in self.answers],
                {str(pupil_id): self._computed(pupils[pupil_id]) for pupil_id in self.changed},
                book.etag,
            )
            told = carried(self.scope, book, self.changes) if self.changes else ()
        writing.write(
            book,
            self.sheet,
            pupils,
            rows=() if self.ahead else self.changed,
            history=() if self.ahead else self.changes,
            results=results,
            answer=saved.as_dict(),
            request_id=request_id,
            actor_id=self.scope.actor_id,
            at=self.at,
            touch=bool(self.changes) and not self.ahead,
            carried=told,
        )
        return saved

    def _changes(self) -> list[Change]:
        """The net change of every cell, in the order first touched; a cell put back to what it was is no change."""
        found = []
        for (pupil_id, key), old in self.first.items():
            column, new = self.columns[key], self.pupils[pupil_id].cells[key]
            if old != new:
                found.append(
                    Change(pupil_id, key, columns.show(column, old) or None, columns.show(column, new) or None)
                )
        return found

    def _computed(self, pupil: Pupil) -> dict[str, str]:
        return layout.computed_texts(self.book, pupil.cells, pupil.marks.get((self.book.subject, 1)))

    def _counts_anew(self, pupil: Pupil) -> bool:
        """Whether what the pupil's results rest on changed."""
        return _what_counts(self.book, pupil.cells) != self.before[pupil.id]


# --- shared with closing and exemptions ----------------------------------------------------------------------------------


def judge_row(book: Book, pupil: Pupil, *, closed: bool = False) -> None:
    """Make the average or outcome of a row again, in place."""
    if book.kind not in ("score", "comment"):
        return
    made = judging.term_of(
        book.kind,
        book.act,
        book.grade,
        pupil.cells,
        needed=book.regular_needed,
        cluster=book.cluster,
        closed=closed,
    )
    pupil.cells.update(average=made.average, outcome=made.outcome, provisional=made.provisional)


def results_of(book: Book, sheet: Sheet, pupils: Iterable[Pupil]) -> list[ResultRow]:
    """The results of these pupils that rest on this book: the term's and the year's."""
    if book.kind in ("primary", "quality"):
        return [_primary_result(book, sheet, pupil) for pupil in pupils] if book.moment == 4 else []
    judge = judge_of(sheet.subjects, sheet.act, sheet.settings_id, sheet.grade)
    terms = (book.term, 0) if book.term else (0,)
    found: list[ResultRow] = []
    for pupil in pupils:
        if book.kind == "conduct":
            pupil.conduct[book.term] = pupil.cells["level"]
        else:
            pupil.marks[book.subject, book.term] = SubjectTerm._make(_of_term(pupil.cells))
        found += judge.results(pupil.id, pupil.marks, pupil.conduct, terms)
    return found


def _primary_result(book: Book, sheet: Sheet, pupil: Pupil) -> ResultRow:
    if book.kind == "primary":
        cells = pupil.cells
        pupil.primary[book.subject] = (cells["level"], cells["test"], cells["basis"])
    else:
        pupil.qualities = pupil.cells
    return judging.primary_result(
        pupil.id, sheet.subjects, pupil.primary, pupil.qualities, act=sheet.act, grade=sheet.grade
    )


def tell(scope: Scope, book: Book, changes: Sequence[Change], why: str, action: str) -> None:
    """The audit entry and the published fact of one act on a book."""
    audit.record(scope, f"gradebook.{action}", **_entry(book, changes), why=why)
    events.publish(_fact(book, changes))


def carried(scope: Scope, book: Book, changes: Sequence[Change]) -> tuple[Carried, Carried]:
    """The same of one save, for its own statement to write."""
    entry = audit.carried(scope, "gradebook.marks_entered", **_entry(book, changes))
    fact = events.carried(_fact(book, changes))
    return entry, fact


def _entry(book: Book, changes: Sequence[Change]) -> dict[str, Any]:
    cells = [[c.student_id, c.cell, c.old, c.new] for c in changes]
    return {"school_id": book.school_id, "object_type": "markbook", "object_id": book.id, "changes": cells}


def _fact(book: Book, changes: Sequence[Change]) -> MarksEntered | ConductEntered:
    told: dict[str, Any] = {
        "school_id": book.school_id,
        "book_id": book.id,
        "class_id": book.class_id,
        "term": book.term,
        "school_year": book.school_year,
        "students": sorted({change.student_id for change in changes}),
        "cells": len(changes),
    }
    return ConductEntered(**told) if book.kind == "conduct" else MarksEntered(subject=book.subject, **told)


def iso(moment: Any) -> str:
    return moment.astimezone(clock.VIETNAM).isoformat(timespec="seconds")


def _what_counts(book: Book, cells: dict[str, Any]) -> tuple[Any, ...]:
    """What of a row a result rests on."""
    if book.kind in ("score", "comment"):
        return _of_term(cells)
    return (cells["level"],) if book.kind == "conduct" else tuple(cells.values())


def _tidy(column: columns.Column, saw: str) -> str:
    """What the page saw, as the book would show it: a comment seen before tidying must not look like a change."""
    return columns.read(column, saw, lambda text, cell: None) if column.kind == "text" else saw.strip()  # type: ignore[return-value, arg-type]


# --- on what a pupil is judged -------------------------------------------------------------------------------------------


def set_basis(scope: Scope, *, book_id: int, student_ids: Iterable[int], basis: int, reason: str) -> list[int]:
    """Exempt pupils from a subject, judge them by an individual plan, or put them back. Marks they have are kept.

    Raises NotFound, BookClosed, YearClosed, ReasonNeeded. Returns the pupils whose basis changed.
    """
    if sum(map(str.isalpha, reason)) < 10:
        raise ReasonNeeded
    book, sheet = locked_book(scope, book_id, permission="gradebook.exempt", kinds=("score", "comment", "primary"))
    refuse_if_closed(book)
    wanted = Basis(basis)
    pupils = reading.read(book, sorted(set(student_ids)))
    here = [pupil for pupil in pupils.values() if pupil.present]
    if not here:
        raise NotFound
    chosen = [pupil for pupil in here if pupil.cells["basis"] != wanted]
    changes = [Change(p.id, "basis", Basis(p.cells["basis"]).label, wanted.label) for p in chosen]
    if not changes:
        return []
    for pupil in chosen:
        pupil.cells["basis"] = int(wanted)
        judge_row(book, pupil)
    writing.write(
        book,
        sheet,
        pupils,
        rows=[pupil.id for pupil in chosen],
        history=changes,
        results=results_of(book, sheet, chosen),
        answer=None,
        request_id="",
        actor_id=scope.actor_id,
        at=clock.now(),
        touch=True,
    )
    tell_basis(scope, book, changes, reason)
    return [pupil.id for pupil in chosen]


def tell_basis(scope: Scope, book: Book, changes: Sequence[Change], reason: str) -> None:
    audit.record(scope, "gradebook.basis_set", **_entry(book, changes), why=reason)
    students = sorted(change.student_id for change in changes)
    events.publish(
        ResultsChanged(
            school_id=book.school_id, class_id=book.class_id, school_year=book.school_year, students=students
        )
    )

"""Facts the mark books publish. Ids only, never names or marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maitruong.foundation.events.services import Event


@dataclass(frozen=True)
class MarksEntered(Event):
    """Cells of a book changed. students: whose; cells: how many."""

    kind: ClassVar[str] = "gradebook.marks_entered"
    book_id: int
    class_id: int
    subject: str
    term: int
    school_year: int
    students: list[int]
    cells: int


@dataclass(frozen=True)
class ConductEntered(Event):
    """Conduct or the homeroom teacher's comments of a class changed."""

    kind: ClassVar[str] = "gradebook.conduct_entered"
    book_id: int
    class_id: int
    term: int
    school_year: int
    students: list[int]
    cells: int


@dataclass(frozen=True)
class ResultsChanged(Event):
    """Results of pupils were made again without a mark being entered (a book closed, an exemption, a rule changed)."""

    kind: ClassVar[str] = "gradebook.results_changed"
    class_id: int
    school_year: int
    students: list[int]


@dataclass(frozen=True)
class BooksOpened(Event):
    """A class has its books of the year."""

    kind: ClassVar[str] = "gradebook.books_opened"
    class_id: int
    school_year: int
    books: int


@dataclass(frozen=True)
class BookClosed(Event):
    kind: ClassVar[str] = "gradebook.book_closed"
    book_id: int
    class_id: int
    subject: str
    term: int
    school_year: int


@dataclass(frozen=True)
class BookReopened(Event):
    kind: ClassVar[str] = "gradebook.book_reopened"
    book_id: int
    class_id: int
    subject: str
    term: int
    school_year: int

"""Reads of the mark books, always within a scope."""

from .books import (
    BookPage,
    BookRow,
    BookSummary,
    book_page,
    books_of_school,
    changes_since,
    history,
    my_books,
    names_of,
    open_book,
    present_pupils,
)
from .family import FamilySubject, FamilyYear, family_marks, family_why
from .results import ClassResults, PupilResult, class_results, why, why_level

__all__ = [
    "BookPage",
    "BookRow",
    "BookSummary",
    "ClassResults",
    "FamilySubject",
    "FamilyYear",
    "PupilResult",
    "book_page",
    "books_of_school",
    "changes_since",
    "class_results",
    "family_marks",
    "family_why",
    "history",
    "my_books",
    "names_of",
    "open_book",
    "present_pupils",
    "why",
    "why_level",
]

"""Reads of the mark books, always within a scope."""

from .books import BookPage, BookRow, book_page, changes_since, history, names_of, open_book, present_pupils, siblings
from .family import FamilySubject, FamilyYear, family_marks, family_why, marks_at
from .lists import (
    BookSummary,
    ClassState,
    books_of_school,
    class_states,
    classes_without_books,
    homeroom_books,
    my_books,
)
from .records import RecordSubject, RecordYear, class_year, open_books
from .results import ClassResults, PupilResult, class_results, class_sheet, why, why_level
from .summer import SummerPupil, class_summer

__all__ = [
    "BookPage",
    "BookRow",
    "BookSummary",
    "ClassResults",
    "ClassState",
    "FamilySubject",
    "FamilyYear",
    "PupilResult",
    "RecordSubject",
    "RecordYear",
    "SummerPupil",
    "book_page",
    "books_of_school",
    "changes_since",
    "class_results",
    "class_sheet",
    "class_states",
    "class_summer",
    "class_year",
    "classes_without_books",
    "family_marks",
    "family_why",
    "history",
    "homeroom_books",
    "marks_at",
    "my_books",
    "names_of",
    "open_book",
    "open_books",
    "present_pupils",
    "siblings",
    "why",
    "why_level",
]

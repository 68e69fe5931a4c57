"""Writes of the mark books. Each runs in the caller's unit of work: all or nothing, one commit."""

from .closing import LEAVE, REFUSE, ZERO, close_book, reopen_book
from .entry import enter_comment, enter_conduct, enter_marks, enter_primary, set_basis
from .opening import forget_old_answers, open_books, prepare_year

__all__ = [
    "LEAVE",
    "REFUSE",
    "ZERO",
    "close_book",
    "enter_comment",
    "enter_conduct",
    "enter_marks",
    "enter_primary",
    "forget_old_answers",
    "open_books",
    "prepare_year",
    "reopen_book",
    "set_basis",
]

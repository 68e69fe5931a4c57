"""Writes of the mark books. Each runs in the caller's unit of work: all or nothing, one commit."""

from .closing import LEAVE, REFUSE, ZERO, close_book, reopen_book
from .entry import enter_comment, enter_conduct, enter_marks, enter_primary, set_basis
from .loading import load_marks, open_year
from .opening import forget_old_answers, open_books, prepare_year
from .recompute import Differences, make_results, recompute
from .summer import enter_summer
from .years import close_year, unfinished

__all__ = [
    "LEAVE",
    "REFUSE",
    "ZERO",
    "Differences",
    "close_book",
    "close_year",
    "enter_comment",
    "enter_conduct",
    "enter_marks",
    "enter_primary",
    "enter_summer",
    "forget_old_answers",
    "load_marks",
    "make_results",
    "open_books",
    "open_year",
    "prepare_year",
    "recompute",
    "reopen_book",
    "set_basis",
    "unfinished",
]

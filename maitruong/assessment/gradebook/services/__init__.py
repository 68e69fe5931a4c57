"""Writes of the mark books. Each runs in the caller's unit of work: all or nothing, one commit."""

from .classes import forget_class, held_of_class
from .closing import LEAVE, REFUSE, ZERO, close_book, reopen_book
from .entry import enter_comment, enter_conduct, enter_marks, enter_primary, set_basis
from .loading import load_marks, open_year
from .moving import carry_marks
from .opening import forget_old_answers, open_books, prepare_year
from .recompute import Differences, make_results, recompute
from .summer import enter_summer
from .years import close_year, unfinished

__all__ = [
    "LEAVE",
    "REFUSE",
    "ZERO",
    "Differences",
    "carry_marks",
    "close_book",
    "close_year",
    "enter_comment",
    "enter_conduct",
    "enter_marks",
    "enter_primary",
    "enter_summer",
    "forget_class",
    "forget_old_answers",
    "held_of_class",
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

"""What must be told to this module from above: who still sits in a school before it may be closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

#: (school, last day) → how many are still bound to the school after that day.
Counts = Callable[[int, dt.date], int]
_bound: dict[str, Counts] = {}


def asks(words: str, count: Counts) -> None:
    """Ask this before a school is closed. words: what is counted, "học sinh đang học". Called by the roof."""
    _bound[words] = count


def still_bound(school_id: int, last_day: dt.date) -> list[tuple[int, str]]:
    """How many of what are still bound to the school: [(312, "học sinh đang học")]; empty when it may be closed."""
    counted = ((count(school_id, last_day), words) for words, count in _bound.items())
    return [(number, words) for number, words in counted if number]

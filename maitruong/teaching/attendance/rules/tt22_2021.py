"""Missed sessions under Circular 22/2021/TT-BGDĐT, Điều 12: at most 45 in a school year, with or without permission, counted
on the standard plan of one session a day. How a school that teaches two sessions counts is its own setting; the circular does
not say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal

Counting = Literal["plan", "day", "session"]
COUNTINGS: tuple[Counting, ...] = ("plan", "day", "session")
MOST_SESSIONS = 45


def counted(missed: Iterable[tuple[dt.date, str]], *, two_sessions: bool, counting: str) -> int:
    """How many sessions count among those missed, each a day and "morning" or "afternoon".

    A school of one session a day: every missed session counts. A school of two:
    plan     the morning is the session of the standard plan; both missed count 1, only the afternoon counts 0
    day      a day counts 1, whatever was missed
    session  every missed session counts

    >>> day = dt.date(2026, 11, 20)
    >>> both = [(day, "morning"), (day, "afternoon")]
    >>> [counted(both, two_sessions=True, counting=how) for how in COUNTINGS]
    [1, 1, 2]
    """
    sessions = set(missed)
    if not two_sessions or counting == "session":
        return len(sessions)
    if counting == "day":
        return len({day for day, _ in sessions})
    return len({day for day, session in sessions if session == "morning"})


def is_too_many(sessions: int) -> bool:
    """Whether a pupil missed more than may be for promotion: 45 passes, 46 does not.

    >>> is_too_many(45), is_too_many(46)
    (False, True)
    """
    return sessions > MOST_SESSIONS

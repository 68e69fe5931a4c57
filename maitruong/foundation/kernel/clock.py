"""The one clock of the house, so that tests can make it stand still."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

_frozen: dt.datetime | None = None


def now() -> dt.datetime:
    """The present moment, aware, in Vietnamese time."""
    return _frozen or dt.datetime.now(VIETNAM)


def today() -> dt.date:
    """The day in Vietnam. At 06:30 in Hà Nội it is still yesterday in UTC: never ask the server's own zone."""
    return now().date()


def day_of(moment: dt.datetime) -> dt.date:
    """The Vietnamese day an aware moment belongs to."""
    return moment.astimezone(VIETNAM).date()


@contextmanager
def standing_still(moment: dt.datetime) -> Iterator[None]:
    """Hold the clock at an aware moment, for tests and for seeds that must come out the same each time."""
    global _frozen
    if moment.tzinfo is None:
        raise ValueError("the clock wants an aware moment")
    before, _frozen = _frozen, moment.astimezone(VIETNAM)
    try:
        yield
    finally:
        _frozen = before

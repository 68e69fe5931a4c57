"""Many rights in one statement, for lists that let many families in at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from .models import Grant
from .staging import insert_many


class NewGrant(NamedTuple):
    """A right limited to students. The caller answers for its being allowed and writes the audit.

    waits_since: not usable until somebody confirms the person.
    """

    person_id: int
    role: str
    unit_id: int
    student_ids: list[int]
    valid_from: dt.date
    valid_to: dt.date | None
    reason: str
    waits_since: dt.datetime | None = None


def grant_many(rows: Sequence[NewGrant]) -> list[int]:
    """Give rights; returns their ids in the order of the rows."""
    return insert_many(Grant, NewGrant._fields, rows) if rows else []

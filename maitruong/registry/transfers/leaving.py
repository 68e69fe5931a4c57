"""A pupil goes to another province: his school writes down what goes along, and his place ends with a day."""

from __future__ import annotations

import datetime as dt

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.registry.enrolment import services as seats

from . import steps
from .applying import BEYOND
from .models import Transfer
from .releasing import bundle, held_seat
from .types import Kind, State


def let_leave(scope: Scope, *, transfer_id: int, last_day: dt.date, why: str) -> None:
    """The school's head lets a pupil go to another province; `last_day` is the last one here.

    Raises NotFound, StepPassed, WhyMissing, PupilGone and what enrolment says of the day.
    """
    row = steps.taken(scope, "transfers.decide", transfer_id, side="from")
    if steps.is_repeated(row, State.LEFT):
        return
    steps.refuse_unless(row, *([State.APPLIED] if row.kind == Kind.OUT else []))
    why = steps.wanted(why)
    with unit_of_work(BEYOND):
        bundle(row)
        _end(row, last_day)
    steps.write(
        scope, row, State.LEFT, school_id=row.from_school_id or 0, why=why, starts_on=last_day + dt.timedelta(days=1)
    )


def _end(row: Transfer, last_day: dt.date) -> None:
    seats.end_enrolment(
        BEYOND,
        enrolment_id=held_seat(row).id,
        ends_on=last_day,
        status="transferred_out",
        why=f"chuyển đến {row.elsewhere}, {row.elsewhere_province}, đơn số {row.pk}",
    )

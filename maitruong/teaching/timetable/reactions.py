"""Who leaves the staff teaches nobody here after the last day."""

from __future__ import annotations

import datetime as dt

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.events.services import Delivered, react
from maitruong.registry.staff.events import StaffLeft

from . import services

_SCOPE = system_scope("who left the staff is no teacher any more")


def register() -> None:
    """Called by the roof."""
    react(StaffLeft.kind, "timetable.staff_left", on_staff_left)


def on_staff_left(facts: list[Delivered]) -> None:
    with unit_of_work(_SCOPE):
        for fact in facts:
            services.end_assignments_of(
                _SCOPE,
                teacher_id=fact.payload["person_id"],
                school_id=fact.school_id or 0,
                last_day=dt.date.fromisoformat(fact.payload["ends_on"]),
            )

"""Who leaves the staff is no homeroom teacher after the last day."""

from __future__ import annotations

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.events.services import Delivered, react
from maitruong.registry.staff.events import StaffLeft

from . import services

_SCOPE = system_scope("who left the staff is no homeroom teacher any more")


def register() -> None:
    """Called by the roof."""
    react(StaffLeft.kind, "enrolment.staff_left", on_staff_left)


def on_staff_left(facts: list[Delivered]) -> None:
    release()


def release() -> int:
    """Also asked by the clock: a last day may lie ahead when the fact is told."""
    with unit_of_work(_SCOPE):
        return services.release_homerooms(_SCOPE)

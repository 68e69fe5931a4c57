"""What the books do when something they rest on has changed."""

from __future__ import annotations

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.events.services import Delivered, react
from maitruong.registry.calendar import queries as calendar

from .models import ClassSheet
from .services import open_books


def register() -> None:
    """Called by the roof."""
    react("enrolment.programme_chosen", "gradebook.programme_chosen", follow_programme)


def follow_programme(facts: list[Delivered]) -> None:
    """A class with open books chose other electives: the books it lacks are opened. Told twice, nothing more happens."""
    scope = system_scope("books of a subject chosen later")
    with unit_of_work(scope):
        for class_id in {
            fact.payload["class_id"] for fact in facts if not calendar.is_closed(fact.payload["school_year"])
        }:
            if ClassSheet._base_manager.filter(class_id=class_id).exists():
                open_books(scope, class_id=class_id)

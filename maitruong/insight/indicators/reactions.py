"""What makes figures stale. Told facts twice or late, the same school is only counted again."""

from __future__ import annotations

from collections.abc import Callable

from maitruong.foundation.events.services import Delivered, react

from . import services
from .counts import GROUPS

#: kind of fact → groups it touches
TOUCHES: dict[str, tuple[str, ...]] = {
    "gradebook.marks_entered": ("marks", "levels"),
    "gradebook.conduct_entered": ("levels",),
    "gradebook.results_changed": ("levels",),
    "gradebook.book_closed": ("books",),
    "gradebook.book_reopened": ("books",),
    "gradebook.books_opened": ("books", "levels"),
    "enrolment.class_opened": ("rolls",),
    "enrolment.class_removed": ("rolls", "books", "levels"),
    "enrolment.pupil_enrolled": ("rolls", "records", "verified"),
    "enrolment.pupil_left": ("rolls", "records", "verified"),
    "enrolment.rolls_changed": ("rolls", "records", "verified"),
    "verification.people_verified": ("verified",),
    "school_records.record_sealed": ("records",),
    "school_records.record_superseded": ("records",),
}


def register() -> None:
    """Called by the roof."""
    for kind, groups in TOUCHES.items():
        known = tuple(group for group in groups if group in GROUPS)
        react(kind, f"indicators.{kind}", _marks(known))


def _marks(groups: tuple[str, ...]) -> Callable[[list[Delivered]], None]:
    def on_fact(facts: list[Delivered]) -> None:
        services.mark_stale(
            (fact.school_id, fact.payload["school_year"], group, fact.at)
            for fact in facts
            for group in groups
            if fact.school_id is not None and "school_year" in fact.payload
        )

    return on_fact

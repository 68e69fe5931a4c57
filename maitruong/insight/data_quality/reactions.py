"""What may have made a school's data wrong, or right. Told facts twice or late, the same school is only looked at again."""

from __future__ import annotations

from maitruong.foundation.events.services import Delivered, react

from . import running

KINDS = (
    "enrolment.class_opened",
    "enrolment.class_removed",
    "enrolment.pupil_enrolled",
    "enrolment.pupils_enrolled",
    "enrolment.pupil_left",
    "enrolment.homeroom_appointed",
    "enrolment.rolls_changed",
    "staff.employed",
    "staff.left",
    "staff.record_changed",
    "students.guardian_added",
    "students.guardian_ended",
    "people.merged",
    "people.parted",
)


def register() -> None:
    """Called by the roof."""
    for kind in KINDS:
        react(kind, f"data_quality.{kind}", _on_fact)


def _on_fact(facts: list[Delivered]) -> None:
    schools = [fact.school_id for fact in facts if fact.school_id is not None]
    if schools:
        running.mark_due(schools)

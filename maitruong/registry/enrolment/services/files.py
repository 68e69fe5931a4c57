"""A pupil's file and the class list in somebody's hands: whoever reads or changes them stands in the audit."""

from __future__ import annotations

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import reads
from maitruong.foundation.audit import services as audit
from maitruong.foundation.people import services as people

from .. import queries
from ..errors import PurposeMissing
from ..types import ClassRef, Dossier, RosterRow


def open_dossier(scope: Scope, *, student_id: int, why: str = "") -> Dossier:
    """A pupil's file, for somebody's eyes: that it was opened is written into the audit.

    Who works at a unit that governs schools, not at the school, says what for: the file tells of health, poverty and belief.
    Raises NotFound, PurposeMissing.
    """
    dossier = queries.dossier(scope, student_id)
    if reads.from_above(scope) and not why.strip():
        raise PurposeMissing
    audit.record(
        scope,
        "students.dossier_opened",
        school_id=dossier.seat.school_id,
        object_type="student",
        object_id=student_id,
        subject_id=student_id,
        why=why.strip(),
    )
    return dossier


def show_number(scope: Scope, *, student_id: int, identifier_id: int, why: str) -> str:
    """One number of a pupil in full; who looked, and why, is written into the audit first. Raises NotFound."""
    seat = queries.reach(scope, "students.number", student_id)
    value = queries.number_of(student_id, identifier_id)
    if value is None:
        raise NotFound
    audit.record(
        scope,
        "students.number_shown",
        school_id=seat.school_id,
        object_type="identifier",
        object_id=identifier_id,
        subject_id=student_id,
        why=why,
    )
    return value


def edit_contact(
    scope: Scope, *, student_id: int, version: int, phone: str, email: str, residence: str
) -> dict[str, list[str]]:
    """Write a pupil's contact fields over the version that was seen. Returns {field: [old, new]}.

    Only where the pupil sits today. Raises NotFound, PhoneRefused, NotAnAddress, ChangedMeanwhile.
    """
    seat = queries.reach(scope, "students.edit", student_id, only_open=True)
    changes = people.change_contact(
        person_id=student_id, version=version, phone=phone, email=email, residence=residence
    )
    if changes:
        audit.record(
            scope,
            "students.contact_changed",
            school_id=seat.school_id,
            object_type="student",
            object_id=student_id,
            subject_id=student_id,
            changes=changes,
        )
    return changes


def export_roster(scope: Scope, *, class_id: int) -> tuple[ClassRef, list[RosterRow]]:
    """The class list for a file that leaves the house; that it left is written into the audit. Raises NotFound."""
    ref = queries.class_ref(scope, class_id=class_id, permission="students.export")
    rows = queries.members(ref, on=queries.day_within(ref.school_year))
    audit.record(
        scope,
        "students.roster_exported",
        school_id=ref.school_id,
        object_type="class",
        object_id=class_id,
        changes={"rows": len(rows)},
    )
    return ref, rows

"""Writes about schools."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import phones

from .errors import CountingUnknown
from .founding import NewSchool, close_school, communes, found_school, move_school, rename_school, school
from .models import School

__all__ = [
    "COUNTINGS",
    "NewSchool",
    "close_school",
    "communes",
    "describe_school",
    "found_school",
    "move_school",
    "rename_school",
    "school",
    "work_school",
]

COUNTINGS = {
    "plan": "Theo buổi học chính trong kế hoạch (buổi thứ hai không tính)",
    "day": "Mỗi ngày vắng tính một buổi",
    "session": "Mỗi buổi vắng tính một buổi",
}


@transaction.atomic
def describe_school(
    scope: Scope,
    *,
    school_id: int,
    levels: Sequence[str],
    school_type: str,
    ownership: str = "1",
    phone: str = "",
    two_sessions: bool = False,
    absence_counting: str = "plan",
) -> dict[str, list[object]]:
    """Write how a school works. Returns {field: [old, new]}; a school described for the first time has no old values."""
    if not scope.covers("schools.edit", school_id=school_id):
        raise NotFound
    if absence_counting not in COUNTINGS:
        raise CountingUnknown(given=absence_counting)
    wanted = {
        "levels": list(levels),
        "school_type": school_type,
        "ownership": ownership,
        "phone": phones.normalise(phone) if phone.strip() else "",
        "two_sessions": two_sessions,
        "absence_counting": absence_counting,
    }
    before = School.objects.select_for_update().filter(pk=school_id).values(*wanted).first() or {}
    changes = {name: [before.get(name), value] for name, value in wanted.items() if before.get(name) != value}
    if changes:
        School.objects.update_or_create(pk=school_id, defaults=wanted)
        audit.record(
            scope, "schools.described", school_id=school_id, object_type="school", object_id=school_id, changes=changes
        )
    return changes


def work_school(
    scope: Scope, *, school_id: int, phone: str, two_sessions: bool, absence_counting: str
) -> dict[str, list[object]]:
    """What the school itself says of its work; kind and levels stay as they were founded. Raises NotFound, CountingUnknown."""
    if not scope.covers("schools.edit", school_id=school_id):
        raise NotFound
    row = School.objects.filter(pk=school_id).first()
    if row is None:
        raise NotFound
    return describe_school(
        scope,
        school_id=school_id,
        levels=row.levels,
        school_type=row.school_type,
        ownership=row.ownership,
        phone=phone,
        two_sessions=two_sessions,
        absence_counting=absence_counting,
    )

"""Writes about schools."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import phones

from .errors import CountingUnknown
from .models import School

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

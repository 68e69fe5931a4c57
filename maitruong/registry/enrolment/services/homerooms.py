"""A class gets its homeroom teacher together with the right that goes with it."""

from __future__ import annotations

import datetime as dt

from maitruong.foundation.access import services as grants
from maitruong.foundation.access.types import Scope
from maitruong.foundation.events.services import publish
from maitruong.foundation.kernel import clock
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.staff import queries as staff

from ..errors import (
    NotOnTheStaff,
)
from ..events import HomeroomAppointed
from ..models import SchoolClass
from .classes import class_to_change, record
from .places import refuse_outside_year


def appoint_homeroom(scope: Scope, *, class_id: int, teacher_id: int | None, on: dt.date, why: str = "") -> bool:
    """Make a person the homeroom teacher of a class from a day, with the right limited to it; the former one's right ends the
    day before. None leaves the class without one. Returns False when nothing changed.

    Raises NotFound, NotOnTheStaff, OutsideYear, YearClosed.
    """
    school_class = class_to_change(scope, class_id)
    before = school_class.homeroom_id
    if before == teacher_id:
        return False
    if teacher_id is not None or on > clock.today():
        refuse_outside_year(school_class.school_year, on)
    school_id = school_class.school_id
    if teacher_id is not None and not staff.works_at(teacher_id, school_id, on=on):
        raise NotOnTheStaff(on=on)
    if before is not None:
        grants.close_grants(
            person_id=before,
            role="homeroom_teacher",
            unit_id=school_id,
            class_id=class_id,
            last_day=on - dt.timedelta(days=1),
        )
    if teacher_id is not None:
        grants.grant(
            person_id=teacher_id,
            role="homeroom_teacher",
            unit_id=school_id,
            class_ids=[class_id],
            valid_from=on,
            valid_to=calendar.last_day_of_rights(school_class.school_year),
            reason=why or f"Chủ nhiệm lớp {school_class.name}",
        )
    SchoolClass._base_manager.filter(pk=class_id).update(homeroom_id=teacher_id)
    record(scope, "enrolment.homeroom_appointed", school_class, changes={"homeroom": [before, teacher_id]}, why=why)
    publish(
        HomeroomAppointed(
            school_id=school_id, school_year=school_class.school_year, class_id=class_id, teacher_id=teacher_id
        )
    )
    return True


def leave_homeroom(scope: Scope, *, class_id: int, teacher_id: int, why: str) -> bool:
    """The class has no homeroom teacher any more, if it is still this one; the right was withdrawn by the caller."""
    school_class = class_to_change(scope, class_id)
    if school_class.homeroom_id != teacher_id:
        return False
    return appoint_homeroom(scope, class_id=class_id, teacher_id=None, on=clock.today(), why=why)


def release_homerooms(scope: Scope) -> int:
    """Classes of open years whose homeroom teacher has left the staff have none from now on. Returns how many.

    A class knows one homeroom teacher and no days: one who leaves later keeps it until then, so this is asked every day.
    """
    held = SchoolClass.objects.visible_to(scope, "enrolment.manage").filter(homeroom_id__isnull=False)
    held = held.filter(school_year__in=[row.year for row in calendar.years() if row.closed_at is None])
    teachers = {person for person in held.values_list("homeroom_id", flat=True) if person is not None}
    left = staff.left_among(teachers, on=clock.today())
    rows = list(held.filter(homeroom_id__in=[person for person, _ in left]).order_by("pk"))
    count = 0
    for row in rows:
        if row.homeroom_id is not None and (row.homeroom_id, row.school_id) in left:
            count += leave_homeroom(scope, class_id=row.pk, teacher_id=row.homeroom_id, why="thôi việc ở trường")
    return count

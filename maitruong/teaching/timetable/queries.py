"""Reads about who teaches what."""

from __future__ import annotations

import datetime as dt

from django.db.models import OuterRef, Q, Subquery

from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.kernel import clock
from maitruong.foundation.people.models import Person
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import ClassRef, ClassRow

from . import plans
from .models import Assignment
from .types import AssignmentRow

_BEYOND = system_scope("what somebody teaches who goes to another school")


def assignments(
    scope: Scope,
    *,
    class_id: int | None = None,
    teacher_id: int | None = None,
    school_id: int | None = None,
    school_year: int,
    on: dt.date | None = None,
    permission: str = "timetable.view",
) -> list[AssignmentRow]:
    """Assignments of a year that the scope reaches, by class and subject; `on`: only those that hold on a day. One statement."""
    rows = Assignment.objects.visible_to(scope, permission).filter(school_year=school_year)
    for name, value in (("class_id", class_id), ("teacher_id", teacher_id), ("school_id", school_id)):
        if value is not None:
            rows = rows.filter(**{name: value})
    if on is not None:
        rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)
    named = Person._base_manager.filter(pk=OuterRef("teacher_id")).values("full_name")
    found = rows.annotate(teacher_name=Subquery(named)).order_by("class_id", "subject", "starts_on", "pk")
    return [
        AssignmentRow(
            id=row.pk,
            school_id=row.school_id,
            school_year=row.school_year,
            class_id=row.class_id,
            subject=row.subject,
            teacher_id=row.teacher_id,
            teacher_name=row.teacher_name or "",
            starts_on=row.starts_on,
            ends_on=row.ends_on,
        )
        for row in found
    ]


def taught_by(teacher_id: int, school_id: int) -> list[str]:
    """What a teacher teaches at a school today and after, in words ("Toán, lớp 8A2"), in the order of the classes: what would stand
    without a teacher if she left (transfers.ports.Teaching). Three statements."""
    today = clock.today()
    going_on = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    year = calendar.year_on(today)
    rows = Assignment.objects.visible_to(_BEYOND, "").filter(
        going_on, teacher_id=teacher_id, school_id=school_id, school_year__gte=year
    )
    held = [(row.class_id, row.school_year, row.subject) for row in rows.order_by("school_year", "subject", "pk")]
    if not held:
        return []
    years = {school_year for _, school_year, _ in held}
    classes = {row.id: row for year in years for row in enrolment.classes(_BEYOND, school_id, year)}
    order = {class_id: place for place, class_id in enumerate(classes)}
    held.sort(key=lambda one: order.get(one[0], 0))
    return [f"{_subject_name(classes[c], subject)}, lớp {classes[c].name}" for c, _, subject in held if c in classes]


def _subject_name(row: ClassRow, code: str) -> str:
    ref = ClassRef(row.id, row.school_id, row.school_year, row.grade, row.name, row.homeroom_id)
    return plans.subject_name(ref, code)

"""Reads about who teaches what."""

from __future__ import annotations

import datetime as dt

from django.db.models import OuterRef, Q, Subquery

from maitruong.foundation.access.types import Scope
from maitruong.foundation.people.models import Person

from .models import Assignment
from .types import AssignmentRow


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

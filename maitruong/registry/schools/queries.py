"""Reads about schools; their particulars are public."""

from __future__ import annotations

from .models import School
from .types import SchoolFacts, ownership_code


def facts(school_id: int) -> SchoolFacts | None:
    row = School.objects.filter(pk=school_id).first()
    if row is None:
        return None
    return SchoolFacts(
        row.pk,
        tuple(row.levels),
        row.school_type,
        ownership_code(row.ownership),
        row.phone,
        row.two_sessions,
        row.absence_counting,
    )

"""Reads about schools; their particulars are public."""

from __future__ import annotations

from .models import School
from .types import SchoolFacts, ownership_code


def levels_of(school_id: int) -> tuple[str, ...]:
    """Codes of reference education_level that a school teaches; none for a unit that is no school."""
    return tuple(School.objects.filter(pk=school_id).values_list("levels", flat=True).first() or ())


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

"""Reads about schools; their particulars are public."""

from __future__ import annotations

from collections.abc import Iterable

from .models import School
from .types import SchoolFacts


def levels_of(school_ids: Iterable[int]) -> dict[int, list[str]]:
    return dict(School.objects.filter(pk__in=list(school_ids)).values_list("pk", "levels"))


def facts(school_id: int) -> SchoolFacts | None:
    row = School.objects.filter(pk=school_id).first()
    if row is None:
        return None
    return SchoolFacts(
        row.pk, tuple(row.levels), row.school_type, row.ownership, row.phone, row.two_sessions, row.absence_counting
    )

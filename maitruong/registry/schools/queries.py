"""Reads about schools; their particulars are public."""

from __future__ import annotations

from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import queries as organisations

from .errors import SchoolClosed
from .models import School
from .types import SchoolFacts, ownership_code


def levels_of(school_id: int) -> tuple[str, ...]:
    """Codes of reference education_level that a school teaches; none for a unit that is no school."""
    return tuple(School.objects.filter(pk=school_id).values_list("levels", flat=True).first() or ())


def refuse_closed(school_id: int) -> None:
    """What a closed school keeps is there to be read; nothing begins in it any more. Raises SchoolClosed."""
    last_day = organisations.closed_on(school_id)
    if last_day is not None and last_day < clock.today():
        raise SchoolClosed(on=last_day)


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

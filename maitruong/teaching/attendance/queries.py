"""Reads about absences. What was taken back does not count."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from maitruong.foundation.access.types import Scope
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import ClassRef
from maitruong.registry.schools import queries as schools

from .models import Absence
from .rules import counted
from .types import AFTERNOON, EXCUSED, MORNING, PRESENT, UNEXCUSED, AbsenceCount, AbsenceRow, SheetRow


def sheet(scope: Scope, *, class_id: int, day: dt.date) -> tuple[ClassRef, list[SheetRow]]:
    """The class on a day, in the order of the class list, with what was entered. Raises NotFound. Three statements."""
    ref = enrolment.class_ref(scope, class_id=class_id, permission="attendance.view")
    members = enrolment.members(ref, on=day)
    rows = Absence._base_manager.filter(class_id=class_id, day=day, school_id=ref.school_id, withdrawn_at__isnull=True)
    found = {(row.student_id, row.session): row for row in rows}

    def state(student_id: int, session: str) -> str:
        row = found.get((student_id, session))
        return PRESENT if row is None else EXCUSED if row.excused else UNEXCUSED

    def reason(student_id: int) -> str:
        return next((r.reason for s in (MORNING, AFTERNOON) if (r := found.get((student_id, s))) and r.reason), "")

    return ref, [
        SheetRow(
            m.student_id,
            m.full_name,
            state(m.student_id, MORNING),
            state(m.student_id, AFTERNOON),
            reason(m.student_id),
        )
        for m in members
    ]


def absences(
    scope: Scope, *, student_ids: Iterable[int], school_year: int, permission: str = "attendance.view"
) -> list[AbsenceRow]:
    """Every missed session of these pupils in a year that the scope reaches, newest first. One statement."""
    rows = (
        Absence.objects.visible_to(scope, permission)
        .filter(student_id__in=list(student_ids), school_year=school_year, withdrawn_at__isnull=True)
        .order_by("-day", "-session", "student_id")
    )
    return [AbsenceRow(r.student_id, r.school_id, r.day, r.session, r.excused, r.reason) for r in rows]


def family_absences(scope: Scope, *, student_id: int, school_year: int) -> list[AbsenceRow]:
    """A child's missed sessions, for the family and the pupil: the permission reaches only the scope's own children."""
    return absences(scope, student_ids=[student_id], school_year=school_year, permission="attendance.family")


def count_of(rows: Iterable[AbsenceRow], *, school_year: int) -> dict[int, AbsenceCount]:
    """Counted sessions of each pupil, the way each school counts. Costs one statement for the year and one a school."""
    by_pupil: dict[int, list[AbsenceRow]] = defaultdict(list)
    for row in rows:
        by_pupil[row.student_id].append(row)
    ways = {school_id: _way(school_id) for school_id in {r.school_id for found in by_pupil.values() for r in found}}
    _, second, _ = calendar.span(school_year) if ways else (None, None, None)
    return {pupil: _count(found, ways, second) for pupil, found in by_pupil.items() if second is not None}


def class_counts(scope: Scope, *, class_id: int, permission: str = "attendance.view") -> dict[int, AbsenceCount]:
    """Counted sessions of every pupil of a class in its year; pupils who missed nothing are not in it."""
    ref = enrolment.class_ref(scope, class_id=class_id, permission=permission)
    on = enrolment.day_within(ref.school_year)
    ids = [member.student_id for member in enrolment.members(ref, on=on)]
    return count_of(
        absences(scope, student_ids=ids, school_year=ref.school_year, permission=permission),
        school_year=ref.school_year,
    )


def _way(school_id: int) -> tuple[bool, str]:
    facts = schools.facts(school_id)
    return (facts.two_sessions, facts.absence_counting) if facts else (False, "plan")


def _count(rows: list[AbsenceRow], ways: dict[int, tuple[bool, str]], second: dt.date) -> AbsenceCount:
    """Excused sessions are the counted ones of a day all of whose sessions were excused."""
    totals = {"term_one": 0, "term_two": 0, "excused": 0, "unexcused": 0}
    by_day: dict[tuple[int, dt.date], list[AbsenceRow]] = defaultdict(list)
    for row in rows:
        by_day[row.school_id, row.day].append(row)
    for (school_id, day), missed in by_day.items():
        two_sessions, counting = ways[school_id]
        n = counted([(r.day, r.session) for r in missed], two_sessions=two_sessions, counting=counting)
        totals["term_two" if day >= second else "term_one"] += n
        excused = min(n, sum(r.excused for r in missed)) if n == len(missed) else n * all(r.excused for r in missed)
        totals["excused"] += excused
        totals["unexcused"] += n - excused
    return AbsenceCount(**totals)

"""A class's whole list of teachers, or a teacher's whole list of classes, in one save from one day on.

What was before that day stays as it was: whoever no longer teaches ended the day before, whoever comes begins on it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Q

from maitruong.foundation.access import services as grants
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.people import queries as people
from maitruong.foundation.regulations import NoRuleInForce
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment import services as classes
from maitruong.registry.enrolment.errors import OutsideYear
from maitruong.registry.enrolment.types import ClassRef
from maitruong.registry.schools import queries as schools
from maitruong.teaching.curriculum import rules as curriculum

from . import services
from .errors import BegunLater, ChoiceRefused, NotTaughtThere
from .events import TeachingEnded
from .models import Assignment

PERMISSION = "timetable.assign"
UPPER_GRADE = 10
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Changed:
    """How many assignments began and ended by one save, and whether the homeroom went to somebody else."""

    begun: int
    ended: int
    homeroom: bool = False


def assign_class(
    scope: Scope,
    *,
    class_id: int,
    wanted: Mapping[str, Sequence[int]],
    homeroom_id: int | None,
    on: dt.date,
    why: str = "",
) -> Changed:
    """Write who teaches a class from a day on: subject → teachers, for every subject that is named; others stay.

    The same again changes nothing. Raises NotFound, NotTaughtThere, NotOnTheStaff, BegunLater, OutsideYear, YearClosed.
    """
    ref = _class(scope, class_id)
    _refuse_outside_year(ref.school_year, on)
    changed = [_set_teachers(scope, ref, subject, teachers, on, why) for subject, teachers in wanted.items()]
    moved = homeroom_id != ref.homeroom_id and classes.appoint_homeroom(
        scope, class_id=class_id, teacher_id=homeroom_id, on=on, why=why
    )
    return Changed(sum(one.begun for one in changed), sum(one.ended for one in changed), moved)


def assign_teacher(
    scope: Scope,
    *,
    teacher_id: int,
    subject: str,
    school_id: int,
    school_year: int,
    class_ids: Iterable[int],
    on: dt.date,
    alone: bool = True,
    why: str = "",
) -> Changed:
    """Write in which classes a teacher has a subject from a day on. alone: whoever had it there before ends; else both teach.

    Classes that are not named lose this teacher in this subject. Raises what `assign_class` raises.
    """
    if not scope.covers(PERMISSION, school_id=school_id):
        raise NotFound
    _refuse_outside_year(school_year, on)
    named = set(class_ids)
    where: dict[str, Any] = {"school_id": school_id, "school_year": school_year, "subject": subject}
    here = {row.class_id for row in _holding(on, lock=False, **where) if row.teacher_id == teacher_id}
    # Every class is locked before anybody is read for good: another save may just have named a third teacher.
    refs = {class_id: _class(scope, class_id) for class_id in sorted(named | here)}
    holding = _holding(on, **where)
    here = {row.class_id for row in holding if row.teacher_id == teacher_id}
    changed = []
    for class_id, ref in refs.items():
        others = [row.teacher_id for row in holding if row.class_id == class_id and row.teacher_id != teacher_id]
        is_new = class_id in named and class_id not in here
        kept = [] if is_new and alone else others
        teachers = [*kept, teacher_id] if class_id in named else others
        changed.append(_set_teachers(scope, ref, subject, teachers, on, why))
    return Changed(sum(one.begun for one in changed), sum(one.ended for one in changed))


def choose_programme(scope: Scope, *, class_id: int, electives: Sequence[str], clusters: Sequence[str]) -> bool:
    """Write which electives, options and topic clusters a class studies. False when nothing changed.

    Raises NotFound, YearClosed, ChoiceRefused.
    """
    ref = _class(scope, class_id)
    offered = {s.code: s for s in subjects_of(ref.grade, ref.school_year)}
    chosen = [c for c, s in offered.items() if c in electives and s.group is not curriculum.SubjectGroup.COMPULSORY]
    clustered = [code for code in offered if code in clusters]
    if ref.grade >= UPPER_GRADE:
        of_group = [code for code in chosen if offered[code].group is curriculum.SubjectGroup.ELECTIVE]
        problems = curriculum.check_choice(of_group, clustered, grade=ref.grade)
        if problems:
            raise ChoiceRefused(name=ref.name, problem=problems[0].message)
    return classes.choose_programme(scope, class_id=class_id, electives=chosen, clusters=clustered)


@cache
def subjects_of(grade: int, school_year: int) -> tuple[curriculum.Subject, ...]:
    """Every subject of a grade, options included; none where no programme is in force (preschool)."""
    try:
        return curriculum.subjects_of(grade, school_year)
    except NoRuleInForce:
        return ()


def studied(
    levels: Collection[str], grade: int, school_year: int, electives: Sequence[str]
) -> tuple[curriculum.Subject, ...]:
    """The subjects a class studies: the compulsory ones of its school's programme, and what it chose.

    levels: of its school, as `schools.queries.levels_of` tells them.
    """
    programme = curriculum.programme_of(levels, grade)
    try:
        return curriculum.studied(grade, school_year, electives=electives, programme=programme)
    except NoRuleInForce:
        return ()


# --- one subject of one class ---------------------------------------------------------------------------------------------


def _set_teachers(scope: Scope, ref: ClassRef, subject: str, teachers: Sequence[int], on: dt.date, why: str) -> Changed:
    """Exactly these teach the subject in the class from the day; whoever is planned to end by a date is left to end."""
    wanted = list(dict.fromkeys(teachers))
    holding = _holding(on, class_id=ref.id, subject=subject)
    held = {row.teacher_id for row in holding}
    coming = [teacher_id for teacher_id in wanted if teacher_id not in held]
    if coming:
        _refuse_not_taught(ref, subject)
    going = [row for row in holding if row.teacher_id not in wanted and row.ends_on is None]
    for row in going:
        _end(scope, ref, row, on, why)
    for teacher_id in coming:
        services.assign_teaching(scope, class_id=ref.id, subject=subject, teacher_id=teacher_id, starts_on=on, why=why)
    return Changed(len(coming), len(going))


def _end(scope: Scope, ref: ClassRef, row: Assignment, on: dt.date, why: str) -> None:
    """The day before is the last. One that has not begun by then, or begins on the very day, never was."""
    if row.starts_on < on:
        services.end_assignment(scope, assignment_id=row.pk, ends_on=on - _ONE_DAY, why=why)
    elif row.starts_on > on and row.starts_on <= clock.today():
        name = people.names([row.teacher_id]).get(row.teacher_id, "Giáo viên")
        told = {"subject": subject_name(ref, row.subject), "name": ref.name, "since": row.starts_on}
        raise BegunLater(teacher=name, **told)
    else:
        _take_back(scope, row, why)


def _take_back(scope: Scope, row: Assignment, why: str) -> None:
    closed = grants.close_grants(
        person_id=row.teacher_id,
        role=services.ROLE,
        unit_id=row.school_id,
        class_id=row.class_id,
        subject=row.subject,
        last_day=row.starts_on - _ONE_DAY,
    )
    audit.record(
        scope,
        "timetable.assignment_taken_back",
        school_id=row.school_id,
        object_type="assignment",
        object_id=row.pk,
        subject_id=row.teacher_id,
        changes={
            "class": [row.class_id, None],
            "subject": [row.subject, None],
            "starts_on": [row.starts_on, None],
            "rights": [closed, []],
        },
        why=why,
    )
    publish(
        TeachingEnded(
            school_id=row.school_id,
            school_year=row.school_year,
            class_id=row.class_id,
            subject=row.subject,
            teacher_id=row.teacher_id,
        )
    )
    row.delete()


def _holding(on: dt.date, *, lock: bool = True, **where: object) -> list[Assignment]:
    """Assignments that hold on the day or begin later, locked in the order of their keys.

    Locked only by who holds the class already: the other way round two saves would wait for each other.
    """
    rows = Assignment._base_manager.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), **where)
    if lock:
        rows = rows.select_for_update()
    return list(rows.order_by("pk"))


def _class(scope: Scope, class_id: int) -> ClassRef:
    """The class, with everybody else who writes its list waiting: two saves at once must not both begin."""
    ref = enrolment.class_ref(scope, class_id=class_id, permission=PERMISSION)
    calendar.refuse_closed_year(ref.school_year)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('timetable'), %s)", [class_id])
    return ref


def _refuse_not_taught(ref: ClassRef, subject: str) -> None:
    electives, _ = enrolment.programme_of(ref.id)
    if subject not in {
        s.code for s in studied(schools.levels_of(ref.school_id), ref.grade, ref.school_year, electives)
    }:
        raise NotTaughtThere(name=ref.name, subject=subject_name(ref, subject))


def subject_name(ref: ClassRef, code: str) -> str:
    return next((s.name for s in subjects_of(ref.grade, ref.school_year) if s.code == code), code)


def _refuse_outside_year(year: int, day: dt.date) -> None:
    """Lists are made from the summer before until the last day of the year."""
    first, last = dt.date(year, 6, 1), calendar.span(year)[2]
    if not first <= day <= last:
        raise OutsideYear(day=day, year=Year(year).label, first=first, last=last)

"""Reads about classes, rosters and pupils, always within a scope.

A pupil is reached through a place in a class: who may see a class sees the pupils who sit, or sat, in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations.models import Unit
from maitruong.foundation.people import queries as people
from maitruong.foundation.people.models import Person
from maitruong.foundation.reference import catalogue as reference
from maitruong.foundation.reference.errors import UnknownCode
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.students import queries as students

from .models import Enrolment, SchoolClass
from .search import pupils, schools
from .types import ClassRef, ClassRow, Dossier, RosterRow, Seat

__all__ = [
    "class_ref",
    "class_roster",
    "classes",
    "classes_at_campus",
    "day_within",
    "dossier",
    "goes_on_as",
    "homeroom_teachers",
    "members",
    "programme_of",
    "programmes",
    "pupils",
    "reach",
    "reaches_class",
    "schools",
    "seated_after",
    "seats",
    "sitting",
]

_BEYOND = system_scope("a family reads who leads its child's class")
_ADDRESSED = {"female": "Cô ", "male": "Thầy "}
_LEARNING = {"enrolled", "new", "transferred_in", "returned", "repeating"}


def day_within(school_year: int, on: dt.date | None = None) -> dt.date:
    """The day, or the nearest one inside the school year: what "now" means for a list of a year that is over."""
    first, _, last = calendar.span(school_year)
    return min(max(on or clock.today(), first), last)


def reaches_class(scope: Scope, permission: str, *, school_id: int, class_id: int) -> bool:
    """Whether the permission reaches a class as a whole. A teacher limited to one subject there sees the same class."""
    return scope.is_system or any(
        permission in grant.permissions
        and replace(grant, subjects=None).covers(school_id=school_id, class_id=class_id, subject=None, student_id=None)
        for grant in scope.grants
    )


def class_ref(scope: Scope, *, class_id: int, permission: str = "enrolment.view") -> ClassRef:
    """A class the scope reaches. Raises NotFound."""
    row = SchoolClass.objects.visible_to(scope, permission).filter(pk=class_id).first()
    if row is None:
        raise NotFound
    return ClassRef(row.pk, row.school_id, row.school_year, row.grade, row.name, row.homeroom_id)


def classes(
    scope: Scope,
    school_id: int | None,
    school_year: int,
    *,
    permission: str = "enrolment.view",
    on: dt.date | None = None,
) -> list[ClassRow]:
    """Classes of a school (None: of every school reached) in a year, in the school's order, with pupils counted on the day."""
    day = day_within(school_year, on)
    seats_there = Enrolment._base_manager.filter(_seated(day), school_class=OuterRef("pk")).order_by()
    counted = seats_there.values("school_class")
    rows = (
        SchoolClass.objects.visible_to(scope, permission)
        .filter(school_year=school_year)
        .annotate(
            pupils=Coalesce(Subquery(counted.annotate(n=Count("*")).values("n")), 0),
            girls=Coalesce(Subquery(counted.filter(student__sex="female").annotate(n=Count("*")).values("n")), 0),
            homeroom_name=Subquery(Person._base_manager.filter(pk=OuterRef("homeroom_id")).values("full_name")),
        )
    )
    if school_id is not None:
        rows = rows.filter(school_id=school_id)
    return [
        ClassRow(
            id=row.pk,
            school_id=row.school_id,
            school_year=row.school_year,
            grade=row.grade,
            name=row.name,
            homeroom_id=row.homeroom_id,
            homeroom_name=row.homeroom_name or "",
            pupils=row.pupils,
            girls=row.girls,
        )
        for row in rows.order_by("school_id", "sort_key", "pk")
    ]


def class_roster(
    scope: Scope, *, class_id: int, on: dt.date | None = None, permission: str = "enrolment.view"
) -> list[RosterRow]:
    """Who sits in a class on a day (in the class list's order: given name, family, middle). Two or three statements.

    Raises NotFound for a class the scope does not reach.
    """
    ref = class_ref(scope, class_id=class_id, permission=permission)
    return members(ref, on=on or day_within(ref.school_year))


def programme_of(class_id: int) -> tuple[list[str], list[str]]:
    """Codes of a class's elective subjects and topic clusters (upper secondary), as far as the database shows it."""
    row = SchoolClass._base_manager.filter(pk=class_id).values_list("electives", "clusters").first()
    return row or ([], [])


def programmes(scope: Scope, *, school_id: int, school_year: int, permission: str) -> dict[int, list[str]]:
    """Codes of the electives and options each class of a school chose, by class. One statement."""
    rows = SchoolClass.objects.visible_to(scope, permission).filter(school_id=school_id, school_year=school_year)
    return dict(rows.values_list("pk", "electives"))


def members(ref: ClassRef, *, on: dt.date) -> list[RosterRow]:
    """The same for a class the caller was already given."""
    rows = Enrolment._base_manager.filter(_seated(on), school_class_id=ref.id, school_id=ref.school_id).select_related(
        "student"
    )
    return [
        RosterRow(
            enrolment_id=row.pk,
            student_id=row.student_id,
            full_name=row.student.full_name,
            born_on=row.student.born_on,
            sex=row.student.sex,
            student_code=row.student_code,
            register_number=row.register_number,
            status=row.status,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
        )
        for row in rows.order_by("student__sort_key", "student_id")
    ]


def seats(scope: Scope, *, student_id: int, permission: str) -> list[Seat]:
    """The places of a pupil that the scope reaches, newest first, also those he had as somebody merged into him. One statement."""
    rows = Enrolment.objects.visible_to(scope, permission).filter(student_id__in=people.same_human(student_id))
    return [_seat(row) for row in _with_names(rows).order_by("-school_year", "-starts_on", "-pk")]


def homeroom_teachers(scope: Scope, *, student_ids: Iterable[int], permission: str) -> dict[int, str]:
    """Pupil → "Cô Nguyễn Thị Hoa": who leads the class he sits in today, for those of the pupils the permission reaches.

    A family sees no row of the staff: of this one person it is told the name and how she is addressed, no id and no number.
    One statement for who leads, and the same few for the names however many children there are; one when nobody leads.
    """
    seats_today = Enrolment.objects.visible_to(scope, permission).filter(
        _seated(clock.today()), student_id__in=list(student_ids), school_class__homeroom_id__isnull=False
    )
    leads = dict(seats_today.values_list("student_id", "school_class__homeroom_id"))
    if not leads:
        return {}
    with unit_of_work(_BEYOND):
        found = list(Person._base_manager.filter(pk__in=set(leads.values())).values_list("pk", "full_name", "sex"))
    named = {pk: f"{_ADDRESSED.get(sex, '')}{name}" for pk, name, sex in found}
    return {student_id: named[lead] for student_id, lead in leads.items() if lead in named}


def reach(scope: Scope, permission: str, student_id: int, *, only_open: bool = False) -> Seat:
    """The newest place through which the permission reaches a pupil; only_open: one he holds today. Raises NotFound."""
    for seat in seats(scope, student_id=student_id, permission=permission):
        if not only_open or seat.ends_on is None or seat.ends_on >= clock.today():
            return seat
    raise NotFound


def dossier(scope: Scope, student_id: int) -> Dossier:
    """A pupil's file. Whoever shows it goes through services.open_dossier, which writes the audit. Raises NotFound.

    The class history is the whole one that the database shows to this scope.
    """
    reached = seats(scope, student_id=student_id, permission="students.view")
    person = people.particulars(student_id) if reached else None
    file = students.student_file(student_id) if reached else None
    if person is None or file is None:
        raise NotFound
    return Dossier(
        person=person,
        identifiers=tuple(people.identifiers(student_id)),
        file=file,
        guardians=tuple(students.guardians(student_id)),
        seat=reached[0],
        seats=tuple(reached),
    )


def goes_on_as(scope: Scope, found: Dossier) -> int | None:
    """The person this file goes on as, where the scope reaches that one as well; None for a file that was not merged away."""
    other = found.person.merged_into_id
    if other is None or not seats(scope, student_id=other, permission="students.view"):
        return None
    return other if people.particulars(other) else None


def sitting(student_ids: Iterable[int]) -> dict[int, int]:
    """Pupil → school where he has an open place in a year that is not over; as far as the present unit of work sees."""
    rows = Enrolment._base_manager.filter(
        student_id__in=list(student_ids), ends_on__isnull=True, school_year__gte=calendar.year_on(clock.today())
    )
    return dict(rows.values_list("student_id", "school_id"))


def seated_after(school_id: int, last_day: dt.date) -> int:
    """How many places of a school are still held after a day, of years that are not over. One statement."""
    rows = Enrolment._base_manager.filter(school_id=school_id, school_year__gte=calendar.year_on(last_day))
    return rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last_day)).count()


def classes_at_campus(campus_id: int, *, school_year: int) -> int:
    """How many classes of a year, or a later one, learn at a campus. One statement."""
    return SchoolClass._base_manager.filter(campus_id=campus_id, school_year__gte=school_year).count()


def number_of(student_id: int, identifier_id: int) -> str | None:
    return people.number(identifier_id, person_id=student_id)


def status_label(key: str) -> str:
    try:
        return reference.code("student_status", key.upper()).name
    except UnknownCode:
        return key


def _seated(on: dt.date) -> Q:
    return Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gte=on))


def _with_names(rows: QuerySet) -> QuerySet:
    name = Unit.objects.filter(pk=OuterRef("school_id")).values("name")
    return rows.select_related("school_class").annotate(school_name=Subquery(name))


def _seat(row: Enrolment) -> Seat:
    return Seat(
        id=row.pk,
        student_id=row.student_id,
        school_id=row.school_id,
        school_name=row.school_name,  # type: ignore[attr-defined]
        school_year=row.school_year,
        class_id=row.school_class_id,
        class_name=row.school_class.name,
        grade=row.school_class.grade,
        status=row.status,
        status_label=_seat_label(row),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        end_reason=row.end_reason,
        student_code=row.student_code,
        register_number=row.register_number,
    )


def _seat_label(row: Enrolment) -> str:
    """A place that ended with its year is over, whatever the way the pupil once came into it."""
    if row.ends_on is not None and row.ends_on < clock.today() and row.status in _LEARNING:
        return "Đã học"
    return status_label(row.status)

"""Classes of a school year: opened, renamed, and what they study; each change under one lock and in the audit."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish
from maitruong.foundation.kernel import vietnamese
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.schools import queries as schools

from ..errors import (
    ClassNameTaken,
    NameMissing,
    NameTooLong,
)
from ..events import ClassOpened, ProgrammeChosen
from ..models import SchoolClass
from ..types import class_sort_key

LONGEST_NAME = 60


def open_class(
    scope: Scope, *, school_id: int, school_year: int, grade: int, name: str, campus_id: int | None = None
) -> int:
    """Open a class of a school year; the same name and grade again gives the class that is there. Returns its id.

    Raises NotFound, NameMissing, NameTooLong, ClassNameTaken, YearClosed, YearUnknown, SchoolClosed.
    """
    if not scope.covers("enrolment.manage", school_id=school_id):
        raise NotFound
    calendar.refuse_closed_year(school_year)
    schools.refuse_closed(school_id)
    name = _tidy_name(name)
    _take_turn_at_names(school_id)
    there = _class_of_name(school_id, school_year, name)
    if there:
        return _same_class(there, grade)
    row = SchoolClass(
        school_id=school_id,
        school_year=school_year,
        grade=grade,
        name=name,
        sort_key=class_sort_key(name, grade),
        campus_id=campus_id,
    )
    row.save()
    record(scope, "enrolment.class_opened", row, changes={"name": [None, name], "grade": [None, grade]})
    publish(ClassOpened(school_id=school_id, school_year=school_year, class_id=row.pk, grade=grade))
    return row.pk


def rename_class(scope: Scope, *, class_id: int, name: str) -> bool:
    """Give a class another name; what was printed and signed keeps the old one. False when it is the same.

    Raises NotFound, NameMissing, NameTooLong, ClassNameTaken, YearClosed.
    """
    school_class = class_to_change(scope, class_id)
    name = _tidy_name(name)
    if name == school_class.name:
        return False
    _take_turn_at_names(school_class.school_id)
    if taken := _class_of_name(school_class.school_id, school_class.school_year, name):
        raise ClassNameTaken(name=name, grade=taken.grade)
    before = school_class.name
    sort_key = class_sort_key(name, school_class.grade)
    SchoolClass._base_manager.filter(pk=class_id).update(name=name, sort_key=sort_key)
    record(scope, "enrolment.class_renamed", school_class, changes={"name": [before, name]})
    return True


def choose_programme(scope: Scope, *, class_id: int, electives: Sequence[str], clusters: Sequence[str]) -> bool:
    """Write which electives and topic clusters a class studies; who knows the programme has checked them. False: no change.

    Raises NotFound, YearClosed.
    """
    school_class = class_to_change(scope, class_id)
    wanted = {"electives": list(electives), "clusters": list(clusters)}
    changes: dict[str, object] = {
        name: [getattr(school_class, name), value]
        for name, value in wanted.items()
        if getattr(school_class, name) != value
    }
    if not changes:
        return False
    SchoolClass._base_manager.filter(pk=class_id).update(**wanted)
    record(scope, "enrolment.programme_chosen", school_class, changes=changes)
    publish(ProgrammeChosen(school_id=school_class.school_id, school_year=school_class.school_year, class_id=class_id))
    return True


def class_to_change(scope: Scope, class_id: int) -> SchoolClass:
    """The class, locked, if the scope may change it and its year is open."""
    row = SchoolClass.objects.visible_to(scope, "enrolment.manage").select_for_update().filter(pk=class_id).first()
    if row is None:
        raise NotFound
    calendar.refuse_closed_year(row.school_year)
    return row


def record(
    scope: Scope,
    action: str,
    school_class: SchoolClass,
    *,
    changes: dict[str, object],
    why: str = "",
    object_type: str = "class",
    object_id: int | None = None,
    subject_id: int | None = None,
) -> None:
    audit.record(
        scope,
        action,
        school_id=school_class.school_id,
        object_type=object_type,
        object_id=object_id if object_id is not None else school_class.pk,
        subject_id=subject_id,
        changes=changes,
        why=why,
    )


def _tidy_name(text: str) -> str:
    name = vietnamese.tidy(text)
    if not name:
        raise NameMissing
    if len(name) > LONGEST_NAME:
        raise NameTooLong(length=len(name), most=LONGEST_NAME)
    return name


def _take_turn_at_names(school_id: int) -> None:
    """One at a time gives a class of a school its name: who comes second sees the name that stands by then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('names of classes'), %s::int)", [school_id])


def _class_of_name(school_id: int, school_year: int, name: str) -> SchoolClass | None:
    return SchoolClass._base_manager.filter(school_id=school_id, school_year=school_year, name=name).first()


def _same_class(there: SchoolClass, grade: int) -> int:
    """What opening a class gives when one of the name is there. Raises ClassNameTaken."""
    if there.grade != grade:
        raise ClassNameTaken(name=there.name, grade=there.grade)
    return there.pk

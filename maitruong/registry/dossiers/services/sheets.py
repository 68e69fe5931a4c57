"""Saving a group of fields of a sheet: what the form showed must still stand, each value must be one, all must fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import Seat
from maitruong.registry.schools import queries as schools
from maitruong.registry.students import queries as students

from .. import queries
from ..catalogue import CAMPUS, CLASS, LEARNER, PARTICULARS, SCHOOL_YEAR
from ..errors import ChangedMeanwhile
from ..fields import Sheet, values_of
from ..models import Campus, ClassProfile, LearnerYear, Particulars, SchoolProfile
from .learners import record_boarding

Changes = dict[str, list[Any]]


@dataclass(frozen=True)
class Target:
    """Whose fields are saved. where: the key of the row.   beside: columns a new row needs besides.   unsaid: values without a row."""

    sheet: Sheet
    model: type[models.Model]
    where: Mapping[str, Any]
    levels: Sequence[str]
    school_id: int
    action: str
    object_type: str
    object_id: int
    beside: Mapping[str, Any]
    subject_id: int | None = None
    unsaid: Mapping[str, Any] | None = None


def save_particulars(scope: Scope, *, school_id: int, group: str, given: Mapping[str, str], seen: str) -> Changes:
    """What a school is for good. Raises NotFound, SchoolClosed, ChangedMeanwhile, and what the fields refuse; so do the next."""
    queries.refuse_unreached(scope, school_id, "dossiers.edit")
    schools.refuse_closed(school_id)
    where = {"school_id": school_id}
    levels = schools.levels_of(school_id)
    target = Target(
        PARTICULARS, Particulars, where, levels, school_id, "dossiers.school_saved", "school", school_id, {}
    )
    return _save(scope, target, group, given, seen)


def save_school_year(
    scope: Scope, *, school_id: int, school_year: int, group: str, given: Mapping[str, str], seen: str
) -> Changes:
    """A school in a year. Raises YearClosed, YearUnknown besides."""
    queries.refuse_unreached(scope, school_id, "dossiers.edit")
    schools.refuse_closed(school_id)
    calendar.refuse_closed_year(school_year)
    where = {"school_id": school_id, "school_year": school_year}
    levels = schools.levels_of(school_id)
    target = Target(
        SCHOOL_YEAR, SchoolProfile, where, levels, school_id, "dossiers.school_saved", "school", school_id, {}
    )
    return _save(scope, target, group, given, seen)


def save_campus(
    scope: Scope, *, school_id: int, campus_id: int, group: str, given: Mapping[str, str], seen: str
) -> Changes:
    queries.refuse_unreached(scope, school_id, "dossiers.edit")
    place = queries.campus(school_id, campus_id)
    if place.closed_on is not None:
        raise NotFound
    where, beside = {"unit_id": campus_id}, {"school_id": school_id}
    target = Target(CAMPUS, Campus, where, (), school_id, "dossiers.campus_saved", "campus", campus_id, beside)
    return _save(scope, target, group, given, seen)


def save_class(scope: Scope, *, class_id: int, group: str, given: Mapping[str, str], seen: str) -> Changes:
    ref = enrolment.class_ref(scope, class_id=class_id, permission="enrolment.manage")
    calendar.refuse_closed_year(ref.school_year)
    beside = {"school_id": ref.school_id, "school_year": ref.school_year}
    levels = queries.class_levels(ref.school_id, ref.grade)
    where = {"school_class_id": class_id}
    target = Target(
        CLASS, ClassProfile, where, levels, ref.school_id, "dossiers.class_saved", "class", class_id, beside
    )
    return _save(scope, target, group, given, seen)


def save_learner_year(
    scope: Scope, *, student_id: int, school_year: int, group: str, given: Mapping[str, str], seen: str
) -> Changes:
    """A pupil in a year, at the school where he sat then. How he boards this year goes into his dossier as well (ADR 0017)."""
    seat = seat_of_year(scope, "students.edit", student_id, school_year)
    calendar.refuse_closed_year(school_year)
    levels = queries.class_levels(seat.school_id, seat.grade)
    where = {"school_id": seat.school_id, "school_year": school_year, "student_id": student_id}
    file = students.student_file(student_id)
    target = Target(
        LEARNER,
        LearnerYear,
        where,
        levels,
        seat.school_id,
        "dossiers.learner_saved",
        "student",
        student_id,
        {},
        subject_id=student_id,
        unsaid=queries.learner_values(seat, file.boarding if file else ""),
    )
    changes = _save(scope, target, group, given, seen)
    if "boarding" in changes and school_year == calendar.year_on(clock.today()):
        record_boarding(student_id, changes["boarding"][1])
    return changes


def seat_of_year(scope: Scope, permission: str, student_id: int, school_year: int) -> Seat:
    """The newest seat of a pupil in a year through which the permission reaches him. Raises NotFound."""
    for seat in enrolment.seats(scope, student_id=student_id, permission=permission):
        if seat.school_year == school_year and seat.student_id == student_id:
            return seat
    raise NotFound


def _save(scope: Scope, target: Target, group: str, given: Mapping[str, str], seen: str) -> Changes:
    """Returns {field: [old, new]}."""
    asked = target.sheet.asked_at(target.levels, group)
    if not asked:
        raise NotFound
    row = target.model._base_manager.select_for_update().filter(**target.where).first()
    held = dict(target.unsaid) if row is None and target.unsaid else values_of(row, target.sheet.fields)
    if seen != queries.seen_of(asked, held):
        raise ChangedMeanwhile
    wanted = {one.name: one.read(given.get(one.name, "")) for one in asked}
    target.sheet.check(held | wanted)
    changes = {name: [held[name], value] for name, value in wanted.items() if held[name] != value}
    if not changes:
        return {}
    if row is None:
        target.model(**target.where, **target.beside, **{**held, **wanted}).save(force_insert=True)
    else:
        target.model._base_manager.filter(pk=row.pk).update(**wanted, version=F("version") + 1, updated_at=clock.now())
    audit.record(
        scope,
        target.action,
        school_id=target.school_id,
        object_type=target.object_type,
        object_id=target.object_id,
        subject_id=target.subject_id,
        changes=changes,
        why=f"năm học {target.where['school_year']}" if "school_year" in target.where else "",
    )
    return changes

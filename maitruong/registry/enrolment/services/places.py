"""Who sits in a class, from a first day to a last; nothing is deleted."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish
from maitruong.foundation.kernel import vietnamese
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.people import services as people
from maitruong.foundation.reference import catalogue as reference
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.schools import queries as schools
from maitruong.registry.students import services as students

from ..errors import (
    AlreadySeated,
    EndBeforeStart,
    OutsideYear,
    SeatedElsewhere,
    StatusUnknown,
)
from ..events import PupilEnrolled, PupilLeft
from ..models import Enrolment
from .classes import class_to_change, record


def enrol(
    scope: Scope,
    *,
    student_id: int,
    class_id: int,
    starts_on: dt.date,
    status: str = "enrolled",
    register_number: str = "",
    student_code: str = "",
) -> int:
    """Give a pupil a place in a class from a day. The same place again changes nothing. Returns the enrolment's id.

    The family's sight of the child comes along. Raises NotFound, AlreadySeated, SeatedElsewhere, OutsideYear, YearClosed,
    StatusUnknown, SchoolClosed.
    """
    school_class = class_to_change(scope, class_id)
    if not people.stand_on(student_id, school_class.school_id):
        raise NotFound
    schools.refuse_closed(school_class.school_id)
    _refuse_unknown_status(status)
    refuse_outside_year(school_class.school_year, starts_on)
    seat = (
        Enrolment._base_manager.filter(
            student_id=student_id, school_year=school_class.school_year, ends_on__isnull=True
        )
        .select_related("school_class")
        .first()
    )
    if seat:
        if seat.school_class_id == class_id:
            return seat.pk
        raise AlreadySeated(class_name=seat.school_class.name, since=seat.starts_on)
    row = Enrolment(
        school_id=school_class.school_id,
        school_year=school_class.school_year,
        school_class=school_class,
        student_id=student_id,
        register_number=register_number,
        student_code=student_code,
        status=status,
        starts_on=starts_on,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # uniq_active_enrolment: the place is at a school this scope does not see
        raise SeatedElsewhere from None
    students.follow_child(student_id=student_id, school_id=school_class.school_id, on=starts_on)
    record(
        scope,
        "enrolment.pupil_enrolled",
        school_class,
        object_type="enrolment",
        object_id=row.pk,
        subject_id=student_id,
        changes={"class": [None, class_id], "starts_on": [None, starts_on], "status": [None, status]},
    )
    publish(
        PupilEnrolled(
            school_id=school_class.school_id,
            school_year=school_class.school_year,
            class_id=class_id,
            student_id=student_id,
            starts_on=str(starts_on),
        )
    )
    return row.pk


def end_enrolment(scope: Scope, *, enrolment_id: int, ends_on: dt.date, status: str, why: str) -> bool:
    """Let a pupil leave a class with a day; status says how (transferred_out, dropped_out, completed ...). False when he had left.

    Raises NotFound, EndBeforeStart, OutsideYear, StatusUnknown, YearClosed.
    """
    row = Enrolment.objects.visible_to(scope, "enrolment.manage").select_for_update().filter(pk=enrolment_id).first()
    if row is None:
        raise NotFound
    _refuse_unknown_status(status)
    calendar.refuse_closed_year(row.school_year)
    if row.ends_on is not None:
        return False
    if ends_on < row.starts_on:
        raise EndBeforeStart(ends_on=ends_on, starts_on=row.starts_on)
    refuse_outside_year(row.school_year, ends_on)
    before = row.status
    row.ends_on, row.status, row.end_reason = ends_on, status, vietnamese.tidy(why)
    row.save(update_fields=["ends_on", "status", "end_reason"])
    audit.record(
        scope,
        "enrolment.pupil_left",
        school_id=row.school_id,
        object_type="enrolment",
        object_id=row.pk,
        subject_id=row.student_id,
        changes={"ends_on": [None, ends_on], "status": [before, status]},
        why=why,
    )
    publish(
        PupilLeft(
            school_id=row.school_id,
            school_year=row.school_year,
            class_id=row.school_class_id,
            student_id=row.student_id,
            ends_on=str(ends_on),
            status=status,
        )
    )
    return True


def move_pupil(scope: Scope, *, enrolment_id: int, to_class_id: int, on: dt.date, why: str) -> int:
    """Move a pupil to another class of the school from a day; the former place ends the day before. Returns the new place.

    A move on the very first day leaves a place of that one day behind, as the register would.
    """
    row = Enrolment.objects.visible_to(scope, "enrolment.manage").filter(pk=enrolment_id).first()
    target = class_to_change(scope, to_class_id)
    if row is None or row.school_id != target.school_id or row.school_year != target.school_year:
        raise NotFound
    if row.ends_on is None and row.school_class_id == to_class_id:
        return row.pk
    last = max(row.starts_on, on - dt.timedelta(days=1))
    end_enrolment(scope, enrolment_id=enrolment_id, ends_on=last, status=row.status, why=why)
    return enrol(
        scope,
        student_id=row.student_id,
        class_id=to_class_id,
        starts_on=on,
        status=row.status,
        register_number=row.register_number,
        student_code=row.student_code,
    )


def _refuse_unknown_status(status: str) -> None:
    if status not in {code.key.lower() for code in reference.codes("student_status")}:
        raise StatusUnknown(given=status)


def refuse_outside_year(year: int, day: dt.date) -> None:
    """Pupils come, and homerooms begin, from the summer before, when schools enrol, until the last day. Raises OutsideYear."""
    _, _, ends_on = calendar.span(year)
    first, last = dt.date(year, 6, 1), dt.date(year + 1, 8, 31)
    if not first <= day <= max(last, ends_on):
        raise OutsideYear(day=day, year=Year(year).label, first=first, last=last)

"""Who teaches what to whom. An assignment and the teacher's right to that class and subject are written and closed together."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from maitruong.foundation.access import services as grants
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish
from maitruong.foundation.kernel import formats
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.staff import queries as staff

from .errors import EndBeforeStart, NotOnTheStaff, SubjectMissing
from .events import TeachingAssigned, TeachingEnded
from .models import Assignment

ROLE = "subject_teacher"


def assign_teaching(
    scope: Scope, *, class_id: int, subject: str, teacher_id: int, starts_on: dt.date, why: str = ""
) -> int:
    """Give a teacher a subject of a class from a day, with the right limited to exactly that. Returns the assignment's id.

    The same open assignment again changes nothing. Two teachers may share a subject.
    Raises NotFound, NotOnTheStaff, SubjectMissing, YearClosed.
    """
    ref = enrolment.class_ref(scope, class_id=class_id, permission="timetable.assign")
    calendar.refuse_closed_year(ref.school_year)
    if not subject:
        raise SubjectMissing
    if not staff.works_at(teacher_id, ref.school_id, on=starts_on):
        raise NotOnTheStaff(on=starts_on)
    there = Assignment._base_manager.filter(
        class_id=class_id, subject=subject, teacher_id=teacher_id, ends_on__isnull=True
    ).first()
    if there:
        return there.pk
    row = Assignment(
        school_id=ref.school_id,
        school_year=ref.school_year,
        class_id=class_id,
        subject=subject,
        teacher_id=teacher_id,
        starts_on=starts_on,
    )
    row.save()
    grants.grant(
        person_id=teacher_id,
        role=ROLE,
        unit_id=ref.school_id,
        class_ids=[class_id],
        subjects=[subject],
        valid_from=starts_on,
        valid_to=calendar.last_day_of_rights(ref.school_year),
        reason=why or f"Phân công dạy lớp {ref.name}",
    )
    audit.record(
        scope,
        "timetable.teaching_assigned",
        school_id=ref.school_id,
        object_type="assignment",
        object_id=row.pk,
        subject_id=teacher_id,
        changes={"class": [None, class_id], "subject": [None, subject], "starts_on": [None, starts_on]},
        why=why,
    )
    publish(
        TeachingAssigned(
            school_id=ref.school_id,
            school_year=ref.school_year,
            class_id=class_id,
            subject=subject,
            teacher_id=teacher_id,
        )
    )
    return row.pk


def end_assignment(scope: Scope, *, assignment_id: int, ends_on: dt.date, why: str = "", sooner: bool = False) -> bool:
    """Let an assignment end with a day, and the right with it. False when it had ended. Raises NotFound, EndBeforeStart.

    sooner: also one that has an end already, if that is later.
    """
    row = Assignment.objects.visible_to(scope, "timetable.assign").select_for_update().filter(pk=assignment_id).first()
    if row is None:
        raise NotFound
    before = row.ends_on
    if before is not None and not (sooner and before > ends_on):
        return False
    if ends_on < row.starts_on:
        raise EndBeforeStart(ends_on=ends_on, starts_on=row.starts_on)
    row.ends_on = ends_on
    row.save(update_fields=["ends_on"])
    closed = grants.close_grants(
        person_id=row.teacher_id,
        role=ROLE,
        unit_id=row.school_id,
        class_id=row.class_id,
        subject=row.subject,
        last_day=ends_on,
    )
    audit.record(
        scope,
        "timetable.teaching_ended",
        school_id=row.school_id,
        object_type="assignment",
        object_id=row.pk,
        subject_id=row.teacher_id,
        changes={"ends_on": [before, ends_on], "rights": [closed, []]},
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
    return True


def end_assignments_of(scope: Scope, *, teacher_id: int, school_id: int, last_day: dt.date) -> list[int]:
    """Let everything a teacher has at a school end with the last day of work there. Returns the assignments that ended.

    Told again it finds nothing more; what came with a later employment stays, and so does what former years say.
    """
    rows = Assignment.objects.visible_to(scope, "timetable.assign").filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=last_day),
        teacher_id=teacher_id,
        school_id=school_id,
        school_year__gte=calendar.year_on(last_day),
    )
    ended = []
    for row in rows.select_for_update().order_by("pk"):
        if row.starts_on > last_day and staff.works_at(teacher_id, school_id, on=row.starts_on):
            continue
        end_assignment(
            scope, assignment_id=row.pk, ends_on=max(row.starts_on, last_day), why="thôi việc ở trường", sooner=True
        )
        ended.append(row.pk)
    return ended


def held_of_class(class_id: int) -> str:
    """Assignments of a class that have not ended, in words; "" when there are none."""
    count = Assignment._base_manager.filter(class_id=class_id, ends_on__isnull=True).count()
    return f"{formats.number(count)} phân công giảng dạy" if count else ""


def forget_class(class_id: int) -> None:
    """Remove the ended assignments of a class that is removed itself: nobody was ever taught there."""
    Assignment._base_manager.filter(class_id=class_id).delete()

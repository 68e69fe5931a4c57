"""Classes are opened, pupils come and go by date; a class gets its homeroom teacher together with the right that goes with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, connection, transaction

from maitruong.foundation.access import services as grants
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.people import services as people
from maitruong.foundation.reference import catalogue as reference
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.schools import queries as schools
from maitruong.registry.staff import queries as staff
from maitruong.registry.students import services as students

from . import queries
from .errors import (
    AlreadySeated,
    ClassNameTaken,
    EndBeforeStart,
    NameMissing,
    NameTooLong,
    NotOnTheStaff,
    OutsideYear,
    SeatedElsewhere,
    StatusUnknown,
)
from .events import ClassOpened, HomeroomAppointed, ProgrammeChosen, PupilEnrolled, PupilLeft
from .models import Enrolment, SchoolClass
from .types import ClassRef, Dossier, RosterRow, class_sort_key

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
    _refuse_outside_year(school_class.school_year, starts_on)
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
    _refuse_outside_year(row.school_year, ends_on)
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


def appoint_homeroom(scope: Scope, *, class_id: int, teacher_id: int | None, on: dt.date, why: str = "") -> bool:
    """Make a person the homeroom teacher of a class from a day, with the right limited to it; the former one's right ends the
    day before. None leaves the class without one. Returns False when nothing changed.

    Raises NotFound, NotOnTheStaff, OutsideYear, YearClosed.
    """
    school_class = class_to_change(scope, class_id)
    before = school_class.homeroom_id
    if before == teacher_id:
        return False
    if teacher_id is not None or on > clock.today():
        _refuse_outside_year(school_class.school_year, on)
    school_id = school_class.school_id
    if teacher_id is not None and not staff.works_at(teacher_id, school_id, on=on):
        raise NotOnTheStaff(on=on)
    if before is not None:
        grants.close_grants(
            person_id=before,
            role="homeroom_teacher",
            unit_id=school_id,
            class_id=class_id,
            last_day=on - dt.timedelta(days=1),
        )
    if teacher_id is not None:
        grants.grant(
            person_id=teacher_id,
            role="homeroom_teacher",
            unit_id=school_id,
            class_ids=[class_id],
            valid_from=on,
            valid_to=calendar.last_day_of_rights(school_class.school_year),
            reason=why or f"Chủ nhiệm lớp {school_class.name}",
        )
    SchoolClass._base_manager.filter(pk=class_id).update(homeroom_id=teacher_id)
    record(scope, "enrolment.homeroom_appointed", school_class, changes={"homeroom": [before, teacher_id]}, why=why)
    publish(
        HomeroomAppointed(
            school_id=school_id, school_year=school_class.school_year, class_id=class_id, teacher_id=teacher_id
        )
    )
    return True


def leave_homeroom(scope: Scope, *, class_id: int, teacher_id: int, why: str) -> bool:
    """The class has no homeroom teacher any more, if it is still this one; the right was withdrawn by the caller."""
    school_class = class_to_change(scope, class_id)
    if school_class.homeroom_id != teacher_id:
        return False
    return appoint_homeroom(scope, class_id=class_id, teacher_id=None, on=clock.today(), why=why)


def release_homerooms(scope: Scope) -> int:
    """Classes of open years whose homeroom teacher has left the staff have none from now on. Returns how many.

    A class knows one homeroom teacher and no days: one who leaves later keeps it until then, so this is asked every day.
    """
    held = SchoolClass.objects.visible_to(scope, "enrolment.manage").filter(homeroom_id__isnull=False)
    held = held.filter(school_year__in=[row.year for row in calendar.years() if row.closed_at is None])
    teachers = {person for person in held.values_list("homeroom_id", flat=True) if person is not None}
    left = staff.left_among(teachers, on=clock.today())
    rows = list(held.filter(homeroom_id__in=[person for person, _ in left]).order_by("pk"))
    count = 0
    for row in rows:
        if row.homeroom_id is not None and (row.homeroom_id, row.school_id) in left:
            count += leave_homeroom(scope, class_id=row.pk, teacher_id=row.homeroom_id, why="thôi việc ở trường")
    return count


def open_dossier(scope: Scope, *, student_id: int) -> Dossier:
    """A pupil's file, for somebody's eyes: that it was opened is written into the audit. Raises NotFound."""
    dossier = queries.dossier(scope, student_id)
    audit.record(
        scope,
        "students.dossier_opened",
        school_id=dossier.seat.school_id,
        object_type="student",
        object_id=student_id,
        subject_id=student_id,
    )
    return dossier


def show_number(scope: Scope, *, student_id: int, identifier_id: int, why: str) -> str:
    """One number of a pupil in full; who looked, and why, is written into the audit first. Raises NotFound."""
    seat = queries.reach(scope, "students.number", student_id)
    value = queries.number_of(student_id, identifier_id)
    if value is None:
        raise NotFound
    audit.record(
        scope,
        "students.number_shown",
        school_id=seat.school_id,
        object_type="identifier",
        object_id=identifier_id,
        subject_id=student_id,
        why=why,
    )
    return value


def edit_contact(
    scope: Scope, *, student_id: int, version: int, phone: str, email: str, residence: str
) -> dict[str, list[str]]:
    """Write a pupil's contact fields over the version that was seen. Returns {field: [old, new]}.

    Only where the pupil sits today. Raises NotFound, PhoneRefused, NotAnAddress, ChangedMeanwhile.
    """
    seat = queries.reach(scope, "students.edit", student_id, only_open=True)
    changes = people.change_contact(
        person_id=student_id, version=version, phone=phone, email=email, residence=residence
    )
    if changes:
        audit.record(
            scope,
            "students.contact_changed",
            school_id=seat.school_id,
            object_type="student",
            object_id=student_id,
            subject_id=student_id,
            changes=changes,
        )
    return changes


def export_roster(scope: Scope, *, class_id: int) -> tuple[ClassRef, list[RosterRow]]:
    """The class list for a file that leaves the house; that it left is written into the audit. Raises NotFound."""
    ref = queries.class_ref(scope, class_id=class_id, permission="students.export")
    rows = queries.members(ref, on=queries.day_within(ref.school_year))
    audit.record(
        scope,
        "students.roster_exported",
        school_id=ref.school_id,
        object_type="class",
        object_id=class_id,
        changes={"rows": len(rows)},
    )
    return ref, rows


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


def class_to_change(scope: Scope, class_id: int) -> SchoolClass:
    """The class, locked, if the scope may change it and its year is open."""
    row = SchoolClass.objects.visible_to(scope, "enrolment.manage").select_for_update().filter(pk=class_id).first()
    if row is None:
        raise NotFound
    calendar.refuse_closed_year(row.school_year)
    return row


def _refuse_unknown_status(status: str) -> None:
    if status not in {code.key.lower() for code in reference.codes("student_status")}:
        raise StatusUnknown(given=status)


def _refuse_outside_year(year: int, day: dt.date) -> None:
    """Pupils come from the summer before, when schools enrol, until the last day."""
    _, _, ends_on = calendar.span(year)
    first, last = dt.date(year, 6, 1), dt.date(year + 1, 8, 31)
    if not first <= day <= max(last, ends_on):
        raise OutsideYear(day=day, year=Year(year).label, first=first, last=last)


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

"""What people say of a school's step before it is made: what a class is called next year, where a pupil goes whom nobody judged."""

from __future__ import annotations

from dataclasses import dataclass

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import vietnamese
from maitruong.registry.calendar import queries as calendar

from .. import ports
from ..errors import AlreadyJudged, WhyMissing
from ..models import Enrolment, RollOver, SchoolClass
from ..rules import LAST_GRADES
from .planning import GOES_ON, REPEATS
from .running import MANAGE, locked_row

_BEYOND = system_scope("results of a year are judged above, of the whole school")


def say_name(scope: Scope, *, class_id: int, name: str) -> None:
    """What a class is to be called next year. "" takes the word back. Raises NotFound, YearClosed."""
    old = SchoolClass.objects.visible_to(scope, MANAGE).filter(pk=class_id).first()
    if old is None:
        raise NotFound
    calendar.refuse_closed_year(old.school_year)
    row = locked_row(old.school_id, old.school_year)
    before = row.names.get(str(class_id), "")
    said = vietnamese.tidy(name)
    if said == before:
        return
    row.names = {key: value for key, value in {**row.names, str(class_id): said}.items() if value}
    row.save(update_fields=["names"])
    audit.record(
        scope,
        "enrolment.next_name_said",
        school_id=old.school_id,
        object_type="class",
        object_id=class_id,
        changes={"name": [before or None, said or None]},
    )


@dataclass(frozen=True)
class Undecided:
    """A pupil of the year that ends, and what people said of him so far ("" for nothing)."""

    student_id: int
    name: str
    class_name: str
    is_last_grade: bool
    word: str


def undecided(scope: Scope, *, student_id: int, school_id: int, from_year: int) -> Undecided:
    """Raises NotFound for who does not sit in a class of the school and year any more."""
    seats = Enrolment.objects.visible_to(scope, MANAGE).filter(
        school_id=school_id, school_year=from_year, student_id=student_id, ends_on__isnull=True
    )
    seat = seats.select_related("school_class", "student").first()
    if seat is None:
        raise NotFound
    said = RollOver.objects.visible_to(scope, MANAGE).filter(school_id=school_id, from_year=from_year)
    words = said.values_list("decided", flat=True).first() or {}
    return Undecided(
        student_id,
        seat.student.full_name,
        seat.school_class.name,
        seat.school_class.grade in LAST_GRADES,
        words.get(str(student_id), ""),
    )


def say_fate(scope: Scope, *, student_id: int, school_id: int, from_year: int, word: str, why: str) -> None:
    """Where a pupil goes whom the books do not tell: GOES_ON, REPEATS; "" takes the word back. The reason stands in the audit.

    Only who still sits in his class of the year. Raises NotFound, YearClosed, WhyMissing; AlreadyJudged when the books tell.
    """
    seats = Enrolment.objects.visible_to(scope, MANAGE).filter(
        school_id=school_id, school_year=from_year, student_id=student_id, ends_on__isnull=True
    )
    if word not in ("", GOES_ON, REPEATS) or not seats.exists():
        raise NotFound
    calendar.refuse_closed_year(from_year)
    if not why.strip():
        raise WhyMissing
    with unit_of_work(_BEYOND):
        told = ports.outcomes(school_id, from_year).get(student_id)
    if told and told.kind:
        raise AlreadyJudged
    row = locked_row(school_id, from_year)
    before = row.decided.get(str(student_id), "")
    if word == before:
        return
    row.decided = {key: value for key, value in {**row.decided, str(student_id): word}.items() if value}
    row.save(update_fields=["decided"])
    audit.record(
        scope,
        "enrolment.fate_said",
        school_id=school_id,
        object_type="roll_over",
        object_id=row.pk,
        subject_id=student_id,
        changes={"fate": [before or None, word or None]},
        why=why,
    )

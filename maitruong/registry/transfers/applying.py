"""An application begins: by the family on its own page, or by a school on the family's behalf."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.kernel import clock, personal_id, vietnamese
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import queries as people
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import Seat
from maitruong.registry.schools import queries as schools
from maitruong.registry.schools.types import grades_of

from . import steps
from .errors import AlreadyApplied, GradeNotTaught, NotSeated, NotTheSame, SameSchool, SchoolMissing
from .models import Transfer
from .types import OPEN, Kind, State, state_label

BEYOND = system_scope("an application to change school, whose pupil sits at a school its receiver does not see")


@dataclass(frozen=True)
class Wish:
    """What the family wishes: reason, class or electives, first day."""

    reason: str
    wished: str = ""
    wished_on: dt.date | None = None


def apply_as_family(scope: Scope, *, student_id: int, to_school_id: int, wish: Wish) -> int:
    """A parent asks another school of the province to take her child. Returns the application's id; the same again gives the same.

    Raises NotFound, NotSeated, SameSchool, GradeNotTaught, AlreadyApplied, WhyMissing, SchoolClosed.
    """
    student_id = _own_child(scope, student_id)
    return _apply(scope, student_id=student_id, to_school_id=to_school_id, wish=wish, by_family=True)


def apply_out_as_family(scope: Scope, *, student_id: int, school: str, province: str, wish: Wish) -> int:
    """A parent asks the child's school to let it go to another province. Raises as `apply_as_family`, and SchoolMissing."""
    student_id = _own_child(scope, student_id)
    return _apply_out(scope, student_id=student_id, school=school, province=province, wish=wish, by_family=True)


def apply_for_family(scope: Scope, *, to_school_id: int, number: str, full_name: str, wish: Wish) -> int:
    """The receiving school's clerk writes the application of parents who stand before her, with the child's number and name.

    Number and name together find the child (a number alone never does) and show nothing of it but what the application says.
    Called through `students.attempt_number`, which counts wrong tries. Raises NotTheSame and as `apply_as_family`.
    """
    if not scope.covers("transfers.file", school_id=to_school_id):
        raise NotFound
    with unit_of_work(BEYOND):
        tidy, name = personal_id.tidy(number), vietnamese.tidy(full_name)
        student_id = people.same_person(scheme="CCCD", value=tidy, full_name=name) if tidy and name else None
    if student_id is None:
        raise NotTheSame
    return _apply(scope, student_id=student_id, to_school_id=to_school_id, wish=wish, by_family=False)


def apply_out_for_family(scope: Scope, *, student_id: int, school: str, province: str, wish: Wish) -> int:
    """The child's own school writes the application to another province. Raises as `apply_out_as_family`."""
    seat = enrolment.reach(scope, "transfers.file", student_id, only_open=True)
    if not scope.covers("transfers.file", school_id=seat.school_id):
        raise NotFound
    return _apply_out(scope, student_id=student_id, school=school, province=province, wish=wish, by_family=False)


@dataclass(frozen=True)
class Comer:
    """Somebody from another province, as the papers say. number: of the identity, perhaps unknown."""

    full_name: str
    born_on: dt.date | None
    sex: str
    number: str
    grade: int
    school: str
    province: str
    from_class: str = ""


def apply_in(scope: Scope, *, to_school_id: int, comer: Comer, wish: Wish) -> int:
    """The receiving school writes the application of a child from another province, from its papers. Returns its id.

    Nobody is looked up or made yet: that happens when the child is received, through the doors of the dossiers.
    Raises NotFound, NameMissing, SchoolMissing, GradeNotTaught, WhyMissing.
    """
    if not scope.covers("transfers.file", school_id=to_school_id):
        raise NotFound
    name = vietnamese.tidy(comer.full_name)
    if not name:
        raise NotTheSame
    school, province = _elsewhere(comer.school, comer.province)
    _refuse_grade(to_school_id, comer.grade)
    row = Transfer(
        kind=Kind.IN,
        school_ids=[to_school_id],
        to_school_id=to_school_id,
        elsewhere=school,
        elsewhere_province=province,
        school_year=calendar.year_on(clock.today()),
        grade=comer.grade,
        full_name=name,
        born_on=comer.born_on,
        sex=comer.sex,
        number=personal_id.tidy(comer.number) if comer.number.strip() else "",
        from_class=vietnamese.tidy(comer.from_class)[:60],
        **_of_wish(wish),
    )
    return _begin(scope, row, whose=to_school_id, days=steps.days_to_accept(), acting=to_school_id)


def seat_now(student_id: int) -> Seat | None:
    """The place a pupil holds today, wherever in the province. Wants sight of it."""
    held = enrolment.seats(BEYOND, student_id=student_id, permission="")
    return next((seat for seat in held if steps.is_held(seat)), None)


def _own_child(scope: Scope, student_id: int) -> int:
    """The living row of one's own child, or of oneself. Raises NotFound."""
    own = {s for grant in scope.grants if "transfers.family" in grant.permissions for s in grant.student_ids or ()}
    if student_id not in own:
        raise NotFound
    with unit_of_work(BEYOND):
        return people.living([student_id]).get(student_id, student_id)


def _apply(scope: Scope, *, student_id: int, to_school_id: int, wish: Wish, by_family: bool) -> int:
    with unit_of_work(BEYOND):
        _take_turn(student_id)
        seat = _seat_to_leave(student_id)
        unit = organisations.units([to_school_id]).get(to_school_id)
        if unit is None or unit.kind != "school":
            raise NotFound
        if seat.school_id == to_school_id:
            raise SameSchool
        schools.refuse_closed(to_school_id)
        _refuse_grade(to_school_id, seat.grade)
        there = _open_one(student_id)
        if there is not None:
            return _same(there, to_school_id=to_school_id)
        row = _of_seat(seat, Kind.INSIDE, wish, by_family)
        row.school_ids = [seat.school_id, to_school_id]
        row.to_school_id = to_school_id
        acting = seat.school_id if by_family else to_school_id
        return _begin(scope, row, whose=to_school_id, days=steps.days_to_accept(), acting=acting)


def _apply_out(scope: Scope, *, student_id: int, school: str, province: str, wish: Wish, by_family: bool) -> int:
    school, province = _elsewhere(school, province)
    with unit_of_work(BEYOND):
        _take_turn(student_id)
        seat = _seat_to_leave(student_id)
        there = _open_one(student_id)
        if there is not None:
            return _same(there, elsewhere=school)
        row = _of_seat(seat, Kind.OUT, wish, by_family)
        row.school_ids = [seat.school_id]
        row.elsewhere, row.elsewhere_province = school, province
        return _begin(scope, row, whose=seat.school_id, days=steps.days_to_release(), acting=seat.school_id)


def _take_turn(student_id: int) -> None:
    """Two applications for one child at the same moment: the second sees the first. The constraint stands behind it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('transfer of pupil ' || %s::bigint, 0))", [student_id]
        )


def _seat_to_leave(student_id: int) -> Seat:
    """Raises NotSeated."""
    seat = seat_now(student_id)
    if seat is None:
        raise NotSeated
    return seat


def _open_one(student_id: int) -> Transfer | None:
    rows = Transfer._base_manager.filter(student_id__in=people.same_human(student_id))
    return rows.filter(state__in=[state.value for state in OPEN]).first()


def _same(there: Transfer, **target: object) -> int:
    """A second click finds what the first began; another wish is refused in words. Raises AlreadyApplied."""
    if there.state == State.APPLIED and all(getattr(there, name) == value for name, value in target.items()):
        return int(there.pk)
    raise AlreadyApplied(state=state_label(there.kind, there.state))


def _of_seat(seat: Seat, kind: Kind, wish: Wish, by_family: bool) -> Transfer:
    person = people.particulars(seat.student_id)
    if person is None:
        raise NotFound
    return Transfer(
        kind=kind,
        student_id=seat.student_id,
        from_school_id=seat.school_id,
        school_year=seat.school_year,
        grade=seat.grade,
        full_name=person.full_name,
        born_on=person.born_on,
        sex=person.sex,
        from_class=seat.class_name,
        by_family=by_family,
        **_of_wish(wish),
    )


def _of_wish(wish: Wish) -> dict[str, object]:
    return {
        "reason": steps.wanted(wish.reason),
        "wished": vietnamese.tidy(wish.wished)[: steps.LONGEST],
        "wished_on": wish.wished_on,
    }


def _elsewhere(school: str, province: str) -> tuple[str, str]:
    told = vietnamese.tidy(school)[:200], vietnamese.tidy(province)[:100]
    if not all(told):
        raise SchoolMissing
    return told


def _refuse_grade(school_id: int, grade: int) -> None:
    """Raises GradeNotTaught. Groups of preschool are not told by the kind of school."""
    if grade >= 1 and grade not in grades_of(schools.facts(school_id)):
        raise GradeNotTaught(school=organisations.unit(school_id).name, grade=grade)


def _begin(scope: Scope, row: Transfer, *, whose: int, days: int, acting: int) -> int:
    row.state, row.due_school_id, row.due_on = State.APPLIED, whose, steps.deadline(days)
    row.applied_at = clock.now()
    row.save(force_insert=True)
    steps.tell(scope, row, school_id=acting, why=row.reason)
    return int(row.pk)

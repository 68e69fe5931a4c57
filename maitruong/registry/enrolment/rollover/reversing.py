"""Take a school's step back, until the new year begins and as long as nobody built upon it."""

from __future__ import annotations

import json

from django.db import connection

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.registry.calendar import queries as calendar

from .. import ports
from ..errors import BuiltUpon, NewYearBegun, NothingToReverse, WhyMissing
from ..events import RollsChanged
from ..models import Enrolment, RollOver, SchoolClass
from ..removing import used

_BEYOND = system_scope("what a school's step into the next year wrote is taken back whole")
_GIVE_BACK = """
UPDATE enrolment_enrolment e SET ends_on = NULL, end_reason = '', status = d.status
FROM (SELECT (pair ->> 0)::bigint AS id, pair ->> 1 AS status FROM jsonb_array_elements(%s::jsonb) pair) d WHERE e.id = d.id"""


def reverse_school(scope: Scope, *, school_id: int, from_year: int, why: str) -> None:
    """The new year's places and classes of the step go, the former places are open again.

    The caller checked the permission. Raises WhyMissing, NothingToReverse, NewYearBegun, YearClosed;
    BuiltUpon, which says what stands upon it.
    """
    if not why.strip():
        raise WhyMissing
    refuse_begun(from_year)
    calendar.refuse_closed_year(from_year)
    with unit_of_work(_BEYOND):
        row = RollOver._base_manager.select_for_update().filter(school_id=school_id, from_year=from_year).first()
        if row is None or not row.written.get("ended"):
            raise NothingToReverse
        if held := _built_upon(row):
            raise BuiltUpon(held=", ".join(held))
        counts = dict(row.counts)
        _take_back(row)
    audit.record(
        scope,
        "enrolment.roll_over_reversed",
        school_id=school_id,
        object_type="roll_over",
        object_id=row.pk,
        changes={name: [number, None] for name, number in counts.items()},
        why=why,
    )
    for year in (from_year, from_year + 1):
        publish(RollsChanged(school_id=school_id, school_year=year))


def refuse_begun(from_year: int) -> None:
    """Raises NewYearBegun from the first day of the new year on, YearUnknown."""
    first_day = calendar.span(from_year + 1)[0]
    if clock.today() >= first_day:
        raise NewYearBegun(year=Year(from_year + 1).label, on=first_day)


def _take_back(row: RollOver) -> None:
    classes = row.written["classes"]
    Enrolment._base_manager.filter(pk__in=row.written["seats"]).delete()
    for class_id in classes:
        for keeper in ports.keepers():
            keeper.forget(class_id)
    if used(classes):
        raise BuiltUpon(held="dữ liệu ở phần khác")
    SchoolClass._base_manager.filter(pk__in=classes).delete()
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [json.dumps(row.written["ended"])])
    row.state, row.counts, row.written, row.problem, row.ran_at = "reversed", {}, {}, "", clock.now()
    row.version += 1
    row.save()


def _built_upon(row: RollOver) -> list[str]:
    """What was written since that a reversal would take along, in words."""
    classes, seats = row.written["classes"], row.written["seats"]
    told = []
    others = Enrolment._base_manager.filter(school_class_id__in=classes).exclude(pk__in=seats).count()
    if others:
        told.append(f"{formats.number(others)} học sinh khác đã xếp vào lớp mới")
    there = Enrolment._base_manager.filter(pk__in=seats, ends_on__isnull=True).count()
    if there != len(seats):
        told.append(f"{formats.number(len(seats) - there)} học sinh đã chuyển hoặc rời lớp mới")
    if others_there := _elsewhere(row):
        told.append(f"{formats.number(others_there)} em đã có lớp khác ở năm học mới")
    led = SchoolClass._base_manager.filter(pk__in=classes, homeroom_id__isnull=False).count()
    if led:
        told.append(f"{formats.number(led)} lớp mới đã có chủ nhiệm")
    held = {words for class_id in classes for keeper in ports.keepers() if (words := keeper.holds(class_id))}
    return told + sorted(held)


def _elsewhere(row: RollOver) -> int:
    """Seats of the next year that pupils of this step have in classes that are not of it.

    Pupil by pupil: of a year that is being written the planner knows no rows, and would read all of them for each school.
    """
    ended = [seat_id for seat_id, _ in row.written["ended"]]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM enrolment_enrolment o CROSS JOIN LATERAL"
            " (SELECT * FROM enrolment_enrolment e WHERE e.student_id = o.student_id OFFSET 0) e"
            " WHERE o.id = ANY(%s) AND e.school_year = %s AND e.id <> ALL(%s) AND e.school_class_id <> ALL(%s)",
            [ended, row.from_year + 1, row.written["seats"], row.written["classes"]],
        )
        return int(cursor.fetchone()[0])

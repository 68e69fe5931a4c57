"""Write a school's step into the next year, in one transaction; repeated, it goes on with who was decided meanwhile."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, OperationalError, connection

from maitruong.foundation.access.errors import NotFound, WrittenMeanwhile
from maitruong.foundation.access.services import COLLISIONS, unit_of_work
from maitruong.foundation.access.staging import insert_many
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish, publish_many
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.registry.calendar import queries as calendar

from ..errors import NextYearNotOpened, NothingToReverse, NothingToRoll, WhyMissing
from ..events import ClassOpened, PupilsEnrolled, RollsChanged
from ..models import RollOver, SchoolClass
from ..types import class_sort_key
from .planning import REASONS, Move, Plan, plan
from .reversing import refuse_begun, reverse_school

logger = logging.getLogger(__name__)
JOB = "enrolment.rollover"
LOOK, RUN, BACK = "look", "run", "back"
_TITLES = {LOOK: "Xem trước lên lớp", RUN: "Lên lớp", BACK: "Lùi lại việc lên lớp"}
_BROKE = "Hệ thống gặp lỗi ở trường này, chưa ghi gì; quản trị hệ thống đã được báo."
MANAGE = "enrolment.rollover"
_BEYOND = system_scope("a pupil's place in the next year may be at a school this scope does not see")
_CLASS = ("school_id", "school_year", "grade", "name", "sort_key", "campus_id", "electives", "clusters")
_MOVES = "unnest(%(seats)s::bigint[], %(classes)s::bigint[], %(fates)s::text[], %(reasons)s::text[]) AS d(id, class_id, fate, reason)"
_END = f"""
UPDATE enrolment_enrolment e SET ends_on = greatest(e.starts_on, %(last)s), end_reason = d.reason,
  status = CASE WHEN d.fate = 'done' THEN 'completed' ELSE e.status END
FROM {_MOVES} WHERE e.id = d.id AND e.ends_on IS NULL RETURNING e.id, old.status"""
_SEAT = f"""
INSERT INTO enrolment_enrolment (school_id, school_year, school_class_id, student_id, register_number, student_code, status, starts_on)
SELECT e.school_id, %(next)s, d.class_id, e.student_id, e.register_number, e.student_code,
  CASE WHEN d.fate = 'repeat' THEN 'repeating' ELSE 'enrolled' END, %(first)s
FROM {_MOVES} JOIN enrolment_enrolment e ON e.id = d.id WHERE d.class_id IS NOT NULL RETURNING id"""


def start(scope: Scope, *, from_year: int, school_id: int | None = None, act: str = RUN, why: str = "") -> int:
    """Enqueue an act on a school, or on every school the scope holds. Returns the job's id.

    act: LOOK counts and writes nothing of the rolls, RUN makes the step, BACK takes it back (why: for the audit).
    Raises NotFound, NextYearNotOpened, NothingToRoll; for BACK WhyMissing, NewYearBegun, NothingToReverse.
    """
    if act == BACK:
        if not why.strip():
            raise WhyMissing
        refuse_begun(from_year)
    schools = _schools(scope, from_year, school_id) if act != BACK else _stepped(scope, from_year, school_id)
    _refuse_unopened(from_year)
    if not schools:
        raise NothingToReverse if act == BACK else NothingToRoll(year=Year(from_year).label)
    place = scope.workspace.unit_id if scope.workspace else 0
    return jobs.start(
        scope,
        kind=JOB,
        title=f"{_TITLES[act]} năm học {Year(from_year + 1).label}",
        school_id=school_id or place,
        arguments={"from_year": from_year, "school": school_id, "act": act, "why": why},
        steps=len(schools),
    )


def run_all(
    ticket: jobs.Ticket, scope: Scope, *, from_year: int, school: int | None = None, act: str = RUN, why: str = ""
) -> dict[str, Any]:
    """School by school, each in a transaction of its own: whoever takes the job up again finds those that are done done.

    What stops one school stands in its row, in words, and stops no other.
    """
    with unit_of_work(scope):
        schools = _schools(scope, from_year, school) if act != BACK else _stepped(scope, from_year, school)
    total: Counter[str] = Counter()
    for number, school_id in enumerate(schools, start=1):
        try:
            total.update(step(scope, act, school_id=school_id, from_year=from_year, why=why))
        except Refusal as refusal:
            total["stopped"] += 1
            _keep_problem(school_id, from_year, refusal.text)
        except OperationalError:
            raise  # the database is away: that is no fault of this school
        except IntegrityError as problem:
            if not isinstance(problem.__cause__, COLLISIONS):
                raise
            total["stopped"] += 1
            _keep_problem(school_id, from_year, WrittenMeanwhile().text)
        except Exception:
            logger.exception("roll over failed", extra={"school": school_id, "act": act})
            total["stopped"] += 1
            _keep_problem(school_id, from_year, _BROKE)
        ticket.progress(number, len(schools), _told(total) if number == len(schools) else "")
    return dict(total)


def step(scope: Scope, act: str, *, school_id: int, from_year: int, why: str = "") -> dict[str, int]:
    """One act on one school, committed by itself."""
    if act == LOOK:
        return look_at_school(scope, school_id=school_id, from_year=from_year)
    if act == RUN:
        return run_school(scope, school_id=school_id, from_year=from_year)
    with unit_of_work(scope):
        try:
            reverse_school(scope, school_id=school_id, from_year=from_year, why=why)
        except NothingToReverse:
            return {}  # a worker before this one took it back
    return {"back": 1}


def _keep_problem(school_id: int, from_year: int, words: str) -> None:
    with unit_of_work(_BEYOND):
        row = locked_row(school_id, from_year)
        row.problem = words
        row.save(update_fields=["problem"])


def _told(total: Counter[str]) -> str:
    return f"Có {total['stopped']} trường bị vướng, xem “Còn vướng” bên dưới." if total["stopped"] else ""


def look_at_school(scope: Scope, *, school_id: int, from_year: int) -> dict[str, int]:
    """What a run would do, kept for the board of schools; nothing else is written. Returns the counts."""
    with unit_of_work(_BEYOND):
        row = locked_row(school_id, from_year)
        found = plan(school_id, from_year, row)
        if row.state != "done":
            row.counts, row.problem = found.counts, _problem(found)
            row.save(update_fields=["counts", "problem"])
    return found.counts


def run_school(scope: Scope, *, school_id: int, from_year: int) -> dict[str, int]:
    """One school's step. Returns the counts of this run; who waits stops nobody else.

    Repeatable: who has a place in the next year already, at whatever school, is left alone.
    """
    _refuse_unopened(from_year)
    with unit_of_work(_BEYOND):
        row = locked_row(school_id, from_year)
        found = plan(school_id, from_year, row)
        if found.moves:
            _write(scope, row, found)
            row.state, row.ran_at = "done", clock.now()
            row.version += 1
        row.counts, row.problem = _added(row, found), _problem(found)
        row.save()
    return found.counts


def locked_row(school_id: int, from_year: int) -> RollOver:
    """The school's row, made when it is first asked for, and held: one at a time makes a school's step."""
    RollOver._base_manager.get_or_create(school_id=school_id, from_year=from_year)
    return RollOver._base_manager.select_for_update().get(school_id=school_id, from_year=from_year)


def _write(scope: Scope, row: RollOver, found: Plan) -> None:
    next_year = found.from_year + 1
    first_day = calendar.span(next_year)[0]
    last_day = calendar.span(found.from_year)[2]
    made = _open_classes(found)
    places = {**found.there, **made}
    moves = {
        "seats": [move.seat_id for move in found.moves],
        "classes": [places[move.to] if move.to else None for move in found.moves],
        "fates": [move.fate for move in found.moves],
        "reasons": [_reason(move) for move in found.moves],
        "last": min(last_day, first_day - dt.timedelta(days=1)),
        "next": next_year,
        "first": first_day,
    }
    with connection.cursor() as cursor:
        cursor.execute(_END, moves)
        ended = cursor.fetchall()
        if len(ended) != len(found.moves):  # somebody moved a pupil or let him leave since the plan was read
            raise WrittenMeanwhile
        cursor.execute(_SEAT, moves)
        seats = [seat_id for (seat_id,) in cursor.fetchall()]
    row.written = {
        "classes": [*row.written.get("classes", []), *made.values()],
        "seats": [*row.written.get("seats", []), *seats],
        "ended": [*row.written.get("ended", []), *ended],
    }
    _tell(scope, row, found, made)


def _open_classes(found: Plan) -> dict[tuple[int, str], int]:
    """Classes of the new year that are not there yet; the class that goes up brings its campus and its electives along."""
    brought = {(old.grade + 1, old.next_name): old for old in found.classes.values() if old.next_name}
    wanted = sorted({move.to for move in found.moves if move.to} - set(found.there))
    rows = []
    for grade, name in wanted:
        old = brought.get((grade, name))
        kept = old if old and old.grade >= 10 else None
        rows.append(
            (
                found.school_id,
                found.from_year + 1,
                grade,
                name,
                class_sort_key(name, grade),
                old.campus_id if old else None,
                json.dumps(kept.electives if kept else []),
                json.dumps(kept.clusters if kept else []),
            )
        )
    return dict(zip(wanted, insert_many(SchoolClass, _CLASS, rows), strict=True)) if rows else {}


def _reason(move: Move) -> str:
    return f"{REASONS[move.fate]} {move.to[1]}" if move.to else REASONS[move.fate]


def _tell(scope: Scope, row: RollOver, found: Plan, made: dict[tuple[int, str], int]) -> None:
    """One entry a school, one fact a class: five hundred thousand pupils are not five hundred thousand facts."""
    next_year = found.from_year + 1
    audit.record(
        scope,
        "enrolment.rolled_over",
        school_id=found.school_id,
        object_type="roll_over",
        object_id=row.pk,
        changes={name: [None, number] for name, number in found.counts.items()},
    )
    places = {**found.there, **made}
    seated: dict[int, list[int]] = {}
    for move in found.moves:
        if move.to:
            seated.setdefault(places[move.to], []).append(move.student_id)
    publish_many(
        [
            *(
                ClassOpened(school_id=found.school_id, school_year=next_year, class_id=pk, grade=grade)
                for (grade, _), pk in made.items()
            ),
            *(
                PupilsEnrolled(school_id=found.school_id, school_year=next_year, class_id=pk, students=students)
                for pk, students in seated.items()
            ),
        ]
    )
    for year in (found.from_year, next_year):
        publish(RollsChanged(school_id=found.school_id, school_year=year))


def _problem(found: Plan) -> str:
    told = [f"lớp {old.name} chưa có tên năm sau" for old in found.unnamed]
    return "; ".join(told[:5]) + (f" và {len(told) - 5} lớp khác" if len(told) > 5 else "")


def _added(row: RollOver, found: Plan) -> dict[str, int]:
    """Of all runs together; who waits is who waits now."""
    before = row.counts if row.written.get("ended") and row.state == "done" else {}
    return {name: n + (0 if name == "waiting" else before.get(name, 0)) for name, n in found.counts.items()}


def _schools(scope: Scope, from_year: int, school_id: int | None) -> list[int]:
    """Schools with classes in the year that the scope may roll over, in a fixed order. Raises NotFound for one it may not."""
    rows = SchoolClass.objects.visible_to(scope, MANAGE).filter(school_year=from_year)
    if school_id is not None:
        rows = rows.filter(school_id=school_id)
    found: Iterable[int] = rows.order_by("school_id").values_list("school_id", flat=True).distinct()
    schools = list(found)
    if school_id is not None and not schools:
        raise NotFound
    return schools


def _stepped(scope: Scope, from_year: int, school_id: int | None) -> list[int]:
    """Schools of the scope that made the step, in the same order."""
    rows = RollOver.objects.visible_to(scope, MANAGE).filter(from_year=from_year, written__has_key="ended")
    if school_id is not None:
        rows = rows.filter(school_id=school_id)
    return list(rows.order_by("school_id").values_list("school_id", flat=True))


def schools_with_classes(scope: Scope, year: int) -> list[int]:
    return _schools(scope, year, None)


def _refuse_unopened(from_year: int) -> None:
    """Both years must be there, and the new one still take facts. Raises NextYearNotOpened, YearClosed, YearUnknown."""
    if not calendar.known().knows(from_year + 1):
        raise NextYearNotOpened(year=Year(from_year + 1).label)
    calendar.refuse_closed_year(from_year)
    calendar.refuse_closed_year(from_year + 1)

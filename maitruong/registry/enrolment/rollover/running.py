"""Make the step into the next year: of a school in one transaction, of a province school by school; repeated, it goes on."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, OperationalError

from maitruong.foundation.access.errors import NotFound, WrittenMeanwhile
from maitruong.foundation.access.services import COLLISIONS, unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.calendar.types import Calendar

from ..errors import NextYearNotOpened, NothingToReverse, NothingToRoll, WhyMissing
from ..models import RollOver, SchoolClass
from .planning import Plan, plan
from .reversing import refuse_begun, reverse_school
from .writing import write

logger = logging.getLogger(__name__)
JOB = "enrolment.rollover"
LOOK, RUN, BACK = "look", "run", "back"
_TITLES = {LOOK: "Xem trước lên lớp", RUN: "Lên lớp", BACK: "Lùi lại việc lên lớp"}
_BROKE = "Hệ thống gặp lỗi ở trường này, chưa ghi gì; quản trị hệ thống đã được báo."
MANAGE = "enrolment.rollover"
_BEYOND = system_scope("a pupil's place in the next year may be at a school this scope does not see")


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
    with unit_of_work(_BEYOND):
        known = _refuse_unopened(from_year)
        row = locked_row(school_id, from_year)
        found = plan(school_id, from_year, row)
        if found.moves:
            write(scope, row, found, known)
            row.state, row.ran_at = "done", clock.now()
            row.version += 1
        row.counts, row.problem = _added(row, found), _problem(found)
        row.save(update_fields=["state", "ran_at", "version", "counts", "problem", "written"])
    return found.counts


def locked_row(school_id: int, from_year: int) -> RollOver:
    """The school's row, made when it is first asked for, and held: one at a time makes a school's step."""
    rows = RollOver._base_manager.select_for_update().filter(school_id=school_id, from_year=from_year)
    found = rows.first()
    if found is None:
        RollOver._base_manager.get_or_create(school_id=school_id, from_year=from_year)
        found = rows.get()
    return found


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


def _refuse_unopened(from_year: int) -> Calendar:
    """Both years must be there and still take facts. Raises NextYearNotOpened, YearClosed, YearUnknown."""
    known = calendar.known()
    if not known.knows(from_year + 1):
        raise NextYearNotOpened(year=Year(from_year + 1).label)
    if not known.knows(from_year) or any(
        row.closed_at for row in known.years if row.year in (from_year, from_year + 1)
    ):
        calendar.refuse_closed_year(from_year)
        calendar.refuse_closed_year(from_year + 1)
    return known

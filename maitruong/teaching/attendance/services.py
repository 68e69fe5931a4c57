"""Enter who is missing. Everything entered can be taken back; the row stays, marked as taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.kernel.errors import Refusal
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import ClassRef

from .errors import ChangedMeanwhile, DayAhead, NotInClass, OutsideYear, UnknownState
from .events import AbsencesEntered
from .models import Absence
from .types import EXCUSED, PRESENT, SESSIONS, STATES, Change, Entry


def enter_absences(scope: Scope, *, class_id: int, day: dt.date, entries: Sequence[Entry]) -> list[Change]:
    """Write what a teacher says of a class on a day, all of it or nothing. Returns what changed; the same again returns nothing.

    Raises NotFound, DayAhead, OutsideYear, NotInClass, UnknownState, YearClosed, and ChangedMeanwhile when a state is no
    longer the one its entry had seen.
    """
    ref = _class_to_write(scope, class_id, day)
    names = {row.student_id: row.full_name for row in enrolment.members(ref, on=day)}
    _refuse_nonsense(entries, names, day)
    there = _rows_of(ref, day, [entry.student_id for entry in entries])
    changes: list[Change] = []
    for entry in entries:
        row = there.get((entry.student_id, entry.session))
        now = state_of(row)
        if entry.seen is not None and entry.seen != now and entry.state != now:
            raise ChangedMeanwhile(
                name=names[entry.student_id], session=SESSIONS[entry.session].lower(), now=STATES[now].lower()
            )
        if entry.state != now or (row is not None and entry.reason and row.reason != entry.reason):
            changes.append(Change(entry.student_id, entry.session, now, entry.state))
    _write(scope, ref, day, entries, changes, there)
    if changes:
        _tell(scope, ref, day, changes)
    return changes


def take_back(scope: Scope, *, class_id: int, day: dt.date, changes: Iterable[Change]) -> list[Change]:
    """Put back what was before, where nobody wrote since. Raises as enter_absences."""
    return enter_absences(scope, class_id=class_id, day=day, entries=[change.undone() for change in changes])


def state_of(row: Absence | None) -> str:
    if row is None:
        return PRESENT
    return EXCUSED if row.excused else "unexcused"


def _class_to_write(scope: Scope, class_id: int, day: dt.date) -> ClassRef:
    ref = enrolment.class_ref(scope, class_id=class_id, permission="attendance.enter")
    _refuse_day(ref, day)
    return ref


def problem_of_day(ref: ClassRef, day: dt.date) -> Refusal | None:
    """Why nobody of the class can be written on that day, or None: a page says it once, before anybody tries."""
    try:
        _refuse_day(ref, day)
    except Refusal as problem:
        return problem
    return None


def _refuse_day(ref: ClassRef, day: dt.date) -> None:
    calendar.refuse_closed_year(ref.school_year)
    if day > clock.today():
        raise DayAhead(day=day)
    first, _, last = calendar.span(ref.school_year)
    if not first <= day <= last:
        raise OutsideYear(day=day, first=first, last=last)


def _refuse_nonsense(entries: Sequence[Entry], names: dict[int, str], day: dt.date) -> None:
    for entry in entries:
        if entry.student_id not in names:
            raise NotInClass(day=day)
        if entry.state not in STATES or entry.session not in SESSIONS:
            raise UnknownState(given=entry.state if entry.state not in STATES else entry.session)


def _rows_of(ref: ClassRef, day: dt.date, student_ids: list[int]) -> dict[tuple[int, str], Absence]:
    rows = (
        Absence._base_manager.select_for_update()
        .filter(student_id__in=student_ids, day=day, school_id=ref.school_id, withdrawn_at__isnull=True)
        .order_by("pk")
    )
    return {(row.student_id, row.session): row for row in rows}


def _write(
    scope: Scope,
    ref: ClassRef,
    day: dt.date,
    entries: Sequence[Entry],
    changes: list[Change],
    there: dict[tuple[int, str], Absence],
) -> None:
    """Two statements at most: close what was changed or taken back, add what holds now."""
    changed = {(change.student_id, change.session) for change in changes}
    closing = [there[key].pk for key in changed if key in there]
    if closing:
        Absence._base_manager.filter(pk__in=closing).update(withdrawn_by=scope.actor_id, withdrawn_at=clock.now())
    rows = [
        Absence(
            school_id=ref.school_id,
            school_year=ref.school_year,
            class_id=ref.id,
            student_id=entry.student_id,
            day=day,
            session=entry.session,
            excused=entry.state == EXCUSED,
            reason=vietnamese.tidy(entry.reason),
            entered_by=scope.actor_id,
        )
        for entry in entries
        if (entry.student_id, entry.session) in changed and entry.state != PRESENT
    ]
    if not rows:
        return
    try:
        with transaction.atomic():
            Absence._base_manager.bulk_create(rows)
    except IntegrityError:  # uniq_absence: somebody entered the same session in this very moment
        raise ChangedMeanwhile(name="Lớp " + ref.name, session=SESSIONS[rows[0].session].lower(), now="vắng") from None


def _tell(scope: Scope, ref: ClassRef, day: dt.date, changes: list[Change]) -> None:
    audit.record_many(
        scope,
        "attendance.entered",
        [
            {
                "school_id": ref.school_id,
                "object_type": "absence",
                "object_id": f"{ref.id}/{day}/{change.session}",
                "subject_id": change.student_id,
                "changes": {"state": [change.before, change.after]},
            }
            for change in changes
        ],
    )
    students = sorted({change.student_id for change in changes})
    publish(
        AbsencesEntered(
            school_id=ref.school_id,
            school_year=ref.school_year,
            class_id=ref.id,
            day=str(day),
            student_ids=students,
        )
    )


__all__ = ["NotFound", "enter_absences", "state_of", "take_back"]

"""Write down what the summer after a failed year brought; the year's own result stays as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import connection

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events import services as events
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.registry.calendar import queries as calendar

from .. import storage
from .. import summer as rules
from ..errors import DayNotInSummer, NothingOwed, ReasonNeeded, YearNotJudged
from ..events import ResultsChanged
from ..queries.records import class_year, open_books
from ..summer import WHOLE, Owed, Summer, SummerRow
from ..types import Sheet

Typed = Mapping[str, Mapping[str, str]]


def enter_summer(scope: Scope, *, class_id: int, student_id: int, typed: Typed, on: dt.date, why: str = "") -> Summer:
    """Results of one pupil's retest, training or support, and what they come to now.

    typed: subject ("" for conduct or the decision) → field → text as typed; "V" says the pupil did not come; an emptied part is
    awaited again. Parts that are not owed are left alone. why: for the principal's decision at primary school.
    Raises NotFound, NothingOwed, YearNotJudged, YearClosed, DayNotInSummer, ReasonNeeded and what the cells refuse.
    """
    sheet = storage.sheet_of_class(class_id, lock=True)
    if sheet is None or not scope.covers("gradebook.summer", school_id=sheet.school_id, class_id=class_id):
        raise NotFound
    calendar.refuse_closed_year(sheet.school_year)
    _refuse_bad_day(sheet, on)
    if waiting := open_books(sheet):
        raise YearNotJudged(school_class=sheet.class_name, count=len(waiting))
    before = _summer(scope, sheet, student_id)
    if not before.owed:
        raise NothingOwed
    wanted = {
        one.code: rules.read(one, typed[one.code], act=sheet.act, grade=sheet.grade)
        for one in before.owed
        if one.code in typed
    }
    _refuse_unfounded(before, wanted, why)
    _write(scope, sheet, student_id, wanted, on, vietnamese.tidy(why))
    after = _summer(scope, sheet, student_id)
    _tell(scope, sheet, student_id, before, after, why)
    return after


def _summer(scope: Scope, sheet: Sheet, student_id: int) -> Summer:
    _, years = class_year(scope, class_id=sheet.class_id, student_ids=[student_id])
    return years[student_id].summer


def _refuse_bad_day(sheet: Sheet, on: dt.date) -> None:
    """The summer runs from the last day of the year until the rights of that year end."""
    first, last = calendar.span(sheet.school_year)[2], calendar.last_day_of_rights(sheet.school_year)
    if not first <= on <= min(last, max(first, clock.today())):
        raise DayNotInSummer(day=on, first=first, last=min(last, max(first, clock.today())))


def _refuse_unfounded(before: Summer, wanted: Mapping[str, SummerRow | None], why: str) -> None:
    decides = any(one.kind == "decision" and wanted.get(one.code) for one in before.owed)
    if decides and sum(map(str.isalpha, why)) < 10:
        raise ReasonNeeded


def _write(
    scope: Scope, sheet: Sheet, student_id: int, wanted: Mapping[str, SummerRow | None], on: dt.date, why: str
) -> None:
    at = [sheet.school_year, sheet.school_id, sheet.class_id, student_id]
    with connection.cursor() as cursor:
        for code, row in wanted.items():
            if row is None:
                cursor.execute(_FORGET, [*at, code])
            else:
                note = why if code == WHOLE and sheet.grade <= 5 else ""
                cursor.execute(
                    _KEEP, [*at, code, row.value, row.level, row.taken, note, on, scope.actor_id, clock.now()]
                )


_FORGET = """DELETE FROM gradebook_summerresult WHERE school_year = %s AND school_id = %s AND class_id = %s AND student_id = %s
AND subject = %s"""
_KEEP = """INSERT INTO gradebook_summerresult AS kept (school_year, school_id, class_id, student_id, subject, value, level, taken,
  note, decided_on, entered_by, entered_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (school_year, class_id, student_id, subject) DO UPDATE SET value = excluded.value, level = excluded.level,
  taken = excluded.taken, note = excluded.note, decided_on = excluded.decided_on, entered_by = excluded.entered_by,
  entered_at = excluded.entered_at
WHERE (kept.value, kept.level, kept.taken, kept.note, kept.decided_on) IS DISTINCT FROM
  (excluded.value, excluded.level, excluded.taken, excluded.note, excluded.decided_on)"""


def _tell(scope: Scope, sheet: Sheet, student_id: int, before: Summer, after: Summer, why: str) -> None:
    old, new = _texts(before), _texts(after)
    changes = {name: [old.get(name), new.get(name)] for name in {**old, **new} if old.get(name) != new.get(name)}
    if not changes:
        return
    audit.record(
        scope,
        "gradebook.summer_entered",
        school_id=sheet.school_id,
        object_type="school_class",
        object_id=sheet.class_id,
        subject_id=student_id,
        changes=changes,
        why=why,
    )
    events.publish(
        ResultsChanged(
            school_id=sheet.school_id, class_id=sheet.class_id, school_year=sheet.school_year, students=[student_id]
        )
    )


def _texts(found: Summer) -> dict[str, str]:
    rows = found.rows or {}
    return {one.name: _text(one, rows[one.code]) for one in found.owed if one.code in rows}


def _text(one: Owed, row: SummerRow) -> str:
    return " ".join(dict.fromkeys(filter(None, one.texts(row).values())))

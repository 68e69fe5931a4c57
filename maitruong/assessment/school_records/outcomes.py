"""What a school year came to for every pupil of a school: the rule of promotion asked for each, with what stands in the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from django.db import connection

from maitruong.assessment.gradebook import queries as gradebook
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.regulations.register import HOUSE, NoRuleInForce
from maitruong.registry.enrolment.ports import Fate
from maitruong.teaching.attendance import queries as attendance

from .rules import Outcome
from .rules.promotion import MOST_ABSENCES

_SCOPE = system_scope("what the year came to, for the step into the next one")
_KINDS: Final = {
    Outcome.PROMOTED: "up",  # from the last grade of a level: out of it, which whoever asks knows
    Outcome.PROMOTED_AFTER_SUMMER: "up",
    Outcome.PROMOTED_BY_DECISION: "up",
    Outcome.COMPLETED: "done",
    Outcome.RETAINED: "repeat",
}
_LAST_OF_PRIMARY = 5
_RESULTS = """
SELECT r.student_id, r.class_id, r.grade, r.learning, r.conduct, r.act FROM gradebook_result r
WHERE r.school_year = %s AND r.school_id = %s AND r.term = 0 AND r.learning IS NOT NULL
ORDER BY r.computed_at"""
_SUMMERS = "SELECT DISTINCT class_id FROM gradebook_summerresult WHERE school_year = %s AND school_id = %s"
#: No way of counting counts more sessions than were missed: only who missed that many can have too many. Asked pupil by pupil
#: along the index, whatever school it was: a scan of the year for each school would make a province's step grow with its square.
_MISSED = """
SELECT a.student_id FROM unnest(%s::bigint[]) AS pupil (id) CROSS JOIN LATERAL (
  SELECT student_id FROM attendance_absence WHERE school_year = %s AND student_id = pupil.id AND withdrawn_at IS NULL
  OFFSET %s LIMIT 1) a"""


def fates(school_id: int, school_year: int) -> Mapping[int, Fate]:
    """Pupil → what the year came to (enrolment.ports.YearOutcomes). Who has no result of the year is not in it.

    Three statements; more for who missed very much and for classes with results of the summer. Needs sight of the school.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RESULTS, [school_year, school_id])
        rows = {row[0]: row for row in cursor.fetchall()}  # of two classes in a year the one judged last
        cursor.execute(_SUMMERS, [school_year, school_id])
        with_summer = {class_id for (class_id,) in cursor.fetchall()}
        cursor.execute(_MISSED, [list(rows), school_year, MOST_ABSENCES])
        often_away = [student_id for (student_id,) in cursor.fetchall()]
    missed = _counted(often_away, school_year)
    found, waiting = {}, defaultdict(list)
    for student_id, class_id, grade, learning, conduct, act in rows.values():
        outcome = _judge(act, grade, learning, conduct, missed.get(student_id, 0), (None, None, None))
        if outcome is None:
            continue
        found[student_id] = outcome
        if outcome.is_pending and class_id in with_summer:
            waiting[class_id].append(student_id)
    for class_id, student_ids in waiting.items():
        _, years = gradebook.class_year(_SCOPE, class_id=class_id, student_ids=student_ids)
        for student_id in student_ids:
            _, _, grade, learning, conduct, act = rows[student_id]
            summer = years[student_id].summer
            after = (summer.overall if grade <= _LAST_OF_PRIMARY else summer.learning, summer.conduct, summer.goes_up)
            found[student_id] = (
                _judge(act, grade, learning, conduct, missed.get(student_id, 0), after) or found[student_id]
            )
    return {student_id: Fate(_KINDS.get(outcome, ""), outcome.waits_for) for student_id, outcome in found.items()}


def _judge(
    act: str,
    grade: int,
    learning: int,
    conduct: int | None,
    absences: int,
    after: tuple[int | None, int | None, bool | None],
) -> Outcome | None:
    """The rule in force for the result. None: no rule judges it, or conduct is missing."""
    try:
        rule = HOUSE.of_act("school_records.promotion", act, grade=grade)
    except NoRuleInForce:
        return None
    learning_after, conduct_after, decision = after
    if grade <= _LAST_OF_PRIMARY:
        return rule(grade, overall=learning, overall_after=learning_after, decision=decision)
    if conduct is None:
        return None
    return rule(
        grade,
        learning=learning,
        conduct=conduct,
        absences=absences,
        learning_after=learning_after,
        conduct_after=conduct_after,
    )


def _counted(student_ids: list[int], school_year: int) -> dict[int, int]:
    if not student_ids:
        return {}
    rows = attendance.absences(_SCOPE, student_ids=student_ids, school_year=school_year)
    return {pupil: count.year for pupil, count in attendance.count_of(rows, school_year=school_year).items()}

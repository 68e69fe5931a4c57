"""What a pupil is entitled to, from a day to a day, with the paper that says so (ADR 0017).

The dated rows are the truth. The dossier's own columns (policy group, near-poor, disability) are their short form for today:
`_show_today` writes them. A list still writes the columns; `follow_list` turns what it said into rows at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import F, Q

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.people import services as people_services
from maitruong.foundation.reference import catalogue as reference

from .errors import (
    LevelMissing,
    PaperMissing,
    PeriodBackwards,
    ReasonMissing,
    StandingOverlaps,
    StandingUnknown,
    YearlyStanding,
)
from .models import Standing, Student

CLAIMS = ("policy_group", "near_poor", "disability")
"""The columns a list writes and these rows stand behind."""
LISTS = {"policy": "policy_group", "disability": "disability"}
LONGEST_YEAR = dt.timedelta(days=366)
_NEW_DAY = dt.timedelta(days=7)
_EVERYWHERE = system_scope("what pupils are entitled to begins and ends with a day")

_HOLDS = "s.withdrawn_at IS NULL AND s.starts_on <= %(day)s AND (s.ends_on IS NULL OR s.ends_on >= %(day)s)"
_SAID = """
SELECT f.person_id, f.places, said.kind, said.key FROM students_student f CROSS JOIN LATERAL (
  SELECT 'policy' AS kind, key FROM unnest(string_to_array(nullif(f.policy_group, ''), ' ')) AS key
  UNION SELECT 'policy', 'NEAR_POOR' WHERE f.near_poor
  UNION SELECT 'disability', f.disability WHERE f.disability <> ''
) AS said WHERE f.person_id = ANY(%(ids)s)"""
# What a list no longer says was never more than its word; a row of today's is taken back whole.
_UNSAID = f"""
WITH said AS ({_SAID}), gone AS (
  SELECT s.id, s.starts_on FROM students_standing s
  WHERE s.student_id = ANY(%(ids)s) AND s.source = 'list' AND {_HOLDS}
    AND NOT EXISTS (SELECT 1 FROM said WHERE said.person_id = s.student_id AND said.kind = s.kind AND said.key = s.key)
), removed AS (DELETE FROM students_standing WHERE id IN (SELECT id FROM gone WHERE starts_on = %(day)s))
UPDATE students_standing SET ends_on = %(day)s::date - 1, end_why = 'danh sách của trường không còn ghi'
WHERE id IN (SELECT id FROM gone WHERE starts_on < %(day)s)"""
# One that begins later, by a paper, is not run into.
_SAID_ANEW = f"""
INSERT INTO students_standing (student_id, places, kind, key, level, starts_on, ends_on, source, paper_number, paper_by, end_why)
SELECT said.person_id, said.places, said.kind, said.key, '', %(day)s, (
    SELECT min(s.starts_on) - 1 FROM students_standing s WHERE s.student_id = said.person_id AND s.kind = said.kind
      AND s.key = said.key AND s.withdrawn_at IS NULL AND s.starts_on > %(day)s), 'list', '', '', ''
FROM ({_SAID}) AS said
WHERE NOT EXISTS (SELECT 1 FROM students_standing s WHERE s.student_id = said.person_id AND s.kind = said.kind
  AND s.key = said.key AND {_HOLDS})"""
# The keys that stand there stay in their order, so that a list brought twice finds nothing new in it. Near-poor has two ways
# of being written in a list: whichever stands there is kept.
_TODAY = f"""
UPDATE students_student f SET policy_group = now.policy_group, near_poor = now.near_poor, disability = now.disability,
  version = f.version + 1
FROM (
  SELECT f.person_id,
    coalesce((SELECT string_agg(k.key, ' ' ORDER BY k.place, k.key) FROM (
      SELECT s.key, coalesce(array_position(string_to_array(f.policy_group, ' '), s.key), 999) AS place
      FROM students_standing s WHERE s.student_id = f.person_id AND s.kind = 'policy' AND {_HOLDS}
    ) AS k WHERE k.key <> 'NEAR_POOR' OR k.place < 999), '') AS policy_group,
    EXISTS (SELECT 1 FROM students_standing s WHERE s.student_id = f.person_id AND s.kind = 'policy' AND s.key = 'NEAR_POOR'
      AND {_HOLDS}) AND (f.near_poor OR NOT 'NEAR_POOR' = ANY (string_to_array(f.policy_group, ' '))) AS near_poor,
    coalesce((SELECT s.key FROM students_standing s WHERE s.student_id = f.person_id AND s.kind = 'disability' AND {_HOLDS}
      ORDER BY s.key = f.disability DESC, s.starts_on DESC LIMIT 1), '') AS disability
  FROM students_student f WHERE f.person_id = ANY(%(ids)s)
) AS now
WHERE f.person_id = now.person_id
  AND (f.policy_group, f.near_poor, f.disability) IS DISTINCT FROM (now.policy_group, now.near_poor, now.disability)"""


def follow_list(student_ids: Collection[int]) -> None:
    """A list wrote the columns of these dossiers: rows begin for what it says anew and end for what it says no more.

    What a paper says stays, whatever a list says. Three statements, however many pupils.
    """
    if not student_ids:
        return
    facts: dict[str, Any] = {"ids": sorted(student_ids), "day": clock.today()}
    with connection.cursor() as cursor:
        for statement in (_UNSAID, _SAID_ANEW, _TODAY):
            cursor.execute(statement, facts)


def record_standing(
    scope: Scope,
    *,
    student_id: int,
    school_id: int,
    kind: str,
    key: str,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    level: str = "",
    paper_number: str = "",
    paper_day: dt.date | None = None,
    paper_by: str = "",
) -> int:
    """Write what a paper entitles a pupil to, from a day to a day. The word of a list that held meanwhile ends before it.

    school_id: where the pupil sits, through which the scope reaches him. Returns the row's id.
    Raises NotFound, StandingUnknown, LevelMissing, PaperMissing, PeriodBackwards, YearlyStanding, StandingOverlaps.
    """
    file = _file_to_write(scope, student_id, school_id)
    name = _checked(kind, key, level, starts_on, ends_on)
    paper_number, paper_by = vietnamese.tidy(paper_number), vietnamese.tidy(paper_by)
    if not paper_by or not (paper_number or paper_day):
        raise PaperMissing
    same = Standing._base_manager.filter(student_id=student_id, kind=kind, key=key, withdrawn_at__isnull=True)
    _give_way(same.filter(source="list"), starts_on)
    meets = Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on)
    if ends_on is not None:
        meets &= Q(starts_on__lte=ends_on)
    there = same.filter(meets).order_by("starts_on").first()
    if there is not None:
        raise StandingOverlaps(name=name, since=there.starts_on)
    row = Standing(
        student_id=student_id,
        places=file.places,
        kind=kind,
        key=key,
        level=level if kind == "disability" else "",
        starts_on=starts_on,
        ends_on=ends_on,
        source="paper",
        paper_number=paper_number,
        paper_day=paper_day,
        paper_by=paper_by,
    )
    row.save()
    _show_today([student_id])
    changes: dict[str, Any] = {"standing": [None, key], "starts_on": [None, starts_on], "ends_on": [None, ends_on]}
    if row.level:
        changes["disability_level"] = [None, row.level]
    _record(scope, "students.standing_recorded", row, school_id, changes)
    return row.pk


def end_standing(
    scope: Scope, *, standing_id: int, student_id: int, school_id: int, ends_on: dt.date, why: str
) -> bool:
    """Let a row end with a day; one that was to end later ends now. False when it had ended by then.

    Raises NotFound, ReasonMissing, PeriodBackwards.
    """
    row = _row_to_write(scope, standing_id, student_id, school_id)
    why = _reason(why)
    if ends_on < row.starts_on:
        raise PeriodBackwards(starts_on=row.starts_on, ends_on=ends_on)
    if row.ends_on is not None and row.ends_on <= ends_on:
        return False
    before, row.ends_on, row.end_why = row.ends_on, ends_on, why
    row.save(update_fields=["ends_on", "end_why"])
    _show_today([student_id])
    changes = {"standing": [row.key, row.key], "ends_on": [before, ends_on]}
    _record(scope, "students.standing_ended", row, school_id, changes, why)
    return True


def withdraw_standing(scope: Scope, *, standing_id: int, student_id: int, school_id: int, why: str) -> None:
    """Take back a row written by mistake: it never held. Raises NotFound, ReasonMissing."""
    row = _row_to_write(scope, standing_id, student_id, school_id)
    row.withdrawn_at, row.end_why = clock.now(), _reason(why)
    row.save(update_fields=["withdrawn_at", "end_why"])
    _show_today([student_id])
    _record(scope, "students.standing_withdrawn", row, school_id, {"standing": [row.key, None]}, why)


def record_boarding(student_id: int, boarding: str) -> None:
    """How a pupil boards was said for the year of today: the dossier says the same. The caller checked and tells the audit."""
    rows = Student._base_manager.filter(pk=student_id).exclude(boarding=boarding)
    rows.update(boarding=boarding, version=F("version") + 1, updated_at=clock.now())


def hold_file(student_id: int) -> None:
    """Of two who change one pupil's family at once, the second waits here and sees what the first left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM students_student WHERE person_id = %s FOR UPDATE", [student_id])


def known_at(student_id: int, school_id: int) -> None:
    """A school the pupil comes to reads from now on what he is entitled to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE students_standing SET places = places || %s::bigint"
            " WHERE student_id = %s AND NOT places @> ARRAY[%s::bigint]",
            [school_id, student_id, school_id],
        )


def follow_the_day() -> int:
    """What began or ended in the last days shows in the dossiers. Called by the steady work; says nothing was left to do."""
    day = clock.today()
    with unit_of_work(_EVERYWHERE):
        turned = Q(ends_on__range=(day - _NEW_DAY, day - dt.timedelta(days=1))) | Q(
            starts_on__range=(day - _NEW_DAY, day)
        )
        _show_today(list(set(Standing._base_manager.filter(turned).values_list("student_id", flat=True))))
    return 0


def _show_today(student_ids: Collection[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TODAY, {"ids": sorted(student_ids), "day": clock.today()})


def _give_way(rows: Any, starts_on: dt.date) -> None:
    """A word without papers gives way to the paper: it ends the day before, or is taken back."""
    rows.filter(starts_on__gte=starts_on).delete()
    open_then = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on))
    open_then.update(ends_on=starts_on - dt.timedelta(days=1), end_why="đã có giấy tờ")


def _checked(kind: str, key: str, level: str, starts_on: dt.date, ends_on: dt.date | None) -> str:
    """The name of what is written, once it may be written so."""
    codes = {code.key: code for code in reference.codes(LISTS[kind])} if kind in LISTS else {}
    if key not in codes:
        raise StandingUnknown(given=key)
    name = codes[key].name
    if kind == "disability" and level not in {code.key for code in reference.codes("disability_level")}:
        raise LevelMissing
    if ends_on is not None and ends_on < starts_on:
        raise PeriodBackwards(starts_on=starts_on, ends_on=ends_on)
    yearly = kind == "policy" and codes[key]["yearly"] == "1"
    if yearly and (ends_on is None or ends_on - starts_on >= LONGEST_YEAR):
        raise YearlyStanding(name=name)
    return name


def _file_to_write(scope: Scope, student_id: int, school_id: int) -> Student:
    """The dossier, locked and marked as written since: a list that brought it may not take it back any more."""
    reached = scope.covers("students.edit", school_id=school_id, student_id=student_id)
    if not reached or not people_services.stand_on(student_id, school_id):
        raise NotFound
    held = Student._base_manager.select_for_update().filter(pk=student_id, places__contains=[school_id]).first()
    if held is None:
        raise NotFound
    Student._base_manager.filter(pk=student_id).update(version=F("version") + 1, updated_at=clock.now())
    return held


def _row_to_write(scope: Scope, standing_id: int, student_id: int, school_id: int) -> Standing:
    _file_to_write(scope, student_id, school_id)
    rows = Standing._base_manager.select_for_update().filter(withdrawn_at__isnull=True)
    row = rows.filter(pk=standing_id, student_id=student_id).first()
    if row is None:
        raise NotFound
    return row


def _reason(why: str) -> str:
    why = vietnamese.tidy(why)
    if not why:
        raise ReasonMissing
    return why


def _record(scope: Scope, action: str, row: Standing, school_id: int, changes: dict[str, Any], why: str = "") -> None:
    audit.record(
        scope,
        action,
        school_id=school_id,
        object_type="standing",
        object_id=row.pk,
        subject_id=row.student_id,
        changes=changes,
        why=why,
    )

"""What a school's step writes: classes, the end of former places, new places, one entry and a few facts. Nine statements."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.db import connection

from maitruong.foundation.access.errors import WrittenMeanwhile
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import Event, publish_many
from maitruong.registry.calendar.types import Calendar

from ..events import ClassOpened, PupilsEnrolled, RollsChanged
from ..models import RollOver, SchoolClass
from ..types import class_sort_key
from .planning import REASONS, Plan

_FIRST_OF_UPPER_SECONDARY = 10
# Former places end and new ones begin in one statement; what only the database knows of a pupil's place never leaves it. School and
# year stand beside the ids, so that no plan, whatever it thinks of their number, reads another school's places.
_STEP = """
WITH d AS MATERIALIZED (
  SELECT unnest(g.ids) AS id, g.class_id, g.fate, g.reason
  FROM json_to_recordset(%(moves)s::json) AS g(ids bigint[], class_id bigint, fate text, reason text)),
ended AS (
  UPDATE enrolment_enrolment e SET ends_on = greatest(e.starts_on, %(last)s), end_reason = d.reason,
    status = CASE WHEN d.fate = 'done' THEN 'completed' ELSE e.status END
  FROM d WHERE e.id = d.id AND e.school_id = %(school)s AND e.school_year = %(year)s AND e.ends_on IS NULL
  RETURNING e.id, old.status),
seated AS (
  INSERT INTO enrolment_enrolment
    (school_id, school_year, school_class_id, student_id, register_number, student_code, status, starts_on)
  SELECT e.school_id, %(next)s, d.class_id, e.student_id, e.register_number, e.student_code,
    CASE WHEN d.fate = 'repeat' THEN 'repeating' ELSE 'enrolled' END, %(first)s
  FROM d JOIN enrolment_enrolment e ON e.id = d.id
  WHERE d.class_id IS NOT NULL AND e.school_id = %(school)s AND e.school_year = %(year)s
  RETURNING id)
SELECT (SELECT json_agg(json_build_array(id, status)) FROM ended), (SELECT json_agg(id) FROM seated)"""


def write(scope: Scope, row: RollOver, found: Plan, known: Calendar) -> None:
    """Make the moves of a plan, and keep in the row what they wrote, for the way back.

    Raises WrittenMeanwhile when a pupil was moved or left since the plan was read.
    """
    first_day, _, _ = known.span(found.from_year + 1)
    _, _, last_day = known.span(found.from_year)
    made = _open_classes(found)
    moved, seated = _groups(found, {**found.there, **made})
    with connection.cursor() as cursor:
        cursor.execute(
            _STEP,
            {
                "moves": json.dumps(moved),
                "last": min(last_day, first_day - dt.timedelta(days=1)),
                "first": first_day,
                "school": found.school_id,
                "year": found.from_year,
                "next": found.from_year + 1,
            },
        )
        ended, seats = cursor.fetchone()
    if len(ended or ()) != len(found.moves):
        raise WrittenMeanwhile
    wrote = {"classes": list(made.values()), "seats": seats or [], "ended": ended}
    row.written = {name: [*row.written.get(name, []), *new] for name, new in wrote.items()}
    _tell(scope, row, found, made, seated)


def _open_classes(found: Plan) -> dict[tuple[int, str], int]:
    """Classes of the new year that are not there yet; the class that goes up brings its campus and its electives along."""
    brought = {(old.grade + 1, old.next_name): old for old in found.classes.values() if old.next_name}
    brought |= {(old.grade, old.name): old for old in found.classes.values() if (old.grade, old.name) not in brought}
    rows = []
    for grade, name in sorted({move.to for move in found.moves if move.to} - set(found.there)):
        old = brought[grade, name]
        follows = old.grade >= _FIRST_OF_UPPER_SECONDARY
        rows.append(
            SchoolClass(
                school_id=found.school_id,
                school_year=found.from_year + 1,
                grade=grade,
                name=name,
                sort_key=class_sort_key(name, grade),
                campus_id=old.campus_id,
                electives=old.electives if follows else [],
                clusters=old.clusters if follows else [],
            )
        )
    return {(row.grade, row.name): row.pk for row in SchoolClass._base_manager.bulk_create(rows)}


def _groups(found: Plan, places: dict[tuple[int, str], int]) -> tuple[list[dict[str, Any]], dict[int, list[int]]]:
    """The moves as few rows, one a kind of step; and new class → pupils."""
    groups: dict[tuple[str, tuple[int, str] | None], list[int]] = {}
    seated: dict[int, list[int]] = {}
    for move in found.moves:
        groups.setdefault((move.fate, move.to), []).append(move.seat_id)
        if move.to:
            seated.setdefault(places[move.to], []).append(move.student_id)
    rows = [
        {
            "ids": ids,
            "class_id": places[to] if to else None,
            "fate": fate,
            "reason": f"{REASONS[fate]} {to[1]}" if to else REASONS[fate],
        }
        for (fate, to), ids in groups.items()
    ]
    return rows, seated


def _tell(
    scope: Scope, row: RollOver, found: Plan, made: dict[tuple[int, str], int], seated: dict[int, list[int]]
) -> None:
    """One entry a school, one fact a class: five hundred thousand pupils are not five hundred thousand facts."""
    school, next_year = found.school_id, found.from_year + 1
    audit.record(
        scope,
        "enrolment.rolled_over",
        school_id=school,
        object_type="roll_over",
        object_id=row.pk,
        changes={name: [None, number] for name, number in found.counts.items()},
    )
    facts: list[Event] = [
        ClassOpened(school_id=school, school_year=next_year, class_id=class_id, grade=grade)
        for (grade, _), class_id in made.items()
    ]
    facts += [
        PupilsEnrolled(school_id=school, school_year=next_year, class_id=class_id, students=students)
        for class_id, students in seated.items()
    ]
    facts += [RollsChanged(school_id=school, school_year=year) for year in (found.from_year, next_year)]
    publish_many(facts)

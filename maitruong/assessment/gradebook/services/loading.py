"""A school's whole year at once, for demo provinces and for taking over another program's books: set-based, no loop over pupils.

Who loads answers for the values; the averages are made here on the way in, by the twin, so that nothing is written twice.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.db import connection

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events import services as events
from maitruong.foundation.regulations import in_force
from maitruong.registry.schools import queries as schools
from maitruong.teaching.curriculum.rules import Programme, programme_of, studied

from .. import twin
from ..events import BooksOpened
from ..models import ClassSheet
from ..planning import planned_for_a_school
from .opening import books_of, prepare_year, subjects_as_json

_BOOK = (
    "subject", "subject_name", "position", "term", "moment", "kind", "periods_per_year", "regular_needed", "cluster",
    "tested",
)  # fmt: skip
_OPEN = f"""
WITH plan AS (
  SELECT * FROM jsonb_to_recordset(%(plans)s::jsonb) AS p(class_id bigint, template int, grade smallint, act text)),
template AS (
  SELECT * FROM jsonb_to_recordset(%(templates)s::jsonb) AS t(template int, subjects jsonb)),
book AS (
  SELECT * FROM jsonb_to_recordset(%(books)s::jsonb) AS b(template int, subject text, subject_name text, position smallint,
    term smallint, moment smallint, kind text, periods_per_year smallint, regular_needed smallint, cluster boolean, tested boolean)),
closing AS (
  SELECT * FROM jsonb_to_recordset(%(closed)s::jsonb) AS c(term smallint, at timestamptz)),
sheet AS (
  INSERT INTO gradebook_classsheet (school_id, school_year, class_id, grade, subjects, act, settings_id)
  SELECT %(school)s, %(year)s, p.class_id, p.grade, t.subjects, p.act, p.act FROM plan p JOIN template t USING (template)
  ON CONFLICT DO NOTHING RETURNING id, class_id, grade, act)
INSERT INTO gradebook_markbook (sheet_id, school_id, school_year, class_id, grade, act, settings_id, closed_at, version,
  {", ".join(_BOOK)})
SELECT s.id, %(school)s, %(year)s, s.class_id, s.grade, s.act, s.act, c.at, CASE WHEN c.at IS NULL THEN 0 ELSE 1 END,
  {", ".join(f"b.{name}" for name in _BOOK)}
FROM sheet s JOIN plan p USING (class_id) JOIN book b USING (template) LEFT JOIN closing c ON c.term = b.term
ORDER BY s.class_id, b.term, b.moment, b.position"""


def open_year(
    scope: Scope,
    *,
    school_id: int,
    school_year: int,
    closed: Mapping[int, dt.datetime] | None = None,
) -> int:
    """Open the books of every class of a school that has none yet, as `open_books` does one class. Returns how many books.

    closed: term (0: the year) → when its books were closed, for a year that is over. For the house itself only.
    """
    if not scope.is_system:
        raise NotFound
    prepare_year(school_year)
    plans, templates, books = _plans(school_id, school_year)
    if not plans:
        return 0
    facts: dict[str, int | str] = {
        "school": school_id,
        "year": school_year,
        "plans": json.dumps(plans),
        "templates": json.dumps(templates, ensure_ascii=False),
        "books": json.dumps(books, ensure_ascii=False),
        "closed": json.dumps([{"term": term, "at": at.isoformat()} for term, at in (closed or {}).items()]),
    }
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, facts)
        made: int = cursor.rowcount
    audit.record(
        scope,
        "gradebook.books_opened",
        school_id=school_id,
        object_type="school_year",
        object_id=school_year,
        changes={"classes": len(plans), "books": made},
    )
    events.publish_many(
        [
            BooksOpened(school_id=school_id, class_id=plan["class_id"], school_year=school_year, books=plan["books"])
            for plan in plans
        ]
    )
    return made


def _plans(school_id: int, school_year: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Classes without books, the templates they follow, and the books of each template."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.grade, ARRAY(SELECT jsonb_array_elements_text(c.electives)),"
            " ARRAY(SELECT jsonb_array_elements_text(c.clusters)) FROM enrolment_schoolclass c"
            " WHERE c.school_id = %s AND c.school_year = %s AND c.grade >= 1 AND NOT EXISTS"
            " (SELECT 1 FROM gradebook_classsheet s WHERE s.school_year = c.school_year AND s.class_id = c.id) ORDER BY c.id",
            [school_id, school_year],
        )
        classes = cursor.fetchall()
    levels = schools.levels_of(school_id)
    numbers: dict[tuple[object, ...], int] = {}
    plans, templates, books = [], [], []
    for class_id, grade, electives, clusters in classes:
        key = (grade, tuple(electives), tuple(clusters), programme_of(levels, grade))
        act, subjects, of_template = _template(school_year, *key)
        if key not in numbers:
            numbers[key] = len(numbers)
            templates.append({"template": numbers[key], "subjects": list(subjects)})
            books += [{"template": numbers[key], **book} for book in of_template]
        plans.append(
            {"class_id": class_id, "template": numbers[key], "grade": grade, "act": act, "books": len(of_template)}
        )
    return plans, templates, books


@lru_cache(maxsize=256)
def _template(
    school_year: int, grade: int, electives: tuple[str, ...], clusters: tuple[str, ...], programme: Programme
) -> tuple[str, tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
    """(act, subjects of the sheet, books) of every class of this grade that chose these subjects."""
    taught = list(studied(grade, school_year, electives=electives, programme=programme))
    act = in_force("gradebook.check_mark", grade=grade, school_year=school_year).act.id
    sheet = ClassSheet(school_id=0, school_year=school_year, class_id=0, grade=grade, act=act, settings_id=act)
    empty = {"regular_needed": 0, "cluster": False, "tested": False}
    books = []
    for book in books_of(sheet, taught, set(clusters)):
        told = {name: getattr(book, name) for name in _BOOK}
        books.append({name: told[name] if _is_plain(told[name]) else empty[name] for name in _BOOK})
    return act, tuple(subjects_as_json(grade, taught)), tuple(books)


def _is_plain(value: object) -> bool:
    """A field left to the database's own default holds an expression instead of a value."""
    return isinstance(value, str | int | bool)


# --- marks ---------------------------------------------------------------------------------------------------------------

_CELLS = "tx1, tx2, tx3, tx4, tx5, tx6, cd, gk, ck"
_LOAD = f"""
WITH cell AS (
  SELECT m.*, b.kind, b.regular_needed AS needed, b.cluster, b.closed_at IS NOT NULL AS closed
  FROM {{source}} m JOIN gradebook_markbook b ON b.school_id = %(school)s AND b.school_year = %(year)s
    AND b.class_id = m.class_id AND b.subject = m.subject AND b.term = m.term AND b.kind IN ('score', 'comment')
  WHERE m.school_year = %(year)s),
{twin.TERM}
INSERT INTO gradebook_mark (school_year, school_id, class_id, subject, term, student_id, {_CELLS}, average, outcome, provisional,
  comment, version, updated_at)
SELECT %(year)s, %(school)s, class_id, subject, term, student_id, {_CELLS}, CASE WHEN kind = 'score' THEN value END,
  CASE WHEN kind = 'comment' THEN value END, open_still, comment, 1, %(at)s
FROM term ORDER BY class_id, subject, term, student_id"""


def load_marks(scope: Scope, *, school_id: int, school_year: int, source: str, at: dt.datetime) -> int:
    """Marks of grades 6-12 from a relation of the present transaction into open or closed books, with their averages.

    source: name of a temporary table with school_year, class_id, subject, term, student_id, tx1 ... tx6, cd, gk, ck (smallint,
    tenths, or 1/0) and comment. Rows of subjects that the class has no book of are left out. Returns the number of rows written.
    """
    if not scope.is_system or not source.isidentifier():
        raise NotFound
    with planned_for_a_school() as cursor:
        cursor.execute(_LOAD.format(source=source), {"school": school_id, "year": school_year, "at": at})
        return int(cursor.rowcount)

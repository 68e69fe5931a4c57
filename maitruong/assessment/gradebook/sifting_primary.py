"""The sieve of `sifting` for primary school: which results of the year are what stands at its end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from maitruong.foundation.kernel import clock

from . import twin
from .planning import Year, planned_for_a_school
from .rules.tt27_2020 import QUALITIES_AND_COMPETENCES
from .sifting import FIRST_TOLD, RESULT_COLUMNS, Made, Sifted
from .storage import in_year

_QUALITIES = ", ".join(f"q.{code}" for code in QUALITIES_AND_COMPETENCES)
# A class whose end-of-year books nobody has opened for writing owes no result yet.
_DUE = """
sheet AS MATERIALIZED (
  SELECT s.id, s.school_id, s.class_id, s.grade, s.act, s.settings_id, s.subjects FROM gradebook_classsheet s
  WHERE s.school_year = %(school_year)s::smallint AND s.grade <= 5 AND s.school_id = ANY(%(schools)s::bigint[])
    AND EXISTS (SELECT 1 FROM gradebook_markbook b WHERE b.sheet_id = s.id AND b.moment = 4 AND b.version > 0
      AND b.school_year = %(school_year)s::smallint AND b.school_id = ANY(%(schools)s::bigint[]))),
studied AS MATERIALIZED (
  SELECT s.id AS sheet_id, x.code, x.optional FROM sheet s, LATERAL jsonb_to_recordset(s.subjects) AS x(code text, optional boolean)),
due AS MATERIALIZED (
  SELECT b.class_id, b.subject, b.tested, t.optional FROM gradebook_markbook b
  JOIN studied t ON t.sheet_id = b.sheet_id AND t.code = b.subject
  WHERE b.kind = 'primary' AND b.moment = 4 AND b.school_year = %(school_year)s::smallint AND b.school_id = ANY(%(schools)s::bigint[])),
debt AS (
  SELECT s.school_id, s.class_id, coalesce(o.subjects, 0) AS subjects, coalesce(o.tests, 0) AS tests
  FROM sheet s LEFT JOIN (
    SELECT class_id, count(*) FILTER (WHERE NOT optional) AS subjects, count(*) FILTER (WHERE NOT optional AND tested) AS tests
    FROM due GROUP BY class_id) o USING (class_id))"""
# An option counts for those who have a row in it.
_PUPIL = f"""
pupil AS (
  SELECT m.class_id, m.student_id, count(*) FILTER (WHERE d.optional) AS options, count(m.level) AS levels, min(m.level) AS level,
    count(*) FILTER (WHERE d.optional AND d.tested) AS option_tests, count(*) FILTER (WHERE d.tested AND m.test >= 0) AS tests,
    min(m.test) FILTER (WHERE d.tested AND m.test >= 0) AS test, bool_or(m.basis > 1 OR d.class_id IS NULL) AS apart
  FROM gradebook_primarymark m LEFT JOIN due d ON d.class_id = m.class_id AND d.subject = m.subject
  WHERE m.school_year = %(school_year)s::smallint AND m.moment = 4 AND m.school_id = ANY(%(schools)s::bigint[])
    AND EXISTS (SELECT 1 FROM sheet)
  GROUP BY m.class_id, m.student_id),
quality AS (
  SELECT q.class_id, q.student_id, least({_QUALITIES}) AS lowest, num_nulls({_QUALITIES}) AS missing FROM gradebook_qualitymark q
  WHERE q.school_year = %(school_year)s::smallint AND q.moment = 4 AND q.school_id = ANY(%(schools)s::bigint[])
    AND EXISTS (SELECT 1 FROM sheet)),
roll AS MATERIALIZED (
  SELECT DISTINCT e.student_id, e.school_class_id AS class_id, e.school_id FROM enrolment_enrolment e
  WHERE e.school_year = %(school_year)s::smallint AND (e.ends_on IS NULL OR e.ends_on >= %(today)s::date)
    AND e.school_id = ANY(%(schools)s::bigint[]) AND EXISTS (SELECT 1 FROM sheet)),
mover AS (
  SELECT student_id FROM (
    SELECT class_id, student_id FROM pupil UNION ALL SELECT class_id, student_id FROM quality
    UNION ALL SELECT class_id, student_id FROM roll) p
  GROUP BY student_id HAVING min(class_id) < max(class_id)),
here AS MATERIALIZED (
  SELECT o.school_id, r.class_id, r.student_id, nullif(o.subjects + coalesce(p.options, 0), 0) AS subjects, p.level, p.test,
    o.subjects + coalesce(p.options, 0) - coalesce(p.levels, 0) AS levels_missing,
    o.tests + coalesce(p.option_tests, 0) - coalesce(p.tests, 0) AS tests_missing,
    q.lowest, coalesce(q.missing, {len(QUALITIES_AND_COMPETENCES)}) AS missing,
    v.student_id IS NOT NULL OR coalesce(p.apart, false) AS apart
  FROM roll r JOIN debt o ON o.class_id = r.class_id AND o.school_id = r.school_id
  LEFT JOIN pupil p ON p.class_id = r.class_id AND p.student_id = r.student_id
  LEFT JOIN quality q ON q.class_id = r.class_id AND q.student_id = r.student_id
  LEFT JOIN mover v ON v.student_id = r.student_id),
done AS (SELECT * FROM here WHERE NOT apart),
trait AS (SELECT * FROM here WHERE NOT apart)"""
_TOLD = """,
odd AS (
  SELECT h.student_id FROM here h JOIN overall o USING (student_id)
  LEFT JOIN gradebook_result x ON x.school_year = %(school_year)s::smallint AND x.class_id = h.class_id AND x.term = 0
    AND x.student_id = h.student_id AND x.school_id = ANY(%(schools)s::bigint[])
  WHERE CASE WHEN x.student_id IS NULL THEN o.overall IS NOT NULL
        ELSE x.learning IS DISTINCT FROM o.overall OR x.missing <> o.missing
          OR x.title <> CASE o.overall WHEN 3 THEN 'excellent' ELSE '' END END)
SELECT school_id, 0, count(*) FILTER (WHERE NOT apart AND o.student_id IS NULL), array_agg(h.student_id) FILTER (WHERE apart),
       array_agg(h.student_id) FILTER (WHERE o.student_id IS NOT NULL)
FROM here h LEFT JOIN odd o USING (student_id) GROUP BY school_id ORDER BY school_id"""
_RELATIONS = f"WITH {_DUE},{_PUPIL},{twin.OVERALL}"
_SIFT = f"{_RELATIONS}{_TOLD}"
_MAKE = f"""{_RELATIONS},
made AS (
INSERT INTO gradebook_result {RESULT_COLUMNS}
  SELECT %(school_year)s::smallint, h.school_id, h.class_id, 0, h.student_id, c.grade, o.overall, o.overall, '', NULL,
         CASE o.overall WHEN 3 THEN 'excellent' ELSE '' END, o.missing, false, c.act, c.settings_id, %(at)s::timestamptz
  FROM here h JOIN overall o USING (student_id) JOIN sheet c ON c.class_id = h.class_id WHERE o.overall IS NOT NULL AND NOT h.apart
  ORDER BY h.class_id, h.student_id
  ON CONFLICT DO NOTHING RETURNING school_id, class_id, student_id)
{FIRST_TOLD}"""


@lru_cache(maxsize=8)
def _sql(statement: str, school_year: int) -> str:
    return in_year(statement, school_year)


def sift(year: Year, school_ids: Sequence[int]) -> list[Sifted]:
    """Hold the results of grades 1-5 of these schools against levels, tests and qualities. One statement, no lock."""
    with planned_for_a_school() as cursor:
        cursor.execute(_sql(_SIFT, year.school_year), {"schools": list(school_ids), "today": year.today})
        return [Sifted.told(*row) for row in cursor.fetchall()]


def make(year: Year, school_ids: Sequence[int]) -> list[Made]:
    """Write the first results of grades 1-5 where none stand, of the pupils this form fits."""
    with planned_for_a_school() as cursor:
        cursor.execute(
            _sql(_MAKE, year.school_year), {"schools": list(school_ids), "today": year.today, "at": clock.now()}
        )
        return [Made(*row) for row in cursor.fetchall()]

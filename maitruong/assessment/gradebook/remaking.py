"""Averages and results of pupils made again by the set-based twin, held against what is stored, and written where they differ.

For every pupil of some schools, or for a few pupils that `sifting` could not judge or found wrong.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from maitruong.foundation.kernel import clock

from . import twin
from .planning import Year, planned_for_a_school
from .rules.tt27_2020 import QUALITIES_AND_COMPETENCES
from .storage import in_year


# Every table is asked for these schools, and for these pupils if some are named, by its own columns: what follows from the
# classes alone is read for the whole province.
def _here(table: str) -> str:
    return f"{table}.school_id = ANY(%(schools)s::bigint[])"


def _theirs(table: str) -> str:
    return f"{_here(table)} AND (%(pupils)s::bigint[] IS NULL OR {table}.student_id = ANY(%(pupils)s::bigint[]))"


# Pupils of today's classes with every subject of their class and term, whether or not a row stands in the book. Who came from
# another class of the school brings the rows of the terms studied there. A pupil who is not judged in a term (exempt, own plan)
# has the other term alone.
_SOURCE = f"""
sheet AS (
  SELECT * FROM gradebook_classsheet s WHERE s.school_year = %(school_year)s::smallint AND s.grade >= 6 AND {_here("s")}),
roll AS (
  SELECT DISTINCT e.student_id, s.class_id, s.school_id, s.grade, s.act, s.settings_id
  FROM enrolment_enrolment e JOIN sheet s ON s.class_id = e.school_class_id AND s.school_id = e.school_id
  WHERE e.school_year = %(school_year)s::smallint AND (e.ends_on IS NULL OR e.ends_on >= %(today)s::date) AND {_theirs("e")}),
due AS (
  SELECT b.id AS book_id, b.class_id, b.subject, b.kind, b.term, b.regular_needed AS needed, b.cluster,
         b.closed_at IS NOT NULL AS closed, x.optional
  FROM gradebook_markbook b JOIN sheet s ON s.id = b.sheet_id
  JOIN LATERAL jsonb_to_recordset(s.subjects) AS x(code text, optional boolean) ON x.code = b.subject
  WHERE b.kind IN ('score', 'comment') AND b.school_year = %(school_year)s::smallint AND {_here("b")}),
stored AS (
  SELECT m.*, r.class_id AS now_class FROM gradebook_mark m JOIN roll r ON r.student_id = m.student_id AND r.class_id = m.class_id
  WHERE m.school_year = %(school_year)s::smallint AND {_theirs("m")}
  UNION ALL
  (SELECT DISTINCT ON (m.student_id, m.subject, m.term) m.*, r.class_id
   FROM gradebook_mark m JOIN roll r ON r.student_id = m.student_id AND r.class_id <> m.class_id AND r.school_id = m.school_id
   WHERE m.school_year = %(school_year)s::smallint AND {_theirs("m")} AND NOT EXISTS (
     SELECT 1 FROM gradebook_mark o WHERE o.school_year = %(school_year)s::smallint AND {_theirs("o")}
       AND o.school_id = r.school_id AND o.class_id = r.class_id AND o.subject = m.subject AND o.term = m.term
       AND o.student_id = m.student_id)
   ORDER BY m.student_id, m.subject, m.term, m.updated_at DESC)),
paired AS (
  SELECT r.student_id, r.class_id, r.school_id, d.book_id, d.subject, d.kind, d.term, d.needed, d.cluster,
         d.closed AND m.student_id IS NOT NULL AS closed, d.optional, r.settings_id, m.student_id IS NOT NULL AS has_row,
         m.class_id = r.class_id AS own_row, coalesce(m.basis, 0)::smallint AS basis,
         m.average AS was_average, m.outcome AS was_outcome, m.provisional AS was_open,
         NULLIF(m.tx1, -1) AS tx1, NULLIF(m.tx2, -1) AS tx2, NULLIF(m.tx3, -1) AS tx3, NULLIF(m.tx4, -1) AS tx4,
         NULLIF(m.tx5, -1) AS tx5, NULLIF(m.tx6, -1) AS tx6, NULLIF(m.cd, -1) AS cd, NULLIF(m.gk, -1) AS gk, NULLIF(m.ck, -1) AS ck
  FROM roll r JOIN due d ON d.class_id = r.class_id
  LEFT JOIN stored m ON m.now_class = r.class_id AND m.student_id = r.student_id AND m.subject = d.subject AND m.term = d.term),
cell AS (
  SELECT p.*, coalesce(NULLIF(sum(CASE WHEN p.basis < 2 THEN p.term END) OVER same, 0), 3)::smallint AS terms,
         p.has_row AS term_whole, bool_and(p.has_row) OVER same AS whole_year
  FROM paired p WINDOW same AS (PARTITION BY p.student_id, p.subject)),
behaviour AS (
  SELECT r.student_id, (array_agg(c.level ORDER BY c.class_id = r.class_id DESC, c.updated_at DESC) FILTER (WHERE c.term = 1))[1] AS one,
         (array_agg(c.level ORDER BY c.class_id = r.class_id DESC, c.updated_at DESC) FILTER (WHERE c.term = 2))[1] AS two
  FROM roll r LEFT JOIN gradebook_conduct c ON c.school_year = %(school_year)s::smallint AND c.school_id = r.school_id
    AND c.student_id = r.student_id AND {_theirs("c")}
  GROUP BY r.student_id)"""
# A comment book was closed over the rows it had: who has none in it is judged in nothing there, and is not Chưa đạt.
# The result of a term studied in another class of the school stands there, and is not counted a second time here (still_open).
_DIFFERENCES = f"""
mark_now AS (
  SELECT t.*, CASE WHEN basis < 2 AND kind = 'score' THEN value END AS average,
         CASE WHEN basis < 2 AND kind = 'comment' THEN value END AS outcome, basis < 2 AND open_still AS provisional
  FROM term t WHERE own_row),
mark_changed AS (
  SELECT * FROM mark_now WHERE (was_average, was_outcome, was_open) IS DISTINCT FROM (average, outcome, provisional)),
still_open AS (
  SELECT student_id, term AS slot, bool_or(has_row AND basis < 2 AND open_still) AS provisional FROM term
  GROUP BY 1, 2 HAVING NOT bool_or(has_row AND NOT own_row)
  UNION ALL
  SELECT student_id, 0, bool_or(has_row AND basis < 2 AND open_still) FROM term GROUP BY 1),
result_now AS (
  SELECT r.school_id, r.class_id, r.grade, r.act, r.settings_id, j.*, o.provisional
  FROM judgement j JOIN roll r USING (student_id) JOIN still_open o USING (student_id, slot)),
result_changed AS (
  SELECT n.* FROM result_now n
  LEFT JOIN gradebook_result x ON x.school_year = %(school_year)s::smallint AND x.school_id = n.school_id AND x.class_id = n.class_id
    AND x.term = n.slot AND x.student_id = n.student_id AND {_theirs("x")}
  WHERE CASE WHEN x.student_id IS NULL THEN n.learning IS NOT NULL OR n.conduct IS NOT NULL
        ELSE (x.learning, x.learning_before, x.raised_by, x.conduct, x.title, x.missing, x.provisional) IS DISTINCT FROM
             (n.learning::smallint, n.before::smallint, n.raised_by, n.conduct, n.title,
              CASE WHEN n.learning IS NULL THEN n.missing ELSE 0 END::smallint, n.provisional) END)"""
_WRITE_MARKS = f""",
marks AS (
  UPDATE gradebook_mark m SET average = c.average, outcome = c.outcome, provisional = c.provisional, version = b.version + 1,
    updated_at = %(at)s::timestamptz
  FROM mark_changed c JOIN gradebook_markbook b ON b.id = c.book_id
  WHERE m.school_year = %(school_year)s::smallint AND m.school_id = b.school_id AND m.class_id = c.class_id AND m.subject = c.subject
    AND m.term = c.term AND m.student_id = c.student_id AND {_theirs("m")} AND {_here("b")}),
books AS (
  UPDATE gradebook_markbook SET version = version + 1, changed_at = %(at)s::timestamptz, changed_by = NULL
  WHERE id IN (SELECT book_id FROM mark_changed) AND {_here("gradebook_markbook")})"""
_WRITE_RESULTS = """,
results AS (
  INSERT INTO gradebook_result (school_year, school_id, class_id, term, student_id, grade, learning, learning_before, raised_by,
    conduct, title, missing, provisional, act, settings_id, computed_at)
  SELECT %(school_year)s::smallint, school_id, class_id, slot, student_id, grade, learning, before, raised_by, conduct, title,
         {missing}, provisional, act, settings_id, %(at)s::timestamptz
  FROM result_changed
  ON CONFLICT (school_year, school_id, class_id, term, student_id) DO UPDATE SET learning = excluded.learning,
    learning_before = excluded.learning_before, raised_by = excluded.raised_by, conduct = excluded.conduct, title = excluded.title,
    missing = excluded.missing, provisional = excluded.provisional, act = excluded.act, settings_id = excluded.settings_id,
    computed_at = excluded.computed_at)"""

# --- primary school: the year alone has a result, made of what stands at its end ------------------------------------------------

_QUALITIES = ", ".join(f"q.{code}" for code in QUALITIES_AND_COMPETENCES)
# A class whose end-of-year books nobody has opened for writing owes no result yet.
_PRIMARY_SOURCE = f"""
sheet AS (
  SELECT * FROM gradebook_classsheet s WHERE s.school_year = %(school_year)s::smallint AND s.grade <= 5 AND {_here("s")}
    AND EXISTS (SELECT 1 FROM gradebook_markbook b WHERE b.sheet_id = s.id AND b.moment = 4 AND b.version > 0
      AND b.school_year = %(school_year)s::smallint AND {_here("b")})),
roll AS (
  SELECT DISTINCT e.student_id, s.class_id, s.school_id, s.grade, s.act, s.settings_id
  FROM enrolment_enrolment e JOIN sheet s ON s.class_id = e.school_class_id AND s.school_id = e.school_id
  WHERE e.school_year = %(school_year)s::smallint AND (e.ends_on IS NULL OR e.ends_on >= %(today)s::date) AND {_theirs("e")}),
due AS (
  SELECT b.class_id, b.subject, b.tested, x.optional
  FROM gradebook_markbook b JOIN sheet s ON s.id = b.sheet_id
  JOIN LATERAL jsonb_to_recordset(s.subjects) AS x(code text, optional boolean) ON x.code = b.subject
  WHERE b.kind = 'primary' AND b.moment = 4 AND b.school_year = %(school_year)s::smallint AND {_here("b")}),
stored AS (
  SELECT DISTINCT ON (m.student_id, m.subject) m.student_id, m.subject, m.level, NULLIF(m.test, -1) AS test, m.basis
  FROM gradebook_primarymark m JOIN roll r ON r.student_id = m.student_id AND r.school_id = m.school_id
  WHERE m.school_year = %(school_year)s::smallint AND m.moment = 4 AND {_theirs("m")}
  ORDER BY m.student_id, m.subject, m.class_id = r.class_id DESC, m.updated_at DESC),
primary_cell AS (
  SELECT r.student_id, d.subject, m.level, m.test, d.tested, coalesce(m.basis, 0) >= 2 AS exempt
  FROM roll r JOIN due d ON d.class_id = r.class_id
  LEFT JOIN stored m ON m.student_id = r.student_id AND m.subject = d.subject
  WHERE m.student_id IS NOT NULL OR NOT d.optional),
trait AS (
  SELECT DISTINCT ON (r.student_id) r.student_id, least({_QUALITIES}) AS lowest, num_nulls({_QUALITIES})::int AS missing
  FROM roll r LEFT JOIN gradebook_qualitymark q ON q.school_year = %(school_year)s::smallint AND q.school_id = r.school_id
    AND q.student_id = r.student_id AND q.moment = 4 AND {_theirs("q")}
  ORDER BY r.student_id, q.class_id = r.class_id DESC, q.updated_at DESC)"""
_PRIMARY_DIFFERENCES = f"""
result_now AS (
  SELECT r.school_id, r.class_id, r.grade, r.act, r.settings_id, r.student_id, 0 AS slot, o.overall AS learning,
         o.overall AS before, '' AS raised_by, NULL::smallint AS conduct,
         CASE o.overall WHEN 3 THEN 'excellent' ELSE '' END AS title, o.missing, false AS provisional
  FROM overall o JOIN roll r USING (student_id)),
result_changed AS (
  SELECT n.* FROM result_now n
  LEFT JOIN gradebook_result x ON x.school_year = %(school_year)s::smallint AND x.school_id = n.school_id AND x.class_id = n.class_id
    AND x.term = 0 AND x.student_id = n.student_id AND {_theirs("x")}
  WHERE CASE WHEN x.student_id IS NULL THEN n.learning IS NOT NULL
        ELSE (x.learning, x.title, x.missing) IS DISTINCT FROM (n.learning::smallint, n.title, n.missing::smallint) END)"""

# --- what is told of each school ------------------------------------------------------------------------------------------

_OF_SCHOOL = "SELECT school_id, {} FROM {} GROUP BY school_id"
_MARKS_COUNTED = (
    _OF_SCHOOL.format("count(*) AS marks, 0 AS marks_different, 0 AS results, 0 AS results_different", "mark_now"),
    _OF_SCHOOL.format("0, count(*), 0, 0", "mark_changed"),
)
_RESULTS_COUNTED = (
    _OF_SCHOOL.format("0 AS marks, 0 AS marks_different, count(*) AS results, 0 AS results_different", "result_now"),
    _OF_SCHOOL.format("0, 0, 0, count(*)", "result_changed"),
)
_TOLD = """
SELECT c.school_id, sum(c.marks)::int, sum(c.marks_different)::int, sum(c.results)::int, sum(c.results_different)::int,
  coalesce((SELECT json_agg(json_build_array(class_id, students)) FROM (
    SELECT class_id, array_agg(DISTINCT student_id) AS students FROM result_changed x WHERE x.school_id = c.school_id GROUP BY 1) l),
    '[]')::text,
  c.school_id IN (SELECT school_id FROM roll WHERE student_id IN (
    SELECT student_id FROM roll GROUP BY 1 HAVING count(DISTINCT school_id) > 1))
FROM ({counted}) c GROUP BY c.school_id ORDER BY c.school_id"""


class Level(NamedTuple):
    """One level of schooling: its grades, everything up to what differs, what is written of it, and what is told."""

    grades: tuple[int, int]
    relations: str
    writes: str
    told: str

    def meets(self, lowest: int, highest: int) -> bool:
        return self.grades[0] <= highest and lowest <= self.grades[1]


# A level that stands needs no subject any more; at primary school "missing" tells of levels alone, and is kept as counted.
PRIMARY = Level(
    (1, 5),
    f"{_PRIMARY_SOURCE},\n{twin.PRIMARY},{_PRIMARY_DIFFERENCES}",
    _WRITE_RESULTS.format(missing="missing"),
    _TOLD.format(counted=" UNION ALL ".join(_RESULTS_COUNTED)),
)
SECONDARY = Level(
    (6, 12),
    f"{_SOURCE},\n{twin.SECONDARY},{_DIFFERENCES}",
    _WRITE_MARKS + _WRITE_RESULTS.format(missing="CASE WHEN learning IS NULL THEN missing ELSE 0 END"),
    _TOLD.format(counted=" UNION ALL ".join((*_MARKS_COUNTED, *_RESULTS_COUNTED))),
)


class Remade(NamedTuple):
    """What was made again in one school, how much of it differs, and in which class for whom: [[class, [pupils]], ...].

    shared: a pupil of the school stands on the roll of another one of the same statement, too, and was judged over both.
    """

    school_id: int
    marks: int
    marks_different: int
    results: int
    results_different: int
    classes: list[tuple[int, list[int]]]
    shared: bool

    @property
    def differs(self) -> bool:
        return self.marks_different + self.results_different > 0


def compare(level: Level, year: Year, school_ids: Sequence[int], pupils: Sequence[int] | None = None) -> list[Remade]:
    """What differs in these schools, school by school; pupils: of these alone. Schools that share a pupil are asked one by one."""
    found = _run(level, "", year, school_ids, pupils)
    alone = [one for school in found if school.shared for one in _run(level, "", year, [school.school_id], pupils)]
    return [*(school for school in found if not school.shared), *alone]


def write(level: Level, year: Year, school_id: int, pupils: Sequence[int] | None = None) -> list[Remade]:
    """Write what differs in one school whose classes the caller has locked. Nothing at all is told of a school without pupils."""
    return _run(level, level.writes, year, [school_id], pupils)


def _run(
    level: Level, writes: str, year: Year, school_ids: Sequence[int], pupils: Sequence[int] | None
) -> list[Remade]:
    with planned_for_a_school() as cursor:
        cursor.execute(
            in_year(f"WITH {level.relations}{writes}{level.told}", year.school_year),
            {
                "schools": list(school_ids),
                "pupils": None if pupils is None else list(pupils),
                "today": year.today,
                "at": clock.now(),
                "readings": year.readings,
            },
        )
        return [Remade._make((*counts, json.loads(classes), shared)) for *counts, classes, shared in cursor.fetchall()]

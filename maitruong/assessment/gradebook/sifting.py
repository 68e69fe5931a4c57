"""Whose stored averages and results are what their marks make them, found for many schools in one pass over the marks.

Made to be cheap where nothing differs: each mark row is held against its own average where it lies, and what it brings to a level
is added up as small counts packed into integers, so that one sum takes the place of a dozen. The levels are then told by the same
SQL as in `twin`. Whoever does not fit this form (an exemption, an own plan, two classes in one year) or differs in anything is
only named; the twin judges those alone. A pupil may be named without need, never passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from maitruong.foundation.kernel import clock

from . import twin
from .planning import Year, planned_for_a_school
from .storage import in_year

MOST = 31
"""Subjects of a class that the packed counts have room for. A class with more is left to the twin."""
_BITS = 5
# What a row says: it has a value, it stands there, it may still change, Chưa đạt in a comment subject, an option that is counted,
# not what its marks make it, not judged as the others are. The last has no neighbour above and all the room there is.
_SAYS = {
    name: place * _BITS for place, name in enumerate(("has", "stands", "open", "failed", "extra", "wrong", "apart"))
}
# What a scored subject brings: it is one, how far below and how far up it lies.
_BRINGS = {
    name: place * _BITS
    for place, name in enumerate(("scored", "below_65", "below_50", "below_35", "from_80", "from_90"))
}
_BLAMED = 10
"""Bits for the sum of the places of the subjects below 65, and above them for those below 50: of one subject alone, its place."""


def _of(packed: str, name: str) -> str:
    """One count out of a packed sum."""
    shift = (_SAYS | _BRINGS)[name]
    return f"({packed} >> {shift})" if name == "apart" else f"({packed} >> {shift} & {MOST})"


def _brought_by(average: int) -> int:
    true = {
        "scored": True, "below_65": average < 65, "below_50": average < 50, "below_35": average < 35,
        "from_80": average >= 80, "from_90": average >= 90,
    }  # fmt: skip
    return sum(holds << _BRINGS[name] for name, holds in true.items())


def _blamed_on(average: int) -> int:
    return (average < 65) + ((average < 50) << _BLAMED)


def _table(values: Sequence[int]) -> str:
    return "('{" + ",".join(map(str, values)) + "}'::int[])"


_BROUGHT, _BLAME = (_table([of(average) for average in range(101)]) for of in (_brought_by, _blamed_on))
_FAILED_BLAME = _blamed_on(0)


def _brings(value: str, scored: str, where: str) -> str:
    """Sum over the scored subjects of what each brings. Most of a year a value is missing, and nothing is worked out."""
    return f"sum(CASE WHEN {scored} THEN {_BROUGHT}[{value} + 1] END) FILTER (WHERE {value} IS NOT NULL{where})"


def _blames(value: str, scored: str, place: str, where: str) -> str:
    weight = f"CASE WHEN {scored} THEN {_BLAME}[{value} + 1] WHEN {value} = 0 THEN {_FAILED_BLAME} END"
    return f"sum({weight} * {place}) FILTER (WHERE {value} IS NOT NULL{where})"


def _flags(**true: str) -> str:
    """A row's own packed counts: one for each condition that holds."""
    return " + ".join(f"CASE WHEN {holds} THEN {1 << _SAYS[name]} ELSE 0 END" for name, holds in true.items())


# --- one row against its marks -------------------------------------------------------------------------------------------

# Count and sum of the regular marks in one number: 1024 for each, and the marks. An absent pupil (-1) has none.
_REGULAR = " + ".join(f"CASE WHEN m.tx{n} >= 0 THEN m.tx{n} + 1024 ELSE 0 END" for n in range(1, 7))
_CLUSTER = "CASE WHEN m.cd >= 0 THEN m.cd + 1024 ELSE 0 END"
_ALL = "(m.regular + m.of_cluster)"
_DIVISOR = f"(({_ALL} >> 10) + 5)"
_OWED = "(m.regular >> 10 < d.needed OR d.cluster AND m.of_cluster = 0)"
_UNTESTED = "(m.gk IS NULL OR m.ck IS NULL OR m.gk < 0 OR m.ck < 0)"
_ONE_FAILED = " OR ".join(f"m.{cell} = 0" for cell in (*(f"tx{n}" for n in range(1, 7)), "cd", "gk", "ck"))
# Điều 9 khoản 1, as twin.TERM says it: (2 * sum + n) / (2 * n) in whole tenths.
_RIGHT = f"""CASE
  WHEN d.scored THEN m.outcome IS NULL AND CASE
    WHEN {_UNTESTED} THEN m.average IS NULL AND m.provisional
    ELSE m.average = (2 * (({_ALL} & 1023) + 2 * m.gk + 3 * m.ck) + {_DIVISOR}) / (2 * {_DIVISOR})
      AND m.provisional = {_OWED} END
  ELSE m.average IS NULL AND CASE
    WHEN {_ONE_FAILED} THEN m.outcome = 0 AND m.provisional = (({_OWED} OR {_UNTESTED}) AND NOT d.closed)
    WHEN {_OWED} OR {_UNTESTED} THEN
      CASE WHEN d.closed THEN m.outcome = 0 AND NOT m.provisional ELSE m.outcome IS NULL AND m.provisional END
    ELSE m.outcome = 1 AND NOT m.provisional END END"""
_VALUE = "coalesce(m.average, m.outcome)"
_COUNTS = "(d.required OR d.option)"


def _rows_of(term: int) -> str:
    """pair: the subject of the class, the same in both terms. The inner query ends with OFFSET 0: its sums are made once."""
    says = _flags(
        has=f"{_VALUE} IS NOT NULL AND {_COUNTS}",
        stands="true",
        open="m.provisional",
        failed=f"m.outcome = 0 AND {_COUNTS}",
        extra="d.option",
    )
    return f"""
  SELECT m.class_id, m.student_id, d.pair, d.place, d.scored, d.required, d.option, d.both_terms, d.carries,
    CASE WHEN {_COUNTS} THEN {_VALUE} END AS value,
    {says} + CASE WHEN m.basis > 1 OR d.pair IS NULL THEN {1 << _SAYS["apart"]} WHEN {_RIGHT} THEN 0 ELSE {1 << _SAYS["wrong"]} END
    AS says
  FROM (SELECT m.*, {_REGULAR} AS regular, {_CLUSTER} AS of_cluster FROM gradebook_mark m
        WHERE m.school_year = %(school_year)s::smallint AND m.term = {term} AND m.school_id = ANY(%(schools)s::bigint[]) OFFSET 0) m
  LEFT JOIN due d ON d.class_id = m.class_id AND d.subject = m.subject AND d.term = {term}"""


# --- what a class owes, and what each pupil's rows come to ------------------------------------------------------------------

_DUE = f"""
sheet AS MATERIALIZED (
  SELECT s.id, s.school_id, s.class_id, s.grade, s.act, s.settings_id, s.subjects FROM gradebook_classsheet s
  WHERE s.school_year = %(school_year)s::smallint AND s.grade >= 6 AND s.school_id = ANY(%(schools)s::bigint[])),
{twin.READING},
studied AS MATERIALIZED (
  SELECT s.id AS sheet_id, s.class_id, x.code, x.place::int AS place, s.id * 1000 + x.place AS pair, NOT x.optional AS required,
         x.optional AND r.count_optional_subjects AS option, r.one_term_result = 'carry' AS carries
  FROM sheet s JOIN reading r USING (settings_id),
    LATERAL ROWS FROM (jsonb_to_recordset(s.subjects) AS (code text, optional boolean)) WITH ORDINALITY AS x(code, optional, place)),
due AS MATERIALIZED (
  SELECT b.class_id, b.subject, b.term, t.pair, t.place, b.kind = 'score' AS scored, t.required, t.option, t.carries,
         b.regular_needed AS needed, b.cluster, b.closed_at IS NOT NULL AS closed,
         count(*) OVER (PARTITION BY t.pair) = 2 AS both_terms
  FROM gradebook_markbook b JOIN studied t ON t.sheet_id = b.sheet_id AND t.code = b.subject
  WHERE b.kind IN ('score', 'comment') AND b.school_year = %(school_year)s::smallint AND b.school_id = ANY(%(schools)s::bigint[])),
debt AS (
  SELECT s.school_id, s.class_id, s.settings_id, o.first, o.second, o.year, o.in_first, o.in_second, o.places > {MOST} AS wide
  FROM sheet s JOIN (
    SELECT class_id, count(*) FILTER (WHERE term = 1 AND required) AS first, count(*) FILTER (WHERE term = 2 AND required) AS second,
           count(*) FILTER (WHERE required AND (term = 1 OR NOT both_terms)) AS year,
           bool_or(term = 1) AS in_first, bool_or(term = 2) AS in_second, max(place) AS places
    FROM due GROUP BY class_id) o USING (class_id)),
code AS (SELECT class_id, array_agg(code ORDER BY place) AS codes FROM studied GROUP BY class_id)"""
_YEAR_COUNTS = "(required OR option AND (NOT both_terms OR in_both))"
_PUPIL = f"""
one AS ({_rows_of(1)}),
two AS ({_rows_of(2)}),
pair AS (
  SELECT coalesce(one.class_id, two.class_id) AS class_id, coalesce(one.student_id, two.student_id) AS student_id,
    coalesce(one.place, two.place) AS place, coalesce(one.scored, two.scored) AS scored,
    coalesce(one.required, two.required) AS required, coalesce(one.option, two.option) AS option,
    coalesce(one.both_terms, two.both_terms) AS both_terms, one.student_id = two.student_id AS in_both,
    one.says AS first, one.value AS value_first, two.says AS second, two.value AS value_second,
    CASE WHEN two.student_id IS NULL THEN CASE WHEN one.carries AND NOT one.both_terms THEN one.value END
         WHEN NOT two.both_terms THEN CASE WHEN two.carries THEN two.value END
         WHEN two.scored THEN (2 * (one.value + 2 * two.value) + 3) / 6
         ELSE two.value END AS year
  FROM one FULL JOIN two ON one.pair = two.pair AND one.student_id = two.student_id),
pupil AS (
  SELECT class_id, student_id,
    sum(first) AS first, {_brings("value_first", "scored", "")} AS brings_first,
    {_blames("value_first", "scored", "place", "")} AS blames_first,
    sum(second) FILTER (WHERE second IS NOT NULL) AS second, {_brings("value_second", "scored", "")} AS brings_second,
    {_blames("value_second", "scored", "place", "")} AS blames_second,
    sum({_flags(has="year IS NOT NULL", failed="year = 0 AND NOT scored", extra="option")})
      FILTER (WHERE (year IS NOT NULL OR option) AND {_YEAR_COUNTS}) AS year,
    {_brings("year", "scored", f" AND {_YEAR_COUNTS}")} AS brings_year,
    {_blames("year", "scored", "place", f" AND {_YEAR_COUNTS}")} AS blames_year
  FROM pair GROUP BY class_id, student_id),
manner AS (
  SELECT class_id, student_id, max(level) FILTER (WHERE term = 1) AS one, max(level) FILTER (WHERE term = 2) AS two
  FROM gradebook_conduct c WHERE c.school_year = %(school_year)s::smallint AND c.school_id = ANY(%(schools)s::bigint[])
  GROUP BY class_id, student_id),
roll AS MATERIALIZED (
  SELECT DISTINCT e.student_id, e.school_class_id AS class_id, e.school_id FROM enrolment_enrolment e
  WHERE e.school_year = %(school_year)s::smallint AND (e.ends_on IS NULL OR e.ends_on >= %(today)s::date)
    AND e.school_id = ANY(%(schools)s::bigint[])),
mover AS (
  SELECT student_id FROM (
    SELECT class_id, student_id FROM pupil UNION ALL SELECT class_id, student_id FROM manner
    UNION ALL SELECT class_id, student_id FROM roll) p
  GROUP BY student_id HAVING min(class_id) < max(class_id)),
here AS MATERIALIZED (
  SELECT o.school_id, r.class_id, r.student_id, o.settings_id, o.first AS owed_first, o.second AS owed_second, o.year AS owed_year,
    o.in_first, o.in_second, coalesce(p.first, 0) AS first, coalesce(p.second, 0) AS second, coalesce(p.year, 0) AS year,
    p.brings_first, p.brings_second, p.brings_year, p.blames_first, p.blames_second, p.blames_year, b.one, b.two,
    o.wide OR v.student_id IS NOT NULL OR coalesce({_of("p.first", "apart")}, 0) + coalesce({_of("p.second", "apart")}, 0) > 0 AS apart
  FROM roll r JOIN debt o ON o.class_id = r.class_id AND o.school_id = r.school_id
  LEFT JOIN pupil p ON p.class_id = r.class_id AND p.student_id = r.student_id
  LEFT JOIN manner b ON b.class_id = r.class_id AND b.student_id = r.student_id
  LEFT JOIN mover v ON v.student_id = r.student_id)"""


# --- levels against the stored results ----------------------------------------------------------------------------------


def _slot(number: int, name: str, conduct: str, provisional: str, where: str) -> str:
    missing = f"owed_{name} + {_of(name, 'extra')} - {_of(name, 'has')}"
    return f"""
  SELECT class_id, student_id, settings_id, {number} AS slot, ({missing})::int AS missing, {_of(name, "failed")} AS failed,
    brings_{name} AS brings, blames_{name} AS blames, {conduct} AS conduct, {provisional} AS provisional
  FROM here WHERE NOT apart AND {where}"""


_OPEN = {name: f"{_of(name, 'open')} > 0" for name in ("first", "second")}
_SLOTS = " UNION ALL".join(
    (
        _slot(1, "first", "one", _OPEN["first"], "in_first"),
        _slot(2, "second", "two", _OPEN["second"], "in_second"),
        _slot(0, "year", twin.CONDUCT, f"{_OPEN['first']} OR {_OPEN['second']}", "true"),
    )
)
_COUNTED = ", ".join(
    f"{_of('brings', name)} AS {name}" for name in ("scored", "below_65", "below_50", "below_35", "from_80", "from_90")
)
_LEVELS = f"""
slot AS MATERIALIZED ({_SLOTS}),
tally AS (
  SELECT student_id, slot, settings_id, missing, failed, NULL::text AS failed_code, {_COUNTED},
         {_of("brings", "scored")} - {_of("brings", "below_65")} AS from_65,
         {_of("brings", "scored")} - {_of("brings", "below_50")} AS from_50,
         codes[blames & {(1 << _BLAMED) - 1}] AS below_65_code, codes[blames >> {_BLAMED}] AS below_50_code
  FROM slot JOIN code USING (class_id) WHERE missing = 0 AND brings > 0),
{twin.LEVEL},
fresh AS (
  SELECT s.class_id, s.student_id, s.slot, s.settings_id, j.learning, j.before, coalesce(j.raised_by, '') AS raised_by, s.conduct,
    CASE WHEN s.slot = 0 AND s.conduct = 3 AND j.learning = 3
         THEN CASE WHEN j.from_90 >= j.asked THEN 'excellent' ELSE 'good' END ELSE '' END AS title,
    CASE WHEN j.learning IS NULL THEN s.missing ELSE 0 END AS missing, s.provisional
  FROM slot s LEFT JOIN judged j ON j.student_id = s.student_id AND j.slot = s.slot)"""
_ODD = """,
odd AS (
  SELECT DISTINCT n.student_id FROM fresh n
  LEFT JOIN gradebook_result x ON x.school_year = %(school_year)s::smallint AND x.class_id = n.class_id AND x.term = n.slot
    AND x.student_id = n.student_id AND x.school_id = ANY(%(schools)s::bigint[])
  WHERE CASE WHEN x.student_id IS NULL THEN n.learning IS NOT NULL OR n.conduct IS NOT NULL
        ELSE x.learning IS DISTINCT FROM n.learning OR x.learning_before IS DISTINCT FROM n.before
          OR x.raised_by <> n.raised_by OR x.conduct IS DISTINCT FROM n.conduct OR x.title <> n.title
          OR x.missing <> n.missing OR x.provisional <> n.provisional END)"""
_TOLD = f"""
SELECT school_id, sum({_of("first", "stands")} + {_of("second", "stands")}) FILTER (WHERE right_as_stored)::int,
       sum(1 + in_first::int + in_second::int) FILTER (WHERE right_as_stored)::int,
       array_agg(student_id) FILTER (WHERE apart), array_agg(student_id) FILTER (WHERE NOT apart AND NOT right_as_stored)
FROM (SELECT h.*, NOT apart AND o.student_id IS NULL AND {_of("first", "wrong")} + {_of("second", "wrong")} = 0 AS right_as_stored
      FROM here h LEFT JOIN odd o USING (student_id)) h
GROUP BY school_id ORDER BY school_id"""
_SIFT = f"WITH {_DUE},{_PUPIL},{_LEVELS}{_ODD}{_TOLD}"
RESULT_COLUMNS = """(school_year, school_id, class_id, term, student_id, grade, learning, learning_before, raised_by, conduct,
    title, missing, provisional, act, settings_id, computed_at)"""
# Whoever has a row that is not what its marks make it is left to those who put such rows right.
_FIRST = f"""
INSERT INTO gradebook_result {RESULT_COLUMNS}
  SELECT %(school_year)s::smallint, h.school_id, n.class_id, n.slot, n.student_id, c.grade, n.learning, n.before, n.raised_by, n.conduct,
         n.title, n.missing, n.provisional, c.act, n.settings_id, %(at)s::timestamptz
  FROM fresh n JOIN here h ON h.class_id = n.class_id AND h.student_id = n.student_id JOIN sheet c ON c.class_id = n.class_id
  WHERE (n.learning IS NOT NULL OR n.conduct IS NOT NULL) AND {_of("h.first", "wrong")} + {_of("h.second", "wrong")} = 0
  ORDER BY n.class_id, n.slot, n.student_id
  ON CONFLICT DO NOTHING RETURNING school_id, class_id, student_id"""
FIRST_TOLD = (
    "SELECT school_id, class_id, count(*)::int, array_agg(DISTINCT student_id) FROM made GROUP BY 1, 2 ORDER BY 1, 2"
)
_MAKE = f"WITH {_DUE},{_PUPIL},{_LEVELS},\nmade AS ({_FIRST})\n{FIRST_TOLD}"


class Sifted(NamedTuple):
    """One school: rows and results found right; pupils the sieve cannot judge; pupils something of whom is not as stored."""

    school_id: int
    marks: int
    results: int
    apart: list[int]
    different: list[int]

    @classmethod
    def told(
        cls,
        school_id: int,
        marks: int | None,
        results: int | None,
        apart: list[int] | None,
        different: list[int] | None,
    ) -> Sifted:
        """From a row of a sieve; what nobody fell into is NULL there."""
        return cls(school_id, marks or 0, results or 0, apart or [], different or [])


class Made(NamedTuple):
    """First results of a class: how many rows, and of whom."""

    school_id: int
    class_id: int
    results: int
    students: list[int]


@lru_cache(maxsize=8)
def _sql(statement: str, school_year: int) -> str:
    return in_year(statement, school_year)


def sift(year: Year, school_ids: Sequence[int]) -> list[Sifted]:
    """Hold grades 6-12 of these schools against their marks.

    One statement, no lock: a save is seen whole or not at all, and leaves results current.
    """
    with planned_for_a_school() as cursor:
        cursor.execute(
            _sql(_SIFT, year.school_year),
            {"schools": list(school_ids), "today": year.today, "readings": year.readings},
        )
        return [Sifted.told(*row) for row in cursor.fetchall()]


def make(year: Year, school_ids: Sequence[int]) -> list[Made]:
    """Write the first results of grades 6-12 where none stand, of the pupils this form fits.

    The same relations as `sift` holds stored results against; who is named by `sift` afterwards is the twin's.
    """
    with planned_for_a_school() as cursor:
        cursor.execute(
            _sql(_MAKE, year.school_year),
            {"schools": list(school_ids), "today": year.today, "readings": year.readings, "at": clock.now()},
        )
        return [Made(*row) for row in cursor.fetchall()]

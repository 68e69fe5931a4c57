"""The rules of a term and a year as SQL over many pupils at once, in whole tenths, half up: the set-based twin of `rules`.

The plain functions are the law as we read it; this only repeats them where a province is judged again in one go. Both are
held against each other on random pupils (`./dev rules compare`). The twin reads two relations, made by its caller:

    cell      student_id, subject, kind ("score", "comment"), term, terms (when the pupil is judged in it: 1, 2, or 3 for both),
              needed, cluster (a topic cluster is owed), closed, basis (0-3), optional, whole_year, term_whole (whether
              an option counts in the year, in the term), settings_id,
              tx1 ... tx6, cd, gk, ck (tenths, or 1/0; NULL is empty; nobody is "absent" here)
    behaviour student_id, one, two (conduct of the terms, 0-3)
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable

from .rules.tt22_2021 import Tt22Settings

_REGULAR = "tx1, tx2, tx3, tx4, tx5, tx6"
_SUM = " + ".join(f"coalesce({name}, 0)" for name in ("tx1", "tx2", "tx3", "tx4", "tx5", "tx6", "cd"))


def readings(settings_ids: Iterable[str]) -> str:
    """The switches of each reading as JSON, for the relation `reading`."""
    rows = []
    for settings_id in sorted(set(settings_ids)):
        settings = Tt22Settings.from_id(settings_id)
        rows.append({"settings_id": settings_id, **dataclasses.asdict(settings)})
    return json.dumps(rows)


READING = """reading AS (
  SELECT * FROM jsonb_to_recordset(%(readings)s::jsonb) AS r(settings_id text, adjust_mode text, adjust_comment_subject boolean,
    one_term_result text, count_optional_subjects boolean, fewer_subjects text))"""

# Điều 9 khoản 1: the term. Weighted sum over count + 5, rounded half up in integers: (2 * sum + n) / (2 * n).
TERM = f"""counted AS (
  SELECT c.*, num_nonnulls({_REGULAR}) AS recorded,
         {_SUM} + 2 * gk + 3 * ck AS weighted, num_nonnulls({_REGULAR}, cd) + 5 AS divisor,
         greatest(needed - num_nonnulls({_REGULAR}), 0) + CASE WHEN cluster AND cd IS NULL THEN 1 ELSE 0 END AS owed,
         0 IN ({", ".join(f"coalesce({name}, 1)" for name in ("tx1", "tx2", "tx3", "tx4", "tx5", "tx6", "cd", "gk", "ck"))}) AS failed
  FROM cell c),
term AS (
  SELECT c.*,
    CASE WHEN kind = 'score' THEN ((2 * weighted + divisor) / (2 * divisor))::smallint
         WHEN failed THEN 0::smallint
         WHEN owed + num_nulls(gk, ck) > 0 THEN CASE WHEN closed THEN 0::smallint END
         ELSE 1::smallint END AS value,
    CASE WHEN kind = 'score' THEN gk IS NULL OR ck IS NULL OR owed > 0
         ELSE owed + num_nulls(gk, ck) > 0 AND NOT closed END AS open_still
  FROM counted c)"""

# Điều 9 khoản 1: the year. (first + 2 x second) / 3 half up; of a comment subject the second term alone.
YEAR = """pair AS (
  SELECT student_id, subject, kind, terms, optional, whole_year, settings_id, min(basis) AS basis,
         max(value) FILTER (WHERE term = 1) AS one, max(value) FILTER (WHERE term = 2) AS two
  FROM term GROUP BY student_id, subject, kind, terms, optional, whole_year, settings_id),
subject_year AS (
  SELECT p.*, CASE WHEN terms = 3 AND kind = 'score' THEN ((2 * (one + 2 * two) + 3) / 6)::smallint
                   WHEN terms = 3 THEN two
                   WHEN r.one_term_result = 'carry' THEN CASE terms WHEN 1 THEN one WHEN 2 THEN two END END AS value
  FROM pair p JOIN reading r USING (settings_id))"""

# Điều 9 khoản 2: what is counted, once for each term (1, 2) and for the year (0). mark, passed: NULL unless it counts.
TALLY = """entry AS (
  SELECT student_id, term AS slot, subject, kind, value, settings_id,
         basis < 2 AND (NOT optional OR (count_optional_subjects AND term_whole)) AS counts
  FROM term JOIN reading USING (settings_id)
  UNION ALL
  SELECT student_id, 0, subject, kind, value, settings_id,
         basis < 2 AND (NOT optional OR (count_optional_subjects AND whole_year))
  FROM subject_year JOIN reading USING (settings_id)),
weighed AS (
  SELECT student_id, slot, subject, settings_id, counts AND value IS NULL AS lacks,
         CASE WHEN counts AND kind = 'score' THEN value END AS mark,
         CASE WHEN counts AND kind = 'comment' THEN value END AS passed
  FROM entry),
tally AS (
  SELECT student_id, slot, settings_id, count(*) FILTER (WHERE lacks) AS missing, count(mark) AS scored,
         count(*) FILTER (WHERE passed = 0) AS failed, min(subject) FILTER (WHERE passed = 0) AS failed_code,
         count(*) FILTER (WHERE mark < 65) AS below_65, min(subject) FILTER (WHERE mark < 65) AS below_65_code,
         count(*) FILTER (WHERE mark < 50) AS below_50, min(subject) FILTER (WHERE mark < 50) AS below_50_code,
         count(*) FILTER (WHERE mark < 35) AS below_35,
         count(*) FILTER (WHERE mark >= 90) AS from_90, count(*) FILTER (WHERE mark >= 80) AS from_80,
         count(*) FILTER (WHERE mark >= 65) AS from_65, count(*) FILTER (WHERE mark >= 50) AS from_50
  FROM weighed GROUP BY student_id, slot, settings_id)"""

# Điều 9 khoản 2 from the top down, then khoản 3: two levels or more below Tốt or Khá for one subject alone.
LEVEL = """asked AS (
  SELECT t.*, adjust_mode, adjust_comment_subject, CASE WHEN fewer_subjects = 'cap' THEN least(6, scored) ELSE 6 END AS asked
  FROM tally t JOIN reading USING (settings_id)),
base AS (
  SELECT a.*, CASE WHEN missing > 0 OR scored = 0 THEN NULL
                   WHEN failed = 0 AND below_65 = 0 AND from_80 >= asked THEN 3
                   WHEN failed = 0 AND below_50 = 0 AND from_65 >= asked THEN 2
                   WHEN failed <= 1 AND below_35 = 0 AND from_50 >= asked THEN 1
                   ELSE 0 END AS before
  FROM asked a),
tried AS (
  SELECT b.*, failed = 0 OR adjust_comment_subject AS may_try,
         CASE WHEN adjust_mode = 'replace' AND below_65 = 1 THEN 1 ELSE 0 END AS forgiven_65,
         CASE WHEN adjust_mode = 'replace' AND below_50 = 1 THEN 1 ELSE 0 END AS forgiven_50
  FROM base b),
raised AS (
  SELECT t.*,
    CASE WHEN before <= 1 AND may_try AND below_65 + failed = 1 AND from_80 + forgiven_65 >= asked THEN coalesce(below_65_code, failed_code)
         WHEN before = 0 AND may_try AND below_50 + failed = 1 AND from_65 + forgiven_50 >= asked THEN coalesce(below_50_code, failed_code)
    END AS raised_by
  FROM tried t),
judged AS (
  SELECT student_id, slot, missing, asked, from_90, before, raised_by, before + CASE WHEN raised_by IS NULL THEN 0 ELSE 1 END AS learning
  FROM raised)"""

# Điều 8: rows are the second term (Chưa đạt ... Tốt), columns the first.  Điều 15: the title of the year.
CONDUCT = "('{{0,0,0,0},{1,1,1,2},{1,2,2,2},{2,2,3,3}}'::smallint[])[two + 1][one + 1]"
RESULT = f"""judgement AS (
  SELECT j.student_id, j.slot, j.learning, j.before, coalesce(j.raised_by, '') AS raised_by, j.missing,
         CASE j.slot WHEN 1 THEN b.one WHEN 2 THEN b.two ELSE {CONDUCT} END AS conduct,
         CASE WHEN j.slot = 0 AND j.learning = 3 AND {CONDUCT} = 3
              THEN CASE WHEN j.from_90 >= j.asked THEN 'excellent' ELSE 'good' END ELSE '' END AS title
  FROM judged j LEFT JOIN behaviour b USING (student_id))"""

SECONDARY = ",\n".join((READING, TERM, YEAR, TALLY, LEVEL, RESULT))
"""Every relation from `cell` and `behaviour` to `term` (value, open_still) and `judgement` (slot 0: the year)."""

# --- primary school: Thông tư 27/2020, Điều 9 ------------------------------------------------------------------------------
#
#     primary_cell  student_id, subject, level (0-2), test (tenths), tested (a test is owed at the end of the year), exempt
#     trait         student_id, lowest (of all qualities and competences), missing (how many have no level)

_DONE = """done AS (
  SELECT student_id, count(*) AS subjects, min(level) AS level, min(test) FILTER (WHERE tested) AS test,
         count(*) FILTER (WHERE level IS NULL) AS levels_missing, count(*) FILTER (WHERE tested AND test IS NULL) AS tests_missing
  FROM primary_cell WHERE NOT exempt GROUP BY student_id)"""
OVERALL = """overall AS (
  SELECT t.student_id, coalesce(d.levels_missing, 0) + t.missing AS missing,
    CASE WHEN d.subjects IS NULL OR d.levels_missing + d.tests_missing + t.missing > 0 THEN NULL
         WHEN d.level >= 2 AND t.lowest >= 2 AND coalesce(d.test, 100) >= 90 THEN 3
         WHEN d.level >= 2 AND t.lowest >= 2 AND coalesce(d.test, 100) >= 70 THEN 2
         WHEN d.level >= 1 AND t.lowest >= 1 AND coalesce(d.test, 100) >= 50 THEN 1
         ELSE 0 END AS overall
  FROM trait t LEFT JOIN done d USING (student_id))"""
PRIMARY = f"{_DONE},\n{OVERALL}"

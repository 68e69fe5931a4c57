"""What is handed out, as SQL: one SELECT for each kind of row, keyed by (id, second), with `status` and `modified`.

Set-based over the tables of the rolls, as figures are: it runs inside the client's unit of work, so the wall of the database
stands behind every condition here. Parameters: today, years (those that are shown), schools (null: the province), orgs,
department. `{mine:x}` stands for «the school of x is one of the client's».

A row is `tobedeleted` from the day after it ended, and that day's midnight counts as a change: nobody wrote anything then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from . import ids

_MIDNIGHT = "({day} + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'"


def _over(*days: str) -> str:
    """The last day of whatever ends first, where that is behind us; null while it goes on."""
    least = f"least({', '.join(days)})"
    return f"CASE WHEN {least} < %(today)s::date THEN {least} END"


def _standing(over: str, *moments: str) -> str:
    """The two columns every row has. over: SQL of the day it ended."""
    changed = ", ".join(moments)
    ended = _MIDNIGHT.format(day=f"({over})")
    return (
        f"CASE WHEN ({over}) IS NULL THEN 'active' ELSE 'tobedeleted' END AS status,"
        f" greatest({changed}, {ended}) AS modified"
    )


def _changed(kind: str, row: str) -> str:
    return f"LEFT JOIN open_api_change c ON c.kind = '{kind}' AND c.row_id = {row} AND c.of_person = 0"


_FIRST = "y.starts_on::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'"

ORGS = f"""SELECT u.id, 0::bigint AS second, u.kind, u.code, u.name, place.parent_id,
  {_standing(_over("u.closed_on"), "c.at", "timestamptz '2000-01-01 00:00+00'")}
  FROM organisations_unit u
  LEFT JOIN LATERAL (SELECT parent_id FROM organisations_position WHERE unit_id = u.id AND during @> %(today)s::date LIMIT 1)
    place ON true
  {_changed("unit", "u.id")}
  WHERE u.kind IN ('department', 'commune', 'school') AND (%(orgs)s::bigint[] IS NULL OR u.id = ANY(%(orgs)s::bigint[]))"""

# A year, its two terms, and the time each term is judged in: id = year x 100 + place.
SESSIONS = f"""SELECT y.year::bigint * 100 + s.place AS id, 0::bigint AS second, y.year::bigint AS school_year, s.place, s.type,
  CASE WHEN s.type = 'schoolYear' THEN NULL WHEN s.type = 'term' THEN y.year::bigint * 100
    ELSE y.year::bigint * 100 + s.place - 10 END AS parent_id,
  CASE WHEN s.place IN (2, 12) THEN y.term_two_starts_on ELSE y.starts_on END AS begins,
  CASE WHEN s.place IN (1, 11) THEN y.term_two_starts_on - 1 ELSE y.ends_on END AS ends,
  'active' AS status, coalesce(c.at, {_FIRST}) AS modified
  FROM calendar_schoolyear y
  CROSS JOIN (VALUES (0, 'schoolYear'), (1, 'term'), (2, 'term'), (11, 'gradingPeriod'), (12, 'gradingPeriod')) AS s(place, type)
  {_changed("year", "y.year")}
  WHERE y.year = ANY(%(years)s::int[])"""

COURSES = """SELECT g.grade::bigint + 100 AS id, 0::bigint AS second, g.grade, 'active' AS status, g.modified
  FROM (SELECT k.grade, min(y.starts_on)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' AS modified
        FROM enrolment_schoolclass k JOIN calendar_schoolyear y ON y.year = k.school_year
        WHERE k.school_year = ANY(%(years)s::int[]) AND {mine:k} GROUP BY k.grade) g"""

CLASSES = f"""SELECT k.id, 0::bigint AS second, k.school_id, k.school_year::bigint AS school_year, k.grade, k.name,
  ARRAY(SELECT DISTINCT a.subject FROM timetable_assignment a WHERE a.class_id = k.id
        AND (a.ends_on IS NULL OR a.ends_on >= %(today)s::date) ORDER BY 1) AS subjects,
  {_standing(_over("y.ends_on"), f"coalesce(c.at, {_FIRST})")}
  FROM enrolment_schoolclass k JOIN calendar_schoolyear y ON y.year = k.school_year
  {_changed("class", "k.id")}
  WHERE k.school_year = ANY(%(years)s::int[]) AND {{mine:k}}"""

CLASSES_GONE = """SELECT c.row_id AS id, 0::bigint AS second, c.of_school AS school_id, c.school_year::bigint AS school_year, c.grade,
  'Lớp đã bỏ' AS name, ARRAY[]::text[] AS subjects, 'tobedeleted' AS status, c.at AS modified
  FROM open_api_change c WHERE c.gone AND c.kind = 'class' AND c.school_year = ANY(%(years)s::int[]) AND {gone:c}"""

# Who teaches, learns or works at one of the schools, in the years that are shown. Guardians are not handed out.
USERS = f"""SELECT p.id, 0::bigint AS second, p.full_name, p.email, a.login, p.born_on, p.sex, p.born_precision,
  (p.merged_into_id IS NULL AND r.holds AND coalesce(a.is_active, true)) AS enabled, r.posts, r.roles, r.schools, r.grades,
  CASE WHEN p.merged_into_id IS NULL AND r.holds THEN 'active' ELSE 'tobedeleted' END AS status,
  greatest(p.created_at, c.at, r.modified) AS modified
  FROM people_person p
  CROSS JOIN LATERAL (
    SELECT json_agg(json_build_array(t.school_id, t.role, t.begins, t.ends, t.over IS NULL, t.grade))::text AS posts,
      bool_or(t.over IS NULL) AS holds, max(greatest(t.at, {_MIDNIGHT.format(day="t.over")})) AS modified,
      array_agg(DISTINCT t.role) AS roles, array_agg(DISTINCT t.school_id) AS schools,
      array_agg(DISTINCT t.grade) FILTER (WHERE t.over IS NULL AND t.grade IS NOT NULL) AS grades
    FROM (
      SELECT e.school_id, 'student' AS role, e.starts_on AS begins, e.ends_on AS ends, e.grade,
        {_over("e.ends_on", "y.ends_on")} AS over, greatest(e.created_at, ec.at) AS at
      FROM enrolment_enrolment e JOIN calendar_schoolyear y ON y.year = e.school_year
      LEFT JOIN open_api_change ec ON ec.kind = 'place' AND ec.row_id = e.id AND ec.of_person = 0
      WHERE e.student_id = p.id AND e.school_year = ANY(%(years)s::int[]) AND {{mine:e}}
      UNION ALL
      SELECT m.school_id, CASE m.post WHEN 'teacher' THEN 'teacher' WHEN 'principal' THEN 'principal'
          WHEN 'it_admin' THEN 'systemAdministrator' WHEN 'officer' THEN 'districtAdministrator' ELSE 'siteAdministrator' END,
        m.starts_on, m.ends_on, NULL, {_over("m.ends_on")}, mc.at
      FROM staff_employment m
      LEFT JOIN open_api_change mc ON mc.kind = 'post' AND mc.row_id = m.id AND mc.of_person = 0
      WHERE m.person_id = p.id AND {{mine:m}} AND (m.ends_on IS NULL OR m.ends_on >= %(since)s::date)
      UNION ALL
      SELECT l.school_id, 'teacher', l.starts_on, l.ends_on, NULL, {_over("l.ends_on", "y.ends_on")}, lc.at
      FROM timetable_assignment l JOIN calendar_schoolyear y ON y.year = l.school_year
      LEFT JOIN open_api_change lc ON lc.kind = 'lesson' AND lc.row_id = l.id AND lc.of_person = 0
      WHERE l.teacher_id = p.id AND l.school_year = ANY(%(years)s::int[]) AND {{mine:l}}
    ) t) r
  LEFT JOIN identity_account a ON a.person_id = p.id
  {_changed("person", "p.id")}
  WHERE r.posts IS NOT NULL AND {{theirs:p}}"""

_IDS_OF_SCHOOLS = """ARRAY(
  SELECT e.student_id FROM enrolment_enrolment e WHERE e.school_year = ANY(%(years)s::int[]) AND e.school_id = ANY(%(schools)s::bigint[])
  UNION SELECT m.person_id FROM staff_employment m WHERE m.school_id = ANY(%(schools)s::bigint[])
  UNION SELECT l.teacher_id FROM timetable_assignment l WHERE l.school_year = ANY(%(years)s::int[])
    AND l.school_id = ANY(%(schools)s::bigint[]))"""

# The same people, counted without their particulars.
USERS_COUNTED = """SELECT count(*) FROM (
  SELECT e.student_id FROM enrolment_enrolment e WHERE e.school_year = ANY(%(years)s::int[]) AND {mine:e}
  UNION
  SELECT m.person_id FROM staff_employment m WHERE {mine:m} AND (m.ends_on IS NULL OR m.ends_on >= %(since)s::date)
  UNION
  SELECT l.teacher_id FROM timetable_assignment l WHERE l.school_year = ANY(%(years)s::int[]) AND {mine:l}) q"""

PLACES = f"""SELECT e.id, 0::bigint AS second, coalesce(p.merged_into_id, e.student_id) AS user_id,
  e.school_class_id AS class_id, e.school_id,
  'student' AS role, 'false' AS "primary", e.starts_on AS begins, e.ends_on AS ends, NULL::text AS subject,
  {_standing(_over("e.ends_on", "y.ends_on"), "e.created_at", "c.at")}
  FROM enrolment_enrolment e JOIN calendar_schoolyear y ON y.year = e.school_year
  LEFT JOIN people_person p ON p.id = e.student_id
  {_changed("place", "e.id")}
  WHERE e.school_year = ANY(%(years)s::int[]) AND {{mine:e}}"""

LESSONS = f"""SELECT l.id, 0::bigint AS second, coalesce(p.merged_into_id, l.teacher_id) AS user_id, l.class_id, l.school_id,
  'teacher' AS role, 'false' AS "primary", l.starts_on AS begins, l.ends_on AS ends, l.subject,
  {_standing(_over("l.ends_on", "y.ends_on"), f"coalesce(c.at, {_FIRST})")}
  FROM timetable_assignment l JOIN calendar_schoolyear y ON y.year = l.school_year
  LEFT JOIN people_person p ON p.id = l.teacher_id
  {_changed("lesson", "l.id")}
  WHERE l.school_year = ANY(%(years)s::int[]) AND {{mine:l}}"""

HOMEROOMS = f"""SELECT k.id, k.homeroom_id AS second, k.homeroom_id AS user_id, k.id AS class_id, k.school_id,
  'teacher' AS role, 'true' AS "primary", NULL::date AS begins, NULL::date AS ends, NULL::text AS subject,
  {_standing(_over("y.ends_on"), f"coalesce(c.at, {_FIRST})")}
  FROM enrolment_schoolclass k JOIN calendar_schoolyear y ON y.year = k.school_year
  {_changed("class", "k.id")}
  WHERE k.homeroom_id IS NOT NULL AND k.school_year = ANY(%(years)s::int[]) AND {{mine:k}}"""


def _seats_gone(kind: str, role: str, primary: str, second: str) -> str:
    return f"""SELECT c.row_id AS id, {second} AS second, c.of_person AS user_id,
  c.of_class AS class_id, c.of_school AS school_id, '{role}' AS role,
  '{primary}' AS "primary", NULL::date AS begins, NULL::date AS ends, NULL::text AS subject, 'tobedeleted' AS status, c.at AS modified
  FROM open_api_change c WHERE c.gone AND c.kind = '{kind}' AND c.school_year = ANY(%(years)s::int[]) AND {{gone:c}}"""


@dataclass(frozen=True)
class Part:
    """One SELECT whose rows have one kind of key. pairs: its key is (id, second). counted: a cheaper count of all its rows."""

    kind: int
    sql: str
    pairs: bool = False
    counted: str = ""


SEATS = (
    Part(ids.PLACE, PLACES),
    Part(ids.LESSON, LESSONS),
    Part(ids.HOMEROOM, HOMEROOMS, pairs=True),
    Part(ids.PLACE, _seats_gone("place", "student", "false", "0::bigint")),
    Part(ids.LESSON, _seats_gone("lesson", "teacher", "false", "0::bigint")),
    Part(ids.HOMEROOM, _seats_gone("homeroom", "teacher", "true", "c.of_person"), pairs=True),
)
_MINE = re.compile(r"\{mine:(\w+)\}")
_GONE = re.compile(r"\{gone:(\w+)\}")
_THEIRS = re.compile(r"\{theirs:(\w+)\}")


def text(sql: str, parameters: dict[str, Any]) -> str:
    """A source as it is sent: for a client of the whole province there is no condition on the school."""
    if parameters["schools"] is None:
        return _GONE.sub("true", _MINE.sub("true", _THEIRS.sub("true", sql)))
    # The people of a few schools are looked up first: walking all of the province's to find them would take a hundred times as long.
    sql = _THEIRS.sub(rf"\1.id = ANY({_IDS_OF_SCHOOLS})", sql)
    sql = _GONE.sub(r"\1.of_school = ANY(%(schools)s::bigint[])", sql)
    return _MINE.sub(r"\1.school_id = ANY(%(schools)s::bigint[])", sql)

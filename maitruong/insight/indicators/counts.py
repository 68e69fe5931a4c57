"""What is counted, group by group: one set-based statement each, over some schools of one year.

Each statement yields school_id, indicator, term, grade, key, value. Parameters: schools (bigint[]), year, today (a date in
Việt Nam). `keep` says which older facts of the group are left as they are; `ready` which columns of the school's ready rows are
made of what was counted, and how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Who sits in a class today, or on the nearest day of the school year: a year that is over keeps its pupils. Both ends of a
# place count, so that a pupil who changes class from tomorrow is one pupil on both days.
_SEATED = """FROM enrolment_enrolment e JOIN enrolment_schoolclass c ON c.id = e.school_class_id
        JOIN calendar_schoolyear y ON y.year = e.school_year
        CROSS JOIN LATERAL (SELECT least(greatest(%(today)s::date, y.starts_on), y.ends_on) AS day) d
        WHERE e.school_id = ANY(%(schools)s) AND e.school_year = %(year)s
          AND e.starts_on <= d.day AND (e.ends_on IS NULL OR e.ends_on >= d.day)"""


@dataclass(frozen=True)
class Ready:
    """Columns of a table of ready rows, each with its expression over the counted facts c.

    by: the coordinates that tell a school's rows apart, and of_facts: the condition on the facts that have them; with neither
    it is one row a school and year.
    """

    columns: Mapping[str, str]
    table: str = "indicators_figures"
    by: tuple[str, ...] = ()
    of_facts: str = ""


@dataclass(frozen=True)
class Group:
    indicators: tuple[str, ...]
    sql: str
    ready: Ready
    keep: str = ""


def _sum(indicator: str, and_: str = "true") -> str:
    return f"coalesce(sum(c.value) FILTER (WHERE c.indicator = '{indicator}' AND {and_}), 0)"


GROUPS: dict[str, Group] = {
    "rolls": Group(
        indicators=("schools", "classes", "pupils"),
        sql=f"""
        SELECT u.id AS school_id, 'schools' AS indicator, 0::smallint AS term, 0::smallint AS grade, '' AS key, 1::bigint AS value
        FROM organisations_unit u WHERE u.id = ANY(%(schools)s) AND u.kind = 'school' AND u.closed_on IS NULL
        UNION ALL
        SELECT school_id, 'classes', 0::smallint, grade, '', count(*)
        FROM enrolment_schoolclass WHERE school_id = ANY(%(schools)s) AND school_year = %(year)s GROUP BY school_id, grade
        UNION ALL
        SELECT e.school_id, 'pupils', 0::smallint, c.grade, '', count(*)
        {_SEATED}
        GROUP BY e.school_id, c.grade""",
        ready=Ready({"schools": _sum("schools"), "classes": _sum("classes"), "pupils": _sum("pupils")}),
    ),
    "marks": Group(
        indicators=("marks_entered",),
        # A day is a day in Việt Nam: at 06:30 there it is still yesterday in UTC. Yesterday is counted too: its last facts
        # may reach us after midnight. The day is written out once a day, not once a mark: a busy day has millions.
        sql="""
        SELECT school_id, 'marks_entered' AS indicator, 0::smallint AS term, 0::smallint AS grade,
               to_char(%(today)s::date - before, 'YYYY-MM-DD') AS key, value
        FROM (SELECT school_id, CASE WHEN at >= %(today)s::date::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' THEN 0 ELSE 1 END AS before,
                     count(*) AS value
              FROM gradebook_markhistory
              WHERE school_id = ANY(%(schools)s) AND school_year = %(year)s AND kind <> 'conduct'
                AND new IS NOT NULL AND cell NOT IN ('comment', 'basis')
                AND at >= (%(today)s::date - 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
                AND at < (%(today)s::date + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
              GROUP BY 1, 2) AS d""",
        keep="f.key >= to_char(%(today)s::date - 1, 'YYYY-MM-DD')",
        ready=Ready(
            {
                "marks_day": "%(today)s::date",
                "marks": _sum("marks_entered", "c.key = to_char(%(today)s::date, 'YYYY-MM-DD')"),
            }
        ),
    ),
    "books": Group(
        indicators=("books", "books_closed"),
        sql="""
        SELECT school_id, indicator, term, grade, '' AS key, sum(n)::bigint AS value FROM (
          SELECT school_id, 'books' AS indicator, term, grade, count(*) AS n FROM gradebook_markbook
          WHERE school_id = ANY(%(schools)s) AND school_year = %(year)s GROUP BY school_id, term, grade
          UNION ALL
          SELECT school_id, 'books_closed', term, grade, count(*) FROM gradebook_markbook
          WHERE school_id = ANY(%(schools)s) AND school_year = %(year)s AND closed_at IS NOT NULL GROUP BY school_id, term, grade) b
        GROUP BY school_id, indicator, term, grade""",
        ready=Ready(
            {f"{name}_{term}": _sum(name, f"c.term = {term}") for term in (1, 2) for name in ("books", "books_closed")}
        ),
    ),
    "levels": Group(
        indicators=("learning", "conduct"),
        sql="""
        SELECT school_id, indicator, term, grade, level::text AS key, count(*) AS value
        FROM gradebook_result CROSS JOIN LATERAL (VALUES ('learning', learning), ('conduct', conduct)) AS l(indicator, level)
        WHERE school_id = ANY(%(schools)s) AND school_year = %(year)s AND level IS NOT NULL
        GROUP BY school_id, indicator, term, grade, level""",
        ready=Ready(
            {f"level_{level}": _sum("learning", f"c.key = '{level}'") for level in range(4)},
            table="indicators_levelfigures",
            by=("term", "grade"),
            of_facts="indicator = 'learning'",
        ),
    ),
    "records": Group(
        indicators=("records_due", "records_sealed"),
        # A pupil is due at the school that holds him at the end of the year; a corrected version counts once.
        sql=f"""
        SELECT e.school_id, 'records_due' AS indicator, 0::smallint AS term, c.grade, '' AS key, count(*) AS value
        {_SEATED} AND c.grade BETWEEN 1 AND 12
        GROUP BY e.school_id, c.grade
        UNION ALL
        SELECT school_id, 'records_sealed', 0::smallint, grade, '', count(DISTINCT student_id)
        FROM school_records_recordfile
        WHERE school_id = ANY(%(schools)s) AND school_year = %(year)s AND state IN ('sealed', 'issued')
        GROUP BY school_id, grade""",
        ready=Ready({"records_due": _sum("records_due"), "records_sealed": _sum("records_sealed")}),
    ),
    "verified": Group(
        indicators=("verify_active", "verify_foreign", "verified"),
        # Whose facts stand still is whose match counts now (registry/verification settles it): no verdict is read or hashed here.
        # Employments know no school year: they are counted in the year of the day.
        sql=f"""
        SELECT a.school_id, v.indicator, 0::smallint AS term, a.grade, a.key, count(*) AS value
        FROM (
          SELECT e.school_id, e.student_id AS person_id, c.grade, 'learner' AS key {_SEATED}
          UNION ALL
          SELECT DISTINCT s.school_id, s.person_id, 0::smallint, 'staff' FROM staff_employment s
          JOIN calendar_schoolyear y ON y.year = %(year)s
          WHERE s.school_id = ANY(%(schools)s) AND s.starts_on <= %(today)s::date AND (s.ends_on IS NULL OR s.ends_on >= %(today)s::date)
            AND NOT EXISTS (SELECT 1 FROM calendar_schoolyear n WHERE n.year = %(year)s + 1 AND n.starts_on <= %(today)s::date)
        ) a
        JOIN people_person p ON p.id = a.person_id
        CROSS JOIN LATERAL (
          SELECT 'verify_active' AS indicator
          UNION ALL SELECT 'verified' WHERE p.frozen_since IS NOT NULL
          UNION ALL SELECT 'verify_foreign' WHERE p.nationality <> 'VN' AND NOT EXISTS (
            SELECT 1 FROM people_personidentifier i WHERE i.person_id = p.id AND i.scheme = 'CCCD' AND i.valid @> %(today)s::date)
        ) v
        GROUP BY a.school_id, v.indicator, a.grade, a.key""",
        ready=Ready({name: _sum(name) for name in ("verify_active", "verify_foreign", "verified")}),
    ),
}

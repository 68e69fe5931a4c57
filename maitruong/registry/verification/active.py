"""The SQL every part of this module shares: who is to be verified, and what a verdict is given for.

Read as SQL, since it is asked of half a million people in one statement; the row security of the unit of work holds for it as well.
"""

from __future__ import annotations

BORN = "CASE WHEN p.born_precision = 'day' THEN p.born_on END"

#: rules.Identity.basis, counted by the database; a test holds the two together. p: people_person, n: its number.
BASIS = (
    "encode(sha256(convert_to(concat(n.value, E'\\x1f', p.full_name, E'\\x1f',"
    f" coalesce(to_char({BORN}, 'YYYY-MM-DD'), ''), E'\\x1f', p.sex), 'UTF8')), 'hex')"
)

NUMBER = """LATERAL (SELECT i.value FROM people_personidentifier i
  WHERE i.person_id = p.id AND i.scheme = 'CCCD' AND i.valid @> current_date ORDER BY i.id DESC LIMIT 1) n ON true"""

#: %(year)s and %(today)s; %(unit)s narrows to one school, NULL asks for every place the unit of work sees.
LEARNS = """SELECT e.student_id AS person_id, e.school_id, 'learner' AS kind, e.grade, c.name AS class_name
  FROM enrolment_enrolment e JOIN enrolment_schoolclass c ON c.id = e.school_class_id
  WHERE e.school_year = %(year)s AND e.ends_on IS NULL AND (%(unit)s::bigint IS NULL OR e.school_id = %(unit)s)"""
WORKS = """SELECT DISTINCT ON (s.person_id) s.person_id, s.school_id, 'staff' AS kind, NULL::smallint AS grade, '' AS class_name
  FROM staff_employment s WHERE s.starts_on <= %(today)s AND (s.ends_on IS NULL OR s.ends_on >= %(today)s)
    AND (%(unit)s::bigint IS NULL OR s.school_id = %(unit)s) ORDER BY s.person_id, s.school_id"""
ACTIVE = f"({LEARNS}) UNION ALL ({WORKS})"

IS_ACTIVE = """(EXISTS (SELECT 1 FROM enrolment_enrolment e WHERE e.student_id = p.id AND e.school_year = %(year)s AND e.ends_on IS NULL
    AND (%(unit)s::bigint IS NULL OR e.school_id = %(unit)s))
  OR EXISTS (SELECT 1 FROM staff_employment s WHERE s.person_id = p.id AND s.starts_on <= %(today)s
    AND (s.ends_on IS NULL OR s.ends_on >= %(today)s) AND (%(unit)s::bigint IS NULL OR s.school_id = %(unit)s)))"""

#: How somebody stands now: a verdict given for other facts counts no more. c: verification_check, may be missing.
STATE = f"CASE WHEN n.value IS NULL THEN 'NO_NUMBER' WHEN c.id IS NULL OR c.basis <> {BASIS} THEN 'NOT_SENT' ELSE c.state END"

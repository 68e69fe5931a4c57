"""What is read of one school as of a day: one statement a table, rows in an order that depends on nothing but themselves.

Parameters: school, year (the school year), day (the day of the period, within the year), as_of (that day itself), before_year and
before_day (the period before), current (whether the year is today's).   A human entered twice counts once, by the row that goes on.

Of a pupil the forms ask no personal number, so none is frozen and no hash of one either: twelve digits are guessed in seconds.
What is kept is whether there is one, and whether it was verified. Nor phones, addresses, health, families, notes.
"""

from __future__ import annotations

_HUMAN = "coalesce(p.merged_into_id, p.id)"
_SAME = "IN (s.student_id, s.human)"
# A word in a school's list began on the day it was typed in, which says nothing of the day it was true from; a paper says it.
_STANDS = (
    "t.withdrawn_at IS NULL AND (t.ends_on IS NULL OR t.ends_on >= %(day)s)"
    " AND (t.source = 'list' OR t.starts_on <= %(day)s)"
)
_NAME_THEN = """coalesce((SELECT f.name FROM organisations_formerunit f WHERE f.unit_id = u.id AND f.until >= %(as_of)s
  ORDER BY f.until LIMIT 1), u.name)"""
_PLACE_THEN = """CASE WHEN EXISTS (SELECT 1 FROM organisations_formerunit f WHERE f.unit_id = u.id AND f.until >= %(as_of)s)
  THEN (SELECT f.admin_unit_id FROM organisations_formerunit f WHERE f.unit_id = u.id AND f.until >= %(as_of)s ORDER BY f.until LIMIT 1)
  ELSE u.admin_unit_id END"""

SCHOOL = f"""
SELECT u.code, {_NAME_THEN}, s.school_type, s.ownership, array_to_string(ARRAY(SELECT l FROM unnest(s.levels) AS l ORDER BY l), ' '),
  a.code, a.kind || ' ' || a.name, up.code, up.kind || ' ' || up.name
FROM organisations_unit u LEFT JOIN schools_school s ON s.unit_id = u.id
LEFT JOIN organisations_adminunit a ON a.id = {_PLACE_THEN} LEFT JOIN organisations_adminunit up ON up.id = a.parent_id
WHERE u.id = %(school)s"""

# From the root down; after a unit's end, as it stood last.
GOVERNANCE = f"""
SELECT u.id, u.kind, u.code, {_NAME_THEN}
FROM (SELECT path FROM organisations_position WHERE unit_id = %(school)s AND lower(during) <= %(as_of)s
      ORDER BY during DESC LIMIT 1) AS stands
CROSS JOIN unnest(string_to_array(trim(trailing '.' from stands.path), '.')::bigint[]) WITH ORDINALITY AS above(id, n)
JOIN organisations_unit u ON u.id = above.id
WHERE u.id <> %(school)s ORDER BY above.n"""

CAMPUSES = (
    ("id", "code", "name", "distance_km", "area_m2"),
    f"""
SELECT u.id, u.code, {_NAME_THEN}, c.distance_km, c.area_m2
FROM organisations_position stands JOIN organisations_unit u ON u.id = stands.unit_id
LEFT JOIN dossiers_campus c ON c.unit_id = u.id
WHERE stands.parent_id = %(school)s AND u.kind = 'campus' AND stands.during @> %(as_of)s::date ORDER BY u.code, u.id""",
)

CLASSES = (
    ("id", "name", "grade", "campus_id", "has_homeroom", "two_sessions", "sessions", "combined", "semi_boarding"),
    """
SELECT c.id, c.name, c.grade, c.campus_id, c.homeroom_id IS NOT NULL, d.two_sessions, coalesce(d.sessions, ''), d.combined, d.semi_boarding
FROM enrolment_schoolclass c LEFT JOIN dossiers_classprofile d ON d.school_class_id = c.id
WHERE c.school_id = %(school)s AND c.school_year = %(year)s ORDER BY c.sort_key, c.id""",
)

PUPILS = (
    (
        *(
            "id",
            "row_id",
            "student_code",
            "full_name",
            "born_on",
            "born_precision",
            "sex",
            "ethnic_group",
            "nationality",
        ),
        *("class_id", "grade", "status", "since", "policy", "disability", "boarding", "guardians", "number"),
    ),
    f"""
WITH s AS (
  SELECT DISTINCT ON ({_HUMAN}) {_HUMAN} AS human, e.student_id, e.school_class_id, e.grade, e.status, e.starts_on, e.student_code
  FROM enrolment_enrolment e JOIN people_person p ON p.id = e.student_id
  WHERE e.school_id = %(school)s AND e.school_year = %(year)s AND e.starts_on <= %(day)s
    AND (e.ends_on IS NULL OR e.ends_on >= %(day)s)
  ORDER BY {_HUMAN}, e.starts_on DESC, e.id DESC
)
SELECT s.human, s.student_id, s.student_code, p.full_name, p.born_on, p.born_precision, p.sex, p.ethnic_group, p.nationality,
  s.school_class_id, s.grade, s.status, s.starts_on,
  coalesce((SELECT string_agg(DISTINCT t.key, ' ' ORDER BY t.key) FROM students_standing t
            WHERE t.student_id {_SAME} AND t.kind = 'policy' AND {_STANDS}), ''),
  coalesce((SELECT string_agg(DISTINCT t.key, ' ' ORDER BY t.key) FROM students_standing t
            WHERE t.student_id {_SAME} AND t.kind = 'disability' AND {_STANDS}), ''),
  CASE WHEN y.id IS NOT NULL THEN y.boarding WHEN %(current)s THEN coalesce(f.boarding, '') ELSE '' END,
  (SELECT count(DISTINCT {_HUMAN}) FROM students_guardianship g JOIN people_person p ON p.id = g.guardian_id
   WHERE g.student_id {_SAME} AND g.waits_since IS NULL AND (g.ends_on IS NULL OR g.ends_on >= %(day)s)),
  coalesce((SELECT CASE WHEN bool_or(i.verified_at IS NOT NULL) THEN 'verified' WHEN count(*) > 0 THEN 'known' ELSE '' END
            FROM people_personidentifier i
            WHERE i.person_id {_SAME} AND i.scheme = 'CCCD' AND (upper(i.valid) IS NULL OR upper(i.valid) > %(day)s)), '')
FROM s JOIN people_person p ON p.id = s.human
LEFT JOIN students_student f ON f.person_id = s.human
LEFT JOIN dossiers_learneryear y ON y.school_id = %(school)s AND y.school_year = %(year)s AND y.student_id = s.student_id
ORDER BY s.human""",
)

STAFF = (
    (
        *("id", "code", "full_name", "born_on", "sex", "ethnic_group", "post", "subjects", "since"),
        *("contract", "title", "degree"),
    ),
    f"""
WITH s AS (
  SELECT DISTINCT ON ({_HUMAN}) {_HUMAN} AS human, e.person_id AS student_id, e.code, e.post, e.subjects, e.starts_on
  FROM staff_employment e JOIN people_person p ON p.id = e.person_id
  WHERE e.school_id = %(school)s AND e.starts_on <= %(as_of)s AND (e.ends_on IS NULL OR e.ends_on >= %(as_of)s)
  ORDER BY {_HUMAN}, e.starts_on DESC, e.id DESC
)
SELECT s.human, s.code, p.full_name, p.born_on, p.sex, p.ethnic_group, s.post,
  coalesce((SELECT string_agg(one, ' ' ORDER BY n) FROM jsonb_array_elements_text(s.subjects) WITH ORDINALITY AS told(one, n)), ''),
  s.starts_on,
  coalesce((SELECT t.kind FROM staff_contract t WHERE t.school_id = %(school)s AND t.person_id {_SAME} AND t.withdrawn_at IS NULL
    AND t.starts_on <= %(as_of)s AND (t.ends_on IS NULL OR t.ends_on >= %(as_of)s) ORDER BY t.starts_on DESC, t.id DESC LIMIT 1), ''),
  coalesce((SELECT t.title FROM staff_salarystep t WHERE t.school_id = %(school)s AND t.person_id {_SAME} AND t.withdrawn_at IS NULL
    AND t.starts_on <= %(as_of)s AND (t.ends_on IS NULL OR t.ends_on >= %(as_of)s) ORDER BY t.starts_on DESC, t.id DESC LIMIT 1), ''),
  coalesce((SELECT t.level FROM staff_qualification t WHERE t.school_id = %(school)s AND t.person_id {_SAME}
    AND t.withdrawn_at IS NULL AND (t.starts_on IS NULL OR t.starts_on <= %(as_of)s)
    ORDER BY array_position(ARRAY['doctor', 'master', 'bachelor', 'college', 'intermediate'], t.level), t.level LIMIT 1), '')
FROM s JOIN people_person p ON p.id = s.human ORDER BY s.human""",
)

# Who sits here now and did not on the day of the period before, or the other way round; "both": came and left between the two.
MOVEMENTS = (
    ("id", "way", "came_on", "left_on", "status", "class_name"),
    f"""
WITH seats AS (
  SELECT {_HUMAN} AS human, e.id, e.starts_on, e.ends_on, e.status, c.name,
    e.school_year = %(before_year)s AND e.starts_on <= %(before_day)s AND (e.ends_on IS NULL OR e.ends_on >= %(before_day)s) AS before,
    e.school_year = %(year)s AND e.starts_on <= %(day)s AND (e.ends_on IS NULL OR e.ends_on >= %(day)s) AS now
  FROM enrolment_enrolment e JOIN people_person p ON p.id = e.student_id JOIN enrolment_schoolclass c ON c.id = e.school_class_id
  WHERE e.school_id = %(school)s AND e.school_year IN (%(before_year)s, %(year)s)
), moved AS (
  SELECT human, bool_or(before) AS before, bool_or(now) AS now,
    min(starts_on) FILTER (WHERE starts_on > %(before_day)s AND starts_on <= %(day)s) AS came_on,
    max(ends_on) FILTER (WHERE ends_on >= %(before_day)s AND ends_on < %(day)s) AS left_on,
    (array_agg(status ORDER BY starts_on DESC, id DESC) FILTER (WHERE starts_on <= %(day)s))[1] AS status,
    (array_agg(name ORDER BY starts_on DESC, id DESC) FILTER (WHERE starts_on <= %(day)s))[1] AS class_name
  FROM seats GROUP BY human
)
SELECT human, CASE WHEN now THEN 'in' WHEN before THEN 'out' ELSE 'both' END, CASE WHEN before THEN NULL ELSE came_on END,
  CASE WHEN now THEN NULL ELSE left_on END, status, class_name
FROM moved WHERE before <> now OR (NOT before AND NOT now AND came_on IS NOT NULL AND left_on IS NOT NULL) ORDER BY human""",
)

ROOMS = (
    (*("campus_id", "indicator", "permanent", "permanent_m2", "semi", "semi_m2", "temporary", "temporary_m2"),),
    """
SELECT campus_id, indicator, permanent, permanent_m2, semi, semi_m2, temporary, temporary_m2
FROM dossiers_facility WHERE school_id = %(school)s AND school_year = %(year)s ORDER BY indicator COLLATE "C", campus_id""",
)
TABLES = {
    "campuses": CAMPUSES,
    "classes": CLASSES,
    "movements": MOVEMENTS,
    "pupils": PUPILS,
    "rooms": ROOMS,
    "staff": STAFF,
}

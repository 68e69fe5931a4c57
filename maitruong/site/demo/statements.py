"""The set-based half of loading a synthetic province: from the staging tables to the house's own. No word of law here."""

#: A unit comes with its parent, which is there before it: changing a row costs the table's exclusion once more. Of two parents in
#: the unit's time the last one stands that has ended.
_ADMIN_UNITS = """
INSERT INTO organisations_adminunit (level, code, name, kind, valid, parent_id)
  SELECT DISTINCT ON (s.code, s.valid) s.level, s.code, s.name, s.kind, s.valid, parent.id
  FROM stage_admin s LEFT JOIN organisations_adminunit parent
    ON parent.level = '{above}' AND parent.code = s.parent AND parent.valid && s.valid
  WHERE s.level = '{level}' AND {former}
  ORDER BY s.code, s.valid, upper(parent.valid) DESC NULLS LAST
    """
ADMIN_UNITS = (
    _ADMIN_UNITS.format(level="province", above="", former="true"),
    _ADMIN_UNITS.format(level="commune", above="province", former="NOT s.former"),
    _ADMIN_UNITS.format(level="district", above="province", former="true"),
    _ADMIN_UNITS.format(level="commune", above="district", former="s.former"),
    """
INSERT INTO organisations_adminsuccession (old_id, new_id, whole, "on")
  SELECT DISTINCT ON (old.id, new.id) old.id, new.id, s.whole, s.day FROM stage_succession s
  JOIN organisations_adminunit old ON old.level = s.level AND old.code = s.old AND old.valid @> (s.day - 1)
  JOIN organisations_adminunit new ON new.level = CASE s.level WHEN 'province' THEN 'province' ELSE 'commune' END
                                  AND new.code = s.new AND new.valid @> s.day
    """,
)

UNITS = (
    """
INSERT INTO organisations_unit (id, kind, code, name, sort_key, admin_unit_id, address, opened_on, closed_on)
  OVERRIDING SYSTEM VALUE
  SELECT u.id, u.kind, u.code, u.short_name, u.sort_key, a.id, u.address, u.valid_from, u.valid_to
  FROM stage_unit u LEFT JOIN organisations_adminunit a
    ON a.level = 'commune' AND a.code = u.commune_code AND upper_inf(a.valid)
    """,
    """
WITH RECURSIVE tree AS (
  SELECT unit_id, parent_id, unit_id || '.' AS path, daterange(valid_from, valid_to, '[]') AS during
  FROM stage_placement WHERE parent_id IS NULL
  UNION ALL
  SELECT p.unit_id, p.parent_id, tree.path || p.unit_id || '.', daterange(p.valid_from, p.valid_to, '[]') * tree.during
  FROM stage_placement p JOIN tree ON tree.unit_id = p.parent_id AND daterange(p.valid_from, p.valid_to, '[]') && tree.during
)
INSERT INTO organisations_position (unit_id, parent_id, path, during) SELECT unit_id, parent_id, path, during FROM tree
    """,
    """
INSERT INTO schools_school (unit_id, levels, school_type, ownership, phone)
  SELECT id, CASE WHEN school_type = 'GDTX' THEN ARRAY['05'] ELSE
             ARRAY(SELECT level FROM (VALUES ('01', -6, -1), ('02', 1, 5), ('03', 6, 9), ('04', 10, 12)) AS l(level, low, high)
                   WHERE low <= last_n AND high >= first_n ORDER BY level) END, school_type,
         CASE ownership WHEN 'PEOPLE_FOUNDED' THEN '2' WHEN 'PRIVATE' THEN '3' ELSE '1' END, coalesce(phone, '')
  FROM (SELECT *, CASE WHEN first_grade ~ '^[0-9]+$' THEN first_grade::int ELSE -6 END AS first_n,
                  CASE WHEN last_grade ~ '^[0-9]+$' THEN last_grade::int ELSE -1 END AS last_n FROM stage_unit) u
  WHERE kind = 'school'
    """,
    """
INSERT INTO calendar_schoolyear (year, starts_on, ends_on, term_two_starts_on, closed_at)
  SELECT one.school_year, one.starts, two.ends, two.starts, two.locked_on
  FROM stage_term one JOIN stage_term two ON two.school_year = one.school_year AND one.term = 1 AND two.term = 2
    """,
)

PEOPLE = (
    """
CREATE UNLOGGED TABLE seed_stage.stage_place AS
  SELECT person_id, array_agg(DISTINCT unit_id ORDER BY unit_id) AS places FROM (
    SELECT person_id, unit_id FROM stage_staff
    UNION ALL SELECT pupil_id, school_id FROM stage_enrolment
    UNION ALL SELECT person_id, school_id FROM stage_pupil
    UNION ALL SELECT guardian_id, school_id FROM stage_guardianship
    UNION ALL SELECT person_id, unit_id FROM stage_grant) known
  GROUP BY person_id
    """,
    """
CREATE UNIQUE INDEX ON seed_stage.stage_place (person_id)
    """,
    """
INSERT INTO people_person (id, full_name, name_fold, sort_key, born_on, born_precision, sex, ethnic_group, nationality, birthplace,
                           residence, phone, email, places)
  OVERRIDING SYSTEM VALUE
  SELECT p.id, p.full_name, p.name_fold, p.sort_key, p.birth_date, 'day', p.sex, p.ethnic_group, p.nationality,
         coalesce(b.kind || ' ' || b.name, ''), concat_ws(', ', nullif(p.address_line, ''), p.hamlet, c.kind || ' ' || c.name),
         coalesce(p.phone, ''), coalesce(p.email, ''), coalesce(l.places, '{}')
  FROM stage_person p LEFT JOIN stage_place l ON l.person_id = p.id
  LEFT JOIN organisations_adminunit c ON c.level = 'commune' AND c.code = p.commune_code AND upper_inf(c.valid)
  LEFT JOIN stage_pupil pupil ON pupil.person_id = p.id
  LEFT JOIN organisations_adminunit b ON b.level = 'commune' AND b.code = pupil.birth_commune AND upper_inf(b.valid)
    """,
    """
INSERT INTO people_personidentifier (person_id, places, scheme, value, valid, source)
  SELECT p.id, coalesce(l.places, '{}'), 'CCCD', p.number, daterange(p.birth_date, NULL), 'seed'
  FROM stage_person p LEFT JOIN stage_place l ON l.person_id = p.id WHERE p.number IS NOT NULL
    """,
    """
INSERT INTO people_personidentifier (person_id, places, scheme, value, valid, source)
  SELECT p.person_id, l.places, 'MOET', p.code, daterange(p.entry_date, NULL), 'seed'
  FROM stage_pupil p JOIN stage_place l USING (person_id)
    """,
    """
INSERT INTO dossiers_campus (unit_id, school_id, is_main, version)
  SELECT DISTINCT ON (u.id) u.id, p.parent_id, u.name LIKE 'Điểm trường chính%', 1
  FROM organisations_unit u JOIN organisations_position p ON p.unit_id = u.id WHERE u.kind = 'campus'
  ORDER BY u.id, lower(p.during) DESC
    """,
    """
INSERT INTO staff_employment (school_id, person_id, code, post, subjects, starts_on, ends_on, name_key)
  SELECT s.unit_id, s.person_id, s.code, s.position,
         CASE WHEN s.main_subject IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(s.main_subject) END, s.valid_from, s.valid_to, p.sort_key
  FROM stage_staff s JOIN stage_person p ON p.id = s.person_id
    """,
    """
INSERT INTO students_student (person_id, places, religion, policy_group, disability, boarding, near_poor, youth_union, pioneer,
                              admitted_on, details)
  SELECT p.person_id, l.places, coalesce(person.religion, ''), p.policy_groups, p.disability, p.boarding, false, p.youth_union, p.pioneer,
         p.entry_date, '{}'
  FROM stage_pupil p JOIN stage_place l USING (person_id) JOIN stage_person person ON person.id = p.person_id
    """,
    """
INSERT INTO students_standing (student_id, places, kind, key, level, starts_on, source, paper_number, paper_by, end_why)
  SELECT p.person_id, l.places, said.kind, said.key, '', p.entry_date, 'list', '', '', ''
  FROM stage_pupil p JOIN stage_place l USING (person_id) CROSS JOIN LATERAL (
    SELECT 'policy' AS kind, key FROM unnest(string_to_array(nullif(p.policy_groups, ''), ' ')) AS key
    UNION SELECT 'disability', p.disability WHERE p.disability <> ''
  ) AS said
    """,
    """
INSERT INTO students_guardianship (school_id, student_id, guardian_id, relation, occupation, workplace, starts_on, ends_on)
  SELECT g.school_id, g.pupil_id, g.guardian_id, g.relation, coalesce(i.occupation, ''), coalesce(i.workplace, ''),
         g.valid_from, g.valid_to
  FROM stage_guardianship g LEFT JOIN stage_guardian i ON i.person_id = g.guardian_id
    """,
)

CLASSES = (
    """
INSERT INTO enrolment_schoolclass (id, school_id, school_year, grade, name, sort_key, campus_id, homeroom_id, electives, clusters)
  OVERRIDING SYSTEM VALUE
  SELECT c.id, c.school_id, c.school_year, c.grade_number, c.name, c.sort_key, c.campus_id, h.person_id,
         coalesce(to_jsonb(string_to_array(nullif(c.electives, ''), ' ')), '[]'),
         coalesce(to_jsonb(string_to_array(nullif(c.clusters, ''), ' ')), '[]')
  FROM stage_class c
  LEFT JOIN (SELECT DISTINCT ON (class_id) class_id, person_id FROM stage_homeroom ORDER BY class_id, valid_from DESC) h
    ON h.class_id = c.id
    """,
    """
INSERT INTO enrolment_enrolment (school_id, school_year, school_class_id, student_id, register_number, student_code, status, starts_on,
                                 ends_on, name_key, grade)
  SELECT e.school_id, e.school_year, e.class_id, e.pupil_id, '', coalesce(p.code, ''), lower(e.status), e.valid_from, e.valid_to,
         person.sort_key, c.grade_number
  FROM stage_enrolment e JOIN stage_person person ON person.id = e.pupil_id JOIN stage_class c ON c.id = e.class_id
  LEFT JOIN stage_pupil p ON p.person_id = e.pupil_id
    """,
    """
INSERT INTO timetable_assignment (school_id, school_year, class_id, subject, teacher_id, starts_on, ends_on)
  SELECT school_id, school_year, class_id, subject, person_id, min(valid_from), max(valid_to)
  FROM stage_teaching GROUP BY school_id, school_year, class_id, subject, person_id
    """,
)

#: The last day a guardian sees the child's data, as `registry.students` reckons it: the day before the 18th birthday, which who was
#: born on 29 February has on 1 March.
_LAST_DAY = (
    "(p.birth_date + interval '18 years')::date - CASE WHEN to_char(p.birth_date, 'MMDD') = '0229' THEN 0 ELSE 1 END"
)
GRANTS = (
    f"""
INSERT INTO access_grant (person_id, role, unit_id, class_ids, subjects, student_ids, valid_from, valid_to, reason)
  SELECT person_id, role, unit_id, class_ids, subjects, student_ids, valid_from,
         CASE role WHEN 'guardian' THEN (SELECT min({_LAST_DAY}) FROM stage_person p WHERE p.id = ANY(student_ids)) ELSE valid_to END,
         reason
  FROM stage_grant
    """,
    f"""
INSERT INTO access_grant (person_id, role, unit_id, student_ids, valid_from, valid_to, reason)
  SELECT g.guardian_id, 'guardian', g.school_id, ARRAY[g.pupil_id], g.valid_from, least(g.valid_to, {_LAST_DAY}), ''
  FROM stage_guardianship g JOIN stage_person p ON p.id = g.pupil_id
  WHERE {_LAST_DAY} >= g.valid_from AND NOT EXISTS (
    SELECT 1 FROM stage_grant d WHERE d.person_id = g.guardian_id AND d.role = 'guardian' AND d.student_ids = ARRAY[g.pupil_id])
    """,
    """
INSERT INTO access_grant (person_id, role, unit_id, student_ids, valid_from, reason)
  SELECT p.person_id, 'pupil', p.school_id, ARRAY[p.person_id], p.entry_date, '' FROM stage_pupil p
  WHERE NOT EXISTS (SELECT 1 FROM stage_grant d WHERE d.person_id = p.person_id AND d.role = 'pupil')
    """,
    """
INSERT INTO identity_account (person_id, login, password, is_active, totp_secret, totp_last_step, demo_label,
                              demo_order)
  -- In the order they were copied in, which is that of the sign-in page.
  SELECT d.person_id, d.login, '!' || md5(d.login), true, '', 0, p.full_name || '|' || d.title,
         row_number() OVER (ORDER BY d.ctid)
  FROM stage_demo_person d JOIN stage_person p ON p.id = d.person_id
    """,
    """
INSERT INTO identity_installation (id, kind, province_code, province_name, department_id, public_address)
  SELECT 1, 'demo', u.province_code, a.name, u.id, '' FROM stage_unit u
  JOIN organisations_adminunit a ON a.level = 'province' AND a.code = u.province_code AND upper_inf(a.valid) WHERE u.kind = 'department'
    """,
)

SEQUENCES = tuple(
    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
    for table in ("organisations_unit", "people_person", "enrolment_schoolclass")
)

#: Marks of one school as the books take them; comments come apart.
LOADED_MARK = """
CREATE TEMP TABLE loaded_mark (
  school_year smallint, school_id bigint, class_id bigint, subject text, term smallint, student_id bigint,
  tx1 smallint, tx2 smallint, tx3 smallint, tx4 smallint, tx5 smallint, tx6 smallint, gk smallint, ck smallint, cd smallint,
  comment text NOT NULL DEFAULT '') ON COMMIT DROP
"""
LOADED_MARK_COLUMNS = "loaded_mark (school_year, school_id, class_id, subject, term, student_id, tx1, tx2, tx3, tx4, tx5, tx6, gk, ck, cd)"
COMMENTED = (
    """
UPDATE loaded_mark m SET comment = c.text FROM stage_comment c
  WHERE c.school_year = m.school_year AND c.class_id = m.class_id AND c.subject = m.subject AND c.term = m.term
    AND c.pupil_id = m.student_id
    """,
)

#: What one school wrote down besides marks, from the temporary tables of its transaction.
BOOKS = (
    """
INSERT INTO attendance_absence (school_id, school_year, class_id, student_id, day, session, excused, reason)
  SELECT school_id, school_year, class_id, pupil_id, day, part, bool_and(excused), min(reason)
  FROM stage_absence CROSS JOIN LATERAL unnest(CASE session WHEN 'day' THEN ARRAY['morning', 'afternoon'] ELSE ARRAY[session] END) AS part
  GROUP BY school_id, school_year, class_id, pupil_id, day, part
    """,
    """
INSERT INTO gradebook_primarymark (school_year, school_id, class_id, subject, moment, student_id, level, test, comment, version, updated_at)
  SELECT p.school_year, p.school_id, p.class_id, p.subject, p.moment, p.pupil_id,
         CASE p.level WHEN 'T' THEN 2 WHEN 'H' THEN 1 WHEN 'C' THEN 0 END, p.test, coalesce(c.text, ''), 1, now()
  FROM stage_primary p LEFT JOIN stage_comment c ON c.school_year = p.school_year AND c.class_id = p.class_id
    AND c.subject = p.subject AND c.subject <> '' AND 2 * c.term = p.moment AND c.pupil_id = p.pupil_id
    """,
    """
INSERT INTO gradebook_qualitymark (school_year, school_id, class_id, moment, student_id, yeu_nuoc, nhan_ai, cham_chi, trung_thuc,
    trach_nhiem, tu_chu_tu_hoc, giao_tiep_hop_tac, giai_quyet_van_de, ngon_ngu, tinh_toan, khoa_hoc, cong_nghe, tin_hoc, tham_mi,
    the_chat, comment, version, updated_at)
  SELECT q.school_year, q.school_id, q.class_id, q.moment, q.pupil_id, v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10],
         v[11], v[12], v[13], v[14], v[15], coalesce(c.text, ''), 1, now()
  FROM stage_quality q
  CROSS JOIN LATERAL (SELECT string_to_array(translate(q.levels, 'TDC', '210'), NULL)::smallint[] AS v OFFSET 0) letters
  LEFT JOIN stage_comment c ON c.school_year = q.school_year AND c.class_id = q.class_id AND c.subject = '' AND 2 * c.term = q.moment
    AND c.pupil_id = q.pupil_id
    """,
    """
INSERT INTO gradebook_conduct (school_year, school_id, class_id, term, student_id, level, comment, version, updated_at)
  SELECT s.school_year, s.school_id, s.class_id, s.term, s.pupil_id,
         CASE s.level WHEN 'T' THEN 3 WHEN 'K' THEN 2 WHEN 'D' THEN 1 WHEN 'C' THEN 0 END, coalesce(c.text, ''), 1, now()
  FROM stage_conduct s LEFT JOIN stage_comment c ON c.school_year = s.school_year AND c.class_id = s.class_id AND c.subject = ''
    AND c.term = s.term AND c.pupil_id = s.pupil_id
    """,
    """
INSERT INTO gradebook_summerresult (school_year, school_id, class_id, student_id, subject, value, level, taken, note, decided_on)
  SELECT school_year, school_id, class_id, pupil_id, subject, value, CASE level WHEN 'T' THEN 2 WHEN 'H' THEN 1 WHEN 'C' THEN 0 END,
         true, '', "on" FROM stage_retest
  UNION ALL
  SELECT school_year, school_id, class_id, pupil_id, '', NULL, 0, true,
         'Chưa hoàn thành sau khi được hướng dẫn và đánh giá bổ sung, hiệu trưởng quyết định cho học lại lớp.', max("on")
  FROM stage_retest WHERE level = 'C' GROUP BY school_year, school_id, class_id, pupil_id
    """,
)

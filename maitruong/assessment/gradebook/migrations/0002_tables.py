"""The tables partitioned by school year, and the two functions that make and close a year."""

from django.db import migrations

TABLES = """
CREATE TABLE gradebook_mark (
  school_year smallint NOT NULL, school_id bigint NOT NULL, class_id bigint NOT NULL,
  subject text COLLATE "C" NOT NULL, term smallint NOT NULL, student_id bigint NOT NULL,
  tx1 smallint, tx2 smallint, tx3 smallint, tx4 smallint, tx5 smallint, tx6 smallint,
  cd smallint, gk smallint, ck smallint,
  average smallint, outcome smallint, provisional boolean NOT NULL DEFAULT true,
  basis smallint NOT NULL DEFAULT 0, comment text NOT NULL DEFAULT '',
  version integer NOT NULL, updated_at timestamptz NOT NULL, updated_by bigint,
  PRIMARY KEY (school_year, school_id, class_id, subject, term, student_id),
  CONSTRAINT mark_between_0_and_10 CHECK (
    coalesce(tx1, 0) BETWEEN -1 AND 100 AND coalesce(tx2, 0) BETWEEN -1 AND 100 AND coalesce(tx3, 0) BETWEEN -1 AND 100
    AND coalesce(tx4, 0) BETWEEN -1 AND 100 AND coalesce(tx5, 0) BETWEEN -1 AND 100 AND coalesce(tx6, 0) BETWEEN -1 AND 100
    AND coalesce(cd, 0) BETWEEN -1 AND 100 AND coalesce(gk, 0) BETWEEN -1 AND 100 AND coalesce(ck, 0) BETWEEN -1 AND 100
    AND coalesce(average, 0) BETWEEN 0 AND 100 AND coalesce(outcome, 0) BETWEEN 0 AND 1 AND basis BETWEEN 0 AND 3),
  CONSTRAINT mark_term CHECK (term IN (1, 2))
) PARTITION BY LIST (school_year);
CREATE INDEX mark_of_student ON gradebook_mark (student_id, term);

CREATE TABLE gradebook_primarymark (
  school_year smallint NOT NULL, school_id bigint NOT NULL, class_id bigint NOT NULL,
  subject text COLLATE "C" NOT NULL, moment smallint NOT NULL CHECK (moment BETWEEN 1 AND 4), student_id bigint NOT NULL,
  level smallint CHECK (level BETWEEN 0 AND 2), test smallint CHECK (test BETWEEN -1 AND 100 AND (test % 10 = 0 OR test = -1)),
  basis smallint NOT NULL DEFAULT 0, comment text NOT NULL DEFAULT '',
  version integer NOT NULL, updated_at timestamptz NOT NULL, updated_by bigint,
  PRIMARY KEY (school_year, school_id, class_id, subject, moment, student_id)
) PARTITION BY LIST (school_year);
CREATE INDEX primarymark_of_student ON gradebook_primarymark (student_id, moment);

CREATE TABLE gradebook_qualitymark (
  school_year smallint NOT NULL, school_id bigint NOT NULL, class_id bigint NOT NULL,
  moment smallint NOT NULL CHECK (moment BETWEEN 1 AND 4), student_id bigint NOT NULL,
  yeu_nuoc smallint CHECK (yeu_nuoc BETWEEN 0 AND 2), nhan_ai smallint CHECK (nhan_ai BETWEEN 0 AND 2),
  cham_chi smallint CHECK (cham_chi BETWEEN 0 AND 2), trung_thuc smallint CHECK (trung_thuc BETWEEN 0 AND 2),
  trach_nhiem smallint CHECK (trach_nhiem BETWEEN 0 AND 2), tu_chu_tu_hoc smallint CHECK (tu_chu_tu_hoc BETWEEN 0 AND 2),
  giao_tiep_hop_tac smallint CHECK (giao_tiep_hop_tac BETWEEN 0 AND 2),
  giai_quyet_van_de smallint CHECK (giai_quyet_van_de BETWEEN 0 AND 2), ngon_ngu smallint CHECK (ngon_ngu BETWEEN 0 AND 2),
  tinh_toan smallint CHECK (tinh_toan BETWEEN 0 AND 2), khoa_hoc smallint CHECK (khoa_hoc BETWEEN 0 AND 2),
  cong_nghe smallint CHECK (cong_nghe BETWEEN 0 AND 2), tin_hoc smallint CHECK (tin_hoc BETWEEN 0 AND 2),
  tham_mi smallint CHECK (tham_mi BETWEEN 0 AND 2), the_chat smallint CHECK (the_chat BETWEEN 0 AND 2),
  comment text NOT NULL DEFAULT '',
  version integer NOT NULL, updated_at timestamptz NOT NULL, updated_by bigint,
  PRIMARY KEY (school_year, school_id, class_id, moment, student_id)
) PARTITION BY LIST (school_year);
CREATE INDEX qualitymark_of_student ON gradebook_qualitymark (student_id, moment);

CREATE TABLE gradebook_conduct (
  school_year smallint NOT NULL, school_id bigint NOT NULL, class_id bigint NOT NULL,
  term smallint NOT NULL CHECK (term BETWEEN 0 AND 2), student_id bigint NOT NULL,
  level smallint CHECK (level BETWEEN 0 AND 3), comment text NOT NULL DEFAULT '',
  version integer NOT NULL, updated_at timestamptz NOT NULL, updated_by bigint,
  PRIMARY KEY (school_year, school_id, class_id, term, student_id)
) PARTITION BY LIST (school_year);
CREATE INDEX conduct_of_student ON gradebook_conduct (student_id, term);

CREATE TABLE gradebook_result (
  school_year smallint NOT NULL, school_id bigint NOT NULL, class_id bigint NOT NULL,
  term smallint NOT NULL CHECK (term BETWEEN 0 AND 2), student_id bigint NOT NULL, grade smallint NOT NULL,
  learning smallint CHECK (learning BETWEEN 0 AND 3), learning_before smallint CHECK (learning_before BETWEEN 0 AND 3),
  raised_by text NOT NULL DEFAULT '', conduct smallint CHECK (conduct BETWEEN 0 AND 3), title text NOT NULL DEFAULT '',
  missing smallint NOT NULL, provisional boolean NOT NULL,
  act text NOT NULL, settings_id text NOT NULL, computed_at timestamptz NOT NULL,
  PRIMARY KEY (school_year, school_id, class_id, term, student_id)
) PARTITION BY LIST (school_year);
CREATE INDEX result_of_student ON gradebook_result (student_id, term);

CREATE TABLE gradebook_markhistory (
  school_year smallint NOT NULL, school_id bigint NOT NULL, class_id bigint NOT NULL, kind text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL, slot smallint NOT NULL, student_id bigint NOT NULL, cell text COLLATE "C" NOT NULL,
  version integer NOT NULL, old text, new text, by_person bigint, at timestamptz NOT NULL,
  PRIMARY KEY (school_year, school_id, class_id, kind, subject, slot, student_id, cell, version)
) PARTITION BY LIST (school_year);
CREATE INDEX markhistory_by_time ON gradebook_markhistory (school_id, at);
"""

# A year's partition without statistics on the pair (school, class) is planned as if the two were independent: one row
# expected where a class has forty-five, and the page joins through the wrong index. Partitions carry no grants: a policy on
# the parent does not guard a partition asked for by its own name.
FUNCTIONS = """
CREATE FUNCTION gradebook_make_year(year integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  part text; name text; made integer := 0;
BEGIN
  IF year NOT BETWEEN 2000 AND 2100 THEN RAISE EXCEPTION 'no school year %', year; END IF;
  FOREACH part IN ARRAY ARRAY['mark', 'primarymark', 'qualitymark', 'conduct', 'result', 'markhistory'] LOOP
    name := format('gradebook_%s_%s', part, year);
    CONTINUE WHEN to_regclass(name) IS NOT NULL;
    -- Room for a mark to be changed in its own page keeps such updates out of the indexes.
    EXECUTE format('CREATE TABLE %I (LIKE gradebook_%s INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (fillfactor = %s)',
                   name, part, CASE WHEN part = 'markhistory' THEN 100 ELSE 85 END);
    EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', name);
    EXECUTE format('CREATE STATISTICS %I (dependencies, ndistinct) ON school_id, class_id FROM %I', name || '_place', name);
    EXECUTE format('ALTER TABLE gradebook_%s ATTACH PARTITION %I FOR VALUES IN (%s)', part, name, year);
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;

CREATE FUNCTION gradebook_refuse_closed_year() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'school year % is closed', coalesce(NEW.school_year, OLD.school_year) USING ERRCODE = 'MTYC1';
END $$;

-- Only a closed year pays for the trigger; the open one is written without it.
CREATE FUNCTION gradebook_close_year(year integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  part text; name text;
BEGIN
  FOREACH part IN ARRAY ARRAY['mark', 'primarymark', 'qualitymark', 'conduct', 'result', 'markhistory'] LOOP
    name := format('gradebook_%s_%s', part, year);
    CONTINUE WHEN to_regclass(name) IS NULL;
    EXECUTE format('CREATE OR REPLACE TRIGGER closed_year BEFORE INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW'
                   ' EXECUTE FUNCTION gradebook_refuse_closed_year()', name);
  END LOOP;
END $$;
"""

FIRST_YEARS = "SELECT gradebook_make_year(year) FROM generate_series(2024, 2027) AS year;"

UNDO = """
DROP FUNCTION gradebook_close_year(integer);
DROP FUNCTION gradebook_make_year(integer);
DROP TABLE gradebook_mark, gradebook_primarymark, gradebook_qualitymark, gradebook_conduct, gradebook_result, gradebook_markhistory;
DROP FUNCTION gradebook_refuse_closed_year();
"""


class Migration(migrations.Migration):
    dependencies = [("gradebook", "0001_initial")]

    operations = [migrations.RunSQL(TABLES + FUNCTIONS + FIRST_YEARS, UNDO)]

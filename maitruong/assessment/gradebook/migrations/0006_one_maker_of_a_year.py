"""Who makes a year's partitions does it alone: two who opened the same new year at once made the same table, and one broke.

Only who finds something missing waits; every class that opens its books looks.
"""

from django.db import migrations

MAKE = """
CREATE OR REPLACE FUNCTION gradebook_make_year(year integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  parts constant text[] := ARRAY['mark', 'primarymark', 'qualitymark', 'conduct', 'result', 'markhistory'];
  part text; name text; made integer := 0;
BEGIN
  IF year NOT BETWEEN 2000 AND 2100 THEN RAISE EXCEPTION 'no school year %', year; END IF;
  IF NOT EXISTS (SELECT FROM unnest(parts) AS p WHERE to_regclass(format('gradebook_%s_%s', p, year)) IS NULL) THEN
    RETURN 0;
  END IF;
  -- The lock that attaching takes anyway, before anything is made. A lock of a table, for its sake this session hears what
  -- was made meanwhile: an advisory lock would leave it believing that the tables it missed above are still missing.
  LOCK TABLE gradebook_mark IN SHARE UPDATE EXCLUSIVE MODE;
  FOREACH part IN ARRAY parts LOOP
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
"""


class Migration(migrations.Migration):
    dependencies = [("gradebook", "0005_short_checks")]

    operations = [migrations.RunSQL(MAKE, migrations.RunSQL.noop)]

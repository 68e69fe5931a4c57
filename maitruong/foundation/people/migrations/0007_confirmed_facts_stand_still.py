"""What was confirmed from outside stands still, whoever writes and by whichever way: the second wall behind freezing.py."""

from django.db import migrations, models

_FORWARD = """
CREATE FUNCTION people_confirmed_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'confirmed facts of a person stand still' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'confirmed_stands';
END $$;
CREATE TRIGGER confirmed_stands BEFORE UPDATE OF full_name, born_on, born_precision, sex ON people_person FOR EACH ROW
WHEN (OLD.frozen_since IS NOT NULL AND NEW.frozen_since IS NOT NULL AND
      (OLD.full_name, OLD.born_on, OLD.born_precision, OLD.sex) IS DISTINCT FROM (NEW.full_name, NEW.born_on, NEW.born_precision, NEW.sex))
EXECUTE FUNCTION people_confirmed_stands();

CREATE FUNCTION people_number_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM touched t JOIN people_person p ON p.id = t.person_id WHERE t.scheme = 'CCCD' AND p.frozen_since IS NOT NULL) THEN
    RAISE EXCEPTION 'the confirmed number of a person stands still' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'number_stands';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER number_stands_added AFTER INSERT ON people_personidentifier REFERENCING NEW TABLE AS touched
FOR EACH STATEMENT EXECUTE FUNCTION people_number_stands();
CREATE TRIGGER number_stands_removed AFTER DELETE ON people_personidentifier REFERENCING OLD TABLE AS touched
FOR EACH STATEMENT EXECUTE FUNCTION people_number_stands();

CREATE FUNCTION people_number_stands_as_it_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM people_person p WHERE p.id IN (OLD.person_id, NEW.person_id) AND p.frozen_since IS NOT NULL) THEN
    RAISE EXCEPTION 'the confirmed number of a person stands still' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'number_stands';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER number_stands_changed BEFORE UPDATE OF person_id, scheme, value, valid ON people_personidentifier FOR EACH ROW
WHEN ((OLD.scheme = 'CCCD' OR NEW.scheme = 'CCCD') AND
      (OLD.person_id, OLD.scheme, OLD.value, OLD.valid) IS DISTINCT FROM (NEW.person_id, NEW.scheme, NEW.value, NEW.valid))
EXECUTE FUNCTION people_number_stands_as_it_is();
"""
_BACK = """
DROP TRIGGER number_stands_changed ON people_personidentifier;
DROP TRIGGER number_stands_removed ON people_personidentifier;
DROP TRIGGER number_stands_added ON people_personidentifier;
DROP TRIGGER confirmed_stands ON people_person;
DROP FUNCTION people_number_stands_as_it_is();
DROP FUNCTION people_number_stands();
DROP FUNCTION people_confirmed_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0006_merges")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="frozen_since",
            field=models.DateTimeField(
                help_text="confirmed from outside: name, birth date, sex and number change by a decision only", null=True
            ),
        ),
        migrations.RunSQL(_FORWARD, _BACK),
    ]

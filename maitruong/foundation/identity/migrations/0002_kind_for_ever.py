"""A real installation stays real: not even a statement that slipped past the program opens the doors of a demo."""

from django.db import migrations

TRIGGER = """
CREATE FUNCTION identity_refuse_another_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a real installation never changes its kind' USING ERRCODE = 'MTIK1';
END $$;
CREATE TRIGGER kind_for_ever BEFORE DELETE OR UPDATE OF id, kind ON identity_installation FOR EACH ROW
  WHEN (OLD.kind = 'real') EXECUTE FUNCTION identity_refuse_another_kind();
"""
UNDO = "DROP TRIGGER kind_for_ever ON identity_installation; DROP FUNCTION identity_refuse_another_kind();"


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]
    operations = [migrations.RunSQL(TRIGGER, UNDO)]

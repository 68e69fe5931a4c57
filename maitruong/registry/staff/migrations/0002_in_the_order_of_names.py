"""An employment knows its person's place in the order of names, so that a province's staff is read along an index."""

from django.db import migrations, models

# Rows of the two tables are forced under row security for their owner too, who has no policy; to fill the column that is lifted.
FILL = """
ALTER TABLE staff_employment NO FORCE ROW LEVEL SECURITY;
ALTER TABLE people_person NO FORCE ROW LEVEL SECURITY;
UPDATE staff_employment e SET name_key = p.sort_key FROM people_person p WHERE p.id = e.person_id;
ALTER TABLE people_person FORCE ROW LEVEL SECURITY;
ALTER TABLE staff_employment FORCE ROW LEVEL SECURITY;
"""
KEEP = """
CREATE FUNCTION staff_take_keys() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  SELECT sort_key INTO NEW.name_key FROM people_person WHERE id = NEW.person_id;
  RETURN NEW;
END $$;
CREATE TRIGGER take_keys BEFORE INSERT ON staff_employment FOR EACH ROW EXECUTE FUNCTION staff_take_keys();
ALTER TABLE staff_employment ADD CONSTRAINT employment_in_order_of_names FOREIGN KEY (name_key, person_id)
  REFERENCES people_person (sort_key, id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED;
"""
UNDO = """
ALTER TABLE staff_employment DROP CONSTRAINT employment_in_order_of_names;
DROP TRIGGER take_keys ON staff_employment;
DROP FUNCTION staff_take_keys();
"""
_HELP = "the person's sort_key; the database fills it and carries corrections of the name"


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_initial"), ("people", "0004_names_to_refer_to")]

    operations = [
        migrations.AddField(
            model_name="employment",
            name="name_key",
            field=models.TextField(db_collation="C", editable=False, help_text=_HELP, null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="employment",
            name="name_key",
            field=models.TextField(db_collation="C", editable=False, help_text=_HELP),
        ),
        migrations.RunSQL(KEEP, UNDO),
        migrations.AddIndex(
            model_name="employment", index=models.Index(fields=["name_key", "id"], name="employment_by_name")
        ),
    ]

"""A place knows its grade and its pupil's place in the order of names, so that a grade of a province is read along an index."""

from django.db import migrations, models

# Rows of the three tables are forced under row security for their owner too, who has no policy; to fill the columns that is lifted.
FILL = """
ALTER TABLE enrolment_enrolment NO FORCE ROW LEVEL SECURITY;
ALTER TABLE enrolment_schoolclass NO FORCE ROW LEVEL SECURITY;
ALTER TABLE people_person NO FORCE ROW LEVEL SECURITY;
UPDATE enrolment_enrolment e SET name_key = p.sort_key, grade = c.grade FROM people_person p, enrolment_schoolclass c
  WHERE p.id = e.student_id AND c.id = e.school_class_id;
ALTER TABLE people_person FORCE ROW LEVEL SECURITY;
ALTER TABLE enrolment_schoolclass FORCE ROW LEVEL SECURITY;
ALTER TABLE enrolment_enrolment FORCE ROW LEVEL SECURITY;
"""
KEEP = """
CREATE FUNCTION enrolment_take_keys() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  SELECT sort_key INTO NEW.name_key FROM people_person WHERE id = NEW.student_id;
  SELECT grade INTO NEW.grade FROM enrolment_schoolclass WHERE id = NEW.school_class_id;
  RETURN NEW;
END $$;
CREATE TRIGGER take_keys BEFORE INSERT ON enrolment_enrolment FOR EACH ROW EXECUTE FUNCTION enrolment_take_keys();
ALTER TABLE enrolment_enrolment ADD CONSTRAINT enrolment_in_order_of_names FOREIGN KEY (name_key, student_id)
  REFERENCES people_person (sort_key, id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED;
CREATE UNIQUE INDEX class_with_grade ON enrolment_schoolclass (id, grade);
ALTER TABLE enrolment_enrolment ADD CONSTRAINT enrolment_in_grade FOREIGN KEY (school_class_id, grade)
  REFERENCES enrolment_schoolclass (id, grade) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED;
"""
UNDO = """
ALTER TABLE enrolment_enrolment DROP CONSTRAINT enrolment_in_grade;
DROP INDEX class_with_grade;
ALTER TABLE enrolment_enrolment DROP CONSTRAINT enrolment_in_order_of_names;
DROP TRIGGER take_keys ON enrolment_enrolment;
DROP FUNCTION enrolment_take_keys();
"""
_GRADE = "that of the class; the database fills it"
_NAME = "the pupil's sort_key; the database fills it and carries corrections of the name"


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0003_open_places_of_a_school"), ("people", "0004_names_to_refer_to")]

    operations = [
        migrations.AddField(
            model_name="enrolment",
            name="grade",
            field=models.SmallIntegerField(editable=False, help_text=_GRADE, null=True),
        ),
        migrations.AddField(
            model_name="enrolment",
            name="name_key",
            field=models.TextField(db_collation="C", editable=False, help_text=_NAME, null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="enrolment", name="grade", field=models.SmallIntegerField(editable=False, help_text=_GRADE)
        ),
        migrations.AlterField(
            model_name="enrolment",
            name="name_key",
            field=models.TextField(db_collation="C", editable=False, help_text=_NAME),
        ),
        migrations.RunSQL(KEEP, UNDO),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(
                condition=models.Q(("ends_on__isnull", True)),
                fields=["school_year", "grade", "name_key", "student"],
                name="enrolment_of_grade",
            ),
        ),
    ]

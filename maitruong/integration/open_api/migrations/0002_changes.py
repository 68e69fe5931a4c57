"""What is handed out to other programs knows when it last changed: one statement a statement, whatever the number of rows."""

from django.db import migrations

# table → (kind, columns that are handed out). Insertions of people and places are left out: those tables know created_at.
TABLES = {
    "people_person": ("person", ("full_name", "email", "born_on", "sex", "merged_into_id"), False),
    "enrolment_enrolment": ("place", ("school_class_id", "student_id", "starts_on", "ends_on"), False),
    "enrolment_schoolclass": ("class", ("name", "grade", "homeroom_id"), True),
    "timetable_assignment": ("lesson", ("teacher_id", "subject", "starts_on", "ends_on"), True),
    "staff_employment": ("post", ("post", "starts_on", "ends_on", "person_id"), True),
    "organisations_unit": ("unit", ("name", "code", "closed_on"), True),
    "identity_account": ("person", ("login", "is_active"), True),
    "calendar_schoolyear": ("year", ("starts_on", "ends_on", "term_two_starts_on"), True),
}
UPSERT = """INSERT INTO open_api_change (kind, row_id, of_person, of_school, of_class, school_year, grade, gone) {select}
  ON CONFLICT (kind, row_id, of_person) DO UPDATE SET at = clock_timestamp(), gone = excluded.gone,
    of_school = excluded.of_school, of_class = excluded.of_class, school_year = excluded.school_year, grade = excluded.grade;"""
# What a removed row was about: person, school, class, school year, grade.
GONE = {
    "enrolment_enrolment": ("place", "student_id, school_id, school_class_id, school_year, grade"),
    "enrolment_schoolclass": ("class", "0, school_id, id, school_year, grade"),
    "timetable_assignment": ("lesson", "teacher_id, school_id, class_id, school_year, NULL::smallint"),
}


def _function(name, body):
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$;"


def _forwards():
    for table, (kind, columns, inserted) in TABLES.items():
        own = "year" if table == "calendar_schoolyear" else "id"
        key = "person_id" if table == "identity_account" else own
        old, new = (", ".join(f"{side}.{column}" for column in columns) for side in ("o", "n"))
        changed = f"SELECT '{kind}', n.{key}, 0, NULL::bigint, NULL::bigint, NULL::smallint, NULL::smallint, false FROM now_so n JOIN was_so o ON o.{own} = n.{own} WHERE ({old}) IS DISTINCT FROM ({new})"
        body = UPSERT.format(select=changed)
        if table == "enrolment_schoolclass":
            left = "SELECT 'homeroom', o.id, o.homeroom_id, o.school_id, o.id, o.school_year, NULL::smallint, true FROM now_so n JOIN was_so o USING (id) WHERE o.homeroom_id IS NOT NULL AND o.homeroom_id IS DISTINCT FROM n.homeroom_id"
            body += UPSERT.format(select=left)
            body += "DELETE FROM open_api_change c USING now_so n WHERE c.kind = 'homeroom' AND c.row_id = n.id AND c.of_person = n.homeroom_id;"
        yield _function(f"open_api_{table}_changed", body)
        yield f"CREATE TRIGGER open_api_changed AFTER UPDATE ON {table} REFERENCING OLD TABLE AS was_so NEW TABLE AS now_so FOR EACH STATEMENT EXECUTE FUNCTION open_api_{table}_changed();"
        if inserted:
            made = f"SELECT '{kind}', n.{key}, 0, NULL::bigint, NULL::bigint, NULL::smallint, NULL::smallint, false FROM now_so n"
            yield _function(f"open_api_{table}_made", UPSERT.format(select=made))
            yield f"CREATE TRIGGER open_api_made AFTER INSERT ON {table} REFERENCING NEW TABLE AS now_so FOR EACH STATEMENT EXECUTE FUNCTION open_api_{table}_made();"
        if table in GONE:
            kind, facts = GONE[table]
            body = f"DELETE FROM open_api_change c USING was_so o WHERE c.kind = '{kind}' AND c.row_id = o.id AND c.of_person = 0;"
            body += UPSERT.format(select=f"SELECT '{kind}', id, {facts}, true FROM was_so")
            yield _function(f"open_api_{table}_gone", body)
            yield f"CREATE TRIGGER open_api_gone AFTER DELETE ON {table} REFERENCING OLD TABLE AS was_so FOR EACH STATEMENT EXECUTE FUNCTION open_api_{table}_gone();"


def _backwards():
    for table in TABLES:
        for what in ("changed", "made", "gone"):
            yield f"DROP TRIGGER IF EXISTS open_api_{what} ON {table};"
            yield f"DROP FUNCTION IF EXISTS open_api_{table}_{what}();"


class Migration(migrations.Migration):
    dependencies = [
        ("open_api", "0001_initial"),
        ("calendar", "0001_initial"),
        ("people", "0006_merges"),
        ("enrolment", "0007_roll_over"),
        ("timetable", "0001_initial"),
        ("staff", "0001_initial"),
        ("organisations", "0003_former_units"),
        ("identity", "0005_sign_in_through_another_house"),
    ]

    operations = [migrations.RunSQL("\n".join(_forwards()), "\n".join(_backwards()))]

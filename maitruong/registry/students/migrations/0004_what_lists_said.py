"""What lists said of policy groups and disabilities becomes dated rows. In a migration of its own: a foreign key that is added to rows
already there is checked under the row security of the table it points at, where the owner sees nobody; one that is there is not."""

from django.db import migrations

# Rows are forced under row security for their owner too, who has no policy; to read what lists said so far that is lifted.
FILL = """
ALTER TABLE students_student NO FORCE ROW LEVEL SECURITY;
INSERT INTO students_standing (student_id, places, kind, key, level, starts_on, source, paper_number, paper_by, end_why)
SELECT f.person_id, f.places, said.kind, said.key, '', least(coalesce(f.admitted_on, f.updated_at::date), current_date), 'list', '', '', ''
FROM students_student f CROSS JOIN LATERAL (
  SELECT 'policy' AS kind, key FROM unnest(string_to_array(nullif(f.policy_group, ''), ' ')) AS key
  UNION SELECT 'policy', 'NEAR_POOR' WHERE f.near_poor
  UNION SELECT 'disability', f.disability WHERE f.disability <> ''
) AS said;
ALTER TABLE students_student FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("students", "0003_standings_and_custody")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]

"""Years that were opened before this module came owe their reports as well. The days are those of the list."""

from django.db import migrations

OPEN = """
INSERT INTO periods_period (school_year, kind, as_of, due_on, basis)
SELECT y.year, told.kind, told.as_of, told.due_on, 'Thông tư 25/2024/TT-BGDĐT'
FROM calendar_schoolyear y CROSS JOIN LATERAL (VALUES
  ('START', make_date(y.year, 9, 30), make_date(y.year, 10, 30)),
  ('END', make_date(y.year + 1, 5, 31), make_date(y.year + 1, 6, 30))) AS told(kind, as_of, due_on)
WHERE y.closed_at IS NULL AND told.as_of >= DATE '2025-02-09'
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):

    dependencies = [
        ('periods', '0001_initial'),
        ('calendar', '0001_initial'),
    ]

    operations = [migrations.RunSQL(OPEN, migrations.RunSQL.noop)]

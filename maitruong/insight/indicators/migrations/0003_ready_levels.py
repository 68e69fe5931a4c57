"""A row a school, year, term and grade with the pupils of each learning level, filled from the facts that stand."""

from django.db import migrations, models

# The facts are forced under row security for their owner too, who has no policy; for this one statement that is lifted.
FILL = """
ALTER TABLE indicators_fact NO FORCE ROW LEVEL SECURITY;
INSERT INTO indicators_levelfigures (school_id, school_year, term, grade, level_0, level_1, level_2, level_3)
SELECT school_id, school_year, term, grade,
       coalesce(sum(value) FILTER (WHERE key = '0'), 0), coalesce(sum(value) FILTER (WHERE key = '1'), 0),
       coalesce(sum(value) FILTER (WHERE key = '2'), 0), coalesce(sum(value) FILTER (WHERE key = '3'), 0)
FROM indicators_fact WHERE indicator = 'learning'
GROUP BY school_id, school_year, term, grade;
ALTER TABLE indicators_fact FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0002_ready_figures")]

    operations = [
        migrations.CreateModel(
            name="LevelFigures",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("school_id", models.BigIntegerField()),
                ("school_year", models.SmallIntegerField()),
                ("term", models.SmallIntegerField()),
                ("grade", models.SmallIntegerField()),
                ("level_0", models.IntegerField(db_default=0)),
                ("level_1", models.IntegerField(db_default=0)),
                ("level_2", models.IntegerField(db_default=0)),
                ("level_3", models.IntegerField(db_default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("school_year", "term", "school_id", "grade"), name="uniq_level_figures"
                    ),
                ],
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

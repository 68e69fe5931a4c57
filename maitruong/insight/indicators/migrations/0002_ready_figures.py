"""A row a school and year with what the lists and the centre show, filled from the facts that stand."""

from django.db import migrations, models

# The facts are forced under row security for their owner too, who has no policy; for this one statement that is lifted.
FILL = """
ALTER TABLE indicators_fact NO FORCE ROW LEVEL SECURITY;
INSERT INTO indicators_figures (school_id, school_year, schools, classes, pupils, records_due, records_sealed,
                                books_1, books_closed_1, books_2, books_closed_2, marks_day, marks)
SELECT f.school_id, f.school_year,
       coalesce(sum(f.value) FILTER (WHERE f.indicator = 'schools'), 0),
       coalesce(sum(f.value) FILTER (WHERE f.indicator = 'classes'), 0),
       coalesce(sum(f.value) FILTER (WHERE f.indicator = 'pupils'), 0),
       coalesce(sum(f.value) FILTER (WHERE f.indicator = 'records_due'), 0),
       coalesce(sum(f.value) FILTER (WHERE f.indicator = 'records_sealed'), 0),
       coalesce(sum(f.value) FILTER (WHERE f.indicator = 'books' AND f.term = 1), 0),
       coalesce(sum(f.value) FILTER (WHERE f.indicator = 'books_closed' AND f.term = 1), 0),
       coalesce(sum(f.value) FILTER (WHERE f.indicator = 'books' AND f.term = 2), 0),
       coalesce(sum(f.value) FILTER (WHERE f.indicator = 'books_closed' AND f.term = 2), 0),
       last.day::date,
       coalesce(sum(f.value) FILTER (WHERE f.indicator = 'marks_entered' AND f.key = last.day), 0)
FROM indicators_fact f
LEFT JOIN (SELECT school_id, school_year, max(key) AS day FROM indicators_fact WHERE indicator = 'marks_entered'
           GROUP BY school_id, school_year) last ON last.school_id = f.school_id AND last.school_year = f.school_year
GROUP BY f.school_id, f.school_year, last.day;
ALTER TABLE indicators_fact FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Figures",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("school_id", models.BigIntegerField()),
                ("school_year", models.SmallIntegerField()),
                ("schools", models.IntegerField(db_default=0)),
                ("classes", models.IntegerField(db_default=0)),
                ("pupils", models.IntegerField(db_default=0)),
                ("records_due", models.IntegerField(db_default=0)),
                ("records_sealed", models.IntegerField(db_default=0)),
                ("books_1", models.IntegerField(db_default=0)),
                ("books_closed_1", models.IntegerField(db_default=0)),
                ("books_2", models.IntegerField(db_default=0)),
                ("books_closed_2", models.IntegerField(db_default=0)),
                ("marks_day", models.DateField(help_text="the day in Việt Nam `marks` were counted for", null=True)),
                ("marks", models.IntegerField(db_default=0, help_text="marks entered on that day")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("school_year", "school_id"), name="uniq_figures"),
                ],
            },
        ),
        migrations.RemoveIndex(model_name="fact", name="fact_by_indicator"),
        migrations.AddIndex(
            model_name="fact",
            index=models.Index(
                fields=["school_year", "indicator", "term", "grade", "key"],
                include=["school_id", "value"],
                name="fact_by_coordinate",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

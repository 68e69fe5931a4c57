"""The orders of names hold places that have ended too, for the lists of a year that is over."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0005_year_in_order_of_names")]

    operations = [
        migrations.RemoveIndex(model_name="enrolment", name="enrolment_by_name"),
        migrations.RemoveIndex(model_name="enrolment", name="enrolment_of_grade"),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(fields=["school_year", "name_key", "student"], name="enrolment_by_name"),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(fields=["school_year", "grade", "name_key", "student"], name="enrolment_of_grade"),
        ),
    ]

"""A whole year along the order of names, also one of which hardly a place is open. The index of pupils alone goes: the one of
pupils and years begins with the same column."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0004_grade_and_order_of_names")]

    operations = [
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(
                condition=models.Q(("ends_on__isnull", True)),
                fields=["school_year", "name_key", "student"],
                name="enrolment_by_name",
            ),
        ),
        migrations.AlterField(
            model_name="enrolment",
            name="student",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
            ),
        ),
    ]

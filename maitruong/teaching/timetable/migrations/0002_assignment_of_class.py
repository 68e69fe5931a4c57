"""Assignments of a class, past ones too, by their own index: every page of a book asks for its teachers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("timetable", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["class_id", "subject"], name="assignment_of_class"),
        )
    ]

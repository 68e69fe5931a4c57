"""The sheets of a school by its own index: asked for at every recomputation, and wide."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gradebook", "0003_summer_results")]

    operations = [
        migrations.AddIndex(
            model_name="classsheet",
            index=models.Index(fields=["school_id", "school_year"], name="sheet_of_school"),
        )
    ]

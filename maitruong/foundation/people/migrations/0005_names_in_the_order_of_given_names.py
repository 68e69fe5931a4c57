"""The order of given names carries the whole name, so that a search for «nguyen minh» passes over the other Minh within the index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0004_names_to_refer_to")]

    operations = [
        migrations.RemoveIndex(model_name="person", name="person_by_given_name"),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                fields=["given_fold", "sort_key", "id"], include=["name_fold"], name="person_by_given_name"
            ),
        ),
    ]

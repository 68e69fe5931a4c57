"""Sessions say whose they are. Those of the framework's table end: everybody signs in once more."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_kind_for_ever")]

    operations = [
        migrations.RemoveField("account", "must_change_password"),
        migrations.RunSQL("DROP TABLE IF EXISTS django_session", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("session_key", models.CharField("session key", max_length=40, primary_key=True, serialize=False)),
                ("session_data", models.TextField("session data")),
                ("expire_date", models.DateTimeField("expire date", db_index=True)),
                ("began_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True, help_text="of what a person did last, to the minute")),
                (
                    "device",
                    models.TextField(
                        blank=True, default="", help_text="browser and system in words, told by the browser itself"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "session", "verbose_name_plural": "sessions", "abstract": False},
        ),
    ]

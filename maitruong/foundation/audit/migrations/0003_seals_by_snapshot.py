"""A long transaction no longer holds up every seal, and a database restored into another server goes on sealing."""

from django.db import migrations, models

SERVER = "((pg_control_system()).system_identifier)"


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_entries_in_the_order_written")]

    operations = [
        migrations.AddField(
            "entry", "era", models.BigIntegerField(db_default=models.expressions.RawSQL(SERVER, []))
        ),
        migrations.AddField("sealmark", "era", models.BigIntegerField(default=0), preserve_default=False),
        migrations.AddField("sealmark", "seen", models.TextField(default="1:1:"), preserve_default=False),
        migrations.RunSQL(
            f"UPDATE audit_sealmark SET era = {SERVER},"
            " seen = format('%1$s:%1$s:', greatest(sealed_below, 1))",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField("sealmark", "sealed_below"),
        migrations.AlterField(
            "sealmark", "seen", models.TextField(help_text="a pg_snapshot as text")
        ),
    ]

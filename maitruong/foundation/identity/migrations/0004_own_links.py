"""Links a person began herself, by her password: they pair a second factor and open in her browser only.

Those handed out before stay as they were: any browser opens them, until they are used or over.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_sessions")]

    operations = [
        migrations.AddField(
            "onetimelink",
            "own",
            models.BooleanField(
                db_default=False, help_text="begun by the person herself: pairs a second factor, in that browser only"
            ),
        ),
    ]

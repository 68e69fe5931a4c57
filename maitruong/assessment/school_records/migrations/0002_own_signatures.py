
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('school_records', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='recordblock',
            index=models.Index(condition=models.Q(('signed_at__isnull', False)), fields=['signer_id', 'signed_at'], name='block_signed'),
        ),
    ]

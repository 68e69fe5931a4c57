from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('files', '0002_storedfile_student_id'),
        ('school_records', '0002_own_signatures'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='recordfile',
            name='uniq_record_in_force',
        ),
        migrations.AddConstraint(
            model_name='recordfile',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'sealed')), fields=('school_year', 'student_id'), name='uniq_record_to_issue'),
        ),
        migrations.AddConstraint(
            model_name='recordfile',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'issued')), fields=('school_year', 'student_id'), name='uniq_record_issued'),
        ),
    ]

"""A school's step into the next year; and one spelling of a place's status: lists wrote it in capitals."""

from django.db import migrations, models


SPELL = """
ALTER TABLE enrolment_enrolment NO FORCE ROW LEVEL SECURITY;
UPDATE enrolment_enrolment SET status = lower(status) WHERE status <> lower(status);
ALTER TABLE enrolment_enrolment FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('enrolment', '0006_names_of_years_that_are_over'),
    ]

    operations = [
        migrations.RunSQL(SPELL, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='RollOver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school_id', models.BigIntegerField()),
                ('from_year', models.SmallIntegerField()),
                ('names', models.JSONField(default=dict, help_text='class of the old year → name of the class it becomes, where people said it')),
                ('decided', models.JSONField(default=dict, help_text='pupil → where people sent him (on, repeat) while the books tell nothing')),
                ('state', models.TextField(choices=[('planned', 'chưa chạy'), ('done', 'đã lên lớp'), ('reversed', 'đã lùi lại')], default='planned')),
                ('counts', models.JSONField(default=dict, help_text='up, repeat, done, waiting, classes')),
                ('problem', models.TextField(blank=True, default='', help_text='why the last run stopped, in words')),
                ('written', models.JSONField(default=dict, help_text='classes: ids made; seats: ids made; ended: ids of the former seats')),
                ('ran_at', models.DateTimeField(null=True)),
                ('version', models.IntegerField(db_default=1)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('school_id', 'from_year'), name='one_roll_over_a_school_and_year')],
            },
        ),
    ]

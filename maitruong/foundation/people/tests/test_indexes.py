"""What the planner must not be offered, since a small database never shows what it costs."""

from __future__ import annotations

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

_COLUMNS = """
SELECT array_agg(a.attname) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey::smallint[]) AND a.attnum > 0
WHERE c.relname = %s"""


def test_the_number_of_a_person_is_not_looked_up_in_the_index_over_all_numbers() -> None:
    """Asked for one person, that index is walked from one end to the other: a school's figures took 2 s of a third of a province."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, ["one_holder_of_a_citizen_number"])
        assert cursor.fetchone()[0] == ["valid"]

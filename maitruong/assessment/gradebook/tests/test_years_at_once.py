"""Two who need the same new school year in the same moment: one makes its partitions, the other finds them."""

from __future__ import annotations

import pytest
from django.db import connection

from maitruong.assessment.gradebook.services import prepare_year
from tests.races import second_meets_first

pytestmark = pytest.mark.django_db(transaction=True)
PARTS = 6


def test_a_year_is_made_once_by_two_at_once() -> None:
    # No other test has a year so late; partitions stay for the rest of the run.
    first, second = second_meets_first(lambda: prepare_year(2097), lambda: prepare_year(2097))

    assert (first, second) == (PARTS, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_inherits WHERE inhrelid::regclass::text ~ '^gradebook_.*_2097$'")
        assert cursor.fetchone()[0] == PARTS


def test_two_different_years_at_once_do_not_wait_for_each_other_for_ever() -> None:
    assert second_meets_first(lambda: prepare_year(2098), lambda: prepare_year(2099)) == (PARTS, PARTS)


def test_a_year_that_stands_is_found_without_waiting_for_who_makes_another() -> None:
    assert second_meets_first(lambda: prepare_year(2096), lambda: prepare_year(2026)) == (PARTS, 0)

"""All school years read once answer what single questions to the database answered before."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.registry.calendar import queries, services
from maitruong.registry.calendar.errors import YearUnknown
from maitruong.registry.calendar.types import Calendar, YearRow

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 10, 1)
OPENED = {
    "starts_on": dt.date(2027, 9, 6),
    "term_two_starts_on": dt.date(2028, 1, 17),
    "ends_on": dt.date(2028, 5, 31),
}


def test_every_question_of_a_page_is_one_statement(officer: Scope) -> None:
    with unit_of_work(officer), CaptureQueriesContext(connection) as asked:
        known = queries.known()
        told = known.year_on(DAY), known.term_on(DAY), known.span(2026)[0], known.chosen(2025, on=DAY)

    assert told == (2026, 1, dt.date(2026, 9, 5), 2025) and len(asked) == 1


def test_a_year_that_is_opened_or_closed_is_known_at_once(officer: Scope) -> None:
    with unit_of_work(officer):
        before = queries.known()
        services.open_year(officer, year=2027, **OPENED)
        services.close_year(officer, year=2025, why="đã báo cáo")
        after = queries.known()

    assert not before.knows(2027) and after.knows(2027)
    assert after.span(2027) == tuple(OPENED.values()) and after.year_on(dt.date(2027, 9, 6)) == 2027
    assert [row.year for row in after.years if row.closed_at] == [2025]


@pytest.mark.parametrize(
    ("day", "term"),
    [
        (dt.date(2026, 9, 4), 2),  # the summer of the year before, whose second term is the last that began
        (dt.date(2026, 9, 5), 1),
        (dt.date(2027, 1, 17), 1),
        (dt.date(2027, 1, 18), 2),
        (dt.date(2020, 1, 1), 1),
    ],
)
def test_the_second_term_begins_on_the_day_the_department_set(day: dt.date, term: int) -> None:
    years = [
        YearRow(year, dt.date(year, 9, 5), dt.date(year + 1, 1, 18), dt.date(year + 1, 5, 31), None)
        for year in (2026, 2025)
    ]

    assert Calendar(tuple(years)).term_on(day) == term


def test_a_page_shows_the_year_asked_for_only_if_the_house_knows_it() -> None:
    known = Calendar((YearRow(2026, dt.date(2026, 9, 5), dt.date(2027, 1, 18), dt.date(2027, 5, 31), None),))

    assert [known.chosen(year, on=dt.date(2026, 11, 20)) for year in (2026, 1999, None)] == [2026, 2026, 2026]
    with pytest.raises(YearUnknown):
        known.span(1999)

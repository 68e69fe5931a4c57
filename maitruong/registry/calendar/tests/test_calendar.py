"""School years are opened and closed by the department, once for the province."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.registry.calendar import queries, services
from maitruong.registry.calendar.errors import DatesOutOfOrder, YearClosed, YearUnknown
from tests import factories as make

DATES = {
    "starts_on": dt.date(2027, 9, 5),
    "term_two_starts_on": dt.date(2028, 1, 17),
    "ends_on": dt.date(2028, 5, 31),
}


@pytest.fixture
def officer(place: SimpleNamespace) -> object:
    return make.scope_of(make.a_post_holder(place.department, "department_officer", "Lã Thị Sở"))


def test_the_department_opens_a_year_corrects_it_and_closes_it(officer: object) -> None:
    with unit_of_work(officer):
        assert services.open_year(officer, year=2027, **DATES)
        assert not services.open_year(officer, year=2027, **DATES)
        assert services.open_year(officer, year=2027, **{**DATES, "ends_on": dt.date(2028, 5, 25)})
        assert queries.span(2027)[2] == dt.date(2028, 5, 25)
        assert services.close_year(officer, year=2025, why="đã báo cáo")
        assert not services.close_year(officer, year=2025, why="")
        with pytest.raises(YearClosed, match="2025-2026"):
            queries.refuse_closed_year(2025)

    with make.as_system() as scope:
        told = Entry.objects.visible_to(scope, "").filter(action__startswith="calendar.").order_by("pk")
        assert list(told.values_list("action", flat=True)) == [
            "calendar.year_opened",
            "calendar.year_corrected",
            "calendar.year_closed",
        ]


def test_dates_out_of_order_an_unknown_year_and_a_school_are_refused(officer: object, place: SimpleNamespace) -> None:
    with unit_of_work(officer):
        with pytest.raises(DatesOutOfOrder):
            services.open_year(officer, year=2027, **{**DATES, "ends_on": dt.date(2027, 12, 1)})
        with pytest.raises(YearUnknown):
            services.close_year(officer, year=2031, why="")
    with pytest.raises(NotFound), unit_of_work(place.principal):
        services.open_year(place.principal, year=2027, **DATES)

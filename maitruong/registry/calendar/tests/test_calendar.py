"""School years are opened and closed by the department, once for the province."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pytest

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.kernel.errors import Refusal
from maitruong.registry.calendar import queries, services
from maitruong.registry.calendar.errors import YearClosed, YearUnknown
from maitruong.registry.calendar.models import SchoolYear
from maitruong.site import province
from tests import factories as make
from tools.places import CHECKOUT

DATES = {
    "starts_on": dt.date(2027, 9, 5),
    "term_two_starts_on": dt.date(2028, 1, 17),
    "ends_on": dt.date(2028, 5, 31),
}


def test_the_department_opens_a_year_corrects_it_and_closes_it(officer: Scope) -> None:
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


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        ({"starts_on": dt.date(2027, 6, 30)}, "starts_too_early", "bắt đầu 30/06/2027 quá sớm cho năm học 2027-2028"),
        ({"term_two_starts_on": dt.date(2027, 9, 5)}, "term_two_not_after_start", "học kì II 05/09/2027 không sau"),
        (
            {"ends_on": dt.date(2027, 12, 1)},
            "end_not_after_term_two",
            "kết thúc 01/12/2027 không sau ngày bắt đầu học kì II",
        ),
        ({"ends_on": dt.date(2028, 9, 1)}, "ends_too_late", "kết thúc 01/09/2028 quá muộn"),
        ({"ends_on": dt.date(2028, 8, 1)}, "ends_in_year_after", "nằm trong năm học 2028-2029"),
    ],
)
def test_a_wrong_day_of_a_year_is_named_with_what_is_wanted(
    officer: Scope, wrong: dict[str, dt.date], code: str, words: str
) -> None:
    beside = {name: day.replace(year=day.year + 1) for name, day in DATES.items()} | {"starts_on": dt.date(2028, 7, 20)}
    with unit_of_work(officer):
        services.open_year(officer, year=2028, **beside)

        with pytest.raises(Refusal, match=words) as refused:
            services.open_year(officer, year=2027, **{**DATES, **wrong})

    assert refused.value.code == f"calendar.{code}" and not SchoolYear.objects.filter(pk=2027).exists()


def test_a_year_that_begins_before_the_last_one_ended_is_told_which(officer: Scope) -> None:
    with unit_of_work(officer):
        services.open_year(officer, year=2027, **{**DATES, "ends_on": dt.date(2028, 8, 10)})
        beside = {name: day.replace(year=day.year + 1) for name, day in DATES.items()}

        with pytest.raises(Refusal, match="nằm trong năm học 2027-2028, năm học ấy đến 10/08/2028") as refused:
            services.open_year(officer, year=2028, **{**beside, "starts_on": dt.date(2028, 8, 1)})

    assert refused.value.code == "calendar.starts_in_year_before"


def test_an_unknown_year_is_not_closed_and_a_school_opens_none(officer: Scope, place: SimpleNamespace) -> None:
    with unit_of_work(officer), pytest.raises(YearUnknown):
        services.close_year(officer, year=2031, why="")
    with pytest.raises(NotFound), unit_of_work(place.principal):
        services.open_year(place.principal, year=2027, **DATES)


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (dt.date(2025, 7, 20), 2025),  # before the first year that was opened
        (dt.date(2026, 8, 20), 2025),  # pupils are called back, but 2026 begins on 5 September
        (dt.date(2026, 9, 4), 2025),
        (dt.date(2026, 9, 5), 2026),
        (dt.date(2027, 7, 31), 2026),
        (dt.date(2027, 12, 1), 2026),  # nobody opened 2027 yet
    ],
)
def test_the_days_the_department_set_decide_the_school_year(place: SimpleNamespace, day: dt.date, year: int) -> None:
    assert queries.year_on(day) == year


@pytest.mark.parametrize(("day", "year"), [(dt.date(2026, 7, 31), 2025), (dt.date(2026, 8, 1), 2026)])
def test_without_any_year_the_usual_frame_decides_here_and_for_a_new_province(
    db: None, day: dt.date, year: int
) -> None:
    assert queries.year_on(day) == year

    province._school_year(day)

    assert [row.year for row in queries.years()] == [year] and queries.year_on(day) == year


def test_no_other_place_reckons_a_school_year_from_a_month() -> None:
    """There were two rules once, one of July and one of August, and they disagreed for a month."""
    reckons = re.compile(r"\.month\s*(?:>=|<=|>|<)")
    found = [
        str(path.relative_to(CHECKOUT))
        for path in sorted((CHECKOUT / "maitruong").rglob("*.py"))
        if "tests" not in path.parts and reckons.search(path.read_text())
    ]

    assert found == ["maitruong/foundation/kernel/school_year.py"]

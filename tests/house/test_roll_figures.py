"""Classes and pupils of the operations centre follow every place taken or left, on the day, and in their own school year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from maitruong.foundation.events import services as events
from maitruong.foundation.kernel import clock
from maitruong.insight.indicators import services as indicators
from maitruong.insight.indicators.models import Fact
from maitruong.registry.enrolment import services as enrolment
from maitruong.registry.enrolment.models import Enrolment
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)  # what is due is compared with the start of a transaction
TODAY = dt.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def november(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(indicators, "_followed", None)
    with clock.standing_still(noon(TODAY)):
        yield


@pytest.fixture
def school() -> int:
    return make.a_school(make.a_commune(make.a_department()))


def test_a_pupil_who_comes_and_one_who_leaves_move_the_figures(school: int) -> None:
    class_id, (an,) = make.a_class(school, pupils=("Nguyễn Minh An",))
    count_again(school)
    before = figures(school)
    binh = make.a_person("Lê Thanh Bình", school, born=dt.date(2013, 5, 4), sex="male")
    with make.as_system() as scope:
        enrolment.enrol(scope, class_id=class_id, student_id=binh, starts_on=TODAY)
    deliver()
    after_coming = figures(school)
    with make.as_system() as scope:
        leave(scope, an, TODAY - dt.timedelta(days=1))
    deliver()

    assert before == {"schools": 1, "classes": 1, "pupils": 1, "records_due": 1, "verify_active": 1}
    assert after_coming == {"schools": 1, "classes": 1, "pupils": 2, "records_due": 2, "verify_active": 2}
    assert figures(school) == before


def test_a_class_that_is_opened_is_counted(school: int) -> None:
    count_again(school)
    with make.as_system() as scope:
        enrolment.open_class(scope, school_id=school, school_year=2026, grade=8, name="8A1")
    deliver()

    assert figures(school)["classes"] == 1


def test_a_pupil_who_changes_class_from_tomorrow_is_one_pupil_on_both_days(school: int) -> None:
    _, (an,) = make.a_class(school, pupils=("Nguyễn Minh An",))
    other, _ = make.a_class(school, "8A3")
    with make.as_system() as scope:
        leave(scope, an, TODAY)
        enrolment.enrol(scope, class_id=other, student_id=an, starts_on=TODAY + dt.timedelta(days=1))
    deliver()
    today = figures(school)["pupils"]
    with clock.standing_still(noon(TODAY + dt.timedelta(days=1))):
        indicators.follow_the_day()
        deliver()

    assert (today, figures(school)["pupils"]) == (1, 1)


def test_a_place_left_ahead_of_time_stops_counting_when_its_last_day_is_over(school: int) -> None:
    _, (an,) = make.a_class(school, pupils=("Nguyễn Minh An",))
    with make.as_system() as scope:
        leave(scope, an, TODAY)
    deliver()
    today = figures(school)["pupils"]
    with clock.standing_still(noon(TODAY + dt.timedelta(days=1))):
        found = indicators.follow_the_day()
        again = indicators.follow_the_day()
        deliver()

    assert (today, figures(school).get("pupils", 0)) == (1, 0)
    assert (found > 0, again) == (True, 0)


def test_a_school_year_that_is_over_keeps_its_pupils_however_late_it_is_counted_again(school: int) -> None:
    make.a_class(school, pupils=("Nguyễn Minh An", "Lý A Sính"), year=2025)
    with make.as_system() as scope:
        Enrolment.objects.visible_to(scope, "").filter(school_id=school).update(ends_on=dt.date(2026, 5, 31))

    indicators.recount([school], 2025)

    assert figures(school, 2025)["pupils"] == 2


def leave(scope: object, student: int, on: dt.date) -> None:
    place = Enrolment.objects.visible_to(scope, "").get(student_id=student, ends_on__isnull=True)  # type: ignore[arg-type]
    enrolment.end_enrolment(scope, enrolment_id=place.pk, ends_on=on, status="transferred_out", why="Chuyển nơi ở")  # type: ignore[arg-type]


def count_again(school: int) -> None:
    indicators.recount([school], 2026)


def deliver() -> None:
    events.fan_out()
    events.deliver()
    while indicators.refresh():
        pass


def figures(school: int, year: int = 2026) -> dict[str, int]:
    with make.as_system():
        rows = Fact._base_manager.filter(school_id=school, school_year=year, value__gt=0)
        return {row.indicator: row.value for row in rows}


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), clock.VIETNAM)

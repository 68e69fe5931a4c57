"""Each check finds what was planted, and nothing once it is mended."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection

from maitruong.foundation.people.models import Person
from maitruong.insight.data_quality.checks import CHECKS
from maitruong.registry.enrolment.models import SchoolClass
from tests import factories as make

pytestmark = pytest.mark.django_db
YEAR, TODAY = 2026, dt.date(2026, 11, 20)


def found(key: str, schools: list[int] | None) -> list[tuple[int, int, str]]:
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute(CHECKS[key].sql, {"schools": schools, "year": YEAR, "today": TODAY})
        return [
            (school, subject, CHECKS[key].say(json.loads(facts) if isinstance(facts, str) else facts))
            for school, subject, facts in cursor.fetchall()
        ]


@pytest.fixture
def school() -> int:
    return make.a_school(make.a_commune(make.a_department(), "Phường An Biên"), "Tiểu học An Biên")


@pytest.mark.parametrize(
    ("key", "fault", "mended"),
    [
        ("ethnicity_empty", {"ethnic_group": ""}, {"ethnic_group": "01"}),
        ("birth_in_future", {"born_on": dt.date(2026, 11, 21)}, {"born_on": TODAY}),
        ("age_grade_gap", {"born_on": dt.date(2016, 12, 31)}, {"born_on": dt.date(2017, 1, 1)}),
        ("age_grade_gap", {"born_on": dt.date(2022, 1, 1)}, {"born_on": dt.date(2021, 12, 31)}),
        ("name_in_capitals", {"full_name": "NGUYỄN VĂN ÁNH"}, {"full_name": "Nguyễn Văn Ánh"}),
        ("name_form", {"full_name": "Nguyễn  An"}, {"full_name": "Nguyễn An"}),
        ("name_form", {"full_name": "Nguye\u0302\u0303n An"}, {"full_name": "Nguyễn An"}),
        ("name_form", {"full_name": "Nguyễn An 2"}, {"full_name": "Nguyễn An"}),
    ],
)
def test_a_pupil(school: int, key: str, fault: dict[str, Any], mended: dict[str, Any]) -> None:
    _, pupils = make.a_class(school, "1A", pupils=("Lý A Sính",), grade=1, year=YEAR)
    pupil = pupils[0]
    for values, count in ((fault, 1), (mended, 0)):
        with make.as_system() as scope:
            Person.objects.visible_to(scope, "").filter(pk=pupil).update(**values)
        assert [(at, who) for at, who, _ in found(key, None)] == [(school, pupil)] * count
        assert len(found(key, [school])) == count
        assert found(key, [school + 1_000_000]) == []


def test_a_first_grader_without_guardian(school: int) -> None:
    _, pupils = make.a_class(school, "1A", pupils=("Lý A Sính",), grade=1, year=YEAR)
    make.a_class(school, "2A", pupils=("Vũ Thị Hà",), grade=2, year=YEAR)
    assert [who for _, who, _ in found("first_grade_without_guardian", None)] == [pupils[0]]


def test_a_class_nobody_leads_or_sits_in(school: int) -> None:
    empty, _ = make.a_class(school, "1A", grade=1, year=YEAR)
    full, _ = make.a_class(school, "1B", pupils=tuple(f"Học sinh {n}" for n in "ABC"), grade=1, year=YEAR)
    assert [(who, say) for _, who, say in found("empty_class", None)] == [
        (empty, "Lớp 1A không có học sinh nào. Hãy xếp học sinh vào lớp hoặc xoá lớp.")
    ]
    with make.as_system() as scope:
        SchoolClass.objects.visible_to(scope, "").filter(pk__in=[empty, full]).update(homeroom_id=None)
    assert {who for _, who, _ in found("class_without_homeroom", None)} == {empty, full}
    with make.as_system() as scope:
        SchoolClass.objects.visible_to(scope, "").filter(pk__in=[empty, full]).update(homeroom_id=7)
    assert found("class_without_homeroom", None) == []
    assert {who for _, who, _ in found("homeroom_of_two", None)} == {empty, full}


def test_a_class_over_the_norm(school: int) -> None:
    make.a_class(school, "1A", pupils=tuple(f"Trần {n}" for n in range(35)), grade=1, year=YEAR)
    over, _ = make.a_class(school, "1B", pupils=tuple(f"Vũ {n}" for n in range(36)), grade=1, year=YEAR)
    assert [(who, "36 học sinh" in say) for _, who, say in found("class_over_norm", None)] == [(over, True)]

"""What is missing at a beginning stands on the first page of who can do something about it, and goes when it is done."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maitruong.assessment.gradebook.services import open_books
from maitruong.foundation.access.services import unit_of_work
from maitruong.registry.enrolment import services as enrolment
from maitruong.site.today import day_of
from tests import factories as make
from tests.house.test_routes import signed_in

pytestmark = pytest.mark.django_db


def titles(scope: object) -> list[str]:
    with unit_of_work(scope):  # type: ignore[arg-type]
        return [line.title for line in day_of(scope).waiting if line.icon == "todo"]  # type: ignore[arg-type]


def test_the_administrator_sees_that_officers_and_principals_are_missing(november: None) -> None:
    department = make.a_department()
    schools = [make.a_school(department, f"THCS Số {n}") for n in range(5)]
    account = make.a_post_holder(department, "it_admin", "Cao Văn Máy")
    scope = make.scope_of(account)

    assert titles(scope) == ["Sở chưa có chuyên viên nào trong hệ thống", "5 trường chưa có hiệu trưởng"]
    with CaptureQueriesContext(connection) as few:
        assert "THCS Số 0, THCS Số 1, THCS Số 2 và 2 trường khác" in signed_in(account).get("/").content.decode()
    make.a_post_holder(department, "department_officer", "Lã Thị Sở")
    for school in schools[:4]:
        make.a_principal(school)
    with CaptureQueriesContext(connection) as same:
        assert "1 trường chưa có hiệu trưởng" in signed_in(account).get("/").content.decode()
    assert len(same) == len(few)
    make.a_principal(schools[4])
    assert titles(scope) == []


def test_a_school_is_led_from_its_first_class_to_its_books(place: SimpleNamespace) -> None:
    school = make.a_school(place.commune, "THCS Mới")
    head = make.scope_of(make.a_principal(school, "Đỗ Minh"))

    assert titles(head) == ["Năm học 2026-2027 chưa có lớp nào"]
    with unit_of_work(head):
        class_id = enrolment.open_class(head, school_id=school, school_year=2026, grade=6, name="6A1")
    assert titles(head) == ["1 lớp chưa mở sổ điểm"]
    with unit_of_work(head):
        open_books(head, class_id=class_id)
    assert titles(head) == []
    assert titles(place.clerk) == []  # books are not hers to open
    officer = make.scope_of(make.a_post_holder(place.department, "department_officer", "Lã Thị Sở"))
    assert titles(officer) == []

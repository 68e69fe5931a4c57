"""The page of school years, and what closing one does to the books."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from maitruong.assessment.gradebook.services import open_books
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.kernel import clock
from maitruong.registry.calendar import queries
from maitruong.registry.calendar.errors import YearClosed
from tests import factories as make
from tests.house.test_routes import signed_in

SUMMER = dt.datetime(2027, 7, 1, 8, 0, tzinfo=clock.VIETNAM)


@pytest.fixture
def desk(place: SimpleNamespace) -> Client:
    return signed_in(make.a_post_holder(place.department, "department_officer", "Lã Thị Sở"))


def test_a_year_is_opened_and_corrected_on_its_page(desk: Client) -> None:
    page = desk.get("/nam-hoc/2027/").content.decode()
    assert "05/09/2027" in page and "31/05/2028" in page

    days = {"starts_on": "06/09/2027", "term_two_starts_on": "17/01/2028", "ends_on": "31/05/2028"}
    wrong = desk.post("/nam-hoc/2027/", {**days, "ends_on": "31/05/2029"})
    assert wrong.status_code == 422 and "Ngày kết thúc 31/05/2029 quá muộn" in wrong.content.decode()
    unread = desk.post("/nam-hoc/2027/", {**days, "term_two_starts_on": "31/02/2028"}).text
    missing = desk.post("/nam-hoc/2027/", {**days, "starts_on": ""}).text
    assert "Ngày bắt đầu học kì II: " in unread and "18/01/2028" in unread
    assert "Ngày bắt đầu: chưa nhập." in missing
    assert desk.post("/nam-hoc/2027/", days)["Location"] == "/nam-hoc/"

    assert queries.span(2027)[0] == dt.date(2027, 9, 6)
    assert "2027-2028" in desk.get("/nam-hoc/").content.decode()


def test_a_year_beside_another_may_not_lie_over_it(desk: Client) -> None:
    days = {"starts_on": "01/07/2026", "term_two_starts_on": "11/01/2027", "ends_on": "31/05/2027"}
    assert desk.post("/nam-hoc/2026/", days).status_code == 302
    over = {"starts_on": "01/08/2025", "term_two_starts_on": "11/01/2026", "ends_on": "15/07/2026"}
    assert desk.post("/nam-hoc/2025/", over).status_code == 422


def test_the_present_year_is_not_closed(desk: Client) -> None:
    answer = desk.post("/nam-hoc/2026/khoa/", {"why": "nhầm"})

    assert answer.status_code == 422 and "còn đến 31/05/2027" in answer.content.decode()
    assert not queries.is_closed(2026)


def test_closing_a_year_closes_its_books_in_the_database_too(desk: Client, place: SimpleNamespace) -> None:
    with unit_of_work(place.principal):
        books = open_books(place.principal, class_id=place.class_id)
    with clock.standing_still(SUMMER):
        assert f"{len(books)} sổ điểm chưa khoá" in desk.get("/nam-hoc/").content.decode()
        assert desk.post("/nam-hoc/2026/khoa/", {"why": " "}).status_code == 422
        assert desk.post("/nam-hoc/2026/khoa/", {"why": "Báo cáo số 45"}).status_code == 302
        assert desk.get("/nam-hoc/2026/").status_code == 404
        with pytest.raises(YearClosed), unit_of_work(place.principal):
            open_books(place.principal, class_id=place.class_id)

    insert = (
        "INSERT INTO gradebook_conduct (school_year, school_id, class_id, term, student_id, version, updated_at)"
        " VALUES (%s, %s, %s, 1, %s, 1, now())"
    )
    with (
        make.as_system(),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="2026 is closed"),
        transaction.atomic(),
    ):
        cursor.execute(insert, [2026, place.school, place.class_id, place.pupils[0]])
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute(insert, [2025, place.school, place.class_id, place.pupils[0]])
        assert cursor.rowcount == 1

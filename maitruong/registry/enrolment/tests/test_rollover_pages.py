"""The pages of the step into the next school year: a school's plan, the department's board, who finds nothing there."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from maitruong.foundation.kernel import clock
from maitruong.registry.enrolment.models import RollOver
from tests import factories as make

from .summers import browser, do_jobs, july, seat_of, summer

__all__ = ["july", "summer"]

pytestmark = pytest.mark.django_db


def test_a_schools_plan_from_names_to_run_to_back(summer: SimpleNamespace) -> None:
    page = browser(summer.principal)
    address = f"/len-lop/{summer.school}/"
    assert page.get("/len-lop/").headers["Location"] == address
    shown = page.get(address).text
    assert 'value="9A2"' in shown and "hết cấp" in shown and "chờ kiểm tra lại" in shown and "Lên lớp 3 em" in shown
    assert page.post(address, {f"name_{summer.class_id}": "9A5"}).status_code == 302
    assert 'value="9A5"' in page.get(address).text
    started = page.post(f"{address}chay/")
    do_jobs()
    assert "xong" in page.get(started.headers["Location"]).text
    assert seat_of(summer.up) == ("9A5", "enrolled")
    refused = page.post(f"{address}lui/", {"why": ""})
    assert refused.status_code == 422 and "lí do" in refused.text.lower()
    assert "Đã lùi lại." in page.post(f"{address}lui/", {"why": "chạy nhầm"}).text
    assert seat_of(summer.up) is None


def test_the_departments_board_counts_before_it_writes_and_shows_who_is_left(summer: SimpleNamespace) -> None:
    officer = make.scope_of(make.a_post_holder(summer.department, "department_officer", "Lã Thị Sở"))
    page = browser(officer)
    assert "Chưa có số liệu" in page.get("/len-lop/").text
    page.post("/len-lop/chay/", {"act": "xem"})
    do_jobs()
    assert seat_of(summer.up) is None
    looked = page.get("/len-lop/?con=1").text
    assert "THCS Lê Chân" in looked and "0 / 2" in looked
    page.post("/len-lop/chay/", {"act": "chay"})
    do_jobs()
    assert seat_of(summer.up) == ("9A2", "enrolled")
    assert "1 / 2" in page.get("/len-lop/").text, "the neighbour's only pupil has no result: nobody there could go up"


def test_a_neighbour_and_a_teacher_find_nothing_there(summer: SimpleNamespace) -> None:
    neighbour = browser(summer.stranger)
    address = f"/len-lop/{summer.school}/"
    for answer in (
        neighbour.get(address),
        neighbour.post(f"{address}chay/"),
        neighbour.post(f"{address}lui/", {"why": "x"}),
        neighbour.post(address, {f"name_{summer.class_id}": "9X"}),
        browser(make.scope_of(make.a_teacher(summer.school, "Cô Dạy", class_id=summer.class_id, subject="TOAN"))).get(
            address
        ),
    ):
        assert answer.status_code == 404
    with make.as_system():
        assert not RollOver._base_manager.filter(school_id=summer.school).exists()


def test_a_pupil_who_waits_is_judged_by_hand_on_a_page_of_his_own(summer: SimpleNamespace) -> None:
    page = browser(summer.principal)
    address = f"/len-lop/{summer.school}/em/{summer.waits}/"
    assert address in page.get(f"/len-lop/{summer.school}/").text
    assert "Để chờ xét" in page.get(address).text
    refused = page.post(address, {"word": "on", "why": ""})
    assert refused.status_code == 422 and "lí do" in refused.text.lower()
    assert page.post(address, {"word": "on", "why": "biên bản ngày 30/05/2027"}).status_code == 302
    assert address not in page.get(f"/len-lop/{summer.school}/").text
    assert page.get(f"/len-lop/{summer.school}/em/{summer.done}/").text.count("Hoàn thành chương trình cấp học") == 1
    stranger = browser(summer.stranger)
    assert stranger.get(address).status_code == stranger.post(address, {"word": "on", "why": "x"}).status_code == 404


def test_the_department_takes_the_province_back_with_a_reason(summer: SimpleNamespace) -> None:
    officer = make.scope_of(make.a_post_holder(summer.department, "department_officer", "Lã Thị Sở"))
    page = browser(officer)
    assert "Lùi lại toàn tỉnh" not in page.get("/len-lop/").text
    page.post("/len-lop/chay/", {"act": "chay"})
    do_jobs()
    assert "Lùi lại toàn tỉnh" in page.get("/len-lop/").text
    assert page.post("/len-lop/chay/", {"act": "lui", "why": ""}).status_code == 422
    page.post("/len-lop/chay/", {"act": "lui", "why": "chạy nhầm"})
    do_jobs()
    assert seat_of(summer.up) is None
    with clock.standing_still(dt.datetime(2027, 9, 6, 7, 0, tzinfo=clock.VIETNAM)):
        assert page.post("/len-lop/chay/?nam=2026", {"act": "lui", "why": "muộn", "nam": "2026"}).status_code == 422

"""Journey 6: the guardian on her phone: each child's marks and absences, the signed record, and nobody else's child."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import WIDTHS, House
from tests.journeys.hands import follow, picture, serious

pytestmark = pytest.mark.journey
GUARDIAN, PUPIL, OTHER_PARENT = "2 con ở 2 trường", "Học sinh 8A2", "Giáo viên Toán 8A2"
OFFICER = "Chuyên viên · Sở GDĐT"
DAUGHTER, SON = "Nguyễn Gia Hân", "Nguyễn Gia Bảo"


@pytest.mark.parametrize("width", WIDTHS)
def test_guardian_sees_both_children_of_two_schools_and_takes_the_signed_record_home(
    house: House, enter: Callable[..., Any], width: int, tmp_path: Path
) -> None:
    page = enter(GUARDIAN, width=width)
    picture(page, "family-children")
    assert serious(page) == []
    assert (
        page.get_by_role("heading", name=DAUGHTER).is_visible() and page.get_by_role("heading", name=SON).is_visible()
    )
    assert page.get_by_text("THCS Lê Chân").count() and page.get_by_text("TH Nguyễn Công Trứ").count()

    follow(page.get_by_role("link", name="Xem điểm, buổi vắng, kết quả").first)
    page.get_by_role("heading", level=1, name=DAUGHTER).wait_for()
    picture(page, "family-child")
    assert serious(page) == []
    assert page.get_by_text("Toán", exact=True).count()
    assert page.get_by_role("heading", name="Buổi vắng").is_visible()
    then_no_other_pupil_is_named(page)

    follow(page.locator("a.item", has_text="Năm học 2025-2026, lớp 7A2"))
    page.get_by_role("button", name="Tải PDF").wait_for()
    picture(page, "family-record")
    assert serious(page) == []
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Tải PDF").click()
    waiting.value.save_as(tmp_path / "hoc-ba.pdf")
    assert (tmp_path / "hoc-ba.pdf").read_bytes().startswith(b"%PDF-")

    follow(page.get_by_role("link", name="trang xác thực công khai"))
    page.get_by_text("đang có hiệu lực").wait_for()
    said = page.locator("main").inner_text()
    assert "N. G. H." in said and DAUGHTER not in said
    picture(page, "family-verified")
    assert serious(page) == []


def then_no_other_pupil_is_named(page: Any) -> None:
    said = page.locator("main").inner_text()
    assert SON not in said and "xếp thứ" not in said.lower() and "trung bình lớp" not in said.lower()


def test_why_is_told_to_the_family_too(house: House, enter: Callable[..., Any]) -> None:
    page = enter(GUARDIAN, width=390)
    follow(page.get_by_role("link", name="Xem điểm, buổi vắng, kết quả").first)
    follow(page.get_by_role("link", name="2025-2026", exact=True))
    follow(page.get_by_role("link", name="Vì sao?").first)

    page.get_by_text("Thông tư 22/2021").first.wait_for()
    picture(page, "family-why")
    assert serious(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_family_reads_who_opened_the_file_and_what_for(house: House, enter: Callable[..., Any], width: int) -> None:
    reason = f"xác minh đơn xin học bổng, lần {width}"
    page = enter(GUARDIAN, width=width)
    follow(page.get_by_role("link", name="Xem điểm, buổi vắng, kết quả").first)
    child = re.search(r"/con-toi/(\d+)/", page.url)
    assert child is not None

    officer = enter(OFFICER)
    officer.goto(f"{house.url}/hoc-sinh/{child[1]}/")
    officer.locator("[name=why]").fill(reason)
    follow(officer.get_by_role("button", name="Mở hồ sơ"))
    officer.get_by_text("Ngày sinh").first.wait_for()
    follow(page.locator("a.item", has_text="Ai đã xem hồ sơ?"))

    page.get_by_role("heading", level=1, name="Ai đã xem hồ sơ?").wait_for()
    said = page.locator("main").inner_text()
    picture(page, "family-looks")
    assert reason in said and "Chuyên viên Sở" in said and "Mở xem hồ sơ" in said
    then_no_other_pupil_is_named(page)
    assert serious(page) == []


def test_on_the_phone_one_touch_leads_back_and_two_lead_out(house: House, enter: Callable[..., Any]) -> None:
    page = enter(GUARDIAN, width=390)
    follow(page.get_by_role("link", name="Xem điểm, buổi vắng, kết quả").first)
    follow(page.locator(".top").get_by_role("link", name="Con tôi"))
    page.get_by_role("heading", level=1, name="Con tôi").wait_for()

    page.locator(".top").get_by_role("button", name="Đổi không gian làm việc").click()
    picture(page, "family-panel")
    assert serious(page) == []
    follow(page.get_by_role("button", name="Đăng xuất"))

    page.get_by_role("heading", name="Đăng nhập").wait_for()


def test_pupil_sees_her_own_page(house: House, enter: Callable[..., Any]) -> None:
    page = enter(PUPIL, width=390)

    assert page.get_by_role("heading", level=1, name="Việc học của em").is_visible()
    assert page.get_by_role("heading", name=DAUGHTER).is_visible()
    assert page.get_by_text(SON).count() == 0


def test_another_parent_gets_for_this_child_what_a_random_number_gets(house: House, enter: Callable[..., Any]) -> None:
    mother = enter(GUARDIAN)
    follow(mother.get_by_role("link", name="Xem điểm, buổi vắng, kết quả").first)
    child = re.search(r"/con-toi/(\d+)/", mother.url)
    assert child is not None
    record = mother.locator("a.item", has_text="Năm học 2025-2026, lớp 7A2").get_attribute("href")

    other = enter(OTHER_PARENT)
    other.locator(".switch__now").click()
    follow(other.locator(".switch__option", has_text="Phụ huynh"))
    other.get_by_role("heading", level=1, name="Con tôi").wait_for()
    ask = other.context.request.get

    theirs, random = ask(f"{house.url}/con-toi/{child[1]}/"), ask(f"{house.url}/con-toi/987654321/")
    assert (theirs.status, random.status) == (404, 404)
    assert theirs.body() == random.body()
    theirs, random = ask(f"{house.url}{record}"), ask(f"{house.url}/hoc-ba/cua-con/{'x' * 22}/")
    assert (theirs.status, random.status) == (404, 404)
    assert theirs.body() == random.body()

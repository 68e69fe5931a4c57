"""Journey 1: eleven people, one click each; workspaces; a person without a role; nothing left after sign-out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import WIDTHS, House
from tests.journeys.hands import follow, picture, serious

pytestmark = pytest.mark.journey

#: What stands on the button → where one click leads: the page's heading and the workspace told beside the name.
PEOPLE = {
    "Chuyên viên · Sở GDĐT": ("Trung tâm điều hành", "Chuyên viên Sở"),
    "Chuyên viên giáo dục · UBND": ("Trung tâm điều hành", "Chuyên viên xã"),
    "Hiệu trưởng · THCS": ("Chào Đỗ Minh Nguyệt", "Hiệu trưởng"),
    "Phó hiệu trưởng, đang thay": ("Chào Lương Quốc Việt", "Phó hiệu trưởng, thay mặt hiệu trưởng"),
    "Chủ nhiệm 8A2": ("Chào Hoàng Thị Vân", "Giáo viên chủ nhiệm"),
    "Giáo viên Toán 8A2": ("Chào Nguyễn Thị Lan", "Giáo viên bộ môn"),
    "Văn thư": ("Chào Phạm Thu Trang", "Văn thư"),
    "2 con ở 2 trường": ("Con tôi", "Phụ huynh"),
    "Học sinh 8A2": ("Việc học của em", "Học sinh"),
    "Quản trị hệ thống": ("Chào Vũ Đình Bách", "Quản trị hệ thống"),
    "Chưa được giao vai trò": ("Tài khoản này chưa có vai trò nào", ""),
}


@pytest.mark.parametrize("width", WIDTHS)
def test_the_door_shows_eleven_people_and_shuts_nobody_out(house: House, enter: Callable[..., Any], width: int) -> None:
    page = enter("Chưa được giao vai trò", width=width)
    follow(page.get_by_role("button", name="Đăng xuất"))
    page.get_by_role("heading", name="Đăng nhập").wait_for()
    picture(page, "door")

    assert page.locator("button.person").count() == len(PEOPLE)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious(page) == []


def test_one_click_leads_everybody_to_the_page_of_their_day(house: House, enter: Callable[..., Any]) -> None:
    page = enter("Hiệu trưởng · THCS")
    for who, (heading, role) in PEOPLE.items():
        page.context.clear_cookies()
        page.goto(f"{house.url}/dang-nhap/")
        follow(page.locator("button.person", has_text=who).first)
        page.get_by_role("heading", level=1, name=heading).wait_for()
        if role:
            assert role in page.locator(".switch__now").inner_text()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_teacher_who_is_a_parent_changes_workspace_in_one_place(
    house: House, enter: Callable[..., Any], width: int
) -> None:
    page = enter("Giáo viên Toán 8A2", width=width)
    if width < 768:
        page.get_by_role("button", name="Đổi không gian làm việc").tap()
    page.locator(".switch__now").click()
    picture(page, "door-switcher")
    follow(page.locator(".switch__option", has_text="Phụ huynh"))

    page.get_by_role("heading", level=1, name="Con tôi").wait_for()
    assert page.get_by_text("Phạm Khánh Linh").is_visible()
    assert page.context.request.get(f"{house.url}/so-diem/").status == 404


def test_after_sign_out_the_back_key_shows_nothing(house: House, enter: Callable[..., Any]) -> None:
    page = enter("Hiệu trưởng · THCS")
    page.goto(f"{house.url}/hoc-sinh/")
    name = page.locator("tbody th a").first.inner_text()
    page.locator(".switch__now").click()
    follow(page.get_by_role("button", name="Đăng xuất"))
    page.get_by_role("heading", name="Đăng nhập").wait_for()

    page.go_back()
    page.get_by_role("heading", name="Đăng nhập").wait_for()

    assert name not in page.content()
    assert "tiep=" in page.url or page.url.endswith("/dang-nhap/")

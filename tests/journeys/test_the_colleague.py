"""Journey: the clerk writes a teacher's step and contract; the page says what the month pays and why; the head rates the year."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import WIDTHS, House
from tests.journeys.hands import follow, picture, serious

pytestmark = pytest.mark.journey
CLERK, HEAD, TEACHER = "Văn thư", "Hiệu trưởng", "Giáo viên"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_step_is_written_paid_corrected_and_the_year_rated(
    house: House, enter: Callable[..., Any], width: int
) -> None:
    page = enter(CLERK, width=width)
    page.goto(f"{house.url}/doi-ngu/")
    picture(page, "staff-list")
    nth = 3 if width == 390 else 2
    follow(page.locator("main table a").nth(nth))
    follow(page.get_by_role("link", name="Hồ sơ viên chức"))
    record = page.url
    picture(page, "staff-record-empty")
    assert serious(page) == []

    page.goto(f"{record}luong/")
    page.get_by_label("Chức danh nghề nghiệp").select_option("V.07.04.32")
    page.get_by_label("Bậc", exact=True).fill("12")
    page.get_by_role("textbox", name="Từ ngày").fill("01/01/2025")
    page.get_by_label("Quyết định, văn bản").fill("125/QĐ-THCS ngày 01/01/2025")
    follow(page.get_by_role("button", name="Lưu"))
    assert "không có bậc 12" in page.locator("main").inner_text()
    picture(page, "staff-step-refused")
    assert serious(page) == []
    page.get_by_label("Bậc", exact=True).fill("3")
    follow(page.get_by_role("button", name="Lưu"))
    assert page.url == record and "9.829.050 đ" in page.locator("main").inner_text()

    page.goto(f"{record}hop-dong/")
    page.get_by_label("Loại hợp đồng").select_option("fixed")
    page.get_by_role("textbox", name="Từ ngày").fill("01/01/2025")
    follow(page.get_by_role("button", name="Lưu"))
    picture(page, "staff-record")
    assert serious(page) == []
    follow(page.get_by_role("link", name="Sửa mục này").first)
    picture(page, "staff-correct")
    assert serious(page) == []

    head = enter(HEAD, width=width)
    head.goto(f"{house.url}/doi-ngu/xep-loai/")
    head.locator("main table select").first.select_option("excellent")
    picture(head, "staff-ratings")
    assert serious(head) == []
    follow(head.get_by_role("button", name="Lưu xếp loại"))
    assert "nhiều nhất được 0 người" in head.locator("main").inner_text()
    head.goto(f"{record.removesuffix('ho-so/')}chuan/")
    picture(head, "staff-standard")
    assert serious(head) == []

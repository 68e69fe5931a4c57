"""Journey 7: from a figure to the map to the rows; a mark typed now moves a figure within a minute; the commune sees its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import WIDTHS, House
from tests.journeys.hands import all_saved, column_of, follow, picture, serious, type_in, until, value

pytestmark = pytest.mark.journey
OFFICER, COMMUNE, TEACHER = "Chuyên viên · Sở GDĐT", "Chuyên viên giáo dục", "Giáo viên Toán 8A2"


def figure(page: Any, name: str) -> Any:
    return page.locator(".figure", has_text=name)


def marks_today(page: Any) -> int:
    words = figure(page, "Điểm ghi hôm nay").inner_text().split()
    return int(next(word for word in words if word.replace(".", "").isdigit()).replace(".", ""))


@pytest.mark.parametrize("width", WIDTHS)
def test_officer_goes_from_the_figure_to_the_map_to_the_rows(
    house: House, enter: Callable[..., Any], width: int
) -> None:
    page = enter(OFFICER, width=width)
    page.get_by_role("heading", level=1, name="Trung tâm điều hành").wait_for()
    picture(page, "tower")
    assert serious(page) == []
    assert "12 trường" in figure(page, "Học sinh").inner_text()
    assert "số liệu đến" in figure(page, "Học sinh").inner_text()

    page.locator("svg a").first.focus()
    follow(page.get_by_role("link", name="Xem dạng bảng").first)
    page.get_by_role("heading", level=1, name="Theo xã, phường").wait_for()
    follow(page.get_by_role("link", name="Phường Lê Chân"))
    page.get_by_role("heading", level=1, name="Các trường ở Phường Lê Chân").wait_for()
    follow(page.get_by_role("link", name="THCS Lê Chân", exact=True))
    follow(page.get_by_role("link", name="8A2", exact=True))
    follow(page.get_by_role("link", name="Toán 8A2", exact=True))
    assert page.locator(".marks tbody tr").count() == 45
    assert page.locator(".marks .cell:not([readonly])").count() == 0


def test_a_mark_typed_now_moves_the_figure_within_a_minute_and_opens_to_its_row(
    house: House, enter: Callable[..., Any]
) -> None:
    officer, teacher = enter(OFFICER), enter(TEACHER)
    before = marks_today(officer)
    teacher.goto(f"{house.url}/so-diem/?hk=1")
    follow(teacher.get_by_role("link", name="Toán 8A2", exact=True))
    final = column_of(teacher, "CK")
    for row, mark in enumerate(("7,5", "8", "9"), start=1):
        type_in(teacher, row, final, mark if value(teacher, row, final) != mark else "6,5")
    assert all_saved(teacher)

    assert until(officer, lambda: marks_today(officer) > before, seconds=60)

    officer.goto(f"{house.url}/dieu-hanh/truong/")
    row = officer.get_by_role("row", name="THCS Lê Chân")
    follow(row.get_by_role("link").nth(1))
    officer.get_by_role("heading", level=1, name="Điểm ghi hôm nay").wait_for()
    assert officer.get_by_text("Toán").count()
    picture(officer, "tower-entries")
    assert serious(officer) == []


def test_levels_of_last_year_open_to_the_pupils_behind(house: House, enter: Callable[..., Any]) -> None:
    page = enter(OFFICER)
    page.goto(f"{house.url}/dieu-hanh/ket-qua/")
    assert "cả năm 2025-2026" in page.locator(".head").inner_text()
    row = page.get_by_role("row", name="THCS Lê Chân")
    count = int(row.get_by_role("link").nth(1).inner_text())

    follow(row.get_by_role("link").nth(1))

    page.get_by_role("heading", level=1, name="Mức").wait_for()
    assert f"{count} học sinh" in page.locator(".head").inner_text()
    assert page.locator("tbody tr").count() == count


def test_commune_officer_sees_her_schools_and_no_other(house: House, enter: Callable[..., Any]) -> None:
    page = enter(COMMUNE)
    page.goto(f"{house.url}/dieu-hanh/truong/")
    shown = page.locator("tbody th").all_inner_texts()

    assert "THCS Lê Chân" in shown and "TH Nguyễn Công Trứ" in shown
    assert "THPT Thành Đông" not in shown and "THCS Vĩnh Bảo" not in shown
    page.goto(f"{house.url}/dieu-hanh/")
    picture(page, "tower-commune")
    assert serious(page) == []

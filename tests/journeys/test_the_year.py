"""Journey 4: the homeroom teacher's conduct and comments; the year's level told condition by condition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import WIDTHS, House
from tests.journeys.hands import all_saved, at, column_of, follow, picture, serious, type_in, until, value

pytestmark = pytest.mark.journey
HOMEROOM = "Chủ nhiệm 8A2"


@pytest.fixture(scope="module")
def stage(house: House) -> dict[str, Any]:
    return house.stage("8A7")


def test_homeroom_teacher_writes_conduct_and_a_comment(house: House, enter: Callable[..., Any]) -> None:
    page = enter(HOMEROOM)
    page.goto(f"{house.url}/so-diem/?hk=1")
    follow(page.get_by_role("link", name="Rèn luyện, nhận xét 8A2"))
    conduct, comment = column_of(page, "Rèn luyện"), column_of(page, "Nhận xét")

    for row, level in enumerate(("T", "K", "Đ"), start=1):
        type_in(page, row, conduct, level)
    page.locator(at(1, comment)).focus()
    page.keyboard.type("Chăm học, hoà đồng với bạn.")
    page.keyboard.press("Tab")
    assert all_saved(page)
    picture(page, "year-conduct")
    assert serious(page) == []

    page.reload()
    assert [value(page, row, conduct) for row in (1, 2, 3)] == ["T", "K", "Đ"]
    assert value(page, 1, comment) == "Chăm học, hoà đồng với bạn."
    assert value(page, 4, conduct) == ""


@pytest.mark.parametrize("width", WIDTHS)
def test_why_a_level_is_what_it_is_opens_condition_subject_and_article(
    stage: dict[str, Any], house: House, enter: Callable[..., Any], width: int
) -> None:
    page = enter(HOMEROOM, width=width)
    page.goto(f"{house.url}/so-diem/lop/{stage['class_id']}/?hk=0")
    row = page.get_by_role("row", name="Lý A Sính").first
    assert "Khá" in row.inner_text()

    row.get_by_role("link", name="Vì sao").click()

    told = page.locator("#vi-sao")
    assert until(page, lambda: "Thông tư 22/2021" in told.inner_text())
    said = told.inner_text()
    assert "Lý A Sính" in said and "Điều" in said and "6,5" in said
    picture(page, "year-why")
    assert serious(page) == []


def test_empty_is_not_zero_and_the_page_says_what_is_missing(house: House, enter: Callable[..., Any]) -> None:
    page = enter(HOMEROOM)
    page.goto(f"{house.url}/lop/")
    follow(page.get_by_role("link", name="8A2", exact=True))
    class_id = page.url.rstrip("/").split("/")[-1]
    page.goto(f"{house.url}/so-diem/lop/{class_id}/?hk=0")

    page.get_by_role("link", name="Vì sao").first.click()

    told = page.locator("#vi-sao")
    assert until(page, lambda: "Chưa có kết quả" in told.inner_text())
    assert "0,0" not in told.inner_text()

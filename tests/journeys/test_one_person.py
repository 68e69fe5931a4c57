"""Journey: a mother was entered with each of her two children; the clerk sees both files, merges them, and parts them again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import WIDTHS, House
from tests.journeys.hands import follow, picture, serious

pytestmark = pytest.mark.journey
CLERK = "Văn thư"
MOTHER, PHONES = "Trần Thị Bích Ngọc Anh", {1366: "0912 345 678", 390: "0912 345 679"}


@pytest.mark.parametrize("width", WIDTHS)
def test_a_mother_entered_twice_becomes_one_and_two_again(house: House, enter: Callable[..., Any], width: int) -> None:
    page = enter(CLERK, width=width)
    mother = f"{MOTHER} {'Hai' if width == 390 else 'Một'}"
    page.goto(f"{house.url}/lop/")
    follow(page.get_by_role("link", name="8A2", exact=True))
    children = [link.get_attribute("href") for link in page.locator("main a[href^='/hoc-sinh/']").all()[:2]]
    for child in children:
        page.goto(f"{house.url}{child}giam-ho/")
        page.get_by_label("Họ và tên").fill(mother)
        page.get_by_role("textbox", name="Điện thoại").fill(PHONES[width])
        page.get_by_label("Quan hệ").select_option(label="Mẹ")
        follow(page.locator("main form button").last)
    house.command("duplicates", "find", "--json")

    page.goto(f"{house.url}/ho-so-trung/")
    picture(page, "doubles-waiting")
    assert serious(page) == []
    follow(page.get_by_role("link", name=f"Đối chiếu {mother} và {mother}"))
    assert "cùng điện thoại" in page.locator("main").inner_text()
    picture(page, "doubles-pair")
    assert serious(page) == []

    page.get_by_role("button", name="Là một người, gộp lại").evaluate("button => button.form.noValidate = true")
    follow(page.get_by_role("button", name="Là một người, gộp lại"))
    assert "Chưa ghi căn cứ" in page.locator("main").inner_text()
    picture(page, "doubles-refused")
    page.get_by_label("Căn cứ").fill("Gia đình xác nhận, cùng thẻ căn cước")
    follow(page.get_by_role("button", name="Là một người, gộp lại"))
    assert "Là một người, đã gộp" in page.locator("main").inner_text()

    follow(page.get_by_role("link", name=f"Xem lại {mother} và {mother}"))
    page.get_by_label("Vì sao là hai người").fill("Gộp nhầm")
    picture(page, "doubles-undo")
    assert serious(page) == []
    follow(page.get_by_role("button", name="Tách hai hồ sơ"))
    assert "Mọi thứ trở về như trước khi gộp." in page.locator("main").inner_text()
    assert "Là hai người" in page.locator("main").inner_text()
    picture(page, "doubles-parted")
    assert serious(page) == []

"""Journey: the clerk looks at who is verified, puts a name right as the papers have it; the department sees the share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import WIDTHS, House
from tests.journeys.hands import follow, picture, serious

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("width", WIDTHS)
def test_a_clerk_puts_a_name_right_and_the_department_sees_the_share(
    house: House, enter: Callable[..., Any], width: int
) -> None:
    page = enter("Văn thư", width=width)
    page.goto(f"{house.url}/dinh-danh/?nhom=cho")
    assert "chưa được nối" in page.locator("main").inner_text(), "a province without a line is told so"
    picture(page, "identity-work")
    assert serious(page) == []

    follow(page.locator("main table td.is-act a").first)
    picture(page, "identity-person")
    assert serious(page) == []
    follow(page.get_by_role("link", name="Sửa thông tin"))
    name = page.get_by_label("Họ và tên").input_value()
    page.get_by_label("Họ và tên").fill(f"{name} Sửa")
    page.get_by_role("button", name="Lưu").evaluate("button => button.form.noValidate = true")
    follow(page.get_by_role("button", name="Lưu"))
    assert "Chưa ghi căn cứ" in page.locator("main").inner_text()
    picture(page, "identity-refused")
    page.get_by_label("Căn cứ").fill("Giấy khai sinh bản chính")
    follow(page.get_by_role("button", name="Lưu"))
    assert f"{name} Sửa" in page.locator("main").inner_text()

    page = enter("Chuyên viên · Sở", width=width)
    page.goto(f"{house.url}/dinh-danh/")
    assert "Theo cấp học" in page.locator("main").inner_text()
    picture(page, "identity-board")
    assert serious(page) == []
    follow(page.get_by_role("link", name="Đề nghị, khiếu nại"))
    picture(page, "identity-requests")
    assert serious(page) == []

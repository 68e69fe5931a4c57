"""Journey: the head closes the start of the year and signs, the department takes it, a correction makes a second version."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import conftest
from tests.journeys.conftest import WIDTHS, House
from tests.journeys.hands import follow, picture, serious

pytestmark = pytest.mark.journey
HEAD, OFFICER = "Hiệu trưởng", "Chuyên viên · Sở"
#: One school signs once a period: each width closes one of its own.
PERIOD = {1366: "Đầu năm học", 390: "Giữa năm học"}


@pytest.fixture(scope="module")
def checked(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A second web server of the same house, with a program that has looked at the data; its address."""
    port = conftest._free_port()
    url = f"http://127.0.0.1:{port}"
    log = tmp_path_factory.mktemp("checked") / "web.log"
    command = [
        sys.executable,
        "-m",
        "tools.serve",
        "--port",
        str(port),
        "--application",
        "tests.journeys.checked:application",
    ]
    program = conftest._start(command, house.environment | {"MT_PUBLIC_ADDRESS": url}, log)
    try:
        conftest._wait_until_ready(url, Path(log))
        yield url
    finally:
        program.terminate()
        program.wait(timeout=60)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_report_goes_from_the_head_to_the_department_and_back(
    checked: str, enter: Callable[..., Any], width: int
) -> None:
    officer = enter(OFFICER, width=width)
    given_the_period(officer, checked, width)
    head = enter(HEAD, width=width)
    when_the_head_closes_and_signs(head, checked, width)
    when_the_department_takes_it(officer, checked, width)
    when_a_correction_is_asked_and_granted(head, officer, checked, width)
    then_both_versions_stand(head)


def open_period(page: Any, address: str, width: int) -> None:
    page.goto(f"{address}/ki-bao-cao/")
    pill = page.locator("nav.pills a", has_text=PERIOD[width]).first
    if not pill.get_attribute("aria-current"):
        follow(pill)


def given_the_period(page: Any, address: str, width: int) -> None:
    page.goto(f"{address}/ki-bao-cao/")
    picture(page, "report-board-empty")
    if width == WIDTHS[1]:
        follow(page.get_by_role("link", name="Mở kì giữa năm học"))
        page.locator("[name=as_of]").fill("15/11/2026")
        page.locator("[name=due_on]").fill("15/12/2026")
        page.locator("[name=basis]").fill("Công văn 12/SGDĐT-KHTC")
        picture(page, "report-dates")
        assert serious(page) == []
        follow(page.get_by_role("button", name="Mở kì này"))
    assert serious(page) == []


def when_the_head_closes_and_signs(page: Any, address: str, width: int) -> None:
    open_period(page, address, width)
    picture(page, "report-school-before")
    assert serious(page) == []
    follow(page.get_by_role("button", name="Lập số liệu để ký"))
    picture(page, "report-school-frozen")
    follow(page.get_by_role("button", name="Ký chốt số liệu"))
    pin, code = (page.locator("strong.num").nth(number).inner_text() for number in (0, 1))
    page.get_by_label("Mã PIN của khoá ký").fill(pin)
    page.get_by_label("Mã xác nhận của lượt ký").fill(code)
    picture(page, "report-consent")
    assert serious(page) == []
    follow(page.get_by_role("button", name="Ký chốt số liệu"))
    assert "Đã ký. Số liệu này đã chốt" in page.locator("main").inner_text()
    picture(page, "report-school-signed")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def when_the_department_takes_it(page: Any, address: str, width: int) -> None:
    open_period(page, address, width)
    follow(page.locator("nav.pills a", has_text="Đã ký, chờ kiểm tra"))
    picture(page, "report-board-signed")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    follow(page.locator("tbody tr a").first)
    picture(page, "report-check")
    assert serious(page) == []
    page.get_by_label("Lí do").fill("Xã chưa có chuyên viên")
    follow(page.get_by_role("button", name="Nhận số liệu"))
    assert "Sở đã nhận" in page.locator("main").inner_text()
    follow(page.get_by_role("link", name="Kì báo cáo").last)
    follow(page.get_by_role("button", name="Chốt toàn tỉnh"))
    assert "trường chưa được nhận số liệu" in page.get_by_role("alert").inner_text()
    picture(page, "report-province-refused")
    follow(page.get_by_role("link", name="Số liệu tổng hợp"))
    picture(page, "report-totals")
    assert serious(page) == []


def when_a_correction_is_asked_and_granted(head: Any, officer: Any, address: str, width: int) -> None:
    head.reload()
    head.get_by_label("Vì sao cần sửa").fill("Đếm thiếu một em chuyển đến")
    head.get_by_label("Sửa chỗ nào").fill("Lớp 8A2 có 42 em, đã ghi 41")
    follow(head.get_by_role("button", name="Gửi yêu cầu"))
    open_period(officer, address, width)
    follow(officer.locator("nav.pills a", has_text="Xin sửa"))
    follow(officer.locator("tbody tr a").first)
    officer.get_by_label("Ý kiến của Sở").fill("Có biên bản kiểm tra")
    picture(officer, "report-correction")
    assert serious(officer) == []
    follow(officer.get_by_role("button", name="Đồng ý cho sửa"))
    head.reload()
    assert "Sở GDĐT đồng ý mở lại để sửa" in head.locator("main").inner_text()


def then_both_versions_stand(page: Any) -> None:
    follow(page.get_by_role("button", name="Lập số liệu để ký"))
    follow(page.get_by_role("button", name="Ký chốt số liệu"))
    pin, code = (page.locator("strong.num").nth(number).inner_text() for number in (0, 1))
    page.get_by_label("Mã PIN của khoá ký").fill(pin)
    page.get_by_label("Mã xác nhận của lượt ký").fill(code)
    follow(page.get_by_role("button", name="Ký chốt số liệu"))
    for version in ("Bản 2", "Bản 1"):
        follow(page.locator("a.item", has_text=version).first)
        assert "Còn nguyên vẹn từng byte, chữ ký đúng." in page.locator("main").inner_text()
        picture(page, f"report-{version[-1]}")
        assert serious(page) == []
        page.go_back()

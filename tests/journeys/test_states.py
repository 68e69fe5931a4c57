"""The states between the stories: not there, refused, empty, dark, on paper, by keyboard alone, at twice the size, light to load."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import WIDTHS, House
from tests.journeys.hands import follow, picture, serious, until

pytestmark = pytest.mark.journey
PRINCIPAL, OFFICER, TEACHER, GUARDIAN = (
    "Hiệu trưởng · THCS",
    "Chuyên viên · Sở",
    "Giáo viên Toán 8A2",
    "2 con ở 2 trường",
)
HEAVIEST_SHELL = 120_000


def test_what_is_not_there_and_what_is_not_yours_is_one_page_with_a_way_back(
    house: House, enter: Callable[..., Any], complaints: list[str]
) -> None:
    page = enter(TEACHER, width=390)
    assert page.goto(f"{house.url}/nhat-ky/").status == 404
    complaints.clear()  # the browser itself notes the status

    assert page.get_by_role("heading", level=1).count() == 1
    assert page.title() == "Không tìm thấy · Mái Trường"
    picture(page, "state-404")
    assert serious(page) == []
    follow(page.get_by_role("link", name="Về trang đầu"))
    page.get_by_role("heading", level=1, name="Chào Nguyễn Thị Lan").wait_for()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_refused_form_says_what_and_where_and_keeps_what_was_typed(
    house: House, enter: Callable[..., Any], width: int
) -> None:
    page = enter(PRINCIPAL, width=width)
    page.goto(f"{house.url}/quyen/giao/")
    page.get_by_label("Việc", exact=True).select_option(label="Văn thư")
    page.get_by_label("Người nhận").select_option(index=1)
    page.get_by_label("Từ ngày", exact=True).fill("31/02/2027")
    page.get_by_label("Lí do").fill("Quyết định số 12")
    page.locator("form.form").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Giao", exact=True).click()

    page.get_by_role("alert").wait_for()
    assert "31/02/2027" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Lí do").input_value() == "Quyết định số 12"
    picture(page, "state-refused")
    assert serious(page) == []


def test_a_new_class_is_empty_everywhere_and_each_page_says_what_to_do_next(
    house: House, enter: Callable[..., Any]
) -> None:
    page = enter(PRINCIPAL)
    page.goto(f"{house.url}/lop/")
    follow(page.get_by_role("link", name="Mở lớp"))
    page.get_by_label("Khối").select_option(index=1)
    page.get_by_label("Tên lớp").fill(f"6Z{int(time.time()) % 100_000}")
    page.get_by_role("button", name="Mở lớp").click()
    page.locator(".empty").wait_for()
    class_id = page.url.rstrip("/").split("/")[-1]

    for address in ("lop/{}/", "diem-danh/{}/", "diem-danh/{}/tong-hop/", "hoc-ba/lop/{}/"):
        answer = page.goto(f"{house.url}/{address.format(class_id)}")
        assert answer.status == 200
        empty = page.locator(".empty").first
        assert empty.locator(".empty__title").inner_text() and empty.locator(".empty__text").inner_text(), address
        picture(page, "state-empty-" + address.split("/")[0])
        assert serious(page) == []


@pytest.mark.parametrize(
    ("who", "address"),
    [(PRINCIPAL, "/"), (OFFICER, "/dieu-hanh/"), (GUARDIAN, "/con-toi/"), (TEACHER, "/so-diem/?hk=1")],
)
def test_the_dark_scheme_is_readable(house: House, enter: Callable[..., Any], who: str, address: str) -> None:
    page = enter(who)
    page.emulate_media(color_scheme="dark")
    page.goto(house.url + address)
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    picture(page, f"dark-{address.strip('/').split('/')[0] or 'home'}")

    assert sum(int(part) for part in re.findall(r"\d+", light)[:3]) < 150
    assert serious(page) == []
    if "so-diem" in address:
        follow(page.get_by_role("link", name="Toán 8A2", exact=True))
        page.locator("[data-grid-sync]").wait_for()
        picture(page, "dark-book")
        assert serious(page) == []


@pytest.mark.parametrize(
    ("who", "address", "most"),
    [
        (OFFICER, "/dieu-hanh/", 2),
        (PRINCIPAL, "8A2", 2),
        (TEACHER, "Toán 8A2", 2),
        (GUARDIAN, "Xem điểm, buổi vắng, kết quả", 2),
    ],
)
def test_paper_gets_the_page_without_the_shell(
    house: House, enter: Callable[..., Any], who: str, address: str, most: int
) -> None:
    page = enter(who)
    start = {"8A2": "/lop/", "Toán 8A2": "/so-diem/?hk=1", "Xem điểm, buổi vắng, kết quả": "/con-toi/"}.get(
        address, address
    )
    page.goto(house.url + start)
    if start != address:
        follow(page.get_by_role("link", name=address).first)
        page.locator("h1").wait_for()
        page.wait_for_load_state("networkidle")
    page.emulate_media(media="print")
    picture(page, f"paper-{start.strip('/').split('/')[0]}")

    for part in (".side", ".top", ".bar", ".head__actions"):
        assert page.locator(part).first.is_hidden(), part
    assert page.locator("h1").is_visible()
    sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True)))
    assert 1 <= sheets <= most


def test_by_keyboard_alone_from_the_skip_link_to_the_dialog_and_back(house: House, enter: Callable[..., Any]) -> None:
    page = enter(PRINCIPAL)
    page.goto(f"{house.url}/so-diem/?hk=1&lop=")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").evaluate("link => link.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "noi-dung"

    for _ in range(12):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; })()"
        )
        assert shown, page.evaluate("document.activeElement.outerHTML.slice(0, 120)")

    page.get_by_role("link", name="8A2", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Toán 8A2", exact=True).focus()
    page.keyboard.press("Enter")
    opener = page.locator("[data-dialog=khoa]").first
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    for _ in range(12):  # the dialog keeps the focus; the browser's own bar is the only way out
        page.keyboard.press("Tab")
        inside = "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        assert page.evaluate(inside)
    page.keyboard.press("Escape")
    assert until(page, dialog.is_hidden)
    assert opener.evaluate("button => button === document.activeElement")


@pytest.mark.parametrize("address", ["/", "/lop/", "/hoc-sinh/", "/quyen/", "/nhat-ky/", "/dieu-hanh/"])
def test_at_twice_the_size_nothing_scrolls_sideways(house: House, enter: Callable[..., Any], address: str) -> None:
    page = enter(PRINCIPAL)
    page.set_viewport_size({"width": 683, "height": 450})
    page.goto(house.url + address)

    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 1


def test_the_first_load_of_a_real_book_is_light(house: House, enter: Callable[..., Any]) -> None:
    page = enter(TEACHER)
    page.goto(f"{house.url}/so-diem/?hk=1")
    address = page.get_by_role("link", name="Toán 8A2", exact=True).get_attribute("href")
    page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(house.url + address)
    page.wait_for_load_state("networkidle")

    weights = {answer.url.rsplit("/", 1)[-1] or "page": weight(answer) for answer in answers if answer.status == 200}

    assert {"page", "ui.css", "ui.js", "htmx.js"} <= set(weights)
    assert sum(weights.values()) <= HEAVIEST_SHELL, weights
    assert not [answer.url for answer in answers if "access-control-allow-origin" in answer.headers]


def weight(answer: Any) -> int:
    """Bytes on the wire: fonts are packed already, the rest travels as gzip."""
    body = answer.body()
    return len(body) if answer.url.endswith(".woff2") else len(gzip.compress(body, 6))

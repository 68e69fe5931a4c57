"""The gallery and the shell in a real browser: nobody is shut out, nothing scrolls sideways, nothing is heavy."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from maitruong.foundation.ui.tests.hands import until
from maitruong.foundation.ui.tests.harness import Book

pytestmark = pytest.mark.journey

HEAVIEST_FIRST_LOAD = 120_000
SERIOUS = {"serious", "critical"}
WIDTHS_AND_MODES = [(1366, False), (1366, True), (390, False), (390, True)]


def axe_problems(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']} {node['target']} {node['failureSummary']}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(("width", "dark"), WIDTHS_AND_MODES)
@pytest.mark.parametrize("path", ["/kit/", "/kit/cua/", "/luoi/"])
def test_axe_finds_nothing_serious_and_nothing_scrolls_sideways(
    visit: Callable[..., Any], book: Book, path: str, width: int, dark: bool
) -> None:
    page = visit(path, width=width, dark=dark)

    assert axe_problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", ["/kit/", "/luoi/"])
def test_pages_work_at_360_px(visit: Callable[..., Any], book: Book, path: str) -> None:
    page = visit(path, width=360)

    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_first_load_of_the_grid_is_light(visit: Callable[..., Any], book: Book) -> None:
    before = visit("/kit/cua/")
    page = before.context.new_page()
    page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(before.url.replace("kit/cua/", "luoi/"))
    page.wait_for_load_state("networkidle")

    weights = {answer.url.rsplit("/", 1)[-1] or "page": weight(answer) for answer in answers}

    assert {"page", "ui.css", "ui.js", "htmx.js", "index.js", "icons.svg", "latin-400.woff2"} <= set(weights)
    assert sum(weights.values()) <= HEAVIEST_FIRST_LOAD, weights


def weight(answer: Any) -> int:
    """Bytes on the wire: fonts are packed already, the rest travels as gzip."""
    body = answer.body()
    return len(body) if answer.url.endswith(".woff2") else len(gzip.compress(body, 6))


def test_a_dialog_opens_takes_the_focus_and_gives_it_back(visit: Callable[..., Any]) -> None:
    page = visit("/kit/")
    opener = page.get_by_role("button", name="Mở hộp thoại")
    opener.click()
    dialog = page.get_by_role("dialog", name="Khoá sổ Toán 8A2, học kì I?")
    assert dialog.is_visible()

    page.keyboard.press("Escape")

    assert dialog.is_hidden()
    assert opener.evaluate("button => button === document.activeElement")


def test_the_switcher_tells_person_role_and_place_and_closes_on_escape(visit: Callable[..., Any]) -> None:
    page = visit("/kit/")
    switcher = page.get_by_label("Đổi không gian làm việc: Nguyễn Thị Lan, Giáo viên, THCS Lê Chân")
    switcher.click()
    assert page.get_by_role("link", name="Phụ huynh TH Nguyễn Công Trứ").is_visible()

    page.keyboard.press("Escape")

    assert page.get_by_role("link", name="Phụ huynh TH Nguyễn Công Trứ").is_hidden()


def test_on_a_phone_the_menu_opens_from_the_bar(visit: Callable[..., Any]) -> None:
    page = visit("/kit/", width=390)
    menu = page.locator("#ben")
    assert menu.is_hidden()

    page.get_by_role("button", name="Thêm", exact=True).tap()

    assert menu.is_visible()
    assert menu.get_by_role("link", name="Biểu tượng").is_visible()
    page.get_by_role("button", name="Đóng").first.tap()
    assert until(page, menu.is_hidden)


def test_slash_goes_to_the_search(visit: Callable[..., Any]) -> None:
    page = visit("/kit/")

    page.keyboard.press("/")

    assert page.locator("[data-find]").evaluate("box => box === document.activeElement")


def test_a_day_is_chosen_from_the_calendar_as_day_month_year(visit: Callable[..., Any]) -> None:
    page = visit("/kit/")
    date = page.locator("[data-date]").first
    date.get_by_role("button").click()

    date.locator(".date__native").evaluate(
        "native => { native.value = '2027-01-15'; native.dispatchEvent(new Event('change')); }"
    )

    assert date.locator(".field__box").input_value() == "15/01/2027"


def test_a_chosen_file_is_named(visit: Callable[..., Any]) -> None:
    page = visit("/kit/")
    page.locator("#o-tep").set_input_files(
        {"name": "ds 8A2.xlsx", "mimeType": "application/octet-stream", "buffer": b"x"}
    )

    assert page.locator("[data-drop-chosen]").first.inner_text() == "ds 8A2.xlsx"


def test_a_message_from_the_server_is_spoken_and_can_be_closed(visit: Callable[..., Any]) -> None:
    page = visit("/kit/")
    page.evaluate("""document.body.dispatchEvent(new CustomEvent('toast',
        {bubbles: true, detail: {text: 'Đã khoá sổ.', kind: 'good'}}))""")
    message = page.locator("#toasts .toast")
    assert message.inner_text() == "Đã khoá sổ."

    message.get_by_role("button", name="Đóng thông báo").click()

    assert message.count() == 0


def test_the_worker_keeps_the_shell_and_nothing_else(visit: Callable[..., Any], book: Book) -> None:
    page = visit("/luoi/", expect_errors=True, worker=True)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    kept = page.evaluate("""caches.keys().then(names => Promise.all(names.map(name => caches.open(name)
        .then(cache => cache.keys()).then(all => all.map(one => new URL(one.url).pathname)))))""")

    assert len(kept) == 1
    assert sorted(path.rsplit("/", 1)[-1] for path in kept[0]) == ["htmx.js", "icons.svg", "ui.css", "ui.js"]
    page.context.set_offline(True)
    page.goto(page.url)
    assert page.get_by_role("heading", name="Chưa có kết nối").is_visible()


def test_back_to_the_answer_of_a_form_is_the_page_it_was_sent_from_and_no_word_of_a_lost_network(
    visit: Callable[..., Any], book: Book
) -> None:
    page = visit("/luoi/", expect_errors=True, worker=True)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    start = page.url
    page.goto(start)
    heading = page.locator("h1").inner_text()
    with page.expect_navigation():
        page.evaluate("""() => {
          const form = document.createElement("form");
          Object.assign(form, { method: "post", action: "/khong-co/" });
          document.body.append(form);
          form.submit();
        }""")
    page.goto(start)

    page.go_back()
    page.wait_for_load_state()

    assert page.get_by_role("heading", name="Chưa có kết nối").count() == 0
    assert (page.url, page.locator("h1").inner_text()) == (start, heading)


def test_a_page_the_browser_kept_is_asked_for_again(visit: Callable[..., Any], book: Book) -> None:
    page = visit("/luoi/")
    page.evaluate("window.before = true")

    with page.expect_navigation():
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")

    assert page.evaluate("window.before") is None


def test_paper_gets_the_sheet_and_not_the_shell(visit: Callable[..., Any], book: Book) -> None:
    page = visit("/luoi/")
    page.emulate_media(media="print")

    assert page.locator(".side").is_hidden()
    assert page.locator(".top").is_hidden()
    assert page.locator(".sheet").is_visible()
    assert page.locator(".sheet__scroll").evaluate("box => getComputedStyle(box).overflow") == "visible"

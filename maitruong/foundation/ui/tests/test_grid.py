"""The grid in hand: keyboard, clipboard, kinds of column, the phone; in a real browser under the content policy."""

from __future__ import annotations

import re

import pytest

from maitruong.foundation.ui.tests.hands import PASTE, cell, classes, paste, said, selector, state, until
from maitruong.foundation.ui.tests.harness import OTHER_KINDS, Book

pytestmark = pytest.mark.journey


def test_45_marks_typed_without_a_pause_are_all_saved(visit, book: Book) -> None:
    page = visit("/luoi/")
    marks = [f"{n % 10},{(n * 3) % 10}" for n in range(45)]

    cell(page, 1, 6).focus()
    for mark in marks:
        page.keyboard.type(mark)
        page.keyboard.press("Enter")

    assert until(page, lambda: len(book.values) == 45)
    shown = [mark.removesuffix(",0") for mark in marks]
    assert [book.values[f"p{n}", "ck"] for n in range(1, 46)] == shown
    assert [cell(page, n, 6).input_value() for n in range(1, 46)] == shown
    assert until(page, lambda: state(page) == "Đã lưu hết lúc 14:05")
    assert len(book.requests) < 45


def test_arrows_tab_and_enter_commit_and_move(visit, book: Book) -> None:
    page = visit("/luoi/")
    cell(page, 2, 1).click()

    for typed, key in (("8", "ArrowRight"), ("7.5", "Tab"), ("9", "Enter"), ("6", "Shift+Enter"), ("", "ArrowUp")):
        page.keyboard.type(typed)
        page.keyboard.press(key)
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("5")
    page.keyboard.press("Shift+Tab")

    assert until(page, lambda: len(book.values) == 5)
    assert book.values == {
        ("p2", "tx1"): "8",
        ("p2", "tx2"): "7,5",
        ("p2", "tx3"): "9",
        ("p3", "tx3"): "6",
        ("p1", "tx2"): "5",
    }


def test_f2_opens_the_text_and_escape_gives_up(visit, book: Book) -> None:
    book.values["p1", "tx1"] = "7"
    page = visit("/luoi/")
    cell(page, 1, 1).focus()

    page.keyboard.press("F2")
    page.keyboard.type(",5")
    page.keyboard.press("ArrowLeft")
    assert cell(page, 1, 1).input_value() == "7,5"
    page.keyboard.press("Escape")

    assert cell(page, 1, 1).input_value() == "7"
    page.keyboard.press("Enter")
    page.wait_for_timeout(600)
    assert book.requests == []


def test_v_writes_absent_and_delete_clears_a_range(visit, book: Book) -> None:
    book.values |= {(f"p{n}", "tx1"): "8" for n in (1, 2, 3)}
    page = visit("/luoi/")
    cell(page, 1, 2).focus()
    page.keyboard.type("v")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Delete")

    assert until(page, lambda: book.values.get(("p3", "tx1")) == "")
    assert [book.values[f"p{n}", "tx1"] for n in (1, 2, 3)] == ["", "", ""]
    assert book.values["p1", "tx2"] == "V"
    assert "is-absent" in classes(page, 1, 2)


def test_a_block_from_a_spreadsheet_is_one_request_and_one_undo(visit, book: Book) -> None:
    page = visit("/luoi/")
    block = "\r\n".join("\t".join(f"{(r + c) % 11}" for c in range(6)) for r in range(45)) + "\r\n"

    paste(page, 1, 1, block)
    assert until(page, lambda: len(book.values) == 270)
    assert len(book.requests) == 1
    assert said(page) == "Đã dán 270 ô."
    assert until(page, lambda: cell(page, 1, 7).input_value() == "3,2")

    page.keyboard.press("Control+z")
    assert until(page, lambda: set(book.values.values()) == {""})
    assert len(book.requests) == 2
    page.keyboard.press("Control+y")
    assert until(page, lambda: book.values["p45", "ck"] == f"{(44 + 5) % 11}")


def test_a_table_copied_from_a_document_is_pasted_from_its_html(visit, book: Book) -> None:
    page = visit("/luoi/")

    html = "<table><tr><td>8</td><td>9</td></tr><tr><td> 7,5 </td><td>V</td></tr></table>"
    paste(page, 1, 1, "8 9\n7,5 V", html)

    assert until(page, lambda: len(book.values) == 4)
    assert book.values["p2", "tx1"] == "7,5"
    assert book.values["p2", "tx2"] == "V"


def test_what_does_not_fit_or_is_locked_is_counted_and_said(visit, book: Book) -> None:
    book.locked = {"p45": {"tx2"}}
    page = visit("/luoi/")

    paste(page, 44, 1, "8\t8\t12\n8\t8\t07-May\n8\t8\t8")

    assert said(page) == "Đã dán 5 ô, 2 ô cần sửa, bỏ qua 1 ô khoá, 3 ô nằm ngoài bảng không được dán."
    assert cell(page, 45, 3).input_value() == "07-May"
    assert until(page, lambda: len(book.values) == 3)
    assert cell(page, 45, 2).get_attribute("readonly") is not None


def test_a_range_is_copied_as_text_and_as_a_table(visit, book: Book) -> None:
    book.values |= {("p1", "tx1"): "8", ("p1", "tx2"): "7,5", ("p2", "tx1"): "V"}
    page = visit("/luoi/")
    cell(page, 1, 1).focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+c")

    assert page.evaluate("navigator.clipboard.readText()").splitlines() == ["8\t7,5", "V\t"]
    cell(page, 10, 3).focus()
    page.keyboard.press("Control+v")
    assert until(page, lambda: book.values.get(("p11", "tx3")) == "V")
    assert book.values["p10", "tx4"] == "7,5"


# While text is being selected Firefox tells every move of the mouse to the field it began in, wherever the pointer is.
FIREFOX_MOVES = """([from, to]) => {
  const [began, here] = [from, to].map((selector) => document.querySelector(selector));
  const box = here.getBoundingClientRect();
  const at = {clientX: box.x + 5, clientY: box.y + 5, buttons: 1, bubbles: true, cancelable: true};
  began.dispatchEvent(new MouseEvent("mousemove", at));
  began.dispatchEvent(new MouseEvent("mouseup", {...at, buttons: 0}));
}"""


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_a_range_is_drawn_with_the_mouse_in_every_browser_and_typing_replaces(visit, book: Book, browser: str) -> None:
    book.values |= {("p1", "tx1"): "7,5", ("p3", "tx2"): "8"}
    page = visit("/luoi/")
    if browser == "chromium":
        began, ended = cell(page, 1, 1).bounding_box(), cell(page, 3, 2).bounding_box()
        page.mouse.move(began["x"] + 20, began["y"] + 10)
        page.mouse.down()
        page.mouse.move(ended["x"] + 20, ended["y"] + 10, steps=6)
        page.mouse.up()
    else:
        cell(page, 1, 1).click()
        page.evaluate(FIREFOX_MOVES, [selector(1, 1), selector(3, 2)])

    drawn = {(r, c) for r in range(1, 5) for c in range(1, 4) if "in-range" in classes(page, r, c)}
    assert drawn == {(r, c) for r in (1, 2, 3) for c in (1, 2)}
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    assert until(page, lambda: book.values["p1", "tx1"] == "9")


def test_one_value_pasted_on_a_range_fills_it(visit, book: Book) -> None:
    page = visit("/luoi/")
    cell(page, 1, 1).focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    page.evaluate(PASTE, [selector(1, 1), "10", ""])

    assert until(page, lambda: [book.values.get((f"p{n}", "tx1")) for n in (1, 2, 3)] == ["10", "10", "10"])


def test_a_wrong_mark_stays_is_marked_and_told(visit, book: Book) -> None:
    page = visit("/luoi/")
    cell(page, 4, 5).focus()
    page.keyboard.type("75")
    page.keyboard.press("Enter")

    assert cell(page, 4, 5).input_value() == "75"
    assert cell(page, 4, 5).get_attribute("aria-invalid") == "true"
    assert "giữa kì: 75 chưa lưu được. Điểm nhận từ 0 đến 10, ví dụ 7 hoặc 7,5. Có phải 7,5?" in said(page)
    described = cell(page, 4, 5).get_attribute("aria-describedby")
    assert "chưa lưu được" in page.locator(f"#{described}").inner_text()
    page.wait_for_timeout(600)
    assert book.requests == []
    assert state(page) == "1 ô cần sửa"

    cell(page, 4, 5).focus()
    page.keyboard.type("7,5")
    page.keyboard.press("Enter")
    assert until(page, lambda: book.values.get(("p4", "gk")) == "7,5")
    assert cell(page, 4, 5).get_attribute("aria-invalid") is None
    assert page.locator(".ask").count() == 0


def test_marks_are_read_as_teachers_write_them(visit, book: Book) -> None:
    right = {"7.50": "7,5", "10,0": "10", "0": "0", "08": "8", "7,": "7", " 9 ": "9", "7,5": "7,5"}
    wrong = ("10,5", "7,55", "abc", "5/7/2026", "07-May", "-1")
    page = visit("/luoi/")
    cell(page, 1, 1).focus()
    for typed in (*right, *wrong):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")

    rows = range(1, len(right) + len(wrong) + 1)
    assert [cell(page, row, 1).input_value() for row in rows] == [*right.values(), *wrong]
    refused = ["is-refused" in classes(page, row, 1) for row in rows]
    assert refused == [False] * len(right) + [True] * len(wrong)


def test_an_input_method_composing_in_a_cell_loses_nothing(visit, book: Book) -> None:
    page = visit("/luoi/")
    cell(page, 1, 8).focus()
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "Tiê", "selectionStart": 3, "selectionEnd": 3})
    session.send("Input.insertText", {"text": "Tiến bộ"})
    page.keyboard.press("Enter")

    assert until(page, lambda: book.values.get(("p1", "nx")) == "Tiến bộ")


def test_other_kinds_of_column_read_codes_numbers_and_words(visit, book: Book) -> None:
    book.columns = OTHER_KINDS
    page = visit("/luoi/")
    cell(page, 1, 1).focus()
    for typed in ("9", "d", "h", "Chăm chỉ,   cẩn thận"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    cell(page, 2, 1).focus()
    for typed in ("9,5", "c", "x"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")

    assert until(page, lambda: len(book.values) == 5)
    assert [book.values["p1", key] for key in ("kt", "dg", "th", "nx")] == ["9", "Đ", "H", "Chăm chỉ, cẩn thận"]
    assert book.values["p2", "dg"] == "CĐ"
    assert {"is-refused"} <= classes(page, 2, 1)
    assert {"is-refused"} <= classes(page, 2, 3)


def test_clicking_the_cell_in_hand_lets_the_range_of_a_paste_go(visit, book: Book) -> None:
    page = visit("/luoi/")
    cell(page, 1, 1).click()
    page.evaluate(PASTE, [selector(1, 1), "8\n8\n8", ""])
    cell(page, 1, 1).click()
    page.keyboard.press("Delete")

    assert until(page, lambda: book.values.get(("p1", "tx1")) == "")
    assert [book.values[f"p{n}", "tx1"] for n in (2, 3)] == ["8", "8"]


def test_typing_over_a_clicked_cell_replaces_its_value(visit, book: Book) -> None:
    book.values["p1", "tx1"] = "6,5"
    page = visit("/luoi/")
    cell(page, 1, 1).click()
    page.keyboard.type("8")
    page.keyboard.press("ArrowDown")

    assert until(page, lambda: book.values["p1", "tx1"] == "8")


def test_a_comment_pointed_at_is_opened_and_not_replaced(visit, book: Book) -> None:
    book.values["p1", "nx"] = "Chăm chỉ"
    page = visit("/luoi/")
    cell(page, 1, 8).click()
    page.keyboard.press("End")
    page.keyboard.type(", cẩn thận")
    page.keyboard.press("Enter")

    assert until(page, lambda: book.values["p1", "nx"] == "Chăm chỉ, cẩn thận")


def test_on_a_phone_one_column_is_chosen_by_pills_and_v_is_a_key(visit, book: Book) -> None:
    book.values |= {("p1", "gk"): "6,5", ("p1", "tx1"): "7", ("p1", "tx2"): "8"}
    page = visit("/luoi/", width=390)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert [pill.inner_text().split()[0] for pill in page.locator(".pick .pill").all()][:3] == ["CK", "GK", "TX4"]
    assert page.locator("tbody tr:first-child .marks__sum").inner_text() == "GK 6,5 · TX 7, 8"
    assert cell(page, 1, 6).get_attribute("inputmode") == "decimal"
    box = cell(page, 1, 6).bounding_box()
    assert (box["width"], box["height"]) == (96, 48)
    assert cell(page, 1, 5).is_hidden()

    page.get_by_role("button", name=re.compile("^Vắng, ")).first.tap()
    assert until(page, lambda: book.values.get(("p1", "ck")) == "V")
    page.locator(".pick .pill", has_text="GK").tap()
    cell(page, 2, 5).tap()
    page.keyboard.type("7.5")
    page.keyboard.press("Enter")

    assert until(page, lambda: book.values.get(("p2", "gk")) == "7,5")
    assert page.locator(".pick .pill[aria-pressed=true]").inner_text().split() == ["GK", "2/45"]
    assert page.locator("table[role=grid] [role=row] [role=gridcell]").count() > 0


def test_on_a_phone_why_opens_in_the_row_when_asked_for_and_typing_fetches_nothing(visit, book: Book) -> None:
    page = visit("/luoi/", width=390)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/vi-sao/" in request.url else None)
    cell(page, 1, 6).tap()
    page.keyboard.type("7,5")
    page.keyboard.press("Enter")
    assert until(page, lambda: book.values.get(("p1", "ck")) == "7,5")
    page.wait_for_timeout(900)
    assert asked == []

    row = page.locator("tbody tr:nth-child(2)")
    why = row.get_by_role("button", name=re.compile(r"^Vì sao\? "))
    why.tap()
    assert until(page, lambda: "hàng p2" in row.locator(".marks__told").inner_text())
    assert why.get_attribute("aria-expanded") == "true" and row.locator(".marks__told").bounding_box()["width"] > 300
    assert page.evaluate("document.documentElement.scrollWidth") == 390

    page.locator("tbody tr:nth-child(3)").get_by_role("button", name=re.compile(r"^Vì sao\? ")).tap()
    assert until(page, lambda: "hàng p3" in page.locator(".marks__told").inner_text())
    page.locator("tbody tr:nth-child(3)").get_by_role("button", name=re.compile(r"^Vì sao\? ")).tap()
    assert page.locator(".marks__told").count() == 0 and why.get_attribute("aria-expanded") == "false"
    assert len(asked) == 2


def test_on_a_phone_choices_are_keys_and_refusals_stand_in_the_row(visit, book: Book) -> None:
    book.columns = OTHER_KINDS
    page = visit("/luoi/", width=390)
    page.locator(".pick .pill", has_text="Đánh giá").tap()
    page.get_by_role("button", name=re.compile("^Chưa đạt, ")).first.tap()
    assert until(page, lambda: book.values.get(("p1", "dg")) == "CĐ")
    page.locator(".pick .pill", has_text="KT").tap()
    cell(page, 1, 1).tap()
    page.keyboard.type("11")
    page.keyboard.press("Enter")

    row = page.locator("tbody tr:first-child")
    assert "Nhận số nguyên từ 0 đến 10." in row.locator(".ask--refused").inner_text()


def test_the_page_of_45_by_8_is_at_most_60_kb(visit, book: Book) -> None:
    book.values |= {(f"p{n}", key): "7,5" for n in range(1, 46) for key in ("tx1", "tx2", "tx3", "tx4", "gk", "ck")}
    page = visit("/luoi/")

    html = page.evaluate("fetch('/luoi/').then(answer => answer.text())")

    assert len(html.encode()) <= 60_000

"""The grid and its server: sending, refusals, conflicts, a lost network, news of others; in a real browser."""

from __future__ import annotations

from typing import Any

import pytest

from maitruong.foundation.ui.tests.hands import cell, classes, come_back, paste, said, state, until
from maitruong.foundation.ui.tests.harness import Book

pytestmark = pytest.mark.journey


def test_a_refusal_of_the_server_is_shown_at_its_cell(visit, book: Book) -> None:
    page = visit("/luoi/")
    cell(page, 1, 1).focus()
    page.keyboard.type("6,6")
    page.keyboard.press("Enter")
    page.keyboard.type("7")
    page.keyboard.press("Enter")

    assert until(page, lambda: "is-refused" in classes(page, 1, 1))
    assert cell(page, 1, 1).input_value() == "6,6"
    assert "đã được miễn bài kiểm tra" in page.locator(".ask--refused").inner_text()
    assert until(page, lambda: book.values == {("p2", "tx1"): "7"})  # the next cell may go in a request of its own


def test_a_closed_book_refuses_the_whole_request_with_its_sentence(visit, book: Book) -> None:
    book.refuse_all = {"message": "Sổ Toán 8A2 đã khoá lúc 14:00.", "remedy": "Gửi yêu cầu mở lại cho hiệu trưởng."}
    page = visit("/luoi/", expect_errors=True)
    cell(page, 1, 1).focus()
    page.keyboard.type("7")
    page.keyboard.press("Enter")

    assert until(page, lambda: "is-refused" in classes(page, 1, 1))
    assert "đã khoá lúc 14:00. Gửi yêu cầu mở lại" in page.locator(".ask--refused").inner_text()


def test_more_refusals_than_fit_fade_out_at_the_edge_and_the_last_one_stands_clear_of_it(visit, book: Book) -> None:
    page = visit("/luoi/")
    paste(page, 1, 1, "\n".join(["11"] * 12))
    assert until(page, lambda: page.locator(".ask--refused").count() >= 6)

    box = page.locator("[data-grid-asks]")
    seen = box.evaluate(
        """box => {
          const more = box.scrollHeight - box.clientHeight, fades = getComputedStyle(box).maskImage
          box.scrollTop = more
          const room = box.getBoundingClientRect().bottom - box.lastElementChild.getBoundingClientRect().bottom
          return {more, fades, room}
        }"""
    )

    assert seen["more"] > 0
    assert "gradient" in seen["fades"] and seen["room"] >= 28


def test_undo_after_the_save_is_a_new_change_and_spares_what_others_wrote(visit, book: Book) -> None:
    page = visit("/luoi/")
    paste(page, 1, 1, "8\n9")
    assert until(page, lambda: len(book.values) == 2 and "is-pending" not in classes(page, 2, 1))
    book.write("p2", "tx1", "5", by="cô Hoa")
    come_back(page)
    assert until(page, lambda: cell(page, 2, 1).input_value() == "5")

    page.keyboard.press("Control+z")

    assert until(page, lambda: book.values["p1", "tx1"] == "")
    assert book.values["p2", "tx1"] == "5"
    assert said(page) == "Đã hoàn tác 1 ô, 1 ô người khác đã sửa nên giữ nguyên."
    assert book.requests[-1]["cells"] == [{"row": "p1", "column": "tx1", "value": "", "saw": "8"}]


def test_two_hands_at_one_cell_see_both_values_and_choose(visit, book: Book) -> None:
    book.values["p10", "tx2"] = "7"
    page = visit("/luoi/")
    book.write("p10", "tx2", "8", by="cô Hoa")
    cell(page, 10, 2).focus()
    page.keyboard.type("7,5")
    page.keyboard.press("Enter")

    assert until(page, lambda: "is-conflict" in classes(page, 10, 2))
    assert cell(page, 10, 2).input_value() == "7,5"
    ask = page.locator(".ask")
    assert "Cô Hoa vừa sửa thành 8 lúc 14:05. Thầy/cô đang nhập 7,5." in ask.inner_text()
    assert book.values["p10", "tx2"] == "8"

    page.get_by_role("button", name="Ghi 7,5").click()
    assert until(page, lambda: book.values["p10", "tx2"] == "7,5")
    assert book.requests[-1]["cells"] == [{"row": "p10", "column": "tx2", "value": "7,5", "saw": "8"}]
    assert until(page, lambda: page.locator(".ask").count() == 0)


def test_keeping_theirs_sends_nothing(visit, book: Book) -> None:
    page = visit("/luoi/")
    book.write("p1", "tx1", "8", by="cô Hoa")
    cell(page, 1, 1).focus()
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Giữ 8").click()
    page.wait_for_timeout(600)

    assert cell(page, 1, 1).input_value() == "8"
    assert classes(page, 1, 1) & {"is-conflict", "is-pending"} == set()
    assert len(book.requests) == 1


def test_a_conflicting_cell_typed_again_still_asks(visit, book: Book) -> None:
    page = visit("/luoi/")
    book.write("p1", "tx1", "8", by="cô Hoa")
    cell(page, 1, 1).focus()
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    assert until(page, lambda: page.locator(".ask").count() == 1)
    cell(page, 1, 1).focus()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    page.wait_for_timeout(600)

    assert book.values["p1", "tx1"] == "8"
    assert page.get_by_role("button", name="Ghi 5").count() == 1
    cell(page, 1, 1).focus()
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    assert page.locator(".ask").count() == 0


def test_without_a_network_cells_wait_and_are_sent_once_when_it_is_back(visit, book: Book) -> None:
    page = visit("/luoi/", expect_errors=True)
    page.context.set_offline(True)
    cell(page, 1, 1).focus()
    for mark in ("7", "8", "9"):
        page.keyboard.type(mark)
        page.keyboard.press("Enter")

    assert until(page, lambda: state(page) == "3 ô chờ gửi")
    assert "is-pending" in classes(page, 1, 1)
    page.keyboard.type("10")
    page.keyboard.press("Enter")
    assert until(page, lambda: state(page) == "4 ô chờ gửi")

    page.context.set_offline(False)
    assert until(page, lambda: len(book.values) == 4, 8)
    assert until(page, lambda: "is-pending" not in classes(page, 4, 1))
    assert until(page, lambda: state(page) == "Đã lưu hết lúc 14:05")


def test_a_lost_answer_is_asked_again_with_the_same_id_and_the_same_cells(visit, book: Book) -> None:
    page = visit("/luoi/", expect_errors=True)
    lost: list[str] = []

    def lose_first(route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.request.post_data)
        route.fetch()
        return route.abort()

    page.route("**/luu/", lose_first)
    cell(page, 1, 1).focus()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    assert until(page, lambda: len(lost) == 1)
    page.keyboard.type("8")
    page.keyboard.press("Enter")

    assert until(page, lambda: len(book.values) == 2)
    first, second, third = book.requests
    assert first == second
    assert [one["value"] for one in third["cells"]] == ["8"]


def test_a_cell_typed_again_while_its_first_value_travels_is_sent_after_it(visit, book: Book) -> None:
    page = visit("/luoi/")
    held: list[Any] = []
    page.route("**/luu/", lambda route: held.append(route) if not held else route.continue_())
    paste(page, 1, 1, "7")
    assert until(page, lambda: len(held) == 1)
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    held[0].continue_()

    assert until(page, lambda: book.values.get(("p1", "tx1")) == "9")
    assert book.requests[1]["cells"] == [{"row": "p1", "column": "tx1", "value": "9", "saw": "7"}]
    assert until(page, lambda: classes(page, 1, 1) & {"is-pending", "is-conflict"} == set())


def test_a_broken_server_is_asked_again(visit, book: Book) -> None:
    book.status = 503
    page = visit("/luoi/", expect_errors=True)
    paste(page, 1, 1, "7")
    assert until(page, lambda: state(page) == "1 ô chờ gửi")
    book.status = 0

    assert until(page, lambda: book.values.get(("p1", "tx1")) == "7", 10)


def test_after_sign_out_elsewhere_cells_wait_until_asked_again(visit, book: Book) -> None:
    book.status = 403
    page = visit("/luoi/", expect_errors=True)
    paste(page, 1, 1, "7")
    assert until(page, lambda: page.get_by_role("button", name="Gửi lại").count() == 1)
    assert "is-pending" in classes(page, 1, 1)
    book.status = 0
    page.get_by_role("button", name="Gửi lại").click()

    assert until(page, lambda: book.values.get(("p1", "tx1")) == "7")
    assert until(page, lambda: page.get_by_role("button", name="Gửi lại").count() == 0)


def test_a_poll_without_news_is_304_and_with_news_updates_only_free_cells(visit, book: Book) -> None:
    book.poll_every = 2
    page = visit("/luoi/")
    assert until(page, lambda: book.polls and set(book.polls) == {304})

    book.write("p5", "gk", "9", by="cô Hoa")
    book.write("p6", "gk", "9", by="cô Hoa")
    cell(page, 6, 5).focus()
    page.keyboard.type("4")
    with_hand = cell(page, 6, 5)
    assert until(page, lambda: 200 in book.polls)

    assert until(page, lambda: cell(page, 5, 5).input_value() == "9")
    assert "is-news" in classes(page, 5, 5)
    assert with_hand.input_value() == "4"
    assert "cô Hoa vừa sửa" in page.locator("[data-grid-saved]").inner_text()
    page.keyboard.press("Enter")
    assert until(page, lambda: "is-conflict" in classes(page, 6, 5))


def test_what_another_wrote_just_before_my_save_comes_with_the_next_poll(visit, book: Book) -> None:
    page = visit("/luoi/")
    book.write("p5", "gk", "9", by="cô Hoa")
    paste(page, 1, 1, "7")
    assert until(page, lambda: ("p1", "tx1") in book.values and "is-pending" not in classes(page, 1, 1))

    come_back(page)

    assert until(page, lambda: cell(page, 5, 5).input_value() == "9")
    assert book.polls == [200]


def test_news_come_while_a_save_travels_and_leave_its_row_alone(visit, book: Book) -> None:
    book.poll_every = 1
    page = visit("/luoi/")
    held: list[Any] = []
    page.route("**/luu/", lambda route: held.append(route))
    paste(page, 1, 1, "7")
    assert until(page, lambda: len(held) == 1)
    book.write("p1", "tx2", "4", by="cô Hoa")
    book.write("p5", "gk", "9", by="cô Hoa")

    assert until(page, lambda: cell(page, 5, 5).input_value() == "9")
    assert (cell(page, 1, 1).input_value(), cell(page, 1, 2).input_value()) == ("7", "")

    held[0].continue_()
    assert until(page, lambda: cell(page, 1, 2).input_value() == "4")
    assert cell(page, 1, 1).input_value() == "7"
    assert book.values["p1", "tx1"] == "7"


def test_a_cell_in_hand_that_is_given_up_gets_what_another_wrote_meanwhile(visit, book: Book) -> None:
    book.poll_every = 1
    page = visit("/luoi/")
    cell(page, 6, 5).focus()
    page.keyboard.type("4")
    book.write("p6", "gk", "9", by="cô Hoa")
    assert until(page, lambda: book.polls.count(200) > 1)
    assert cell(page, 6, 5).input_value() == "4"

    page.keyboard.press("Escape")

    assert until(page, lambda: cell(page, 6, 5).input_value() == "9")


def test_computed_columns_follow_the_save(visit, book: Book) -> None:
    book.values |= {("p1", key): "8" for key in ("tx1", "tx2", "tx3", "tx4", "gk")}
    page = visit("/luoi/")
    cell(page, 1, 6).focus()
    page.keyboard.type("9,5")
    page.keyboard.press("Enter")

    assert until(page, lambda: cell(page, 1, 7).input_value() == "8,5")


def test_leaving_with_unsent_cells_is_asked_about(visit, book: Book) -> None:
    page = visit("/luoi/", expect_errors=True)
    page.context.set_offline(True)
    cell(page, 1, 1).click()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    assert until(page, lambda: state(page) == "1 ô chờ gửi")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    page.evaluate("location.href = '/kit/'")

    assert until(page, lambda: asked == ["beforeunload"])
    assert page.url.endswith("/luoi/")


def test_the_explanation_follows_the_row(visit, book: Book) -> None:
    page = visit("/luoi/")
    cell(page, 3, 1).focus()

    assert until(page, lambda: "hàng p3" in page.locator("[data-grid-why]").inner_text())


def slowly(page: Any, address: str) -> list[Any]:
    """Open the grid with its script held back; the routes that let it come."""
    held: list[Any] = []
    page.route("**/grid/index.js", lambda route: held.append(route))
    page.goto(address, wait_until="commit")
    cell(page, 1, 1).wait_for()
    return held


def test_what_is_typed_before_the_script_is_ready_is_sent_like_the_rest(visit, book: Book) -> None:
    page = visit("/kit/cua/")
    held = slowly(page, page.url.replace("kit/cua/", "luoi/"))
    cell(page, 1, 1).focus()
    page.keyboard.type("7,5")
    cell(page, 2, 1).focus()
    page.keyboard.type("8")
    page.keyboard.press("Enter")  # nobody hears it
    assert until(page, lambda: held)

    held[0].continue_()

    assert until(page, lambda: book.values == {("p1", "tx1"): "7,5", ("p2", "tx1"): "8"})


def test_what_was_begun_before_the_script_is_ready_goes_on_after_it(visit, book: Book) -> None:
    page = visit("/kit/cua/")
    held = slowly(page, page.url.replace("kit/cua/", "luoi/"))
    cell(page, 1, 1).focus()
    page.keyboard.type("7")
    assert until(page, lambda: held)
    held[0].continue_()
    assert until(page, lambda: page.locator("tr.is-here").count() == 1)

    page.keyboard.type(",5")
    page.keyboard.press("Enter")

    assert until(page, lambda: book.values == {("p1", "tx1"): "7,5"})


def test_what_the_browser_put_back_from_an_earlier_visit_is_not_sent(visit, book: Book) -> None:
    book.values["p1", "tx1"] = "9"
    page = visit("/kit/cua/")
    held = slowly(page, page.url.replace("kit/cua/", "luoi/"))
    cell(page, 1, 1).evaluate("old => { old.value = '4'; }")
    assert until(page, lambda: held)

    held[0].continue_()
    page.wait_for_load_state("networkidle")

    assert until(page, lambda: cell(page, 1, 1).input_value() == "9")
    page.wait_for_timeout(700)
    assert book.requests == []

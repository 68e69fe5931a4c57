"""A teacher's hour with the book, in a real browser: keyboard, paste, taking back, two people at one cell."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from maitruong.assessment.gradebook.tests import factories as make
from tests.journeys import hands
from tests.journeys.hands import at, paste, value

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

until = partial(hands.until, seconds=10.0)
PUPILS = tuple(f"Trần Thị Bé {n:02}" for n in range(1, 46))


def stored(column: str) -> list[int | None]:
    return [row[0] for row in make.rows_of("gradebook_mark", column, "student_id")]


def test_forty_five_marks_by_keyboard_a_pasted_block_and_one_step_back(visit: Callable[..., Any]) -> None:
    room = make.a_classroom(pupils=PUPILS)
    page = visit(make.teacher_of(room), f"/so-diem/{room.book()}/")

    page.locator(at(1, 1)).focus()
    for n in range(45):
        page.keyboard.type("V" if n == 4 else f"{n % 10},5")
        page.keyboard.press("Enter")
    assert until(page, lambda: len(stored("tx1")) == 45)
    assert sorted(make.rows_of("gradebook_mark", "tx1", "student_id"))[0] == (-1,)

    block = "\n".join("\t".join(("8", "7,5", "9", "8", "7")) for _ in range(45))
    paste(page, 1, 2, block)
    assert until(page, lambda: stored("ck").count(70) == 45)
    assert until(page, lambda: value(page, 1, 7) != "")
    assert until(page, lambda: "Đã lưu hết" in page.locator("[data-grid-sync]").inner_text())

    page.keyboard.press("Control+z")
    assert until(page, lambda: stored("ck").count(None) == 45)
    assert value(page, 1, 6) == "" and until(page, lambda: value(page, 1, 7) == "")

    changes = make.rows_of("gradebook_markhistory WHERE cell = 'ck'", "old, new")
    assert (changes.count((None, "7")), changes.count(("7", None))) == (45, 45)


def test_two_teachers_see_each_other_and_neither_loses_a_mark(visit: Callable[..., Any]) -> None:
    room = make.a_classroom(pupils=PUPILS[:5])
    lan = visit(make.teacher_of(room), f"/so-diem/{room.book()}/")
    hoa = visit(make.teacher_of(room, name="Trần Thị Hoa"), f"/so-diem/{room.book()}/")

    hoa.locator(at(1, 1)).focus()
    hoa.keyboard.type("8")
    hoa.keyboard.press("Enter")
    assert until(hoa, lambda: stored("tx1") == [80])
    seen_after = time.monotonic()
    assert until(lan, lambda: value(lan, 1, 1) == "8", seconds=15)
    assert time.monotonic() - seen_after <= 15

    for page, mark in ((hoa, "9"), (lan, "6,5")):
        page.locator(at(2, 1)).focus()
        page.keyboard.type(mark)
        page.keyboard.press("Enter")
        page.wait_for_timeout(900 if page is hoa else 0)
    asks = lan.locator("[data-grid-asks]")
    assert until(lan, lambda: asks.is_visible() and "Trần Thị Hoa" in asks.inner_text())
    assert "9" in asks.inner_text() and value(lan, 2, 1) == "6,5"
    assert make.rows_of(f"gradebook_mark WHERE student_id = {room.pupils[1]}", "tx1") == [(90,)]

    asks.get_by_text("Ghi 6,5").click()
    assert until(lan, lambda: make.rows_of(f"gradebook_mark WHERE student_id = {room.pupils[1]}", "tx1") == [(65,)])
    assert until(hoa, lambda: value(hoa, 2, 1) == "6,5", seconds=15)
    assert make.rows_of(f"gradebook_markhistory WHERE student_id = {room.pupils[1]}", "old, new", "version") == [
        (None, "9"),
        ("9", "6,5"),
    ]


def test_the_principal_closes_the_book_while_the_teacher_types(
    visit: Callable[..., Any], complaints: list[str]
) -> None:
    room = make.a_classroom(pupils=PUPILS[:3])
    teacher = visit(make.teacher_of(room), f"/so-diem/{room.book()}/")
    principal = visit(room.principal, f"/so-diem/{room.book()}/")

    principal.locator("[data-dialog=khoa]").first.click()
    principal.locator("dialog[open] button:has-text('Khoá sổ')").click()
    assert until(principal, lambda: "bắt buộc chưa có" in principal.content())
    principal.locator("textarea[name=li_do]").fill("Đã hết hạn nhập điểm học kì I")
    principal.locator("button:has-text('Khoá sổ')").click()
    assert until(principal, lambda: "Mở lại sổ" in principal.content())

    teacher.locator(at(1, 1)).focus()
    teacher.keyboard.type("8")
    teacher.keyboard.press("Enter")
    assert until(teacher, lambda: "đã khoá" in teacher.locator("main").inner_text())
    assert make.rows_of("gradebook_mark") == []
    # The browser itself notes the refusal's status; nothing else may be complained about.
    complaints[:] = [said for said in complaints if "409" not in said and "422" not in said]
    teacher.on("dialog", lambda dialog: dialog.accept())


def test_the_phone_shows_one_column_and_saves_it(visit: Callable[..., Any]) -> None:
    room = make.a_classroom(pupils=PUPILS[:5])
    page = visit(make.teacher_of(room), f"/so-diem/{room.book()}/", width=390)

    first = page.locator(at(1, 1))
    first.tap()
    first.fill("7,5")
    page.locator(at(2, 1)).tap()

    assert until(page, lambda: stored("tx1") == [75])
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

"""Hands that do whatever hands do, at one book, over a net that comes and goes. Used by the kit's tests and by a journey."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

from playwright.sync_api import Error

from maitruong.foundation.ui.tests.hands import cell, come_back, paste, state, until

ROWS, COLUMNS = 3, 3
VALUES = ("", "5", "6,5", "7", "8,5", "9", "10", "V")
KINDS = {
    "type": 30,
    "give up": 6,
    "begin": 8,
    "paste": 8,
    "undo": 8,
    "redo": 3,
    "empty": 6,
    "choose": 8,
    "look": 8,
    "cut": 4,
    "join": 8,
    "lose": 4,
}
"""What one may do → how often."""


def act(rng: random.Random, page: Any) -> str:
    """One thing a hand or the net does; said in words."""
    row, column, value = rng.randint(1, ROWS), rng.randint(1, COLUMNS), rng.choice(VALUES)
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    if kind in ("type", "give up", "begin"):
        cell(page, row, column).focus()
        page.keyboard.type(value or "8")
        if kind != "begin":
            page.keyboard.press("Enter" if kind == "type" else "Escape")
    elif kind == "paste":
        paste(page, row, column, "\n".join(rng.choice(VALUES) for _ in range(ROWS + 1 - row)))
    elif kind in ("undo", "redo"):
        page.keyboard.press("Control+z" if kind == "undo" else "Control+y")
    elif kind == "empty":
        cell(page, row, column).focus()
        page.keyboard.press("Delete")
        page.keyboard.press("Enter")
    elif kind == "choose":
        choose(rng, page)
    elif kind == "look":
        come_back(page)
    elif kind in ("cut", "join"):
        page.context.set_offline(kind == "cut")
    else:
        page.route("**", _lose, times=1)
    return f"{kind} {row},{column} {value}"


def _lose(route: Any) -> None:
    """What is asked arrives; the answer does not."""
    with suppress(Error):  # the net is cut as well
        route.fetch()
    with suppress(Error):
        route.abort()


def choose(rng: random.Random, page: Any) -> None:
    """Press a button of a conflict, if one is asked about."""
    buttons = page.locator(".ask__acts button")
    if buttons.count():
        buttons.nth(rng.randrange(buttons.count())).click()


def rest(rng: random.Random, pages: list[Any]) -> None:
    """Everybody lets go, the net is there, and whoever is asked answers, until nothing waits anywhere."""
    for page in pages:
        page.context.set_offline(False)
        page.unroute_all()
        page.keyboard.press("Enter")
    for _ in range(20):
        for page in pages:
            until(page, lambda page=page: "chờ gửi" not in state(page) and "Đang gửi" not in state(page), 15)
            while page.locator(".ask__acts button").count():
                choose(rng, page)
                page.wait_for_timeout(50)
            while page.locator(".is-refused").count():  # 9 and then 5 is 95: no mark
                page.locator(".is-refused").first.focus()
                page.keyboard.press("Delete")
                page.keyboard.press("Enter")
        if all("Đã lưu" in state(page) for page in pages):
            return


def shown(page: Any) -> list[list[str]]:
    """The rows they work at, every column, as the page shows them."""
    rows = page.locator(f"tbody tr:nth-child(-n+{ROWS})")
    return rows.evaluate_all("rows => rows.map(row => [...row.querySelectorAll('.cell')].map(el => el.value))")


def unsettled(page: Any) -> int:
    return page.locator(".is-pending, .is-conflict, .is-refused").count()

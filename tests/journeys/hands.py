"""Hands and eyes of the journeys: waiting, typing into the grid, pasting, looking."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: A folder to keep pictures of every step in, for people to look at.
PICTURES = os.environ.get("MT_PICTURES", "")
SERIOUS = {"serious", "critical"}
_PASTE = """([selector, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.querySelector(selector).dispatchEvent(
    new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def picture(page: Any, name: str) -> None:
    if PICTURES:
        width = page.viewport_size["width"]
        page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}.png"), full_page=True)


def serious(page: Any) -> list[str]:
    """What axe calls serious or critical on the page as it stands."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{v['id']}: {[n['target'] for n in v['nodes'][:3]]}" for v in found if v["impact"] in SERIOUS]


def until(page: Any, told: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Wait for something to become true, letting the browser's events in; the page itself cannot poll by eval here."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := told():
            return found
        page.wait_for_timeout(50)
    return told()


def follow(part: Any) -> None:
    """Click what leads to another page, and be there: a click alone comes back while the old page still stands."""
    with part.page.expect_navigation():
        part.click()


def column_of(page: Any, label: str) -> int:
    """The number of a grid's column, from 1, by its short name."""
    heads = page.locator(".marks thead th").evaluate_all(
        "all => all.slice(1).map(th => (th.firstChild.textContent || '').trim())"
    )
    return int(heads.index(label)) + 1


def at(row: int, column: int) -> str:
    return f"tbody tr:nth-child({row}) td:nth-of-type({column}) .cell"


def value(page: Any, row: int, column: int) -> str:
    return str(page.locator(at(row, column)).input_value())


def type_in(page: Any, row: int, column: int, text: str, then: str = "Enter") -> None:
    page.locator(at(row, column)).focus()
    page.keyboard.type(text)
    page.keyboard.press(then)


def paste(page: Any, row: int, column: int, text: str) -> None:
    page.locator(at(row, column)).focus()
    page.evaluate(_PASTE, [at(row, column), text])


def all_saved(page: Any) -> bool:
    return bool(until(page, lambda: "Đã lưu hết" in page.locator("[data-grid-sync]").inner_text()))


def focused(page: Any, row: int, column: int) -> bool:
    return bool(page.locator(at(row, column)).evaluate("cell => cell === document.activeElement"))

"""Hands and eyes for the grid's browser tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

PASTE = """([selector, text, html]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  if (html) data.setData("text/html", html);
  document.querySelector(selector).dispatchEvent(
    new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def cell(page, row: int, column: int):
    """The input of a row and column, both from 1."""
    return page.locator(f"tbody tr:nth-child({row}) td:nth-of-type({column}) .cell")


def selector(row: int, column: int) -> str:
    return f"tbody tr:nth-child({row}) td:nth-of-type({column}) .cell"


def paste(page, row: int, column: int, text: str, html: str = "") -> None:
    cell(page, row, column).focus()
    page.evaluate(PASTE, [selector(row, column), text, html])


def come_back(page) -> None:
    """Return to the page from another tab: it asks at once what is new."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def until(page, told: Callable[[], Any], seconds: float = 8.0) -> Any:
    """Wait for something to become true, letting the browser's events in; the page itself cannot poll by eval here."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := told():
            return found
        page.wait_for_timeout(30)
    return told()


def classes(page, row: int, column: int) -> set[str]:
    return set((cell(page, row, column).get_attribute("class") or "").split())


def said(page) -> str:
    return page.locator("[data-grid-say]").inner_text()


def state(page) -> str:
    return page.locator("[data-grid-sync]").inner_text()

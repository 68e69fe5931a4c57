"""Every page a demo person can reach by clicking, at both widths: no complaint, no sideways scroll, nothing serious for axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import WIDTHS

pytestmark = pytest.mark.journey

PEOPLE = (
    "Chuyên viên · Sở",
    "Chuyên viên giáo dục",
    "Hiệu trưởng ·",
    "Phó hiệu trưởng",
    "Chủ nhiệm 8A2",
    "Giáo viên Toán",
    "Văn thư",
    "2 con",
    "Học sinh 8A2",
    "Quản trị",
    "Chưa được giao",
)
PAGES_OF_A_KIND = 1
MOST_PAGES = 30
_NUMBERS = re.compile(r"\d+|[A-Za-z0-9_-]{20,}")


def kind_of(path: str) -> str:
    """Pages that differ only by a number are of one kind; one of them is looked at."""
    return _NUMBERS.sub("#", path.split("?")[0])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_a_person_can_click_to(who: str, width: int, enter: Callable[..., Any], house: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = enter(who, width=width)
    waiting, seen, problems = ["/"], set(), []
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        if kind_of(path) in seen:
            continue
        seen.add(kind_of(path))
        answer = page.goto(house.url + path)
        if answer.status != 200:
            problems.append(f"{path} answers {answer.status}")
            continue
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            problems.append(f"{path} scrolls sideways at {width}")
        found = Axe().run(page)
        problems += [
            f"{path}: {v['id']} ({v['impact']}) {v['nodes'][0]['target']}"
            for v in found.response["violations"]
            if v["impact"] in {"serious", "critical"}
        ]
        links = page.eval_on_selector_all(
            "a[href^='/']", "all => all.filter(a => !a.download).map(a => a.getAttribute('href'))"
        )
        waiting += [link for link in links if not re.search(r"[./](tai|tep|xuat|excel|xlsx|csv|pdf|xml)\b", link)]
    assert problems == []
    assert seen

"""Every page a demo person can reach by clicking, at both widths: whole, in Vietnamese, quiet, and open to everybody.

One visit a kind of page and person (pages that differ by a number alone are of one kind), both widths in one visit. axe looks
at each kind once at each width, and a picture is taken of it, whoever comes first: what differs between people is which rows and
buttons there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from maitruong.foundation.kernel import vietnamese
from tests.journeys.conftest import House
from tests.journeys.hands import picture, serious
from tests.journeys.test_the_door import PEOPLE

pytestmark = pytest.mark.journey

DESK, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}
MOST_PAGES = 60
_NUMBER = re.compile(r"\d+|[A-Za-z0-9_-]{20,}")
_FILE = re.compile(r"/(?:xuat|tep|tai|mau)/|\.xlsx(?:\?|$)|^/static/")
#: Words of the machine room: codes with an underline, and what programs print for nothing.
_CODE = re.compile(r"\b[a-z]+_[a-z_]+\b|\b(?:None|undefined|NaN|null|True|False)\b")
_LOOK = """() => ({
  h1: document.querySelectorAll("h1").length, title: document.title, lang: document.documentElement.lang,
  beyond: document.documentElement.scrollWidth - window.innerWidth, words: document.body.innerText,
  ids: [...document.querySelectorAll("[id]")].map((one) => one.id),
  links: [...document.querySelectorAll("a[href]")].filter((a) => !a.download).map((a) => a.getAttribute("href")),
})"""


def kind_of(path: str) -> str:
    """The page behind an address, without which row it shows: numbers and public names left out, names of parameters kept."""
    parts = urlsplit(path)
    asked = ",".join(sorted(name for name, _ in parse_qsl(parts.query)))
    return f"{_NUMBER.sub('#', parts.path)}?{asked}"


@pytest.fixture(scope="module")
def looked_at() -> set[str]:
    """The kinds of pages axe has seen."""
    return set()


@pytest.mark.parametrize("who", PEOPLE, ids=vietnamese.fold)
def test_every_page_this_person_can_click_to(
    who: str, enter: Callable[..., Any], house: House, looked_at: set[str]
) -> None:
    page = enter(who)
    waiting, seen, problems = [urlsplit(page.url).path], set[str](), list[str]()
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        kind = kind_of(path)
        if kind in seen or _FILE.search(path):
            continue
        seen.add(kind)
        answer = page.goto(house.url + path)
        if answer.status != 200:
            problems.append(f"{path} answers {answer.status}")
            continue
        found = page.evaluate(_LOOK)
        problems += [f"{path}: {said}" for said in faults(found)]
        with_axe = kind not in looked_at
        looked_at.add(kind)
        problems += narrow_and_wide(page, path, with_axe)
        waiting += [path_of(link, path) for link in found["links"] if path_of(link, path)]
    assert problems == []
    assert seen


def path_of(link: str, here: str) -> str:
    """The address inside the house a link leads to, without its place on the page; "" when it leads elsewhere."""
    if link.startswith("?"):
        return urlsplit(here).path + link
    return link.partition("#")[0] if link.startswith("/") and not link.startswith("//") else ""


def faults(found: dict[str, Any]) -> list[str]:
    wrong = []
    if found["h1"] != 1:
        wrong.append(f"{found['h1']} headings of the first level")
    if found["lang"] != "vi" or not found["title"].endswith("Mái Trường"):
        wrong.append(f"lang {found['lang']}, title {found['title']}")
    if code := _CODE.search(found["words"]):
        wrong.append(f"says {code.group()}")
    if len(found["ids"]) != len(set(found["ids"])):
        wrong.append("the same id twice")
    return wrong


def narrow_and_wide(page: Any, path: str, with_axe: bool) -> list[str]:
    wrong = []
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if beyond > 1:
            wrong.append(f"{path} scrolls sideways by {beyond} px at {size['width']}")
        if with_axe:
            picture(page, f"page-{_NUMBER.sub('0', path).strip('/').replace('/', '-')}")
            wrong += [f"{path} at {size['width']}: {said}" for said in serious(page)]
    return wrong

"""Journey: a clerk and a stranger come through another house (a provider we did not write), and the house stands when it is gone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.foreign import oidc_provider
from tests.journeys.conftest import WIDTHS, House
from tests.journeys.hands import follow, picture, serious
from tools.places import CHECKOUT

pytestmark = pytest.mark.journey


@dataclass(frozen=True)
class Gate:
    """A foreign provider that our house knows. mother: the login there of the demo's mother of two."""

    issuer: str
    name: str


@pytest.fixture(scope="module")
def gate(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    folder = tmp_path_factory.mktemp("gate")
    mother = _mother(house)
    people = {
        "me-hai-con": {**mother, "citizen_number_verified": True, "level": "2"},
        "nguoi-la": {
            "name": "NGUYỄN THỊ LẠ",
            "citizen_number": "031185999999",
            "citizen_number_verified": True,
            "birthdate": "1985-01-01",
            "level": "2",
        },
    }
    way_back = f"{house.url}/dang-nhap/qua/cong-thu/ve/"
    with oidc_provider.running(way_back=way_back, people=people, folder=folder) as issuer:
        card = folder / "card.json"
        written = {
            "key": "cong-thu",
            "name": "cổng định danh thử",
            "issuer": issuer,
            "client_id": oidc_provider.CLIENT,
            "claims": oidc_provider.CLAIMS,
            "levels": {"1": 1, "2": 2},
        }
        card.write_text(json.dumps(written))
        environment = house.environment | {"MT_OPENID_SECRET": oidc_provider.SECRET}
        _django(environment, "openid", "add", str(card))
        yield Gate(issuer, "cổng định danh thử")
        _django(house.environment, "openid", "remove", "cong-thu")


def _django(environment: dict[str, str], *arguments: str) -> str:
    run = [sys.executable, "-m", "django", *arguments]
    return subprocess.run(run, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout


def _mother(house: House) -> dict[str, str]:
    """What a register would say of the demo's mother: asked of the house itself, who is given a number for it."""
    run = [sys.executable, "-m", "tests.journeys.stage_number", "--login", "phu-huynh"]
    made = subprocess.run(run, env=house.environment, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if made.returncode:
        raise RuntimeError(made.stderr[-3000:])
    return dict(json.loads(made.stdout.splitlines()[-1]))


def _sign_in_there(page: Any, gate: Gate, login: str) -> None:
    """On the foreign provider's own pages: name, a password it does not look at, consent."""
    page.wait_for_url(re.compile(re.escape(gate.issuer)))
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill("bất kỳ")
    page.locator("button[type=submit]").click()
    page.get_by_role("button", name="Continue").click()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_mother_comes_through_the_house_next_door(
    house: House, gate: Gate, chromium: Any, width: int, tmp_path: Path
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 860}, locale="vi-VN")
    page = context.new_page()
    page.goto(f"{house.url}/dang-nhap/")
    picture(page, "door-with-a-house")
    assert page.evaluate("document.documentElement.scrollWidth") <= width and serious(page) == []

    page.get_by_role("link", name=f"Đăng nhập qua {gate.name}").click()
    _sign_in_there(page, gate, "me-hai-con")

    page.get_by_role("heading", level=1, name="Con tôi").wait_for()
    page.goto(f"{house.url}/tai-khoan-cua-toi/")
    page.get_by_text("Cổng đăng nhập khác").wait_for()
    picture(page, "own-account-with-a-house")
    assert page.evaluate("document.documentElement.scrollWidth") <= width and serious(page) == []
    context.close()


def test_a_stranger_is_told_what_to_do(house: House, gate: Gate, chromium: Any) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="vi-VN")
    page = context.new_page()
    page.goto(f"{house.url}/dang-nhap/")
    page.get_by_role("link", name=f"Đăng nhập qua {gate.name}").click()
    _sign_in_there(page, gate, "nguoi-la")

    page.get_by_text("Chưa có tài khoản nào ở đây khớp").wait_for()
    picture(page, "stranger")
    # The same answer of the other house once more, by the button of the browser: used.
    page.reload()
    page.get_by_text("đã dùng rồi hoặc đã quá 10 phút").wait_for()
    context.close()


def test_she_who_refuses_there_is_back_at_our_door(house: House, gate: Gate, chromium: Any) -> None:
    context = chromium.new_context(viewport={"width": 1366, "height": 860}, locale="vi-VN")
    page = context.new_page()
    page.goto(f"{house.url}/dang-nhap/")
    page.get_by_role("link", name=f"Đăng nhập qua {gate.name}").click()
    page.wait_for_url(re.compile(re.escape(gate.issuer)))
    follow(page.get_by_role("link", name="Cancel"))
    page.get_by_text("không cho đăng nhập").wait_for()
    context.close()

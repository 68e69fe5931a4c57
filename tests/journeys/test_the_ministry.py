"""The department sends the sector database to the ministry; a school mends what was not taken and sends it again."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import WIDTHS, House
from tests.journeys.hands import follow, picture, serious, until
from tools.places import CHECKOUT

pytestmark = pytest.mark.journey
OFFICER = "Chuyên viên · Sở GDĐT"
CLERK = "Văn thư"


@pytest.fixture(scope="module")
def ministry(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A stand-in in a process of its own, connected as the command does it; told to refuse some pupils."""
    key = tmp_path_factory.mktemp("ministry") / "public.json"
    key.write_text(house.command("exchange", "connect", "--address", "http://127.0.0.1:9", "--sender", "H31.09").stdout)
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.commands", "stand-in", "ministry", "--port", "0", "--key", str(Path(key))],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    address = f"http://127.0.0.1:{process.stdout.readline().split('port ')[1].split(',')[0]}"
    house.command("exchange", "connect", "--address", address, "--sender", "H31.09")
    yield address
    house.command("exchange", "disconnect")
    process.terminate()
    process.wait(10)


def switch(address: str, **trouble: Any) -> None:
    urllib.request.urlopen(f"{address}/control/fault", json.dumps(trouble).encode(), timeout=5).close()  # noqa: S310 our own


def sent(page: Any, house: House, title: str) -> bool:
    """Wait for the worker to have done what was asked."""

    def ended() -> bool:
        page.goto(f"{house.url}/lien-thong-bo/")
        return page.locator(".progress").count() == 0 and page.get_by_text(title).count() > 0

    return bool(until(page, ended, seconds=240.0))


def test_the_board_says_so_while_nothing_is_connected(house: House, enter: Callable[..., Any]) -> None:
    for width in WIDTHS:
        page = enter(OFFICER, width=width)
        page.goto(f"{house.url}/lien-thong-bo/")
        assert page.get_by_text("Chưa nối với Bộ").count() == 1
        assert serious(page) == []


def test_the_department_sends_and_reads_how_it_went(house: House, ministry: str, enter: Callable[..., Any]) -> None:
    switch(ministry, fault="none", reject=["NGUOIHOC-*7"])
    page = enter(OFFICER)
    page.goto(f"{house.url}/lien-thong-bo/")
    follow(page.get_by_role("button", name="Đối soát"))
    picture(page, "ministry-running")
    assert sent(page, house, "Đối soát với Bộ")

    told = page.get_by_role("row", name="Người học").inner_text()
    assert "khớp" in told and "chưa đối soát" not in page.inner_text("main"), page.inner_text("main")
    picture(page, "ministry-board")
    assert serious(page) == []
    phone = enter(OFFICER, width=390)
    phone.goto(f"{house.url}/lien-thong-bo/")
    picture(phone, "ministry-board-390")
    assert serious(phone) == []

    result = json.loads(house.command("exchange", "reconcile", "--json").stdout)
    assert (result["differences"], result["left"], result["waiting"]) == (0, 0, 0)
    assert {one["dataset"]: one["refused"] for one in result["datasets"] if one["refused"]}.keys() == {"learner"}


def test_a_school_reads_what_was_not_taken_and_sends_it_again(
    house: House, ministry: str, enter: Callable[..., Any]
) -> None:
    switch(ministry, fault="none")
    page = enter(CLERK)
    page.goto(f"{house.url}/lien-thong-bo/chua-nhan/")
    assert until(page, lambda: page.get_by_text("không khớp với dữ liệu dân cư").count() > 0)
    picture(page, "ministry-refused")
    assert serious(page) == []
    phone = enter(CLERK, width=390)
    phone.goto(f"{house.url}/lien-thong-bo/chua-nhan/")
    picture(phone, "ministry-refused-390")
    assert serious(phone) == []

    follow(page.get_by_role("button", name="Gửi lại tất cả của trường"))
    assert page.get_by_text("vào hàng gửi lại").count() == 1

    def gone() -> bool:
        page.goto(f"{house.url}/lien-thong-bo/chua-nhan/")
        return page.get_by_text("Không có hồ sơ nào bị trả lại").count() == 1

    assert until(page, gone, seconds=120.0)

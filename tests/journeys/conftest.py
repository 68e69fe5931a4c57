"""A whole demo province behind real processes: seeded database, web server and worker, on ports and folders of their own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.hands import follow
from tools import pytest_house, testbase
from tools.cluster import Running
from tools.places import CHECKOUT

WIDTHS = (1366, 390)
#: The address of a demo that runs already (its own KEPT_MT_APP_URL, KEPT_MT_OWNER_URL and KEPT_MT_VAR beside it), to write journeys
#: against without seeding each time. A run that counts never sets it.
KEPT = os.environ.get("MT_KEPT_HOUSE", "")


@dataclass(frozen=True)
class House:
    """A running province: its address, and the environment its commands need."""

    url: str
    environment: dict[str, str]

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        run = [sys.executable, "-m", "django", *arguments]
        return subprocess.run(run, env=self.environment, cwd=CHECKOUT, capture_output=True, text=True, check=check)

    def stage(self, name: str, leave: str = "") -> dict[str, Any]:
        """A class of two whose year is written, made by `tests.journeys.stage`."""
        name = f"{name}{int(time.time()) % 100_000}" if KEPT else name
        run = [sys.executable, "-m", "tests.journeys.stage", "--name", name, "--leave", leave]
        made = subprocess.run(run, env=self.environment, cwd=CHECKOUT, capture_output=True, text=True, check=False)
        if made.returncode:
            raise RuntimeError(made.stderr[-3000:])
        return dict(json.loads(made.stdout.splitlines()[-1]))


@pytest.fixture(scope="session")
def house(test_server: Running, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The small province, seeded once for all journeys of the run."""
    if KEPT:
        yield House(KEPT, _kept_environment())
        return
    name = f"{pytest_house.DATABASE}_house"
    testbase.clone(test_server, template_database, name)
    var = tmp_path_factory.mktemp("house")
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | pytest_house.server.addresses(name).environment()
    environment |= {
        "MT_VAR": str(var),
        "DJANGO_SETTINGS_MODULE": "maitruong.site.settings",
        "PYTHONPATH": str(CHECKOUT),
        "MT_PUBLIC_ADDRESS": url,
    }
    here = House(url, environment)
    here.command("seed", "small", "--json")
    programs = [
        _start([sys.executable, "-m", "tools.serve", "--port", str(port)], environment, var / "web.log"),
        _start([sys.executable, "-m", "django", "worker"], environment, var / "worker.log"),
    ]
    try:
        _wait_until_ready(url, var / "web.log")
        yield here
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait(timeout=60)
        testbase.drop(test_server, name)


def _kept_environment() -> dict[str, str]:
    """The kept house's own addresses; the plain names are those of this process's test database."""
    own = {name: os.environ[f"KEPT_{name}"] for name in ("MT_APP_URL", "MT_OWNER_URL", "MT_VAR")}
    return os.environ | own | {"DJANGO_SETTINGS_MODULE": "maitruong.site.settings", "PYTHONPATH": str(CHECKOUT)}


def _start(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        return subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=out, stderr=out)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310 our own http address
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the house did not answer: {log.read_text()[-2000:]}")


def _complains(said: Any) -> bool:
    """Whether the browser says something is wrong. A refusal told on the page (422) is told there."""
    return said.type == "error" and "the server responded with a status of 422" not in said.text


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about, for a story in which it must."""
    return []


@pytest.fixture
def enter(chromium: Any, house: House, complaints: list[str]) -> Iterator[Callable[..., Any]]:
    """enter("Hiệu trưởng") clicks that person on the sign-in page and returns the browser's page; complaints fail the test."""
    contexts: list[Any] = []

    def come_in(who: str, *, width: int = 1366) -> Any:
        phone = width < 768
        context = chromium.new_context(
            viewport={"width": width, "height": 844 if phone else 900},
            is_mobile=phone,
            has_touch=phone,
            locale="vi-VN",
            accept_downloads=True,
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if _complains(said) else None)
        page.goto(f"{house.url}/dang-nhap/")
        follow(page.locator("button.person", has_text=who).first)
        return page

    yield come_in
    for context in contexts:
        context.close()
    assert complaints == []

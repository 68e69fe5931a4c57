"""A stand-in for the ministry in a process of its own, a province with two schools, and a key between them."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from maitruong.foundation.people.models import Person
from maitruong.integration.ministry_sync import sending, services
from maitruong.registry.conftest import november, place
from tests import factories as make
from tools.places import CHECKOUT

__all__ = ["november", "place"]


class Ministry:
    """What a test does at the stand-in's control doors."""

    def __init__(self, address: str) -> None:
        self.address = address

    def fault(self, name: str = "none", **more: Any) -> None:
        self._post("/control/fault", {"fault": name, **more})

    def lose(self, record_id: str) -> None:
        self._post("/control/lose", {"record_id": record_id})

    def plant(self, **what: Any) -> None:
        self._post("/control/plant", what)

    def state(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.address}/control/state", timeout=5) as answer:  # noqa: S310 - our own stand-in
            return dict(json.load(answer))

    def _post(self, path: str, body: dict[str, Any]) -> None:
        urllib.request.urlopen(self.address + path, json.dumps(body).encode(), timeout=5).close()  # noqa: S310


@pytest.fixture
def configured(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    monkeypatch.setattr(sending, "sleep", lambda seconds: None)

    def configure(address: str) -> None:
        settings.CONFIG = dataclasses.replace(
            settings.CONFIG, var=tmp_path, ministry_address=address, ministry_sender="H31.09"
        )

    configure("")
    return configure


@pytest.fixture
def ministry(configured: Callable[[str], None], tmp_path: Path) -> Iterator[Ministry]:
    key = tmp_path / "public.json"
    key.write_text(json.dumps(services.make_key()))
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.commands", "stand-in", "ministry", "--port", "0", "--key", str(key)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    port = process.stdout.readline().split("port ")[1].split(",")[0]
    configured(f"http://127.0.0.1:{port}")
    yield Ministry(f"http://127.0.0.1:{port}")
    process.terminate()
    process.wait(10)


@pytest.fixture
def province(place: SimpleNamespace) -> SimpleNamespace:
    """Everybody carries what the ministry asks for: a birth date and a sex."""
    with make.as_system():
        Person._base_manager.filter(born_on__isnull=True).update(born_on="2013-03-09")
        Person._base_manager.filter(sex="").update(sex="male")
    place.officer = make.a_post_holder(place.department, "department_officer", "Lã Thị Sở")
    return place

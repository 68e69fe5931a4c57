"""npm's `oidc-provider` as a process of its own: a house next door that we did not write."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.foreign import node

CLIENT = "mai-truong"
SECRET = "a-secret-for-tests-only"
CLAIMS = {
    "number": "citizen_number",
    "number_verified": "citizen_number_verified",
    "name": "name",
    "birth_date": "birthdate",
    "level": "level",
}


@contextmanager
def running(*, way_back: str, people: dict[str, dict[str, Any]], folder: Path) -> Iterator[str]:
    """The issuer's address, while it runs. people: login → claims."""
    port = _free_port()
    (folder / "people.json").write_text(json.dumps(people))
    here = Path(__file__).parent
    command = [node.program(), str(here / "server.mjs"), str(node.modules_of(here)), str(port), way_back]
    with (folder / "provider.log").open("wb") as log:
        process = subprocess.Popen([*command, str(folder / "people.json")], stdout=log, stderr=log)
    issuer = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{issuer}/.well-known/openid-configuration", process, folder / "provider.log")
        yield issuer
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=2).close()  # noqa: S310 - our own process
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError(f"the foreign provider did not start: {log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""`./dev up` from start to stop, with this very project: ready, one per checkout, nothing left behind, deaths survived."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tools import postgres
from tools.cluster import Cluster
from tools.places import CHECKOUT
from tools.processes import is_alive
from tools.roles import Addresses
from tools.trouble import Trouble
from tools.up import ask, parse, refuse_open_demo

SECONDS = 120


class Started:
    """A running `./dev up` with a state folder of its own."""

    def __init__(self, state: Path, *arguments: str) -> None:
        self.state = state
        self.words: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.commands", "up", "--no-seed", *arguments],
            env=environment(state),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Started in the background of a shell that gives it no Ctrl-C, this run would hand that on.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def read_until(self, pattern: str) -> re.Match[str]:
        """Read its words until one line matches."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.words.append(line.rstrip())
            found = re.search(pattern, line)
            if found:
                return found
        raise AssertionError(f"no {pattern!r} in {self.words}")

    def stop_when_done(self) -> int:
        """The exit code of one that ends by itself."""
        self.process.wait(SECONDS)
        return self.stop()

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(sign)
        code = self.process.wait(SECONDS)
        if self.process.stdout and not self.process.stdout.closed:
            self.words += self.process.stdout.read().splitlines()
            self.process.stdout.close()
        return code

    def descendants(self) -> dict[str, int]:
        """Its direct children by the module they run."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        named = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0") for pid in children}
        return {words[2]: int(pid) for pid, words in named.items() if len(words) > 2}


def environment(state: Path) -> dict[str, str]:
    """As a person's shell would have it: none of the test suite's own addresses."""
    foreign = ("MT_OWNER_URL", "MT_APP_URL", "MT_TEST_PROCESS", "DJANGO_SETTINGS_MODULE")
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    return kept | {"MT_VAR": str(state), "PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}


def wait_for(what: Callable[[], Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"did not happen within {seconds} s")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield from a_state(tmp_path_factory.mktemp("up") / "var")


@pytest.fixture
def new_state(tmp_path: Path) -> Iterator[Path]:
    yield from a_state(tmp_path / "var")


def a_state(folder: Path) -> Iterator[Path]:
    yield folder
    place = postgres.layout(folder / "postgres")
    if place.base != place.home:
        shutil.rmtree(place.base, ignore_errors=True)


@pytest.fixture(scope="module")
def up(state: Path) -> Iterator[Started]:
    started = Started(state, "--port", "0")
    yield started
    started.stop()


@pytest.fixture(scope="module")
def port(up: Started) -> int:
    return int(up.read_until(r"^http://127\.0\.0\.1:(\d+)$").group(1))


def test_it_prints_one_address_and_is_ready_there(up: Started, port: int) -> None:
    assert ask("127.0.0.1", port, "/readyz") == "200"
    assert ask("127.0.0.1", port, "/healthz") == "200"
    assert len([line for line in up.words if "http" in line]) == 1


def test_a_second_one_of_the_same_checkout_is_told_where_the_first_is(up: Started, port: int, state: Path) -> None:
    second = Started(state)
    second.process.wait(SECONDS)
    code = second.stop()

    assert code == 1
    assert f"already runs for {CHECKOUT} (process {up.process.pid})" in "\n".join(second.words)
    assert ask("127.0.0.1", port, "/readyz") == "200"


def test_a_management_command_uses_the_running_database(up: Started, port: int, state: Path) -> None:
    before = Cluster(state / "postgres").running()

    done = subprocess.run(
        [sys.executable, "-m", "tools.commands", "migrate", "--check"],
        env=environment(state), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert Cluster(state / "postgres").running() == before


def test_a_killed_web_server_is_started_again_on_the_same_address(up: Started, port: int) -> None:
    killed = up.descendants()["tools.serve"]

    os.kill(killed, signal.SIGKILL)

    up.read_until(r"^web ended \(-9\); starting it again")
    wait_for(lambda: ask("127.0.0.1", port, "/readyz") == "200")
    assert up.descendants()["tools.serve"] != killed


def test_a_killed_database_is_started_again_and_the_pages_come_back(up: Started, port: int, state: Path) -> None:
    running = Cluster(state / "postgres").running()
    assert running is not None

    os.kill(running.postgres, signal.SIGKILL)

    up.read_until(r"^PostgreSQL ended unexpectedly and was started again")
    wait_for(lambda: ask("127.0.0.1", port, "/readyz") == "200")


def test_stopping_ends_every_process_the_database_last(up: Started, port: int, state: Path) -> None:
    running = Cluster(state / "postgres").running()
    assert running is not None
    processes = [*up.descendants().values(), running.keeper, running.postgres]

    code = up.stop(signal.SIGINT)

    assert code == 0
    assert not any(map(is_alive, processes))
    log = (state / "postgres" / "postgres.log").read_text().splitlines()
    assert "database system is shut down" in log[-1]


def test_killing_everything_at_once_leaves_a_state_that_starts(up: Started, state: Path) -> None:
    up.stop()
    began = Started(state, "--port", "0")
    began.read_until(r"^http://")
    running = Cluster(state / "postgres").running()
    assert running is not None

    for pid in (began.process.pid, *began.descendants().values(), running.keeper, running.postgres):
        with contextlib.suppress(ProcessLookupError):  # some end by themselves when their parent is gone
            os.kill(pid, signal.SIGKILL)
    began.process.wait()
    checked = Started(state, "--check")

    assert checked.process.wait(SECONDS) == 0
    checked.stop()
    assert checked.words[-1] == "OK"
    assert not Cluster(state / "postgres").has_keeper()


def test_a_demo_is_not_let_out_of_this_machine_unless_told(up: Started, port: int, state: Path) -> None:
    up.stop()
    cluster = Cluster(state / "postgres")
    with psycopg.connect(cluster.hold().url("maitruong", "mt_owner"), autocommit=True) as db:
        db.execute(
            "INSERT INTO identity_installation (id, kind, province_code, province_name, public_address) VALUES (1, 'demo', '31', 'x', '')"
        )
    cluster.release(wait=True)

    refused = Started(state, "--check", "--host", "0.0.0.0")  # noqa: S104 - what is refused here
    assert refused.stop_when_done() == 1
    told = Started(state, "--check", "--host", "0.0.0.0", "--expose-demo")  # noqa: S104
    assert told.stop_when_done() == 0

    assert "--expose-demo" in "\n".join(refused.words) and told.words[-1] == "OK"


def test_a_real_province_is_made_in_a_folder_that_holds_nothing_and_gets_no_demo_data(new_state: Path) -> None:
    address = "https://maitruong.haiphong.example"
    asked = [
        "--province",
        "31",
        "--department",
        "Sở GDĐT Hải Phòng",
        "--address",
        address,
        "--administrator",
        "Vũ Đình Bách",
    ]

    made = subprocess.run(
        [sys.executable, "-m", "tools.commands", "new-province", *asked, "--json"],
        cwd=CHECKOUT, env=environment(new_state), capture_output=True, text=True, check=False,
    )  # fmt: skip
    started = Started(new_state, "--check")

    assert json.loads(made.stdout)["link"].startswith(f"{address}/bat-dau/"), made.stderr
    assert started.stop_when_done() == 0
    assert not [line for line in started.words if "demo" in line]


@pytest.mark.parametrize(
    ("host", "kind", "arguments", "refused"),
    [
        ("127.0.0.1", "demo", [], False),
        ("::1", "demo", [], False),
        ("localhost", "demo", [], False),
        ("0.0.0.0", "demo", [], True),  # noqa: S104
        ("::", "demo", [], True),
        ("maitruong.example", "demo", [], True),
        ("127.0.0.1.example", "demo", [], True),
        ("0.0.0.0", "", [], True),  # noqa: S104 - about to be filled with demo data
        ("0.0.0.0", "", ["--no-seed"], False),  # noqa: S104
        ("0.0.0.0", "real", [], False),  # noqa: S104
        ("0.0.0.0", "demo", ["--expose-demo"], False),  # noqa: S104
    ],
)
def test_which_hosts_a_demo_listens_on(
    fresh_database: Callable[[], Addresses], host: str, kind: str, arguments: list[str], refused: bool
) -> None:
    addresses = fresh_database()
    if kind:
        with psycopg.connect(addresses.owner, autocommit=True) as db:
            db.execute(
                "INSERT INTO identity_installation (id, kind, province_code, province_name, public_address) VALUES (1, %s, '31', 'x', '')",
                [kind],
            )

    with pytest.raises(Trouble) if refused else contextlib.nullcontext():
        refuse_open_demo(addresses.app, parse(["--host", host, *arguments]))

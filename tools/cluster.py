"""Use the embedded PostgreSQL: take part in the shared lock, start a keeper when there is none, know the addresses."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from tools.places import CHECKOUT
from tools.postgres import SOCKET_NAME, SUPERUSER
from tools.processes import is_alive
from tools.trouble import Trouble

SECONDS_TO_BE_READY = 120
SECONDS_TO_STOP = 45


@dataclass(frozen=True)
class Running:
    """What the keeper says about its server."""

    keeper: int
    postgres: int
    socket: str
    version: str
    bindir: str
    starts: int

    def url(self, database: str, user: str) -> str:
        """The libpq address of a database for one of its roles."""
        return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(self.socket, safe='')}"

    @property
    def superuser_url(self) -> str:
        return self.url("postgres", SUPERUSER)


class Cluster:
    """A data folder with its server. While a process is inside `with cluster:` (or holds it), the server runs."""

    def __init__(self, home: Path, *, for_tests: bool = False) -> None:
        self.home, self.for_tests = home, for_tests
        self._users: TextIOWrapper | None = None
        self._keeper: subprocess.Popen[bytes] | None = None

    def hold(self) -> Running:
        """Make sure the server runs and keep it running until `release` or the end of this process."""
        if self._users is None:
            self.home.mkdir(parents=True, exist_ok=True)
            users = (self.home / "users.lock").open("a")
            fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper is stopping its server
            self._users = users
        deadline = time.monotonic() + SECONDS_TO_BE_READY
        while time.monotonic() < deadline:
            running = self.running()
            # A server whose keeper was killed still answers for a moment while it goes down.
            if running and is_alive(running.keeper) and _answers(running):
                return running
            if not self.has_keeper():
                self._start_keeper()
            time.sleep(0.02)
        raise Trouble(
            f"PostgreSQL did not become ready in {SECONDS_TO_BE_READY} s.", f"See {self.home / 'postgres.log'}."
        )

    def lock_file(self) -> int:
        """The descriptor that stands for holding the cluster, for a process that is about to become another program."""
        assert self._users is not None
        return self._users.fileno()

    def release(self, *, wait: bool = False) -> None:
        """Let go. With `wait`: return when the server has stopped, or when somebody else still uses it."""
        if self._users is None:
            return
        self._users.close()
        self._users = None
        running = self.running()
        if wait and running and not self._is_used_by_others() and self.has_keeper():
            with contextlib.suppress(ProcessLookupError):
                os.kill(running.keeper, signal.SIGTERM)  # no need to wait for its next look
        deadline = time.monotonic() + SECONDS_TO_STOP
        while wait and self.has_keeper() and time.monotonic() < deadline:
            if self.running() and self._is_used_by_others():
                return
            time.sleep(0.05)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody uses the cluster and nobody can start it meanwhile. Raises Trouble when somebody does."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "users.lock").open("a") as users, (self.home / "keeper.lock").open("a") as keeper:
            deadline = time.monotonic() + 10  # a keeper whose last user just left needs a moment
            for lock in (users, keeper):
                while not _take(lock.fileno(), fcntl.LOCK_EX):
                    if time.monotonic() > deadline:
                        raise Trouble(
                            "The database is in use.", "Stop ./dev up and other commands, then try again.", code=1
                        )
                    time.sleep(0.1)
            yield

    def running(self) -> Running | None:
        try:
            return Running(**json.loads((self.home / "ready.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def has_keeper(self) -> bool:
        return not _can_lock(self.home / "keeper.lock", fcntl.LOCK_SH)

    def _is_used_by_others(self) -> bool:
        return not _can_lock(self.home / "users.lock", fcntl.LOCK_EX)

    def _start_keeper(self) -> None:
        command = [sys.executable, "-m", "tools.keeper", str(self.home), *(["--for-tests"] if self.for_tests else [])]
        with (self.home / "keeper.log").open("ab") as log:
            keeper = subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal ends the commands first, the database last
            )
        self._keeper = keeper
        while keeper.poll() is None:
            running = self.running()
            if running and running.keeper == keeper.pid:
                return
            time.sleep(0.02)
        failed = self.home / "failed.txt"
        if keeper.returncode != 0:
            said = failed.read_text().split("\n", 1) if failed.exists() else ["The keeper of PostgreSQL ended."]
            raise Trouble(said[0], said[1] if len(said) > 1 else f"See {self.home / 'keeper.log'}.")

    def __enter__(self) -> Running:
        return self.hold()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _can_lock(path: Path, how: int) -> bool:
    with path.open("a") as file:
        return _take(file.fileno(), how)


def _take(lock: int, how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _answers(running: Running) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(f"{running.socket}/{SOCKET_NAME}")
        except OSError:
            return False
    return True

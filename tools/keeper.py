"""The process that keeps one PostgreSQL running for as long as somebody uses it.

Every `./dev` command and every test process holds a shared lock on `users.lock` while it needs the database; the
keeper stops the server a moment after the last one let go, however it ended: a lock cannot be forgotten, the kernel
drops it even on kill -9. The keeper itself holds `keeper.lock`, so there is never more than one; it starts a killed
server again.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from tools import postgres
from tools.places import start_new_log
from tools.trouble import Trouble

GRACE_SECONDS = 1.5
LOOK_EVERY_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0


class Keeper:
    def __init__(self, home: Path, *, for_tests: bool) -> None:
        self.home = home
        self.for_tests = for_tests
        self.stopping = False
        self.starts = 0

    def run(self) -> None:
        """Keep the server until nobody uses it or a signal says stop."""
        installed = postgres.installed()
        place = postgres.layout(self.home)
        postgres.make_folders(place)
        server_binaries = postgres.pg_binaries.readable_by(place.user, installed)
        postgres.refuse_foreign_data(place, server_binaries)
        postgres.create(place, server_binaries, sync=not self.for_tests)
        start_new_log(place.log)
        self.server = postgres.Server(place, server_binaries, for_tests=self.for_tests)
        try:
            self._start(place)
            self._watch(place)
        finally:
            (self.home / "ready.json").unlink(missing_ok=True)
            self.server.stop()

    def _start(self, place: postgres.Layout) -> None:
        self.server.start()
        self.starts += 1
        facts = {
            "keeper": os.getpid(),
            "postgres": self.server.process.pid if self.server.process else 0,
            "socket": str(place.socket),
            "version": self.server.binaries.version,
            "bindir": str(self.server.binaries.folder),
            "starts": self.starts,
        }
        write_whole(self.home / "ready.json", json.dumps(facts))

    def _watch(self, place: postgres.Layout) -> None:
        """Look now and then whether the server lives and whether anybody still needs it."""
        unused_since: float | None = None
        pause = 0.5
        with (self.home / "users.lock").open("a") as users:
            while not self.stopping:
                time.sleep(LOOK_EVERY_SECONDS)
                if not self.server.is_running():
                    (self.home / "ready.json").unlink(missing_ok=True)
                    print(f"PostgreSQL ended unexpectedly; starting it again in {pause:.1f} s", flush=True)
                    time.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                    self._start(place)
                if not self._is_unused(users.fileno()):
                    unused_since = None
                    continue
                unused_since = unused_since or time.monotonic()
                if time.monotonic() - unused_since >= GRACE_SECONDS:
                    # The lock is kept until the process ends: who comes now waits, then starts a new keeper.
                    if self._is_unused(users.fileno(), keep=True):
                        break
                    unused_since = None
            (self.home / "ready.json").unlink(missing_ok=True)
            self.server.stop()

    @staticmethod
    def _is_unused(users: int, *, keep: bool = False) -> bool:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        if not keep:
            fcntl.flock(users, fcntl.LOCK_UN)
        return True

    def stop(self, sign: int, frame: FrameType | None) -> None:
        self.stopping = True


def _lock_soon(lock: int) -> bool:
    """Take the lock, trying for a moment: who only looks whether a keeper is here holds it for microseconds."""
    for _ in range(20):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02)
        else:
            return True
    return False


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that readers see the old or the new text, never a half."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(text)
    fresh.replace(path)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.keeper")
    parser.add_argument("home", type=Path)
    parser.add_argument("--for-tests", action="store_true")
    arguments = parser.parse_args()
    home: Path = arguments.home
    with (home / "keeper.lock").open("a+") as lock:
        if not _lock_soon(lock.fileno()):
            return 0  # another keeper is here
        for name in ("ready.json", "failed.txt"):
            (home / name).unlink(missing_ok=True)
        keeper = Keeper(home, for_tests=arguments.for_tests)
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, keeper.stop)
        with contextlib.suppress(ProcessLookupError):
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            keeper.run()
        except Trouble as trouble:
            write_whole(home / "failed.txt", f"{trouble.what}\n{trouble.remedy}")
            return 1
        except Exception as problem:
            write_whole(home / "failed.txt", f"{type(problem).__name__}: {problem}\nSee {home / 'keeper.log'}.")
            raise
    return 0


if __name__ == "__main__":
    sys.exit(main())

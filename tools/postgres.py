"""Start and stop the embedded PostgreSQL: as an ordinary user or from root, after any kind of crash.

The server listens on a socket in a 0700 folder only, never on TCP, so being able to enter that folder is the
authentication. It stops by SIGINT (fast), then SIGQUIT; never by SIGTERM, which waits for every pooled client, and
never by SIGKILL. When its parent dies, the kernel sends it SIGINT.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools import binaries as pg_binaries
from tools.binaries import Binaries
from tools.machine import settings_for_tests, settings_for_this_machine
from tools.places import CHECKOUT, SHARED_PLACES, Person, can_reach, key_of
from tools.processes import die_with_parent, is_alive
from tools.trouble import Trouble

SUPERUSER = "postgres"
SERVER_USER_OF_ROOT = "nobody"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107
SECONDS_TO_START = 60
SECONDS_TO_OUTLIVE_A_CRASH = 20
PASSING_TROUBLES = ("pre-existing shared memory block", "lock file", "could not bind", "Is another postmaster")
"""What the log says while the processes of a killed server are still going away; a new try helps."""

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class Layout:
    """Where one cluster keeps its parts: in `home` locks and logs, in `base` what the server's user must reach."""

    home: Path
    base: Path
    user: Person

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def socket(self) -> Path:
        near = self.base / "s"
        if len(os.fsencode(near / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return near
        return Path(f"/tmp/mt-{self.user.uid}-{key_of(self.base)}")  # noqa: S108 - made 0700 and its owner is checked

    @property
    def card(self) -> Path:
        """Says which checkout and which version made the data."""
        return self.data / "maitruong.json"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"


def layout(home: Path) -> Layout:
    """Decide who runs the server and where its data lie."""
    if os.geteuid() != 0:
        return Layout(home, home, Person.me())
    for base in (home, SHARED_PLACES / "data" / key_of(home)):
        data = base / "data"
        if data.exists() and data.stat().st_uid != 0:  # made by whoever ran this first; it stays theirs
            return Layout(home, base, Person(data.stat().st_uid, data.stat().st_gid))
    user = Person.named(os.environ.get("MT_DATABASE_USER", SERVER_USER_OF_ROOT))
    # A checkout under a 0700 folder: the server's user could not reach data inside it, and we change no one's rights.
    base = home if can_reach(home, user) else SHARED_PLACES / "data" / key_of(home)
    return Layout(home, base, user)


def make_folders(place: Layout) -> None:
    place.home.mkdir(parents=True, exist_ok=True)
    if place.base != place.home:
        place.base.mkdir(parents=True, exist_ok=True)
        for folder in (SHARED_PLACES, SHARED_PLACES / "data", place.base):
            folder.chmod(0o755)
    for folder in (place.data, place.socket):
        folder.mkdir(mode=0o700, exist_ok=True)
        if not place.user.is_me:
            os.chown(folder, place.user.uid, place.user.gid)
        status = folder.lstat()
        if status.st_uid != place.user.uid or not folder.is_dir() or folder.is_symlink():
            raise Trouble(f"{folder} belongs to another user.", "Run as that user, or name another folder by MT_VAR.")
        folder.chmod(0o700)


def read_card(place: Layout) -> dict[str, str]:
    try:
        card: dict[str, str] = json.loads(place.card.read_text())
    except FileNotFoundError:
        return {}
    return card


def write_card(place: Layout, **facts: str) -> None:
    fresh = place.card.with_suffix(".new")
    fresh.write_text(json.dumps(read_card(place) | facts, indent=1))
    if not place.user.is_me:
        os.chown(fresh, place.user.uid, place.user.gid)
    fresh.replace(place.card)


def refuse_foreign_data(place: Layout, server: Binaries) -> None:
    """Stop before anything runs when the data are another checkout's or another major version's."""
    version_file = place.data / "PG_VERSION"
    if not version_file.exists():
        return
    holds = int(version_file.read_text().split(".")[0])
    if holds != server.major:
        raise Trouble(
            f"The data folder {place.data} was made by PostgreSQL {holds}; this installation brings {server.version}. "
            "Nothing was started or changed.",
            "Run ./dev upgrade-database (dump with the old version, restore with the new, the old folder is kept).",
        )
    owner = read_card(place).get("checkout", str(CHECKOUT))
    if owner != str(CHECKOUT) and Path(owner, "tools", "postgres.py").exists():
        raise Trouble(
            f"The data folder {place.data} belongs to the checkout {owner}, not to {CHECKOUT}.",
            "Give this checkout its own MT_VAR, or take the copied folder away.",
        )


def create(place: Layout, server: Binaries, *, sync: bool) -> None:
    """Make an empty cluster. A half-made one of an interrupted start is taken away first."""
    if (place.data / "PG_VERSION").exists() and read_card(place):
        return
    _empty(place.data)
    locale = ["--locale=C.UTF-8", "--encoding=UTF8"]
    if server.major >= 17:
        # The same order and case folding on every system, whatever its C library thinks.
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command = [server.program("initdb"), "-D", str(place.data), "-U", SUPERUSER, "-A", "trust", *locale]
    made = _run(command + ([] if sync else ["--no-sync"]), place)
    if made.returncode:
        raise Trouble(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}", "Is the disk full?")
    hba = place.data / "pg_hba.conf"
    hba.write_text(
        "# The socket's folder is 0700: who can enter it may connect. No TCP line on purpose.\nlocal all all trust\n"
    )
    write_card(place, checkout=str(CHECKOUT), version=server.version, origin=server.origin)


def _empty(folder: Path) -> None:
    import shutil

    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _run(command: list[str], place: Layout) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        command, cwd="/", env=ENVIRONMENT, capture_output=True, text=True, check=False, **place.user.popen_arguments()
    )


class Server:
    """One running `postgres`, child of this process. Start it from the main thread: the death signal is tied to it."""

    def __init__(self, place: Layout, server: Binaries, *, for_tests: bool = False) -> None:
        self.place, self.binaries, self.for_tests = place, server, for_tests
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until ready. Outlives what a kill -9 left behind; raises Trouble with the log's last words."""
        deadline = time.monotonic() + SECONDS_TO_OUTLIVE_A_CRASH
        while True:
            clear_leftovers(self.place)
            offset = self.place.log.stat().st_size if self.place.log.exists() else 0
            self.process = self._spawn()
            if self._is_ready():
                return
            said = self.place.log.read_bytes()[offset:].decode(errors="replace")
            if time.monotonic() > deadline or not any(words in said for words in PASSING_TROUBLES):
                last = "; ".join(line for line in said.splitlines()[-6:] if line)
                raise Trouble(f"PostgreSQL did not start: {last}", f"The whole log: {self.place.log}")
            time.sleep(0.3)

    def _spawn(self) -> subprocess.Popen[bytes]:
        conf = settings_for_tests() if self.for_tests else settings_for_this_machine(self.place.data)
        conf |= {
            "listen_addresses": "",
            "unix_socket_directories": str(self.place.socket),
            "unix_socket_permissions": "0700",
        }
        options = [part for name, value in conf.items() for part in ("-c", f"{name}={value}")]
        command = [self.binaries.program("postgres"), "-D", str(self.place.data), *options]
        with self.place.log.open("ab") as log:
            return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
                command,
                cwd="/",
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with(os.getpid()),
                **self.place.user.popen_arguments(),
            )

    def _is_ready(self) -> bool:
        assert self.process is not None
        deadline = time.monotonic() + SECONDS_TO_START
        while self.process.poll() is None and time.monotonic() < deadline:
            lines = _pid_file(self.place)
            # Without comparing the pid, the file of a killed server would read as ready.
            if len(lines) > 7 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready":
                return True
            time.sleep(0.01)
        if self.process.poll() is None:
            self.stop()
        return False

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Fast shutdown; after 20 s an immediate one, which the next start recovers from."""
        if self.process is None:
            return
        for sign, patience in ((signal.SIGINT, 20), (signal.SIGQUIT, 20)):
            if self.process.poll() is not None:
                return
            self.process.send_signal(sign)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
        if self.process.poll() is None:
            raise Trouble(f"PostgreSQL (process {self.process.pid}) does not stop.", f"See {self.place.log}.")


def _die_with(parent: int) -> Callable[[], None]:
    def in_child() -> None:  # runs after setuid, so the signal survives the exec
        die_with_parent(parent, signal.SIGINT)
        os.setsid()

    return in_child


def _pid_file(place: Layout) -> list[str]:
    try:
        return (place.data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def clear_leftovers(place: Layout) -> None:
    """Deal with the pid file of an earlier server, while we alone hold the cluster's lock.

    PostgreSQL only asks whether some process has that number; after a restart of the machine it may be anybody's, and
    a killed server that nobody reaped still has it. A server that is really there was told to stop when its keeper
    died, so we wait for it, then ask once more.
    """
    lines = _pid_file(place)
    if not lines or not lines[0].strip().isdigit():
        return
    pid = int(lines[0])
    deadline = time.monotonic() + SECONDS_TO_OUTLIVE_A_CRASH
    asked = False
    while _is_live_server(pid, place):
        if not asked and time.monotonic() > deadline - SECONDS_TO_OUTLIVE_A_CRASH + 3:
            os.kill(pid, signal.SIGINT)
            asked = True
        if time.monotonic() > deadline:
            raise Trouble(
                f"An earlier PostgreSQL (process {pid}) still uses {place.data}.", f"Stop it: kill -INT {pid}"
            )
        time.sleep(0.1)
    (place.data / "postmaster.pid").unlink(missing_ok=True)


def _is_live_server(pid: int, place: Layout) -> bool:
    try:
        return is_alive(pid) and Path("/proc", str(pid), "cwd").readlink() == place.data
    except OSError:
        return False  # gone meanwhile, or another user's: our server runs as `place.user`


def installed() -> Binaries:
    return pg_binaries.find()

"""`./dev up`: database, migrations, static files, demo data, web, worker; one address; everything stops together."""

from __future__ import annotations

import argparse
import fcntl
import http.client
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psycopg

from tools import database, serve, testbase
from tools.database import Database
from tools.places import CHECKOUT, start_new_log, var
from tools.processes import die_with_parent
from tools.trouble import Trouble

DEFAULT_PORT = 8000
NOT_EMPTY = "demo.not_empty"
"""The code with which `seed` refuses a database that holds a province already."""
PORTS_TRIED = 50
SECONDS_TO_BE_READY = 60
SECONDS_TO_STOP = serve.FINISH_SECONDS + 10
LONGEST_PAUSE_SECONDS = 30.0
LIVED_LONG_SECONDS = 60
DEATHS_BEFORE_READY = 2


@dataclass
class Child:
    """A process that should always run."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: str | None
    keep_open: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.5
    due: float = 0.0
    deaths: int = 0

    def start(self) -> None:
        parent = os.getpid()
        if self.log:
            start_new_log(Path(self.log))
        out = open(self.log, "ab") if self.log else None  # noqa: PTH123, SIM115 - closed below
        try:
            self.process = subprocess.Popen(
                self.command,
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                pass_fds=self.keep_open,
                start_new_session=True,  # Ctrl-C is heard by the parent alone, which stops things in order
                preexec_fn=lambda: die_with_parent(parent),
            )
        finally:
            if out:
                out.close()
        self.started, self.due = time.monotonic(), 0.0

    def look(self) -> None:
        """Start it again if it died, not faster than its pause allows."""
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        if not self.due:
            self.deaths += 1
            self.pause = 0.5 if now - self.started > LIVED_LONG_SECONDS else min(self.pause * 2, LONGEST_PAUSE_SECONDS)
            self.due = now + self.pause
            where = f"; its log: {self.log}" if self.log else ""
            say(f"{self.name} ended ({self.process.returncode}); starting it again in {self.pause:.0f} s{where}")
        elif now >= self.due:
            self.start()

    def last_words(self) -> str:
        if self.log is None:
            return "see above"
        lines = Path(self.log).read_text(errors="replace").rstrip().splitlines()
        return lines[-1] if lines else "no word in its log"

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def wait(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(f"{self.name} does not stop; ending it")
            self.process.kill()
            self.process.wait()


class Stopped(Exception):
    """Somebody asked us to stop."""


class Up:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.children: list[Child] = []
        self.stopping = False
        self.base: Database | None = None
        self.database_starts = 1

    def run(self) -> int:
        for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(sign) != signal.SIG_IGN:  # nohup and the like mean it
                signal.signal(sign, self._stop)
        began = time.monotonic()
        try:
            with only_one(), self._listener() as listener:
                host, port = listener.getsockname()[:2]
                address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
                self._start(listener, address)
                self._wait_until_ready(host, port)
                say(f"ready in {time.monotonic() - began:.1f} s")
                print(os.environ.get("MT_PUBLIC_ADDRESS") or address, flush=True)
                if self.options.check:
                    print("OK", flush=True)
                else:
                    self._watch()
        except Stopped:
            say("stopping")
        finally:
            self._stop_all()
        return 0

    def _stop(self, sign: int, frame: FrameType | None) -> None:
        if self.stopping:
            return
        self.stopping = True
        raise Stopped

    @contextmanager
    def _listener(self) -> Iterator[socket.socket]:
        """The port asked for, or else the first free one from 8000 on: two checkouts run side by side."""
        options = self.options
        ports = [options.port] if options.port is not None else range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED)
        for port in ports:
            try:
                listener = serve.listen(options.host, port)
            except OSError as problem:
                if len(ports) > 1:
                    continue
                raise Trouble(
                    f"{options.host}:{port} cannot be listened on: {problem.strerror}.", "Try another --port."
                ) from problem
            with listener:
                yield listener
            return
        raise Trouble(f"No free port from {DEFAULT_PORT} to {DEFAULT_PORT + PORTS_TRIED - 1}.", "Name one by --port.")

    def _start(self, listener: socket.socket, address: str) -> None:
        self.base = database.hold(prepare=True)
        if self.base.running:
            self.database_starts = self.base.running.starts
        environment = os.environ | self.base.addresses.environment()
        environment |= {
            "DJANGO_SETTINGS_MODULE": "maitruong.site.settings",
            "MT_VAR": str(var()),
            "PYTHONPATH": str(CHECKOUT),
        }
        environment.setdefault("MT_PUBLIC_ADDRESS", address)
        if self.options.expose_demo:
            environment["MT_EXPOSE_DEMO"] = "1"
        self._prepare(self.base, environment)
        web = ["-m", "tools.serve", "--fd", str(listener.fileno()), "--processes", str(self.options.processes)]
        self._add("web", web, environment, keep_open=(listener.fileno(),))
        if has_command("worker"):
            self._add("worker", ["-m", "django", "worker"], environment)

    def _prepare(self, base: Database, environment: dict[str, str]) -> None:
        """Schema, static files and demo data; skipped while the code is what it was when these data were prepared."""
        code = testbase.code_hash()
        if base.note("prepared") != code:
            self._step("preparing database and static files", ["-m", "tools.prepare"], environment)
            base.write_note("prepared", code)
        refuse_unfinished(base.addresses.app)
        refuse_open_demo(base.addresses.app, self.options)
        real = kind_of(base.addresses.app) == "real"
        if self.options.seed and not real and has_command("seed") and not base.note("seeded"):
            self._step("loading demo data", ["-m", "django", "seed", "small", "--json"], environment, fine=NOT_EMPTY)
            base.write_note("seeded", "yes")

    def _step(self, what: str, arguments: list[str], environment: dict[str, str], *, fine: str = "\0") -> None:
        """One thing that must be done before the next. Its words are shown if it fails; `fine` in them is no failure."""
        began = time.monotonic()
        parent = os.getpid()
        step = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=CHECKOUT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=lambda: die_with_parent(parent),
        )
        try:
            said, _ = step.communicate()
        except Stopped:
            step.terminate()
            step.wait()
            raise
        if step.returncode and fine not in said:
            say(said.rstrip())
            raise Trouble(f"{what}: failed, see above.")
        say(f"{what}: {time.monotonic() - began:.1f} s")

    def _add(
        self, name: str, arguments: list[str], environment: dict[str, str], keep_open: tuple[int, ...] = ()
    ) -> None:
        log = None
        if self.options.logs == "files":
            folder = var() / "log"
            folder.mkdir(parents=True, exist_ok=True)
            log = str(folder / f"{name}.log")
        child = Child(name, [sys.executable, *arguments], environment, log, keep_open)
        self.children.append(child)
        child.start()

    def _wait_until_ready(self, host: str, port: int) -> None:
        deadline = time.monotonic() + SECONDS_TO_BE_READY
        answer = "no answer"
        asked = "127.0.0.1" if host == "0.0.0.0" else "::1" if host == "::" else host  # noqa: S104 - compared, not bound
        while time.monotonic() < deadline:
            self._look()
            answer = ask(asked, port, "/readyz")
            if answer == "200":
                return
            for child in self.children:
                if child.deaths >= DEATHS_BEFORE_READY:
                    raise Trouble(f"{child.name} does not start: {child.last_words()}", f"Its log: {child.log}")
            time.sleep(0.05)
        raise Trouble(f"/readyz did not become ready in {SECONDS_TO_BE_READY} s: {answer}.", f"Logs: {var() / 'log'}")

    def _watch(self) -> None:
        say("Ctrl-C stops everything")
        while True:
            time.sleep(0.25)
            self._look()

    def _look(self) -> None:
        for child in self.children:
            child.look()
        if self.base is None or self.base.cluster is None:
            return
        running = self.base.cluster.running()
        if running is None and not self.base.cluster.has_keeper():
            say("the keeper of PostgreSQL ended; starting it again")
            running = self.base.cluster.hold()
            self.database_starts = running.starts
        if running and running.starts > self.database_starts:
            say("PostgreSQL ended unexpectedly and was started again")
            self.database_starts = running.starts

    def _stop_all(self) -> None:
        """Children first, so that requests finish; the database last."""
        self.stopping = True
        deadline = time.monotonic() + SECONDS_TO_STOP
        for child in self.children:
            child.stop()
        for child in self.children:
            child.wait(deadline)
        if self.base:
            self.base.release(wait=True)


def has_command(name: str) -> bool:
    """Whether the project brings a management command, without starting Django to ask."""
    return any((CHECKOUT / "maitruong").glob(f"**/management/commands/{name}.py"))


def ask(host: str, port: int, path: str) -> str:
    """The status of a GET, or why there is none."""
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        # Where hosts are listed, this machine's own address may not be among them.
        listed = os.environ.get("MT_HOSTS", "").split(",")[0]
        connection.request("GET", path, headers={"Host": listed} if listed else {})
        return str(connection.getresponse().status)
    except OSError as problem:
        return str(problem)
    finally:
        connection.close()


@contextmanager
def only_one() -> Iterator[None]:
    """Two `./dev up` of one checkout would both serve and both work off jobs; the second is told where the first is."""
    var().mkdir(parents=True, exist_ok=True)
    with (var() / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Trouble(
                f"./dev up already runs for {CHECKOUT} (process {lock.read().strip() or 'unknown'}).",
                "Stop it with Ctrl-C there, or give this one its own MT_VAR.",
                code=1,
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def refuse_unfinished(app_url: str) -> None:
    """A demo province whose filling was killed lacks rows and indexes, and looks whole. Raises Trouble."""
    with psycopg.connect(app_url) as db:
        found = db.execute("SELECT to_regnamespace('seed_unfinished')").fetchone()
    if found != (None,):
        raise Trouble(
            "The demo province in this database was not filled to its end: `./dev seed` is at it now, or was killed.",
            f"If nothing fills it any more: remove {var() / 'postgres'} (or the database you named), or give MT_VAR a new folder.",
            code=1,
        )


def refuse_open_demo(app_url: str, options: argparse.Namespace) -> None:
    """A demo lets anybody in with one click and signs with keys of its own: it stays on this machine unless told.

    Raises Trouble. An empty database that is about to be filled with demo data is a demo already.
    """
    if is_loopback(options.host) or options.expose_demo:
        return
    if (kind_of(app_url) or ("demo" if options.seed else "")) == "demo":
        raise Trouble(
            f"This is a demo: whoever reaches {options.host} would sign in with one click.",
            "Leave --host away, or say --expose-demo if everybody there may (and list the hosts in MT_HOSTS).",
            code=1,
        )


def kind_of(app_url: str) -> str:
    """demo, real, or "" for a database that is neither yet."""
    with psycopg.connect(app_url) as db:
        found = db.execute("SELECT kind FROM identity_installation").fetchone()
    return found[0] if found else ""


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address; a name counts only when it is localhost."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev up", description="Run Mái Trường on this machine.")
    parser.add_argument("--check", action="store_true", help="start, wait until ready, say OK, stop")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; others than this machine only with a proxy"
    )
    parser.add_argument(
        "--expose-demo",
        action="store_true",
        help="let other machines into a demo database; they sign in with one click",
    )
    parser.add_argument("--port", type=int, help="port; by default the first free one from 8000 on")
    parser.add_argument("--no-seed", dest="seed", action="store_false", help="leave an empty database empty")
    parser.add_argument("--processes", type=int, default=serve.PROCESSES, help="web processes")
    parser.add_argument("--logs", choices=("files", "terminal"), default="files", help="where web and worker log")
    return parser.parse_args(arguments)


def up(arguments: list[str]) -> int:
    return Up(parse(arguments)).run()

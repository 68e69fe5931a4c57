"""An installation to measure: `./dev up` itself in a folder of its own, seeded, with people signed in.

The same command a newcomer starts, so that server, worker, database and their settings are those of the product.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import measure
from benchmarks.clients import Visitor
from tools import roles, serve
from tools.cluster import Cluster, Running
from tools.database import NAME
from tools.places import CHECKOUT, start_new_log
from tools.processes import die_with_parent
from tools.trouble import Trouble

SECONDS_TO_START = 300
FOREIGN = ("MT_OWNER_URL", "MT_APP_URL", "MT_PUBLIC_ADDRESS", "MT_HOSTS", "MT_TRUSTED_PROXY", "DJANGO_SETTINGS_MODULE")


def refuse_other_data(facts: dict[str, Any], data: str, scale: str, folder: Path) -> None:
    """A folder keeps what it was seeded with: a figure of a tenth must not be told as one of a third. Raises Trouble."""
    held = facts.get("name", data), facts.get("scale", scale)
    if held != (data, scale):
        raise Trouble(
            f"{folder} holds {held[0]} at {held[1]}, not {data} at {scale}.",
            "Name the folder of that size; with several sizes --folder names the folder of their folders.",
        )


@dataclass
class Installation:
    """Running between `start` and `stop`. folder: its state, data of an earlier bench included; never a user's own."""

    folder: Path
    data: str = "small"
    scale: str = "1"
    port: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    others: list[subprocess.Popen[bytes]] = field(default_factory=list)

    # --- life ------------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Serve, and seed if there is nothing yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log, parent = self.folder / "up.log", os.getpid()
        start_new_log(log)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.commands", "up", "--no-seed", "--port", "0"],
            cwd=CHECKOUT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=log.open("ab"),
            text=True,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(parent),  # a bench that is killed leaves nothing running
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)", said.strip())
        if found is None:
            raise Trouble("The installation to measure did not start.", f"See {log}.")
        self.port = int(found[1])
        self._seed()
        self._tidy()
        self._become_the_application()

    def stop(self) -> None:
        for process in self.others:
            process.terminate()
        for process in self.others:
            process.wait(60)
        self.others.clear()
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(90)

    def __enter__(self) -> Installation:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *problem: object) -> None:
        self.stop()

    @cached_property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        return kept | {"MT_VAR": str(self.folder), "PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}

    def _seed(self) -> None:
        """Load the data once; the card beside them keeps what the seed told, and what it cost the database."""
        card = self.folder / "seeded.json"
        if not card.exists():
            before = measure.cpu_seconds(measure.tree(self.running.keeper))
            done = subprocess.run(
                [sys.executable, "-m", "tools.commands", "seed", self.data, "--scale", self.scale, "--json"],
                cwd=CHECKOUT, env=self.environment, stdout=subprocess.PIPE, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                raise Trouble(
                    f"Seeding {self.data} failed ({done.returncode}).", f"Remove {self.folder} and try again."
                )
            told = json.loads(done.stdout.strip().splitlines()[-1])
            used = measure.cpu_seconds(measure.tree(self.running.keeper)) - before
            card.write_text(json.dumps(told | {"database_cpu_seconds": round(used, 1)}, ensure_ascii=False))
        self.facts = json.loads(card.read_text())
        refuse_other_data(self.facts, self.data, self.scale, self.folder)

    def _tidy(self) -> None:
        """What the server's own housekeeping does in a night: old versions of rows that an earlier bench wrote thousands of times
        lengthen every look-up, and are no part of the data."""
        with self.superuser(NAME) as db:
            used = db.execute("SELECT relid::regclass::text FROM pg_stat_user_tables WHERE n_dead_tup > 0").fetchall()
            for (table,) in used:
                db.execute(f"VACUUM (ANALYZE, INDEX_CLEANUP ON) {table}".encode())

    def _become_the_application(self) -> None:
        """Let this process use the product's own code on the measured database."""
        os.environ |= self.django_environment
        import django

        django.setup()

    @property
    def django_environment(self) -> dict[str, str]:
        owner, app = self.running.url(NAME, roles.OWNER), self.running.url(NAME, roles.APP)
        return {
            "DJANGO_SETTINGS_MODULE": "maitruong.site.settings",
            "MT_OWNER_URL": owner,
            "MT_APP_URL": app,
            "MT_VAR": str(self.folder),
        }

    # --- processes -------------------------------------------------------------------------------------------------------

    @property
    def running(self) -> Running:
        found = Cluster(self.folder / "postgres").running()
        if found is None:
            raise Trouble("The measured database does not run.", f"See {self.folder / 'postgres.log'}.")
        return found

    def parts(self) -> dict[str, set[int]]:
        """Process ids of web, worker and database."""
        assert self.process is not None
        children = {pid: _words(pid) for pid in measure.tree(self.process.pid)}
        web = {pid for pid, words in children.items() if "tools.serve" in words}  # the parent, and what it forked
        worker = next((pid for pid, words in children.items() if words[-1:] == ["worker"]), None)
        return {
            "web": web,
            "worker": measure.tree(worker) if worker else set(),
            "database": measure.tree(self.running.keeper),
        }

    @contextmanager
    def cpu(self) -> Iterator[dict[str, float]]:
        """CPU-seconds by part, filled in at the end."""
        used: dict[str, float] = {}
        before = {name: measure.cpu_seconds(pids) for name, pids in self.parts().items()}
        yield used
        after = {name: measure.cpu_seconds(pids) for name, pids in self.parts().items()}
        used.update({name: round(after[name] - before[name], 2) for name in before})

    @contextmanager
    def worker_stands_still(self) -> Iterator[None]:
        """Nobody else writes meanwhile: statements and transactions of one request can be counted."""
        pids = self.parts()["worker"]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(0.3)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    # --- database --------------------------------------------------------------------------------------------------------

    @contextmanager
    def superuser(self, database: str = NAME) -> Iterator[psycopg.Connection]:
        """Sees every row and all statistics."""
        with psycopg.connect(self.running.url(database, "postgres"), autocommit=True) as db:
            yield db

    def rows(self, query: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with self.superuser() as db:
            return db.execute(query, values).fetchall()  # type: ignore[call-overload, no-any-return]

    # --- servers of the yardsticks -----------------------------------------------------------------------------------------

    def serve_beside(self, application: str, environment: Mapping[str, str]) -> int:
        """Another program on the same server with the same number of processes. Returns its port."""
        listener, parent = serve.listen("127.0.0.1", 0), os.getpid()
        port: int = listener.getsockname()[1]
        with listener:
            program = ["-m", "tools.serve", "--fd", str(listener.fileno()), "--application", application]
            self.others.append(
                subprocess.Popen(
                    [sys.executable, *program],
                    cwd=CHECKOUT,
                    env=self.environment | dict(environment),
                    pass_fds=[listener.fileno()],
                    stderr=subprocess.DEVNULL,
                    preexec_fn=lambda: die_with_parent(parent),
                )
            )
        return port

    # --- people ----------------------------------------------------------------------------------------------------------

    def visitor(self, person_id: int, workspace: str = "") -> Visitor:
        """A person of the data, signed in and standing in a workspace (by default the first)."""
        return Visitor(self.port, f"mt_phien={self.session(person_id, workspace)}")

    def session(self, person_id: int, workspace: str = "") -> str:
        """A session as the door makes it, for the length of a bench."""
        from django.conf import settings

        from maitruong.foundation.identity.models import Account
        from maitruong.foundation.identity.sessions import SessionStore

        account, _ = Account.objects.get_or_create(person_id=person_id, defaults={"login": f"bench.{person_id}"})
        session = SessionStore()
        session.update(
            {
                "_auth_user_id": str(account.pk),
                "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[0],
                "_auth_user_hash": account.get_session_auth_hash(),
                "name": "Người đo",
                "seen": int(time.time()),
                "idle": 24 * 3600,
                "workspace": workspace,
            }
        )
        session.save()
        return str(session.session_key)


def _words(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().strip("\0").split("\0")
    except OSError:
        return []

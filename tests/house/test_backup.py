"""Backup and restore: what comes back is what was saved, and a damaged set is refused before anything is written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tools import backup, binaries, database, postgres, roles, upgrade
from tools.cluster import Cluster
from tools.places import var
from tools.trouble import Trouble

ROWS = """
    CREATE TABLE notices (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text);
    COMMENT ON TABLE notices IS 'thông báo';
    GRANT SELECT ON notices TO mt_shared;
    INSERT INTO notices (text) VALUES ('Họp phụ huynh'), (NULL);
    CREATE TABLE pupils (school_id bigint, name text);
    GRANT SELECT, INSERT ON pupils TO mt_rows;
    INSERT INTO pupils SELECT n % 7, 'Học sinh ' || n FROM generate_series(1, 1000) n;
    CREATE INDEX ON pupils USING gist (school_id);
    ALTER TABLE pupils ENABLE ROW LEVEL SECURITY;
    ALTER TABLE pupils FORCE ROW LEVEL SECURITY;
    CREATE POLICY wide ON pupils TO mt_wide USING (true);
    CREATE TABLE parts (school_year int, n int) PARTITION BY LIST (school_year);
    CREATE TABLE parts_2026 PARTITION OF parts FOR VALUES IN (2026);
    INSERT INTO parts SELECT 2026, n FROM generate_series(1, 10) n;
"""


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Path]]:
    """Move into an installation by name: an empty state folder with its own embedded database."""
    monkeypatch.delenv("MT_OWNER_URL", raising=False)
    monkeypatch.delenv("MT_APP_URL", raising=False)
    entered: set[Path] = set()

    def enter(name: str) -> Path:
        monkeypatch.setenv("MT_VAR", str(tmp_path / name))
        entered.add(var())
        return var()

    yield enter
    for state in entered:
        Cluster(state / "postgres").release(wait=True)
        place = postgres.layout(state / "postgres")
        if place.base != place.home:
            shutil.rmtree(place.base, ignore_errors=True)


def fill(state: Path) -> None:
    base = database.hold()
    with psycopg.connect(base.addresses.owner) as db:
        db.execute(ROWS)  # type: ignore[arg-type]
    base.release(wait=True)
    for name, text in {"files/ab/abc": "ảnh", "files/cd/cde": "đơn", "keys/django.key": "bí mật"}.items():
        (state / name).parent.mkdir(parents=True, exist_ok=True)
        (state / name).write_text(text)
    (state / "keys/django.key").chmod(0o600)


def test_a_restored_installation_is_the_saved_one(installation: Callable[[str], Path], tmp_path: Path) -> None:
    state = installation("one")
    fill(state)
    saved = backup.backup(tmp_path / "saved")
    assert {name: table["rows"] for name, table in saved["tables"].items()} == {
        "notices": 2,
        "pupils": 1000,
        "parts": 10,
    }

    other = installation("other")
    backup.restore(tmp_path / "saved")

    base = database.hold()
    with psycopg.connect(base.addresses.owner, autocommit=True) as db:
        owners = {row[0] for row in db.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")}
        assert owners == {"mt_owner"}
        assert db.execute("SELECT count(*) FROM pupils").fetchone() == (0,)  # forced policies are back
        db.execute("INSERT INTO notices (text) VALUES ('mới')")
        assert db.execute("SELECT max(id) FROM notices").fetchone() == (3,)  # counters go on
    with psycopg.connect(base.addresses.app) as db:
        assert db.execute("SELECT count(*) FROM notices").fetchone() == (3,)
        db.execute("SET ROLE mt_wide")
        assert db.execute("SELECT count(*) FROM pupils").fetchone() == (1000,)
    base.release(wait=True)
    assert (other / "files/ab/abc").read_text() == "ảnh"
    assert (other / "keys/django.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "saved").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("damage", ["changed", "missing", "not part of it"])
def test_a_damaged_set_is_refused_and_nothing_is_written(
    installation: Callable[[str], Path], tmp_path: Path, damage: str
) -> None:
    fill(installation("one"))
    saved = tmp_path / "saved"
    backup.backup(saved)
    if damage == "changed":
        text = (saved / "database.dump").read_bytes()
        (saved / "database.dump").write_bytes(text[:5000] + bytes([text[5000] ^ 1]) + text[5001:])
    elif damage == "missing":
        (saved / "files/ab/abc").unlink()
    else:
        (saved / "files/ab/new").write_text("thêm")

    other = installation("other")
    with pytest.raises(Trouble, match=f"damaged.*{damage}"):
        backup.restore(saved)

    assert not other.exists()


def test_a_place_that_holds_something_is_never_overwritten(installation: Callable[[str], Path], tmp_path: Path) -> None:
    state = installation("one")
    fill(state)
    backup.backup(tmp_path / "saved")

    with pytest.raises(Trouble, match="is not empty"):
        backup.backup(tmp_path / "saved")
    with pytest.raises(Trouble, match="is not empty"):
        backup.restore(tmp_path / "saved")
    shutil.rmtree(state / "files")
    shutil.rmtree(state / "keys")
    with pytest.raises(Trouble, match="The database is not empty"):
        backup.restore(tmp_path / "saved")


def test_rows_that_do_not_come_back_are_noticed() -> None:
    saved = {"marks": {"rows": 3, "content": "12"}}

    for found in ({"marks": {"rows": 2, "content": "12"}}, {"marks": {"rows": 3, "content": "13"}}, {}):
        with pytest.raises(Trouble, match="Table marks differs"):
            backup.compare(saved, found)


def test_a_foreign_servers_owner_saves_and_restores_without_being_superuser(
    installation: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation("server")
    cluster = Cluster(var() / "postgres")
    running = cluster.hold()
    with psycopg.connect(running.superuser_url, autocommit=True) as db:
        db.execute("CREATE ROLE mt_owner LOGIN CREATEROLE")
        for name in ("one", "other"):
            db.execute(f"CREATE DATABASE {name} OWNER mt_owner")  # type: ignore[arg-type]

    def at(name: str) -> None:
        monkeypatch.setenv("MT_OWNER_URL", running.url(name, "mt_owner"))
        monkeypatch.setenv("MT_APP_URL", running.url(name, "mt_app"))
        monkeypatch.setenv("MT_VAR", str(tmp_path / f"state-{name}"))

    at("one")
    roles.prepare_external(running.url("one", "mt_owner"), running.url("one", "mt_app"))
    fill(var())
    saved = backup.backup(tmp_path / "saved")
    assert saved["tables"]["pupils"]["rows"] == 1000
    at("other")
    backup.restore(tmp_path / "saved")

    with psycopg.connect(running.url("other", "mt_app")) as db:
        db.execute("SET ROLE mt_wide")
        assert db.execute("SELECT count(*) FROM pupils").fetchone() == (1000,)
    cluster.release(wait=True)


def test_data_are_carried_over_to_new_binaries_and_the_old_are_kept(installation: Callable[[str], Path]) -> None:
    state = installation("one")
    fill(state)
    place = postgres.layout(state / "postgres")
    programs = binaries.readable_by(place.user, binaries.find())

    kept = upgrade.move(place, old=programs, new=programs)

    assert (kept / "PG_VERSION").exists()
    base = database.hold()
    with psycopg.connect(base.addresses.app) as db:
        db.execute("SET ROLE mt_wide")
        assert db.execute("SELECT count(*) FROM pupils").fetchone() == (1000,)
    base.release(wait=True)


def test_an_upgrade_that_fails_leaves_the_old_data_where_they_were(
    installation: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    state = installation("one")
    fill(state)
    place = postgres.layout(state / "postgres")
    programs = binaries.readable_by(place.user, binaries.find())

    def full_disk(*arguments: object) -> None:
        raise Trouble("pg_restore failed: No space left on device")

    monkeypatch.setattr(backup, "load", full_disk)
    with pytest.raises(Trouble, match="No space left"):
        upgrade.move(place, old=programs, new=programs)

    base = database.hold()
    with psycopg.connect(base.addresses.app) as db:
        assert db.execute("SELECT count(*) FROM notices").fetchone() == (2,)
    base.release(wait=True)


def test_the_manifest_can_be_read_by_anybody(installation: Callable[[str], Path], tmp_path: Path) -> None:
    fill(installation("one"))

    backup.backup(tmp_path / "saved")

    manifest = json.loads((tmp_path / "saved/manifest.json").read_text())
    assert sorted(manifest["files"]) == ["database.dump", "files/ab/abc", "files/cd/cde", "keys/django.key"]

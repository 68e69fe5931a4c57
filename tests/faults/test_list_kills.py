"""A worker killed by the system in the middle of an import: another goes on, nothing is lost, nothing is there twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from benchmarks import exchange_list
from tools.places import CHECKOUT
from tools.roles import Addresses

ROWS = 4_000
PREPARE = """
import sys, django
django.setup()
from pathlib import Path
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.exchange import services, work
from tests import factories as make
school = make.a_school(make.a_commune(make.a_department()))
clerk = make.scope_of(make.a_post_holder(school, "clerk", "Đặng Văn Thư"))
with unit_of_work(clerk):
    batch = services.take_file(clerk, kind="students", school_id=school, school_year=2026, name="ds.xlsx",
                               data=Path(sys.argv[1]).read_bytes())
    services.choose_here(clerk, batch_id=batch, choice=services.proposed_choice(clerk, batch_id=batch),
                         options={"create_classes": True})
print(work.check_list(clerk, batch, lambda done, of, told: None)["new"])
with unit_of_work(clerk):
    services.start_import(clerk, batch_id=batch)
"""


class Worker:
    """A worker process as an installation starts it, in a session of its own so that all of it can be killed."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "django", "worker"],
                env=environment,
                cwd=CHECKOUT,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def end(self, how: signal.Signals) -> None:
        os.killpg(self._process.pid, how)
        self._process.wait(60)


@pytest.fixture
def environment(fresh_database: Callable[[], Addresses], tmp_path: Path) -> dict[str, str]:
    return (
        os.environ
        | fresh_database().environment()
        | {"MT_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "maitruong.site.settings", "PYTHONPATH": str(CHECKOUT)}
    )


@pytest.fixture
def db(environment: dict[str, str], test_server: Any) -> Iterator[psycopg.Connection]:
    """As the superuser, who sees through every wall."""
    name = environment["MT_OWNER_URL"].rpartition("/")[2].partition("?")[0]
    with psycopg.connect(test_server.url(name, "postgres"), autocommit=True) as connection:
        yield connection


def one(db: psycopg.Connection, question: str) -> Any:
    row = db.execute(question).fetchone()  # type: ignore[call-overload]
    return row[0] if row else None


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


def test_worker_killed_in_the_middle_of_an_import_loses_and_doubles_nothing(
    environment: dict[str, str], db: psycopg.Connection, tmp_path: Path
) -> None:
    list_ = exchange_list.write(tmp_path / "list.xlsx", ROWS, mess=0.02)
    made = subprocess.run(
        [sys.executable, "-c", PREPARE, str(list_)],
        env=environment,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    new = int(made.stdout.split()[-1])
    log = tmp_path / "worker.log"

    first = Worker(environment, log)
    wait_until(lambda: one(db, "SELECT count(*) FROM exchange_importrow") > 0, 120)
    first.end(signal.SIGKILL)
    wait_until(lambda: one(db, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") == 1, 60)
    written = one(db, "SELECT count(*) FROM exchange_importrow")
    seats, places = (
        one(db, "SELECT count(*) FROM enrolment_enrolment"),
        one(db, "SELECT state FROM exchange_importbatch"),
    )
    entries = one(db, "SELECT count(*) FROM audit_entry WHERE action = 'students.imported'")

    assert 0 < written < new and written == seats == entries and places == "importing"

    db.execute(
        "UPDATE jobs_job SET beat_at = beat_at - interval '2 minutes' WHERE ended_at IS NULL"
    )  # the minute passes
    second = Worker(environment, log)
    try:
        wait_until(lambda: one(db, "SELECT state FROM exchange_importbatch") == "done", 180)
    finally:
        second.end(signal.SIGTERM)

    assert one(db, "SELECT count(*) FROM exchange_importrow") == new
    assert one(db, "SELECT count(*) FROM enrolment_enrolment") == new
    assert one(db, "SELECT count(DISTINCT student_id) FROM enrolment_enrolment") == new
    assert one(db, "SELECT count(*) FROM audit_entry WHERE action = 'students.imported'") == new
    assert one(db, "SELECT totals->'imported'->>'new' FROM exchange_importbatch") == str(new)

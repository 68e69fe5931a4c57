"""kill -9 of web, worker and database at random moments while teachers save: every receipt is there, once.

A few kills in the suite; `MT_KILLS=100 ./dev test tests/faults` for the whole proof, `MT_KILLS_SEED` for other moments.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.faults.teacher import Teacher
from tests.house.test_up import Started, environment, wait_for
from tools import postgres, roles
from tools.cluster import Cluster
from tools.database import NAME
from tools.places import CHECKOUT
from tools.roles import Addresses

KILLS = int(os.environ.get("MT_KILLS", "4"))
SEED = int(os.environ.get("MT_KILLS_SEED", "20261120"))
SAVES_BETWEEN = 6
SECONDS_TO_RECOVER = 90


class House:
    """An installation that is killed and started again, always at the same port."""

    def __init__(self, state: Path) -> None:
        self.state, self.port = state, 0
        self.up = self._start()

    def _start(self) -> Started:
        started = Started(self.state, "--port", str(self.port))
        self.port = int(started.read_until(r"^http://127\.0\.0\.1:(\d+)$").group(1))
        return started

    @property
    def addresses(self) -> Addresses:
        running = Cluster(self.state / "postgres").running()
        assert running is not None
        return Addresses(running.url(NAME, roles.OWNER), running.url(NAME, roles.APP))

    def superuser(self) -> psycopg.Connection:
        running = Cluster(self.state / "postgres").running()
        assert running is not None
        return psycopg.connect(running.url(NAME, "postgres"), autocommit=True)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A program of the project on the running database."""
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=CHECKOUT,
            env=environment(self.state)
            | self.addresses.environment()
            | {"DJANGO_SETTINGS_MODULE": "maitruong.site.settings"},
            capture_output=True,
            text=True,
            check=False,
        )

    def kill(self, what: str, chance: random.Random) -> None:
        pids = {
            "web": self._web,
            "worker": lambda: self._named("django"),
            "database": self._postmaster,
            "everything": self._everything,
        }[what]()
        chosen = pids if what == "everything" else [chance.choice(pids)] if pids else []
        for pid in chosen:
            os.kill(pid, signal.SIGKILL)
        if what == "everything":
            self.up.stop()
            self.up = self._start()

    def _web(self) -> list[int]:
        """The processes that serve, and the one that keeps them."""
        parents = self._named("tools.serve")
        if not parents:
            return []
        children = Path(f"/proc/{parents[0]}/task/{parents[0]}/children").read_text().split()
        return [*parents, *map(int, children)]

    def _everything(self) -> list[int]:
        running = Cluster(self.state / "postgres").running()
        keeper = [running.keeper, running.postgres] if running else []
        return [self.up.process.pid, *keeper, *self._named("django"), *self._web()]

    def _named(self, module: str) -> list[int]:
        found = self.up.descendants().get(module)
        return [found] if found else []

    def _postmaster(self) -> list[int]:
        running = Cluster(self.state / "postgres").running()
        return [running.postgres] if running else []


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    state = tmp_path_factory.mktemp("faults") / "var"
    made = House(state)
    yield made
    made.up.stop()
    place = postgres.layout(state / "postgres")
    if place.base != place.home:
        shutil.rmtree(place.base, ignore_errors=True)


def plan(kills: int, chance: random.Random) -> list[str]:
    """Each kind in turn in a random order, then everything at once: a short run has them all, and the pauses before a restart,
    which grow with each death, begin again."""
    found: list[str] = []
    while len(found) < kills:
        kinds = ["web", "worker", "database"]
        chance.shuffle(kinds)
        found += [*kinds, "everything"]
    return found[:kills]


def test_every_receipt_is_in_the_book_once_whatever_was_killed(house: House) -> None:
    chance = random.Random(SEED)
    made = house.run("tests.faults.school")
    assert made.returncode == 0, made.stderr
    desks = json.loads(made.stdout)
    teachers = [Teacher(house.port, **desk, chance=random.Random(SEED + n)) for n, desk in enumerate(desks)]
    for teacher in teachers:
        teacher.begin()
    try:
        for what in plan(KILLS, chance):
            wait_for_saves(teachers, SAVES_BETWEEN)
            time.sleep(chance.uniform(0, 0.5))
            house.kill(what, chance)
        wait_for_saves(teachers, SAVES_BETWEEN)
    finally:
        for teacher in teachers:
            teacher.end(SECONDS_TO_RECOVER)

    assert [teacher.strange for teacher in teachers] == [[] for _ in teachers]
    assert sum(teacher.unanswered for teacher in teachers) > 0, "no kill hit a save; this proved nothing"
    wait_for(lambda: all_told(house), SECONDS_TO_RECOVER)
    for teacher in teachers:
        assert_book_is_what_the_receipts_say(house, teacher)
    assert_no_reaction_was_done_twice(house)
    sealed, verified = house.run("django", "audit", "seal"), house.run("django", "audit", "verify", "--json")
    assert sealed.returncode == 0, sealed.stderr
    assert verified.returncode == 0, verified.stdout


def wait_for_saves(teachers: list[Teacher], more: int) -> None:
    """Until so many more marks were acknowledged: the house works again, under load."""
    goal = sum(len(teacher.receipts) for teacher in teachers) + more
    wait_for(
        lambda: sum(len(t.receipts) for t in teachers) >= goal or any(t.strange for t in teachers), SECONDS_TO_RECOVER
    )


def all_told(house: House) -> bool:
    try:
        with house.superuser() as db:
            return rows(db, "SELECT (SELECT count(*) FROM events_outbox) + (SELECT count(*) FROM events_delivery)") == [
                (0,)
            ]
    except psycopg.OperationalError:
        return False


def assert_book_is_what_the_receipts_say(house: House, teacher: Teacher) -> None:
    """Answers kept, history, audit and published facts: one for each receipt, in the same order, with the same values."""
    wanted = [sorted(receipt.cells) for receipt in teacher.receipts]
    assert {len(cells) for cells in wanted} == {1, len(teacher.pupils)}
    with house.superuser() as db:
        answered = rows(db, "SELECT request_id FROM gradebook_savedrequest WHERE book_id = %s", teacher.book)
        assert sorted(row[0] for row in answered) == sorted(r.request_id for r in teacher.receipts)

        past = rows(
            db,
            "SELECT h.version, h.student_id, h.cell, h.old, h.new FROM gradebook_markhistory h JOIN gradebook_markbook b"
            " ON b.class_id = h.class_id AND b.subject = h.subject AND b.term = h.slot AND b.school_year = h.school_year"
            " WHERE b.id = %s AND h.kind = 'score' ORDER BY h.version, h.student_id",
            teacher.book,
        )
        assert past == [(version, *cell) for version, cells in enumerate(wanted, 1) for cell in cells]

        entries = rows(
            db,
            "SELECT body::jsonb -> 'changes' FROM audit_entry WHERE action = 'gradebook.marks_entered'"
            " AND object_id = %s::text ORDER BY id",
            teacher.book,
        )
        assert [sorted(map(tuple, entry[0])) for entry in entries] == wanted

        facts = rows(
            db,
            "SELECT payload -> 'students' FROM seen_fact WHERE payload ->> 'book_id' = %s::text ORDER BY event_id",
            teacher.book,
        )
        assert [fact[0] for fact in facts] == [[cell.pupil for cell in cells] for cells in wanted]
        assert_cells_show_the_last_receipt(db, teacher)


def assert_cells_show_the_last_receipt(db: psycopg.Connection, teacher: Teacher) -> None:
    last = {(cell.pupil, cell.column): cell.new for receipt in teacher.receipts for cell in receipt.cells}
    for (pupil, column), new in last.items():
        found = rows(
            db,
            f"SELECT m.{column} FROM gradebook_mark m JOIN gradebook_markbook b ON b.class_id = m.class_id"
            " AND b.subject = m.subject AND b.term = m.term WHERE b.id = %s AND m.student_id = %s",
            teacher.book,
            pupil,
        )
        assert found == [(tenths(new),)]


def tenths(shown: str) -> int:
    return int(Decimal(shown.replace(",", ".")) * 10)


def assert_no_reaction_was_done_twice(house: House) -> None:
    with house.superuser() as db:
        done = Counter(rows(db, "SELECT event_id, reaction FROM seen_reaction"))
        facts = rows(db, "SELECT event_id FROM seen_fact WHERE kind LIKE 'gradebook.%%'")
    assert [told for told, times in done.items() if times > 1] == []
    assert {fact[0] for fact in facts} == {event_id for event_id, _ in done}, "a published fact reached no reaction"


def rows(db: psycopg.Connection, query: str, *values: Any) -> list[tuple[Any, ...]]:
    return db.execute(query, values or None).fetchall()  # type: ignore[call-overload, no-any-return]

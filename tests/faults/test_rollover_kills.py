"""A worker killed again and again while a province steps into the next year, and while it is taken back: the same as in one go."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.faults.school import SEEN
from tests.faults.test_list_kills import Worker, db, environment, one, wait_until
from tools.places import CHECKOUT

__all__ = ["db", "environment"]

SCHOOLS = 24
KILLS = 4
SET_UP = """
import datetime as dt, django
django.setup()
from maitruong.registry.calendar import services as calendar
from maitruong.registry.enrolment.models import RollOver
from tests import factories as make
commune = make.a_commune(make.a_department())
with make.as_system() as scope:
    calendar.open_year(scope, year=2027, starts_on=dt.date(2027, 9, 6), term_two_starts_on=dt.date(2028, 1, 10),
                       ends_on=dt.date(2028, 5, 31))
words = ("on", "on", "on", "on", "repeat", "")
for number in range(%(schools)d):
    school = make.a_school(commune, f"THCS {number}")
    decided = {}
    for grade in (6, 8, 9):
        _, pupils = make.a_class(school, f"{grade}A1", grade=grade, pupils=tuple(f"Em Số {n}" for n in range(len(words))))
        decided |= {str(pupil): word for pupil, word in zip(pupils, words) if word}
    with make.as_system():
        RollOver(school_id=school, from_year=2026, decided=decided).save()
"""
START = """
import sys, django
django.setup()
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.registry.enrolment.rollover import running
scope = system_scope("a province steps")
with unit_of_work(scope):
    print(running.start(scope, from_year=2026, act=sys.argv[1], why="thử"))
"""
#: What people would call the same rolls: every class, every place and every pupil's file, whatever number the rows got.
CONTENT = (
    "SELECT school_id, school_year, grade, name, sort_key, campus_id, homeroom_id, electives::text, clusters::text"
    " FROM enrolment_schoolclass ORDER BY 1, 2, 4",
    "SELECT c.name, e.school_id, e.school_year, e.student_id, e.register_number, e.student_code, e.status, e.starts_on,"
    " e.ends_on, e.end_reason, e.grade, e.name_key FROM enrolment_enrolment e"
    " JOIN enrolment_schoolclass c ON c.id = e.school_class_id ORDER BY 4, 3, 8, 1",
    "SELECT * FROM students_student ORDER BY person_id",
    "SELECT school_id, from_year, names::text, decided::text, counts::text, problem FROM enrolment_rollover ORDER BY 1",
)
TAKEN = "SELECT count(*) FROM enrolment_rollover WHERE state = '{}'"


def content(db: psycopg.Connection, *, but_counts: bool = False) -> str:
    """A hash of all that the step touches; but_counts: without the board's figures, which a look has not made at first."""
    told = hashlib.sha256()
    for question in CONTENT[:3] if but_counts else CONTENT:
        for row in db.execute(question).fetchall():  # type: ignore[call-overload]
            told.update(repr(row).encode())
    return told.hexdigest()


def do(environment: dict[str, str], program: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], env=environment, cwd=CHECKOUT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def in_one_go(environment: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "-m", "django", "rollover", *arguments, "--from-year", "2026", "--json"]
    subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, check=True)


def killed_again_and_again(
    environment: dict[str, str],
    db: psycopg.Connection,
    log: Path,
    act: str,
    moved: Callable[[], int],
    by: random.Random,
) -> list[int]:
    """Do an act on the province by a job whose worker dies KILLS times. Returns how many schools were done at each death."""
    job = int(do(environment, START, act).split()[-1])
    deaths = []
    for end in sorted(by.sample(range(1, SCHOOLS), KILLS)):
        worker = Worker(environment, log)
        wait_until(lambda end=end: moved() >= end, 120)
        time.sleep(by.random() * 0.02)
        worker.end(signal.SIGKILL)
        wait_until(lambda: one(db, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") == 1, 60)
        deaths.append(moved())
        db.execute("UPDATE jobs_job SET beat_at = beat_at - interval '2 minutes' WHERE ended_at IS NULL")
    last = Worker(environment, log)
    try:
        wait_until(lambda: one(db, f"SELECT state FROM jobs_job WHERE id = {job}") == "done", 180)
    finally:
        last.end(signal.SIGTERM)
    return deaths


def facts(db: psycopg.Connection) -> int:
    return int(one(db, "SELECT count(*) FROM seen_fact WHERE kind = 'enrolment.rolls_changed'"))


def entries(db: psycopg.Connection, action: str) -> int:
    return int(one(db, f"SELECT count(*) FROM audit_entry WHERE action = '{action}'"))


@pytest.mark.parametrize("seed", [20270601])
def test_a_step_and_its_way_back_are_the_same_however_often_the_worker_is_killed(
    environment: dict[str, str], db: psycopg.Connection, tmp_path: Path, seed: int
) -> None:
    by = random.Random(os.environ.get("MT_KILL_SEED") or seed)
    do(environment, SET_UP % {"schools": SCHOOLS})
    with psycopg.connect(environment["MT_OWNER_URL"], autocommit=True) as owner:
        owner.execute(SEEN)
    before = content(db, but_counts=True)

    in_one_go(environment, "run")
    whole, done_whole = content(db), content(db, but_counts=True)
    assert done_whole != before and one(db, TAKEN.format("done")) == SCHOOLS
    in_one_go(environment, "reverse", "--why", "thử")
    assert content(db, but_counts=True) == before
    told, written = facts(db), entries(db, "enrolment.rolled_over")
    assert (told, written) == (4 * SCHOOLS, SCHOOLS)

    log = tmp_path / "worker.log"
    deaths = killed_again_and_again(environment, db, log, "run", lambda: one(db, TAKEN.format("done")), by)
    assert max(deaths) < SCHOOLS or deaths[0] < SCHOOLS, deaths
    assert any(0 < died < SCHOOLS for died in deaths), deaths
    assert content(db) == whole
    assert entries(db, "enrolment.rolled_over") == written + SCHOOLS, "one entry a school, however often it was tried"
    assert facts(db) == told + 2 * SCHOOLS

    killed_again_and_again(environment, db, log, "back", lambda: one(db, TAKEN.format("reversed")), by)
    assert content(db, but_counts=True) == before
    assert entries(db, "enrolment.roll_over_reversed") == 2 * SCHOOLS
    assert facts(db) == told + 4 * SCHOOLS

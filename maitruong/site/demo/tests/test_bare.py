"""What is taken from the tables of marks while they are filled stands again as it was: names, definitions, who belongs to whom."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from maitruong.site.demo import bare, load
from tools.roles import Addresses
from tools.trouble import Trouble
from tools.up import refuse_unfinished

ADDED = """
INSERT INTO gradebook_conduct (school_year, school_id, class_id, term, student_id, level, version, updated_at)
  SELECT 2026, 1, 1, 1, n, 3, 1, now() FROM generate_series(1, 500) AS n"""
INDEXES = """
SELECT x.indexrelid::regclass::text, pg_get_indexdef(x.indexrelid), x.indisvalid, x.indisprimary, x.indisunique,
       (SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = x.indexrelid)
FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid WHERE t.relnamespace = 'public'::regnamespace ORDER BY 1"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated, conislocal, coninhcount,
       (SELECT conname FROM pg_constraint AS of_whole WHERE of_whole.oid = c.conparentid)
FROM pg_constraint c WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"""
OF_NOBODY = """
INSERT INTO students_student (person_id, places, religion, policy_group, disability, boarding, near_poor, youth_union, pioneer, details)
  VALUES (7, '{}', '', '', '', '', false, false, false, '{}')"""
FIRES = (
    "SELECT tgenabled::text FROM pg_trigger WHERE tgname = 'take_keys' AND tgrelid = 'enrolment_enrolment'::regclass"
)
ROWS_SECURED = """
SELECT relname, relrowsecurity, relforcerowsecurity, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
ORDER BY 1"""


def standing(db: psycopg.Connection) -> list[list[tuple[Any, ...]]]:
    return [db.execute(query).fetchall() for query in (INDEXES, CONSTRAINTS, ROWS_SECURED)]


def indexes_of(db: psycopg.Connection, table: str) -> int:
    (count,) = db.execute("SELECT count(*) FROM pg_index WHERE indrelid = %s::regclass", [table]).fetchone() or (0,)
    return int(count)


@pytest.fixture
def owner(fresh_database: Any) -> Any:
    addresses: Addresses = fresh_database()
    with load.connect(addresses.owner) as db:
        yield db, addresses.owner


@pytest.mark.parametrize("processes", [1, 2])
def test_keys_and_indexes_of_the_marks_stand_as_before_once_they_are_filled(owner: Any, processes: int) -> None:
    db, url = owner
    before = standing(db)

    with bare.without_indexes(db, bare.MARKS, bare.Beside(url, processes)):
        left = [indexes_of(db, f"gradebook_{kind}_2026") for kind in ("mark", "primarymark", "conduct", "result")]
        db.execute("ALTER TABLE gradebook_conduct NO FORCE ROW LEVEL SECURITY")
        db.execute(ADDED)
        db.execute("ALTER TABLE gradebook_conduct FORCE ROW LEVEL SECURITY")

    assert left == [0, 0, 0, 2]
    assert standing(db) == before
    with pytest.raises(psycopg.errors.UniqueViolation):
        db.execute("INSERT INTO gradebook_conduct_2026 SELECT * FROM gradebook_conduct_2026 LIMIT 1")
    (seen,) = db.execute("SELECT reltuples::int FROM pg_class WHERE relname = 'gradebook_conduct_2026'").fetchone()
    assert seen == 500


def test_they_stand_again_when_the_filling_fails(owner: Any) -> None:
    db, url = owner
    before = standing(db)

    with pytest.raises(RuntimeError), bare.without_indexes(db, bare.MARKS, bare.Beside(url, 2)):
        raise RuntimeError

    assert standing(db) == before


def test_a_row_loaded_twice_is_told(owner: Any) -> None:
    db, url = owner

    with (
        pytest.raises(psycopg.errors.UniqueViolation),
        bare.without_indexes(db, bare.MARKS, bare.Beside(url, 1)),
    ):
        for _ in range(2):
            db.execute(ADDED.replace("gradebook_conduct", "gradebook_conduct_2026", 1))


@pytest.mark.parametrize("processes", [1, 2])
def test_references_exclusions_and_walls_of_people_stand_as_before_once_they_are_loaded(
    owner: Any, processes: int
) -> None:
    db, url = owner
    before = standing(db)

    with bare.without_indexes(db, bare.PEOPLE, bare.Beside(url, processes)):
        with load.lifted(db), load.by_hand(db):
            (fires,) = db.execute(FIRES).fetchone() or ("",)
        left = db.execute(CONSTRAINTS).fetchall()

    kinds = {definition.split(" ")[0] for table, _, definition, *_ in before[1] if table in bare.PEOPLE}
    kept = {definition.split(" ")[0] for table, _, definition, *_ in left if table in bare.PEOPLE}
    assert fires == "D" and db.execute(FIRES).fetchone() == ("O",)
    assert {"FOREIGN", "EXCLUDE"} <= kinds - kept and "PRIMARY" in kept
    assert standing(db) == before


def test_a_place_of_nobody_is_told_once_the_references_are_back(owner: Any) -> None:
    db, url = owner

    def load_nobody() -> None:
        with bare.without_indexes(db, bare.PEOPLE, bare.Beside(url, 2)), load.lifted(db):
            db.execute(OF_NOBODY)

    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="students_student"):
        load_nobody()


def test_a_province_whose_filling_was_killed_is_never_taken_for_a_whole_one(
    fresh_database: Any, tmp_path: Path
) -> None:
    addresses: Addresses = fresh_database()
    environment = (
        os.environ
        | addresses.environment()
        | {"MT_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "maitruong.site.settings"}
    )
    command = [sys.executable, "-m", "django", "seed", "small", "--json", "--processes", "1"]
    said = tmp_path / "said"
    with said.open("w") as out:
        filling = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
        with load.connect(addresses.owner) as db:
            until = time.monotonic() + 120
            while indexes_of(db, "gradebook_mark_2026"):
                assert filling.poll() is None and time.monotonic() < until, said.read_text()
                time.sleep(0.05)
            filling.kill()
            filling.wait()
            assert indexes_of(db, "gradebook_mark_2026") == 0 and load.is_unfinished(db)

    again = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    told = json.loads(again.stderr.strip().splitlines()[-1])
    with pytest.raises(Trouble, match="not filled to its end"):
        refuse_unfinished(addresses.app)

    assert (again.returncode, told["refused"]) == (1, "demo.unfinished") and "MT_VAR" in told["remedy"]


def test_a_database_nobody_began_to_fill_is_served(fresh_database: Any) -> None:
    refuse_unfinished(fresh_database().app)

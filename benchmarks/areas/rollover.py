"""A province's step into the next school year, against the COPY of the rows it wrote.

COPY brings the new classes and places, as text and in one transaction, into the same tables with their indexes, triggers and
constraints as they are; the step besides reads every result, ends every former place, and writes audit and facts school by school.
The seeded province's newest year is under way and has no result of the year, so everybody was sent on by hand: what the results
are asked for is in the figure, what the rule of promotion costs for a pupil is not. After each round everything is taken back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import measure
from benchmarks.areas.recompute import pace
from benchmarks.run import Bench
from benchmarks.targets import Figure, NotRun

AREA = "rollover"
TABLES = ("enrolment_schoolclass", "enrolment_enrolment")
_WROTE = {table: f"SELECT * FROM {table} WHERE school_year = %s ORDER BY id" for table in TABLES}


def run(bench: Bench) -> list[Figure]:
    year = bench.house.rows("SELECT max(from_year) FROM enrolment_rollover")[0][0]
    year = year or bench.house.rows("SELECT max(school_year) FROM enrolment_schoolclass")[0][0]
    if year is None:
        raise NotRun("there is no class in these data")
    samples: list[dict[str, float]] = []
    with bench.house.worker_stands_still(), _summer(bench, year) as (step, back):
        step()
        texts = _texts(bench, year + 1)
        rows = sum(text.count(b"\n") for text in texts.values())
        back()
        for _ in range(bench.rounds):
            sample = {"million_ms": round(pace(bench), 3), "copy": round(_copied(bench, year + 1, texts), 3)}
            sample["ours"] = round(measure.timed(step), 3)
            back()
            samples.append(sample)
    more = {"rows": rows, "cost": round(1000 * measure.ratio(samples, "ours", "million_ms"), 1)}
    return [Figure(AREA, "copy", measure.ratio(samples, "ours", "copy"), samples, "seconds", more)]


@contextmanager
def _summer(bench: Bench, year: int) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
    """The summer after the year, the next year opened, everybody decided: the step, and its way back to what was before."""
    from maitruong.foundation.access.services import unit_of_work
    from maitruong.foundation.access.types import system_scope
    from maitruong.foundation.kernel import clock
    from maitruong.registry.calendar import queries as calendar
    from maitruong.registry.calendar import services as years
    from maitruong.registry.enrolment.models import Enrolment, RollOver
    from maitruong.registry.enrolment.rollover import running

    scope = system_scope("bench")
    with clock.standing_still(dt.datetime(year + 1, 7, 15, 8, 0, tzinfo=clock.VIETNAM)):
        with unit_of_work(scope):
            if not calendar.known().knows(year + 1):
                first, second, last = dt.date(year + 1, 9, 5), dt.date(year + 2, 1, 15), dt.date(year + 2, 5, 31)
                years.open_year(scope, year=year + 1, starts_on=first, term_two_starts_on=second, ends_on=last)
            schools = running.schools_with_classes(scope, year)
            decided: dict[int, dict[str, str]] = {school: {} for school in schools}
            seats = Enrolment._base_manager.filter(school_year=year, ends_on__isnull=True)
            for school, pupil in seats.values_list("school_id", "student_id"):
                decided[school][str(pupil)] = "on"
            RollOver._base_manager.all().delete()
            RollOver._base_manager.bulk_create(
                RollOver(school_id=school, from_year=year, decided=words) for school, words in decided.items()
            )

        def step() -> None:
            for school in schools:
                running.step(scope, running.RUN, school_id=school, from_year=year)

        def back() -> None:
            for school in schools:
                running.step(scope, running.BACK, school_id=school, from_year=year, why="bench")
            _tidy(bench, year + 1)

        yield step, back
        with unit_of_work(scope):
            RollOver._base_manager.all().delete()


def _texts(bench: Bench, year: int) -> dict[str, bytes]:
    """What the step wrote, by table, as COPY text."""
    texts = {}
    with bench.house.superuser() as db:
        for table in TABLES:
            with db.cursor().copy(f"COPY ({_WROTE[table] % int(year)}) TO STDOUT") as out:
                texts[table] = b"".join(bytes(block) for block in out)
    return texts


def _copied(bench: Bench, year: int, texts: dict[str, bytes]) -> float:
    """Seconds of COPY and COMMIT; the rows go again, with the room they took."""

    def copy() -> None:
        with bench.house.superuser() as db, db.transaction():
            for table, text in texts.items():
                columns = ", ".join(
                    name
                    for (name,) in db.execute(
                        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
                        " ORDER BY attnum",
                        [table],
                    ).fetchall()
                )
                with db.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as into:
                    into.write(text)

    seconds = measure.timed(copy)
    with bench.house.superuser() as db:
        for table in reversed(TABLES):
            db.execute(f"DELETE FROM {table} WHERE school_year = {int(year)}".encode())
    _tidy(bench, year)
    return seconds


def _tidy(bench: Bench, year: int) -> None:
    """What the server does by night: else each round would find the dead rows of the one before.

    What other programs would be told of the classes and places that went goes as well: ten rounds leave more of them than there are pupils.
    """
    with bench.house.superuser() as db:
        db.execute("DELETE FROM open_api_change WHERE gone AND school_year = %s", [year])
        for table in (*TABLES, "enrolment_rollover", "open_api_change"):
            db.execute(f"VACUUM (ANALYZE, INDEX_CLEANUP ON) {table}".encode())

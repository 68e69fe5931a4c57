"""Every average and result of the open year made again by the twin, against the bare COPY of the same rows.

The product compares and writes what differs; how much that was stands in the figure. First it writes what the data owe, so that
every round does the same work. What grows with the data is told in counts of a million by the server in the same round: between two
sizes of the province minutes go by, and a machine's pace changes by more than the growth that is looked for. Y3 would tell how fast
the machine wakes up, and this work never sleeps.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from benchmarks import measure
from benchmarks.run import Bench
from benchmarks.targets import Figure, NotRun

AREA = "recompute"
SHORTEST_CPU_SECONDS = 0.2
LONGEST_SECONDS = 600
"""One statement over a year that takes longer is ended; the area then says that it broke."""
_COPIED = {"gradebook_mark": "", "gradebook_result": " AND grade >= 6"}


def run(bench: Bench) -> list[Figure]:
    recompute = _recompute()
    year = bench.house.rows("SELECT max(school_year) FROM gradebook_markbook")[0][0]
    before = recompute(year)
    copy = _bare_copy(bench, year)
    samples: list[dict[str, float]] = []
    for _ in range(bench.rounds):
        million = pace(bench)
        limit_cpu, limit_time = _cost(bench, copy)
        ours_cpu, ours_time = _cost(bench, lambda: recompute(year))
        samples.append(
            {
                "million_ms": round(million, 3),
                "copy_cpu": limit_cpu,
                "ours_cpu": ours_cpu,
                "copy_seconds": limit_time,
                "ours_seconds": ours_time,
            }
        )
    more = {"owed_before": before, "made_again": recompute(year)}
    cost = {name: round(1000 * measure.ratio(samples, name, "million_ms"), 1) for name in ("ours_seconds", "ours_cpu")}
    times = measure.ratio(samples, "ours_seconds", "copy_seconds")
    figures = [Figure(AREA, "time_by_copy", times, samples, "seconds", more | {"cost": cost["ours_seconds"]})]
    if min(sample["copy_cpu"] for sample in samples) < SHORTEST_CPU_SECONDS:
        bench.notes["recompute.cpu_by_copy"] = (
            "the COPY of these data is too short for a clock of 10 ms; seed the province"
        )
        return figures
    cpu = measure.ratio(samples, "ours_cpu", "copy_cpu")
    return [Figure(AREA, "cpu_by_copy", cpu, samples, "seconds", {"cost": cost["ours_cpu"]}), *figures]


def _recompute() -> Callable[[int], dict[str, int]]:
    """The product's own act on a whole year, in one unit of work. Raises NotRun where there is none."""
    from django.db import connection

    from maitruong.assessment.gradebook import services
    from maitruong.foundation.access.services import unit_of_work
    from maitruong.foundation.access.types import system_scope

    act = getattr(services, "recompute", None)
    if act is None:
        raise NotRun("gradebook.services has no recompute")
    scope = system_scope("bench")

    def recompute(year: int) -> dict[str, int]:
        with unit_of_work(scope), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST_SECONDS} s'")
            told: dict[str, int] = act(scope, school_year=year, apply=True).as_dict()
        return told

    return recompute


def pace(bench: Bench) -> float:
    """Milliseconds in which the server counts a million numbers."""
    with bench.house.superuser() as db:
        count = "SELECT count(n % 7) FROM generate_series(1, 1000000) AS n"
        return statistics.median(measure.milliseconds(lambda: db.execute(count).fetchone(), 5))


def _bare_copy(bench: Bench, year: int) -> Callable[[], None]:
    """The rows as text, once; then each turn COPY into new tables without an index."""
    texts: dict[str, bytes] = {}
    with bench.house.superuser() as db:
        for table, which in _COPIED.items():
            chosen = f"SELECT * FROM {table} WHERE school_year = {int(year)}{which}"
            with db.cursor().copy(f"COPY ({chosen}) TO STDOUT") as out:
                texts[table] = b"".join(bytes(block) for block in out)

    def copy() -> None:
        with bench.house.superuser() as db:
            for table, text in texts.items():
                db.execute(f"DROP TABLE IF EXISTS bench_{table}")
                db.execute(f"CREATE TABLE bench_{table} AS SELECT * FROM {table} WITH NO DATA")
                with db.cursor().copy(f"COPY bench_{table} FROM STDIN") as into:
                    into.write(text)
                db.execute(f"DROP TABLE bench_{table}")

    return copy


def _cost(bench: Bench, work: Callable[[], object]) -> tuple[float, float]:
    """CPU-seconds of the database and of this process, and seconds."""
    pids = bench.house.parts()["database"]
    own, before, began = time.process_time(), measure.cpu_seconds(pids), time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    after = measure.cpu_seconds(bench.house.parts()["database"])
    return round(after - before + time.process_time() - own, 3), round(seconds, 3)

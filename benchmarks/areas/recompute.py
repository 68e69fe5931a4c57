"""Every result of the open year made again, against the bare COPY of the same rows."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks import measure
from benchmarks.run import Bench
from benchmarks.targets import Figure, NotRun

AREA = "recompute"
_COPIED = ("gradebook_mark", "gradebook_result")


def run(bench: Bench) -> list[Figure]:
    from maitruong.assessment.gradebook import services

    recompute = getattr(services, "recompute_year", None)
    if recompute is None:
        raise NotRun("gradebook.services has no recompute_year")
    year = bench.house.rows("SELECT max(school_year) FROM gradebook_markbook")[0][0]
    schools = [row[0] for row in bench.house.rows("SELECT unit_id FROM schools_school ORDER BY unit_id")]
    copy = _bare_copy(bench, year)
    samples: list[dict[str, float]] = []
    for _ in range(bench.rounds):
        limit_cpu, limit_time = _cost(bench, copy)
        ours_cpu, ours_time = _cost(bench, lambda: recompute(schools, year))
        samples.append(
            {"copy_cpu": limit_cpu, "ours_cpu": ours_cpu, "copy_seconds": limit_time, "ours_seconds": ours_time}
        )
    if min(sample["copy_cpu"] for sample in samples) < 0.2:
        bench.notes["recompute.cpu_by_copy"] = (
            "the COPY of these data is too short for a clock of 10 ms; seed a province"
        )
        return [
            Figure(AREA, "time_by_copy", measure.ratio(samples, "ours_seconds", "copy_seconds"), samples, "seconds")
        ]
    return [
        Figure(AREA, "cpu_by_copy", measure.ratio(samples, "ours_cpu", "copy_cpu"), samples, "seconds"),
        Figure(AREA, "time_by_copy", measure.ratio(samples, "ours_seconds", "copy_seconds"), samples, "seconds"),
    ]


def _bare_copy(bench: Bench, year: int) -> Callable[[], None]:
    """The rows as text, once; then each turn COPY into new tables without an index."""
    texts: dict[str, bytes] = {}
    with bench.house.superuser() as db:
        for table in _COPIED:
            with db.cursor().copy(f"COPY (SELECT * FROM {table} WHERE school_year = {int(year)}) TO STDOUT") as out:
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

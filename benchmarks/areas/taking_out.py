"""Every pupil of the province in one file, against the COPY of the same rows: time, and the memory of who makes it.

The file is made by the job's own handler in a process of its own, started for each round, so that its largest memory is its own;
COPY is timed on the same statement beside it. Excel and CSV in turn.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from benchmarks import measure
from benchmarks.areas.recompute import pace
from benchmarks.run import Bench
from benchmarks.targets import Figure
from tools.places import CHECKOUT

AREA = "taking_out"
MB_IN_KB = 1024
_FULLEST = "SELECT school_year FROM enrolment_enrolment GROUP BY school_year ORDER BY count(*) DESC LIMIT 1"
_DAY = "SELECT least(greatest(now()::date, starts_on), ends_on) FROM calendar_schoolyear WHERE year = %(year)s"


def run(bench: Bench) -> list[Figure]:
    from maitruong.registry.enrolment import taking_out

    year = bench.house.rows(_FULLEST)[0][0]
    samples: list[dict[str, Any]] = []
    for _ in range(bench.rounds):
        sample: dict[str, Any] = {"million_ms": round(pace(bench), 3)}
        sample |= {"copy": round(_copied(bench, taking_out.statement(with_numbers=False), year), 3)}
        for form in taking_out.FORMS:
            sample |= {f"{form}_{name}": value for name, value in _made(bench, year, form).items()}
        samples.append(sample)
    first = samples[0]
    more = {
        "rows": first["xlsx_rows"],
        "bytes": {form: first[f"{form}_bytes"] for form in taking_out.FORMS},
        "by_copy": {
            form: round(measure.ratio([_pair(s, form) for s in samples], "ours", "copy"), 2)
            for form in taking_out.FORMS
        },
    }
    paced = [{"ours": sum(sample[f"{form}_seconds"] for form in taking_out.FORMS), **sample} for sample in samples]
    more["cost"] = round(1000 * measure.ratio(paced, "ours", "million_ms"), 1)
    peak = max(sample[f"{form}_mb"] for sample in samples for form in taking_out.FORMS)
    return [Figure(AREA, "memory_mb", peak, samples, "seconds, MB", more)]


def _pair(sample: dict[str, Any], form: str) -> dict[str, float]:
    return {"ours": sample[f"{form}_seconds"], "copy": sample["copy"]}


def _copied(bench: Bench, statement: str, year: int) -> float:
    day = bench.house.rows(_DAY, {"year": year})[0][0]

    def copy() -> None:
        filled = statement % {"year": int(year), "day": f"'{day}'", "all": "true", "schools": "'{}'"}
        with bench.house.superuser() as db, db.cursor().copy(f"COPY ({filled}) TO STDOUT") as out:
            for _ in out:
                pass

    return measure.timed(copy)


def _made(bench: Bench, year: int, form: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.areas.taking_out", str(year), form]
    done = subprocess.run(
        command, cwd=CHECKOUT, env=bench.house.django_environment, capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


class _NoTicket:
    """Stands for the job's row: nobody watches."""

    job_id, school_id = 0, 1

    def progress(self, done: int, of: int | None = None, told: str = "") -> None:
        pass


def _child(year: int, form: str) -> None:
    import resource
    import time

    import django

    django.setup()
    from maitruong.foundation.access.services import unit_of_work
    from maitruong.foundation.access.types import system_scope
    from maitruong.foundation.files.models import StoredFile
    from maitruong.registry.enrolment import taking_out

    scope = system_scope("bench")
    began = time.monotonic()
    done = taking_out.take_out(
        _NoTicket(),  # type: ignore[arg-type]
        scope,
        school_year=year,
        school=None,
        form=form,
        with_numbers=False,
        why="bench",
    )
    seconds = time.monotonic() - began
    with unit_of_work(scope):
        file = StoredFile._base_manager.get(pk=done["file"])
        size = file.size_bytes
        StoredFile._base_manager.filter(pk=file.pk).update(kept_until="2000-01-01")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB_IN_KB
    print(json.dumps({"seconds": round(seconds, 3), "mb": round(peak, 1), "rows": done["rows"], "bytes": size}))


if __name__ == "__main__":
    _child(int(sys.argv[1]), sys.argv[2])

"""The import of 50,000 rows x 54 columns against the bare reading of the same file and the bare COPY of its rows.

    python -m benchmarks.exchange [--rows 50000] [--rounds 5] --json

Ours: the two jobs of the page in a worker process as an installation starts it, which at the same time delivers the facts and
seals the audit. The check reads every cell and looks every row up; the import does the same again and writes people, numbers,
dossiers, places, families, rights, history, audit and facts. Bare: python-calamine reads the whole file, COPY writes its cells
into one table without keys, in a process of its own. Both alternately, on the server and settings of an installation, in a
database of the bench's own. Memory is that of the worker with its reading process, sampled from /proc. First problems: from the
click to the first of the page's questions, one a second, that is answered with a problem.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks import exchange_list, measure
from tools import roles, testbase
from tools.cluster import Cluster, Running
from tools.places import CHECKOUT, var

TEMPLATE, DATABASE = "bench_exchange_template", "bench_exchange"
COLUMNS = 54
MESS = 0.05


def main() -> int:
    options = _parse()
    if options.part == "bare":
        print(json.dumps(_bare(options.file)))
        return 0
    if options.part == "ours":
        print(json.dumps(_ours(options.file, options.worker, options.database)))
        return 0
    told = _measure(options)
    print(json.dumps(told, ensure_ascii=False) if options.json else _as_text(told))
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", choices=["bare", "ours"], help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--database", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    home = Path(os.environ.get("MT_VAR") or var() / "bench" / "exchange")
    home.mkdir(parents=True, exist_ok=True)
    with Cluster(home / "postgres") as running, tempfile.TemporaryDirectory(prefix="bench-exchange-") as folder:
        file = exchange_list.write(Path(folder) / "list.xlsx", options.rows, mess=MESS)
        _make_template(running, home)
        samples = []
        for _ in range(options.rounds):
            testbase.clone(running, TEMPLATE, DATABASE)
            samples.append({"bare": _bare_run(file, running, home), "ours": _ours_run(file, running, home)})
        size = file.stat().st_size
        testbase.drop(running, DATABASE)
        testbase.drop(running, TEMPLATE)
    return _told(samples, options.rows, size)


def _told(samples: list[dict[str, dict[str, Any]]], rows: int, size: int) -> dict[str, Any]:
    def ratio(*names: str) -> float:
        return statistics.median(
            sum(sample["ours"][name] for name in names)
            / (sample["bare"]["parse_seconds"] + sample["bare"]["copy_seconds"])
            for sample in samples
        )

    def median(name: str) -> float:
        return statistics.median(sample["ours"][name] for sample in samples)

    return {
        "names": ["by_parse_and_copy", "first_problems_seconds", "memory_mb"],
        "by_parse_and_copy": ratio("import_seconds"),
        "first_problems_seconds": median("first_problems_seconds"),
        "memory_mb": max(sample["ours"]["peak_pss_mb"] for sample in samples),
        "samples": samples,
        "more": {
            "rows": rows,
            "columns": COLUMNS,
            "file_bytes": size,
            "rows_with_something_wrong": MESS,
            "check_and_import_by_parse_and_copy": ratio("check_seconds", "import_seconds"),
            "by_parse_and_copy_in_cpu_seconds": statistics.median(
                (sample["ours"]["import_cpu_seconds"] + sample["ours"]["import_database_cpu_seconds"])
                / (sample["bare"]["cpu_seconds"] + sample["bare"]["database_cpu_seconds"])
                for sample in samples
            ),
            "upload_seconds": median("upload_seconds"),
        },
    }


def _as_text(told: dict[str, Any]) -> str:
    return "\n".join(f"{name:28} {told[name]:.2f}" for name in told["names"])


def _make_template(running: Running, home: Path) -> None:
    roles.prepare_cluster(running.superuser_url)
    testbase.drop(running, DATABASE)
    testbase.drop(running, TEMPLATE)
    roles.prepare_database(running.superuser_url, TEMPLATE)
    command = [sys.executable, "-m", "tools.django_command", "migrate"]
    subprocess.run(command, cwd=CHECKOUT, env=_environment(running, home, TEMPLATE), check=True, capture_output=True)


def _environment(running: Running, home: Path, database: str) -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": str(CHECKOUT),
        "MT_VAR": str(home),
        "DJANGO_SETTINGS_MODULE": "maitruong.site.settings",
        "MT_OWNER_URL": running.url(database, roles.OWNER),
        "MT_APP_URL": running.url(database, roles.APP),
    }


def _bare_run(file: Path, running: Running, home: Path) -> dict[str, Any]:
    used = measure.cpu_seconds(measure.tree(running.postgres))
    told = _part("bare", file, _environment(running, home, DATABASE))
    return told | {"database_cpu_seconds": round(measure.cpu_seconds(measure.tree(running.postgres)) - used, 2)}


def _ours_run(file: Path, running: Running, home: Path) -> dict[str, Any]:
    environment = _environment(running, home, DATABASE)
    with (home / "worker.log").open("ab") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "django", "worker"], cwd=CHECKOUT, env=environment, stdout=log, stderr=log
        )
    peak = _Peak(worker.pid)
    try:
        told = _part("ours", file, environment, "--worker", str(worker.pid), "--database", str(running.postgres))
    finally:
        most = peak.stop()
        worker.terminate()
        worker.wait(120)
    return told | {"peak_pss_mb": round(most, 1), "load": os.getloadavg()[0]}


def _part(part: str, file: Path, environment: dict[str, str], *more: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.exchange", "--part", part, "--file", str(file), *more]
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


class _Peak:
    """The largest memory a process and its children had together, looked at five times a second."""

    def __init__(self, pid: int) -> None:
        self._pid, self._most, self._ended = pid, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(0.2):
            self._most = max(self._most, measure.pss_mb(measure.tree(self._pid)))

    def stop(self) -> float:
        self._ended.set()
        self._thread.join()
        return self._most


# --- the two parts ---------------------------------------------------------------------------------------------------


def _bare(file: Path) -> dict[str, Any]:
    from python_calamine import CalamineWorkbook

    began = time.perf_counter()
    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    parsed = time.perf_counter()
    names = [f"c{n}" for n in range(COLUMNS)]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    with psycopg.connect(os.environ["MT_OWNER_URL"]) as db, db.cursor() as cursor:
        made = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in names)
        cursor.execute(sql.SQL("CREATE TABLE bench_bare ({})").format(made))
        with cursor.copy(sql.SQL("COPY bench_bare ({}) FROM STDIN").format(columns)) as copy:
            for row in rows:
                copy.write_row([str(value) for value in row])
    ended = time.perf_counter()
    return {
        "parse_seconds": round(parsed - began, 3),
        "copy_seconds": round(ended - parsed, 3),
        "cpu_seconds": round(time.process_time(), 2),
        "rows": len(rows),
    }


def _ours(file: Path, worker: int, database: int) -> dict[str, Any]:
    import django

    django.setup()
    from tests import factories as make

    school = make.a_school(make.a_commune(make.a_department()))
    desk = _Desk(school, make.scope_of(make.a_post_holder(school, "clerk", "Đặng Văn Thư")), worker, database)
    with tempfile.TemporaryDirectory() as folder:  # the worker is there and warm before anything is timed
        desk.upload(exchange_list.write(Path(folder) / "few.xlsx", 3, mess=0))
        desk.check()
    upload = desk.upload(file)
    first, checked, checking = desk.check()
    written, importing = desk.bring_in()
    return {
        "upload_seconds": upload,
        "first_problems_seconds": first,
        "check_seconds": checking["seconds"],
        **{f"import_{name}": value for name, value in importing.items()},
        "written": written,
        "checked": {name: checked[name] for name in ("new", "refused", "errors", "warnings", "fixed")},
    }


class _Desk:
    """The clerk's side of the page, and a watch on the worker. Seconds and CPU-seconds of the worker and of the database."""

    def __init__(self, school: int, clerk: Any, worker: int, database: int) -> None:
        from maitruong.foundation.exchange import services

        self._services, self._school, self._clerk = services, school, clerk
        self._worker, self._database, self._batch = worker, database, 0

    def upload(self, file: Path) -> float:
        from maitruong.foundation.access.services import unit_of_work

        began = time.perf_counter()
        with unit_of_work(self._clerk):
            self._batch = self._services.take_file(
                self._clerk,
                kind="students",
                school_id=self._school,
                school_year=self._services.ports.owner("students").years()[0],
                name=file.name,
                data=file.read_bytes(),
            )
        return round(time.perf_counter() - began, 3)

    def check(self) -> tuple[float, dict[str, Any], dict[str, float]]:
        """Seconds to the first problems, what was found, and the cost."""
        from maitruong.foundation.access.services import unit_of_work
        from maitruong.foundation.exchange import queries

        cost = self._cost()
        began = time.perf_counter()
        with unit_of_work(self._clerk):
            choice = self._services.proposed_choice(self._clerk, batch_id=self._batch)
            self._services.choose_columns(
                self._clerk, batch_id=self._batch, choice=choice, options={"create_classes": True}
            )
        first = 0.0
        while not self._ended():
            time.sleep(1)
            with unit_of_work(self._clerk):
                found = queries.batch(self._clerk, self._batch)
                if not first and queries.counts(found):
                    first = time.perf_counter() - began
        with unit_of_work(self._clerk):
            totals = queries.batch(self._clerk, self._batch).totals
        return round(first, 3), totals, self._spent(cost)

    def bring_in(self) -> tuple[dict[str, Any], dict[str, float]]:
        """What was written, and the cost."""
        from maitruong.foundation.access.services import unit_of_work
        from maitruong.foundation.exchange import queries

        cost = self._cost()
        with unit_of_work(self._clerk):
            self._services.start_import(self._clerk, batch_id=self._batch)
        while not self._ended():
            time.sleep(0.2)
        with unit_of_work(self._clerk):
            written: dict[str, Any] = queries.batch(self._clerk, self._batch).totals["imported"]
        return written, self._spent(cost)

    def _job(self) -> Any:
        from maitruong.foundation.access.services import unit_of_work
        from maitruong.foundation.exchange import queries

        with unit_of_work(self._clerk):
            return queries.job_of(self._clerk, queries.batch(self._clerk, self._batch))

    def _ended(self) -> bool:
        job = self._job()
        if job.state == "failed":
            raise RuntimeError(job.told)
        return job.ended_at is not None

    def _cost(self) -> tuple[float, float]:
        return measure.cpu_seconds(measure.tree(self._worker)), measure.cpu_seconds(measure.tree(self._database))

    def _spent(self, before: tuple[float, float]) -> dict[str, float]:
        job, now = self._job(), self._cost()
        return {
            "seconds": round((job.ended_at - job.started_at).total_seconds(), 3),
            "cpu_seconds": round(now[0] - before[0], 2),
            "database_cpu_seconds": round(now[1] - before[1], 2),
        }


if __name__ == "__main__":
    sys.exit(main())

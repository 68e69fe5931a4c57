"""The import of 50,000 rows x 54 columns against the bare reading of the same file and the bare COPY of its rows.

    python -m benchmarks.exchange [--rows 50000] [--rounds 5] --json

Ours: one import pass, which reads, checks every cell, decides every row against the school, writes people, numbers, dossiers,
places, families, rights, history, audit and facts. Bare: python-calamine reads the whole file, COPY writes its cells into one
table without keys. Both alternately, each in a process of its own, on the server and settings of an installation, in a database
of the bench's own. Memory is that of the importing process with its reading process, sampled from /proc.
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
        print(json.dumps(_ours(options.file)))
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
            bare = _run("bare", file, running, home)
            ours = _run("ours", file, running, home)
            samples.append({"bare": bare, "ours": ours})
        size = file.stat().st_size
        testbase.drop(running, DATABASE)
        testbase.drop(running, TEMPLATE)
    return _told(samples, options.rows, size)


def _told(samples: list[dict[str, dict[str, Any]]], rows: int, size: int) -> dict[str, Any]:
    ratios = [
        sample["ours"]["import_seconds"] / (sample["bare"]["parse_seconds"] + sample["bare"]["copy_seconds"])
        for sample in samples
    ]
    both = [
        (sample["ours"]["import_seconds"] + sample["ours"]["check_seconds"])
        / (sample["bare"]["parse_seconds"] + sample["bare"]["copy_seconds"])
        for sample in samples
    ]
    return {
        "names": ["by_parse_and_copy", "first_problems_seconds", "memory_mb"],
        "by_parse_and_copy": statistics.median(ratios),
        "first_problems_seconds": statistics.median(sample["ours"]["first_problems_seconds"] for sample in samples),
        "memory_mb": max(sample["ours"]["peak_pss_mb"] for sample in samples),
        "samples": samples,
        "more": {
            "rows": rows,
            "columns": COLUMNS,
            "file_bytes": size,
            "rows_with_something_wrong": MESS,
            "check_and_import_by_parse_and_copy": statistics.median(both),
            "first_problems_are": "seconds from starting the check to the first problem committed; the page asks every second",
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


def _run(part: str, file: Path, running: Running, home: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.exchange", "--part", part, "--file", str(file)]
    process = subprocess.Popen(
        command, cwd=CHECKOUT, env=_environment(running, home, DATABASE), stdout=subprocess.PIPE, text=True
    )
    peak = _Peak(process.pid)
    out, _ = process.communicate()
    told: dict[str, Any] = json.loads(out.strip().splitlines()[-1])
    return told | {"peak_pss_mb": round(peak.stop(), 1), "load": os.getloadavg()[0]}


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
    return {"parse_seconds": round(parsed - began, 3), "copy_seconds": round(ended - parsed, 3), "rows": len(rows)}


def _ours(file: Path) -> dict[str, Any]:
    import django

    django.setup()
    from django.db import connection

    from maitruong.foundation.access.services import unit_of_work
    from maitruong.foundation.exchange import services, work
    from tests import factories as make

    school = make.a_school(make.a_commune(make.a_department()))
    clerk = make.scope_of(make.a_post_holder(school, "clerk", "Đặng Văn Thư"))
    year = services.ports.owner("students").years()[0]
    began = time.perf_counter()
    with unit_of_work(clerk):
        batch_id = services.take_file(
            clerk, kind="students", school_id=school, school_year=year, name=file.name, data=file.read_bytes()
        )
        choice = services.proposed_choice(clerk, batch_id=batch_id)
        services.choose_here(clerk, batch_id=batch_id, choice=choice, options={"create_classes": True})
    taken = time.perf_counter()
    told: list[float] = []
    checked = work.check_list(clerk, batch_id, lambda done, of, text: told.append(time.perf_counter()))
    was_checked = time.perf_counter()
    with unit_of_work(clerk):
        services.start_here(clerk, batch_id=batch_id)
    cpu = time.process_time()
    starting = time.perf_counter()
    written = work.import_list(clerk, batch_id, lambda done, of, text: None)
    ended = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_outbox")
        facts = cursor.fetchone()[0]
    return {
        "upload_and_propose_seconds": round(taken - began, 3),
        "first_problems_seconds": round(told[0] - taken, 3),
        "check_seconds": round(was_checked - taken, 3),
        "import_seconds": round(ended - starting, 3),
        "import_cpu_seconds_of_this_process": round(time.process_time() - cpu, 3),
        "written": written,
        "checked": {name: checked[name] for name in ("new", "refused", "errors", "warnings", "fixed")},
        "facts": facts,
    }


if __name__ == "__main__":
    sys.exit(main())

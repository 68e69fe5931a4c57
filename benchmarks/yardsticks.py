"""Y1, Y2 and Y3 (README.md): what this machine can do at this moment, taken beside ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import psycopg

from benchmarks import measure, targets
from benchmarks.books import BenchBook
from benchmarks.clients import Visitor
from benchmarks.installation import Installation
from tools.places import CHECKOUT
from tools.trouble import Trouble

Y3_DATABASE = "bench_y3"
_MARKS = (
    "SELECT student_id, tx1, tx2, tx3, tx4, tx5, tx6, gk, ck FROM gradebook_mark WHERE school_year = %s AND school_id = %s"
    " AND class_id = %s AND subject = %s AND term = %s"
)


class Yardsticks:
    """The limits, each as a function that gives the milliseconds of one turn. Servers are started at the first use."""

    def __init__(self, bench: Installation) -> None:
        self.bench = bench
        self._y2: Visitor | None = None
        self._y3: Visitor | None = None
        self._y3_server: int | None = None

    def y1(self, book: BenchBook) -> Callable[[], float]:
        """45 x 8 marks by psycopg, as JSON."""
        db = psycopg.connect(self.bench.running.url("maitruong", "postgres"), autocommit=True)
        db.prepare_threshold = 1
        at = [book.school_year, book.school_id, book.class_id, book.subject, book.term]
        return lambda: measure.timed(lambda: json.dumps(db.execute(_MARKS, at).fetchall())) * 1000

    def y2(self) -> Callable[[], float]:
        if self._y2 is None:
            self._y2 = Visitor(self.bench.serve_beside("benchmarks.y2:application", {}))
            _wait(self._y2)
        visitor = self._y2
        return lambda: measure.timed(lambda: visitor.get("/")) * 1000

    def y3(self) -> Callable[[], float]:
        if self._y3 is None:
            self._y3 = self._start_y3()
        visitor = self._y3
        return lambda: measure.timed(lambda: visitor.get("/")) * 1000

    def y3_processes(self) -> set[int]:
        """The web processes of Y3."""
        assert self._y3_server is not None
        return measure.tree(self._y3_server)

    def _start_y3(self) -> Visitor:
        if not targets.y3_is_frozen():
            raise Trouble(
                f"benchmarks/y3.py is not the yardstick that targets.toml names (sha256 {targets.y3_hash()}).",
                "Take the change back; a new yardstick needs its own decision record and new figures.",
            )
        with self.bench.superuser("postgres") as db:
            db.execute(f"DROP DATABASE IF EXISTS {Y3_DATABASE} WITH (FORCE)")
            db.execute(f"CREATE DATABASE {Y3_DATABASE}")
        url = urlsplit(self.bench.running.superuser_url)
        environment = {"Y3_DATABASE": Y3_DATABASE, "Y3_USER": "postgres", "Y3_HOST": parse_qs(url.query)["host"][0]}
        made = subprocess.run(
            [sys.executable, "-m", "benchmarks.y3"],
            cwd=CHECKOUT, env=os.environ | environment | {"PYTHONPATH": str(CHECKOUT)},
            stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        visitor = Visitor(self.bench.serve_beside("benchmarks.y3:application", environment))
        self._y3_server = self.bench.others[-1].pid
        visitor.cookie = f"sessionid={made.stdout.strip()}"
        _wait(visitor)
        return visitor


def _wait(visitor: Visitor) -> None:
    """Until the server answers, and its threads have their connections."""
    import time

    deadline = time.monotonic() + 60
    while True:
        try:
            for _ in range(30):
                visitor.get("/")
            return
        except OSError:
            visitor.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)

"""One run of the bench: the installation, its yardsticks, the areas asked for, and the JSON they make."""

from __future__ import annotations

import importlib
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from benchmarks import measure, targets
from benchmarks.installation import Installation
from benchmarks.targets import Figure, NotRun
from benchmarks.yardsticks import Yardsticks
from tools.machine import memory_bytes
from tools.places import CHECKOUT

AREAS = {
    "gradebook_page": "gradebook:page",
    "gradebook_save": "gradebook:save",
    "audited_write": "writes:run",
    "slow_clients": "slow:run",
    "lists": "lists:run",
    "recompute": "recompute:run",
    "rollover": "rollover:run",
    "taking_out": "taking_out:run",
    "periods": "periods:run",
    "oneroster": "oneroster:run",
    "signing": "wrapped:signing",
    "exchange": "wrapped:exchange",
    "linking": "wrapped:linking",
    "memory": "memory:run",
}
"""Area → file and function. Each needs the running installation but those of ALONE."""
ALONE = {"signing", "exchange", "linking"}
GROUPS = {"registry": ["lists", "taking_out", "exchange", "oneroster", "periods", "rollover"]}
"""Name → areas that are asked for together, on the province. What writes most comes last."""


@dataclass
class Beside:
    """Samples taken beside Y3. samples: p50 of each round; singles: every time of ours, ms; cpu: ms of web and database a turn."""

    samples: list[dict[str, float]] = field(default_factory=list)
    singles: list[float] = field(default_factory=list)
    cpu_y3: list[float] = field(default_factory=list)
    cpu_ours: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return measure.ratio(self.samples, "ours", "y3")

    @property
    def cpu(self) -> dict[str, Any]:
        pairs = [ours / y3 for ours, y3 in zip(self.cpu_ours, self.cpu_y3, strict=True) if y3]
        ratio = round(statistics.median(pairs), 2) if pairs else None
        return {"cpu_ms_a_turn": {"y3": self.cpu_y3, "ours": self.cpu_ours, "ratio": ratio}}


@dataclass
class Bench:
    """What an area is given. rounds: alternating samples (at least 5); turns_a_round, seconds: how long one sample is."""

    house: Installation
    rounds: int = 5
    turns_a_round: int = 30
    seconds: float = 2.0
    short: bool = False
    notes: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def yardsticks(self) -> Yardsticks:
        return Yardsticks(self.house)

    def turns(self, work: Callable[[], object]) -> Callable[[], list[float]]:
        """A work as one sample: the milliseconds of each turn."""
        for _ in range(20):
            work()
        return lambda: measure.milliseconds(work, self.turns_a_round)

    def beside_y3(self, ours: Callable[[], list[float]]) -> Beside:
        """Y3 and ours, alternately. The CPU beside the times tells a busy machine's figures from a slow program's."""
        y3 = self.yardsticks.y3()
        found = Beside()

        def limit() -> float:
            with self._cpu(found.cpu_y3, self.yardsticks.y3_processes()):
                return round(statistics.median(y3() for _ in range(self.turns_a_round)), 3)

        def mine() -> float:
            with self._cpu(found.cpu_ours, self.house.parts()["web"]):
                times = ours()
            found.singles.extend(times)
            return round(statistics.median(times), 3)

        found.samples = measure.alternate(self.rounds, y3=limit, ours=mine)
        return found

    @contextmanager
    def _cpu(self, into: list[float], web: set[int]) -> Iterator[None]:
        """CPU milliseconds of one turn, of these web processes and of the database."""
        pids = web | self.house.parts()["database"]
        before = measure.cpu_seconds(pids)
        yield
        into.append(round((measure.cpu_seconds(pids) - before) * 1000 / self.turns_a_round, 2))


def measured(bench: Bench, name: str) -> dict[str, Any]:
    """One area as its part of the JSON. Whatever stops it is its reason for not having run."""
    file, _, function = AREAS[name].partition(":")
    began, load = time.monotonic(), os.getloadavg()
    told: dict[str, Any] = {"area": name, "load_before": load, "figures": [], "not_run": []}
    bench.notes = {}
    used: dict[str, float] = {}
    try:
        run = getattr(importlib.import_module(f"benchmarks.areas.{file}"), function)
        if name in ALONE:
            figures: list[Figure] = run(bench)
        else:
            with bench.house.cpu() as used:
                figures = run(bench)
            told["memory_pss_mb"] = {part: round(measure.pss_mb(pids), 1) for part, pids in bench.house.parts().items()}
        told["figures"] = [figure.as_dict() for figure in figures]
    except NotRun as reason:
        told["not_run"].append({"what": name, "why": str(reason)})
    except Exception as problem:
        told["not_run"].append({"what": name, "why": f"{type(problem).__name__}: {problem}"})
        told["broken"] = True
    told["not_run"] += [{"what": what, "why": why} for what, why in bench.notes.items()]
    told["cpu_seconds"] = used
    told["load_after"] = os.getloadavg()
    told["seconds"] = round(time.monotonic() - began, 1)
    return told


def document(bench: Bench, names: list[str]) -> dict[str, Any]:
    """Everything a figure needs to be believed."""
    load = os.getloadavg()
    areas = [measured(bench, name) for name in names]
    figures = [(area["area"], figure) for area in areas for figure in area["figures"]]
    missed = [f"{area}.{figure['name']}" for area, figure in figures if not figure["pass"]]
    facts = bench.house.facts
    return {
        "commit": commit(),
        "machine": machine(),
        "load_before": load,
        "load_after": os.getloadavg(),
        "data": {
            "name": bench.house.data,
            "scale": bench.house.scale,
            "hash": facts.get("content_hash"),
            "seed": facts.get("seed"),
            "counts": facts.get("counts"),
            "seeded_in_seconds": facts.get("seconds"),
            "costs": {
                "seed.cpu_seconds": facts.get("cpu_seconds", 0) + facts.get("database_cpu_seconds", 0),
                "database.bytes": bench.house.rows("SELECT pg_database_size(current_database())")[0][0],
            },
        },
        "rounds": bench.rounds,
        "y3_sha256": targets.y3_hash(),
        "areas": areas,
        "missed": missed,
        "not_run": [reason for area in areas for reason in area["not_run"]],
        "pass": not missed and not any(area.get("broken") for area in areas),
    }


def commit() -> str:
    """The commit measured; with '+' when files differ from it."""
    asked = [["git", "rev-parse", "HEAD"], ["git", "status", "--porcelain"]]
    said = [subprocess.run(a, cwd=CHECKOUT, capture_output=True, text=True, check=False).stdout.strip() for a in asked]
    return said[0] + ("+" if said[1] else "")


def machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "memory_mb": memory_bytes() // 1024 // 1024,
        "system": platform.platform(),
        "python": sys.version.split()[0],
    }

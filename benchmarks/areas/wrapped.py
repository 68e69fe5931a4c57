"""Benches that need no running installation and can also be run by themselves."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from typing import Any

from benchmarks.run import Bench
from benchmarks.targets import Figure, NotRun
from tools.places import CHECKOUT


def signing(bench: Bench) -> list[Figure]:
    """The smallest of the ratios that have a target; each case is told."""
    told = _run(bench, "signing", "--rounds", str(bench.rounds), "--records", "2")
    cases = [case for case in told["cases"] if case["target"] is not None]
    value = min(case["ratio"] for case in cases)
    return [Figure("signing", "cases", value, told["cases"], "CPU-seconds", {"data_sha256": told["data_sha256"]})]


def exchange(bench: Bench) -> list[Figure]:
    """A figure for each target the bench of the exchange tells, under the same name."""
    told = _run(bench, "exchange")
    return [
        Figure("exchange", name, told[name], told.get("samples", []), more=told.get("more", {}))
        for name in told["names"]
    ]


def linking(bench: Bench) -> list[Figure]:
    """The worst of the easy and the hard list; each is told whole."""
    told = _run(bench, "linking", "--rounds", str(bench.rounds))
    samples = {kind: found["samples"] for kind, found in told["more"].items()}
    return [Figure("linking", name, told[name], samples, more=told["more"]) for name in told["names"]]


def _run(bench: Bench, name: str, *arguments: str) -> dict[str, Any]:
    """Runs in a process of its own: memory and CPU are then its alone."""
    if importlib.util.find_spec(f"benchmarks.{name}") is None:
        raise NotRun(f"there is no benchmarks/{name}.py")
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json", *arguments]
    done = subprocess.run(
        command, cwd=CHECKOUT, env=bench.house.environment, capture_output=True, text=True, check=False
    )
    if not done.stdout.strip():
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise RuntimeError(f"benchmarks/{name}.py told nothing: {last}")
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told

"""Clocks and counters: alternating samples, percentiles, CPU-seconds and memory of processes from /proc."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def alternate(rounds: int, **works: Callable[[], float]) -> list[dict[str, float]]:
    """Each work once a round, always in the same order: limit, ours, limit, ours ..."""
    return [{name: work() for name, work in works.items()} for _ in range(rounds)]


def ratio(samples: list[dict[str, float]], above: str, below: str) -> float:
    """The median over the rounds of one work's figure to the other's of the same round."""
    return statistics.median(sample[above] / sample[below] for sample in samples)


def percentile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def milliseconds(work: Callable[[], object], times: int) -> list[float]:
    return [timed(work) * 1000 for _ in range(times)]


def rounded(values: Iterable[float], places: int = 3) -> list[float]:
    return [round(value, places) for value in values]


# --- processes -----------------------------------------------------------------------------------------------------------


def tree(root: int) -> set[int]:
    """A process and all that came of it and lives."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            stat = _stat(int(entry.name))
            if stat:
                parents.setdefault(int(stat[1]), []).append(int(entry.name))
    found, waiting = set(), [root]
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        waiting += parents.get(pid, [])
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name: state, parent, ...; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of these processes and of their children that ended."""
    return sum(sum(map(int, stat[11:15])) for stat in map(_stat, pids) if stat) / TICKS


def pss_mb(pids: Iterable[int]) -> float:
    """Memory with shared pages divided among those who share them."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return total / 1024

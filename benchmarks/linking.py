"""Linking 500,000 pupils to two million people beside splink, on lists whose truth is known.

    python -m benchmarks.linking [--own 500000] [--population 2000000] [--rounds 5] [--seed 7] --json

Ours and splink run in turns, each in a process of its own, on the same two CSV files, with the same number of threads. Time is
that of the work from the rows as they were read to the links: each side's own preparing of names, estimating and comparing.
Reading the files is the same work for both and is told apart. splink (`linking_peer.py`) is asked at several thresholds; its
recall is taken at the lowest at which 9,999 of 10,000 of its links are right, and the rest is told.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from maitruong.registry.verification import linking
from maitruong.registry.verification.linking import reading
from maitruong.registry.verification.tests import planted
from tools.places import CHECKOUT, var

LEAST_PRECISION = 0.9999
ONE_FIFTH = 0.2


def main() -> int:
    options = _parse()
    told = _ours(options.folder) if options.part == "ours" else _measure(options)
    print(json.dumps(told, ensure_ascii=False) if options.json else _as_text(told))
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--own", type=int, default=500_000)
    parser.add_argument("--population", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", choices=["ours"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    python = _peer_python()
    kinds = {}
    for kind, errors in planted.KINDS.items():
        with tempfile.TemporaryDirectory(prefix="bench-linking-") as name:
            folder = Path(name)
            truth = planted.write(
                folder, errors=errors, own=options.own, population=options.population, seed=options.seed
            )
            samples = []
            for _ in range(options.rounds):
                ours = _process(
                    [sys.executable, "-m", "benchmarks.linking", "--part", "ours", "--json", "--folder", str(folder)]
                )
                peer = _process([str(python), str(Path(__file__).with_name("linking_peer.py")), str(folder)])
                samples.append({"ours": ours, "splink": peer})
            kinds[kind] = _kind(folder, truth, samples)
    return {
        "names": ["time_by_splink", "recall_over_splink", "precision"],
        "time_by_splink": max(kind["time_by_splink"] for kind in kinds.values()),
        "recall_over_splink": min(kind["recall_over_splink"] for kind in kinds.values()),
        "precision": min(kind["ours"]["precision"] for kind in kinds.values()),
        "own": options.own,
        "population": options.population,
        "seed": options.seed,
        "more": kinds,
    }


def _kind(folder: Path, truth: dict[str, str], samples: list[dict[str, Any]]) -> dict[str, Any]:
    """One kind of list: times of every round, and how right the last links of both are."""
    ours = _judged(_pairs(folder / "ours" / "links.csv"), truth)
    at = {threshold: _judged(pairs, truth) for threshold, pairs in _peer_links(folder / "splink.csv").items()}
    right_enough = [found["recall"] for found in at.values() if found["precision"] >= LEAST_PRECISION]
    peer_recall = max(right_enough, default=0.0)
    return {
        "time_by_splink": round(
            statistics.median(one["ours"]["seconds"] / one["splink"]["seconds"] for one in samples), 4
        ),
        "with_reading": round(
            statistics.median(
                (one["ours"]["seconds"] + one["ours"]["reading"])
                / (one["splink"]["seconds"] + one["splink"]["reading"])
                for one in samples
            ),
            4,
        ),
        "recall_over_splink": round(ours["recall"] - peer_recall, 5),
        "ours": ours,
        "splink_at_threshold": at,
        "samples": samples,
    }


def _judged(pairs: dict[str, str], truth: dict[str, str]) -> dict[str, Any]:
    right = sum(truth[own] == population for own, population in pairs.items())
    there = sum(map(bool, truth.values()))
    return {
        "links": len(pairs),
        "wrong": len(pairs) - right,
        "recall": round(right / there, 5),
        "precision": round(right / len(pairs), 6) if pairs else 1.0,
    }


def _pairs(file: Path) -> dict[str, str]:
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["own"]: row["population"] for row in csv.DictReader(lines)}


def _peer_links(file: Path) -> dict[str, dict[str, str]]:
    """Threshold → links: splink gives each own person its best pair with how likely it is."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [(float(row["likely"]), row["own"], row["population"]) for row in csv.DictReader(lines)]
    return {
        str(threshold): {own: population for likely, own, population in rows if likely >= threshold}
        for threshold in (0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999)
    }


def _ours(folder: Path) -> dict[str, Any]:
    """One run in this process: seconds of reading and of the work, and the memory at its height."""
    out = folder / "ours"
    out.mkdir(exist_ok=True)
    begun = time.perf_counter()
    with linking.database() as db:
        for name in (reading.OWN, reading.POPULATION):
            reading.read(db, name, reading.find(folder, name))
        read = time.perf_counter()
        linking.link_tables(db)
        done = time.perf_counter()
        linking.write(db, out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"reading": round(read - begun, 3), "seconds": round(done - read, 3), "peak_mb": round(peak)}


def _peer_python() -> Path:
    """splink lies in an environment of its own, from its own lock: nothing else needs it."""
    home = var() / "bench" / "linking"
    python = home / "venv" / "bin" / "python"
    lock = CHECKOUT / "requirements" / "bench.txt"
    stamp = home / "lock"
    if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
        home.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home / "venv")], check=True)
        install = [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(lock),
        ]
        subprocess.run(install, check=True, stdout=sys.stderr)
        stamp.write_bytes(lock.read_bytes())
    return python


def _process(command: list[str]) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:4])}: {(done.stderr.strip().splitlines() or ['no word'])[-1]}")
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def _as_text(told: dict[str, Any]) -> str:
    lines = [f"{told['own']:,} people against {told['population']:,}"]
    for kind, found in told["more"].items():
        lines.append(
            f"{kind}: {found['time_by_splink']} of splink's time ({found['with_reading']} with reading), recall {found['ours']['recall']}"
            f" ({found['recall_over_splink']:+} over splink's), precision {found['ours']['precision']}, {found['ours']['wrong']} wrong"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

"""The same bench on the province at several sizes, and whether any cost grows faster than the data.

Each size is measured by a process of its own (a process belongs to one database). A cost is every figure with an upper limit,
as its ratio to the yardstick of the same minute; where a figure is a ratio to work that grows with the data itself, the `cost` it
tells beside, in units of what the machine did in the same minute; and what the seed and the database's files took. Growth is held
against the number of subject-term results.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.targets import Figure
from tools.places import CHECKOUT
from tools.trouble import Trouble

AREA = "growth"
SCALES = ("1/10", "1/3", "1")


def parse(text: str) -> list[str]:
    """ "1/10,1/3,1" → the scales, the smallest first. Raises Trouble."""
    found = {part.strip() for part in text.split(",")}
    if strange := sorted(found - set(SCALES)):
        raise Trouble(f"There is no province at {', '.join(strange)}.", f"Choose of {', '.join(SCALES)}.", code=2)
    return sorted(found, key=Fraction)


def folder_name(scale: str) -> str:
    """A name for the folder of a size."""
    return scale.replace("/", "-")


def measured(scales: Iterable[str], base: Path, arguments: list[str]) -> list[dict[str, Any]]:
    """The document of each size. Raises Trouble when one gave none."""
    documents = []
    for scale in scales:
        command = [sys.executable, "-m", "benchmarks", *arguments, "--data", "province", "--json"]
        command += ["--scale", scale, "--folder", str(base / folder_name(scale))]
        done = subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=False)
        lines = done.stdout.strip().splitlines()
        if not lines:
            raise Trouble(f"The bench at {scale} told nothing (exit code {done.returncode}).", "Its words stand above.")
        documents.append(json.loads(lines[-1]) | {"scale": scale})
    return documents


def together(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """One document: every size's own, and the growth of every cost between neighbours in size."""
    area: dict[str, Any] = {"area": AREA, "figures": [], "not_run": []}
    steps = [_step(before, after) for before, after in pairwise(documents)]
    costs = [(name, cost["growth"]) for step in steps for name, cost in step["costs"].items()]
    if costs:
        name, worst = max(costs, key=lambda cost: cost[1])
        area["figures"] = [
            Figure(AREA, "cost_by_data", worst, unit="growth of the cost / of the data", more={"worst": name}).as_dict()
        ]
    else:
        area["not_run"] = [{"what": AREA, "why": "growth needs two sizes with the same figures"}]
    missed = [f"{document['scale']}: {miss}" for document in documents for miss in document["missed"]]
    missed += [f"{AREA}.{figure['name']}" for figure in area["figures"] if not figure["pass"]]
    return {
        "commit": documents[-1]["commit"],
        "machine": documents[-1]["machine"],
        "scales": documents,
        "steps": steps,
        "growth": area,
        "missed": missed,
        "pass": not missed and not area["not_run"] and all(document["pass"] for document in documents),
    }


def _step(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """From one size to the next: how the data grew, and each cost that both tell."""
    grew = results_in(after) / results_in(before)
    one, other = costs_of(before), costs_of(after)
    costs = {
        name: {
            "before": one[name],
            "after": other[name],
            "times": round(other[name] / one[name], 3),
            "growth": round(other[name] / one[name] / grew, 3),
        }
        for name in one
        if name in other and one[name] > 0
    }
    return {"from": before["scale"], "to": after["scale"], "data_times": round(grew, 3), "costs": costs}


def results_in(document: dict[str, Any]) -> int:
    """Subject-term results of the loaded data: rows of marks, and of primary levels."""
    counts = document["data"]["counts"]
    return int(counts["mark"] + counts["primary"])


def costs_of(document: dict[str, Any]) -> dict[str, float]:
    """Name → cost."""
    found = {name: float(value) for name, value in document["data"].get("costs", {}).items() if value}
    for area in document["areas"]:
        for figure in area["figures"]:
            if "cost" in figure:
                found[f"{area['area']}.{figure['name']}"] = float(figure["cost"])
            elif "most" in figure["target"]:
                found[f"{area['area']}.{figure['name']}"] = float(figure["value"])
    return found


def as_text(told: dict[str, Any], one_as_text: Any) -> str:
    """Every size for a reader, then the growth."""
    parts = [f"— {document['scale']} of the province\n{one_as_text(document)}" for document in told["scales"]]
    for step in told["steps"]:
        lines = [f"— from {step['from']} to {step['to']}: data x {step['data_times']}"]
        ordered = sorted(step["costs"].items(), key=lambda cost: -cost[1]["growth"])
        lines += [
            f"  {cost['growth']:>6} {name}  {cost['before']:g} → {cost['after']:g} (x {cost['times']})"
            for name, cost in ordered
        ]
        parts.append("\n".join(lines))
    parts.append("every target met" if told["pass"] else f"missed: {', '.join(told['missed']) or 'something broke'}")
    return "\n".join(parts)

"""`./dev bench [area or group ...] [--data small | --scale 1/10,1/3,1] [--json]`: measure, hold against targets.toml.

Exit 1 on a miss, 2 when something broke.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from benchmarks import scales
from benchmarks.installation import Installation
from benchmarks.run import ALONE, AREAS, GROUPS, Bench, document
from tools.places import CHECKOUT, var
from tools.trouble import Trouble

LEAST_ROUNDS, ROUNDS = 5, 7


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    names = options.areas or list(AREAS)
    if len(options.scales) > 1 and not options.named:
        names = [name for name in names if name not in ALONE]
    if len(options.scales) > 1:
        return several(options, names)
    with Installation(folder_of(options), options.data, scale=options.scales[0]) as house:
        bench = Bench(house, options.rounds, options.turns, options.seconds, options.short)
        told = document(bench, names)
    print(json.dumps(told, ensure_ascii=False) if options.json else as_text(told), flush=True)
    broken = any(area.get("broken") for area in told["areas"])
    return 2 if broken else 0 if told["pass"] else 1


def several(options: argparse.Namespace, names: list[str]) -> int:
    """The same areas at each size, and how their costs grow."""
    passed = ["--rounds", options.rounds, "--turns", options.turns, "--seconds", options.seconds]
    arguments = [*names, *map(str, passed), *(["--short"] if options.short else [])]
    told = scales.together(scales.measured(options.scales, base_of(options), arguments))
    print(json.dumps(told, ensure_ascii=False) if options.json else scales.as_text(told, as_text), flush=True)
    broken = any(area.get("broken") for document in told["scales"] for area in document["areas"])
    return 2 if broken else 0 if told["pass"] else 1


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench", description="Measure, and compare with benchmarks/targets.toml."
    )
    groups = "; ".join(f"{name}: {' '.join(areas)}" for name, areas in GROUPS.items())
    parser.add_argument("areas", nargs="*", metavar="area", help=f"of: {', '.join(AREAS)}; all by default; {groups}")
    parser.add_argument("--data", choices=("small", "province"), help="the seeded world; a group is of the province")
    parser.add_argument("--scale", default="", help="of the province: 1, 1/3, 1/10, or several with commas between")
    parser.add_argument("--folder", type=Path, help="where the measured installation lives; kept for the next run")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="alternating samples")
    parser.add_argument("--turns", type=int, default=30, help="requests in one sample")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of a sample of several clients")
    parser.add_argument("--short", action="store_true", help="memory after a few seconds of journeys, not 10 minutes")
    parser.add_argument("--json", action="store_true", help="one JSON document with every raw sample")
    options = parser.parse_args(arguments)
    if not options.data:
        options.data = "province" if set(options.areas) & set(GROUPS) else "small"
    # An area that needs no installation is measured at several sizes only when it is asked for by its own name.
    options.named = set(options.areas) & ALONE
    options.areas = [part for name in options.areas for part in GROUPS.get(name, [name])]
    unknown = sorted(set(options.areas) - set(AREAS))
    if unknown:
        parser.error(f"unknown area: {', '.join(unknown)}; there are {', '.join(AREAS)}")
    if options.rounds < LEAST_ROUNDS:
        parser.error(f"fewer than {LEAST_ROUNDS} alternating samples prove nothing")
    if options.scale:
        options.data = "province"
    options.scales = scales.parse(options.scale or "1")
    return options


def base_of(options: argparse.Namespace) -> Path:
    """Where provinces lie that no --folder is named for; with several sizes --folder names the folder of their folders."""
    if options.folder:
        found: Path = options.folder.absolute()
        return found
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "maitruong" / "bench-province"


def folder_of(options: argparse.Namespace) -> Path:
    """A place of the bench's own. The province is too large for a checkout."""
    if options.folder:
        folder: Path = options.folder.absolute()
    elif options.data == "province":
        folder = base_of(options) / scales.folder_name(options.scales[0])
    else:
        folder = var() / "bench" / options.data
    if options.data == "province" and folder.is_relative_to(CHECKOUT):
        raise Trouble(f"{folder} is inside the checkout.", "The province takes up to 15 GB; name another --folder.")
    if (folder / "postgres").exists() and not (folder / "seeded.json").exists() and not (folder / "bench.txt").exists():
        raise Trouble(
            f"{folder} holds an installation that no bench made.", "Name another --folder; it is not touched."
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.txt").write_text("Made by ./dev bench; may be removed when no bench runs.\n")
    return folder


def as_text(told: dict[str, Any]) -> str:
    """The figures for a reader; the evidence is in --json."""
    load = " ".join(f"{value:.1f}" for value in told["load_before"])
    data = f"{told['data']['name']} {told['data']['scale']} {str(told['data']['hash'])[:12]}"
    lines = [f"{told['commit'][:12]}  data {data}  load {load}"]
    for area in told["areas"]:
        lines.append(f"{area['area']} ({area['seconds']} s)")
        for figure in area["figures"]:
            sign = next(word for word in ("most", "least", "exactly") if word in figure["target"])
            verdict = "ok    " if figure["pass"] else "MISSED"
            limit = f"{sign} {figure['target'][sign]}"
            lines.append(f"  {verdict} {figure['name']:28} {figure['value']:>12} {limit:18} {figure['target']['what']}")
        lines += [f"  not run: {reason['what']}: {reason['why']}" for reason in area["not_run"]]
    lines.append("every target met" if told["pass"] else f"missed: {', '.join(told['missed']) or 'something broke'}")
    return "\n".join(lines)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Trouble as trouble:
        print(f"{trouble.what}\n  {trouble.remedy}", file=sys.stderr)
        sys.exit(trouble.code)

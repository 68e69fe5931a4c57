"""Names of people who do not exist: parts drawn apart from frequency tables and put together by chance.

`data/names.csv` holds our own aggregate (parts with weights, northern weighting); `data/ethnic_names.csv` a few parts
for groups whose names differ.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from random import Random

from .chance import Urn

DATA = Path(__file__).parent / "data"
ETHNIC_WITH_NAMES = ("TAY", "NUNG", "MONG", "MUONG", "DAO", "SANDIU", "HOA", "THAI")


@cache
def table(name: str) -> Urn[str]:
    with (DATA / "names.csv").open(encoding="utf-8", newline="") as file:
        found = {row["name"]: int(row["weight"]) for row in csv.DictReader(file) if row["table"] == name}
    return Urn(found)


@cache
def ethnic(group: str, part: str) -> tuple[str, ...]:
    with (DATA / "ethnic_names.csv").open(encoding="utf-8", newline="") as file:
        tables = {row["table"]: row["words"].split() for row in csv.DictReader(file)}
    return tuple(word.replace("_", " ") for word in tables[f"{group}_{part}"])


def child(rng: Random, family: str, sex: str, group: str) -> str:
    """The full name of a child of a family."""
    if group != "KINH" and group in ETHNIC_WITH_NAMES and rng.random() < 0.65:
        return f"{family} {rng.choice(ethnic(group, sex))}"
    given = table(f"young_{sex}").one(rng)
    kind = rng.random()
    if kind < 0.33:
        second = table(f"second_{sex}").one(rng)
        if second != family and second not in given.split():
            return f"{family} {second} {given}"
    elif kind < 0.345:
        return f"{family} {given.split()[1]}"
    elif kind < 0.347:
        return f"{family} {table(f'second_{sex}').one(rng)} {table(f'young_{sex}').one(rng)} {given}"
    return f"{family} {given}"


def adult(rng: Random, sex: str, group: str, family: str | None = None) -> str:
    """The full name of a parent or teacher; `family` when it is known from the child."""
    has_own = group in ETHNIC_WITH_NAMES
    family = family or (rng.choice(ethnic(group, "family")) if has_own else table("family").one(rng))
    if has_own and rng.random() < 0.8:
        return f"{family} {rng.choice(ethnic(group, sex))}"
    return f"{family} {table(f'adult_{sex}_middle').one(rng)} {table(f'adult_{sex}_given').one(rng)}"

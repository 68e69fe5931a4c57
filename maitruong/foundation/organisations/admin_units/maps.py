"""Outlines of communes for drawing: whole numbers in a canvas, as SVG path data with relative lines.

Simplified for the eye (see data/NOTICE). Not a boundary map, and a page that shows it says so.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from .catalogue import DATA
from .errors import NoMap


@dataclass(frozen=True, slots=True)
class Shape:
    """One commune: SVG path data ("M12 30l4-5 …z") and a point inside it for its label."""

    code: str
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Inset:
    """A frame holding a far island, drawn out of its place and to a scale of its own."""

    codes: tuple[str, ...]
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CommuneMap:
    """The communes of a province in a canvas of width x height units; ten units are one unit of a 480 wide drawing."""

    province: str
    width: int
    height: int
    shapes: tuple[Shape, ...]
    insets: tuple[Inset, ...]


@cache
def commune_map(province_code: str) -> CommuneMap:
    """The map of a province. Raises NoMap for provinces without one."""
    path = DATA / f"map_{province_code}.csv"
    if not (len(province_code) == 2 and province_code.isdigit() and path.exists()):
        raise NoMap(province=province_code)
    width = height = 0
    shapes: list[Shape] = []
    insets: list[Inset] = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            x, y = int(row["x"]), int(row["y"])
            if row["code"] == "canvas":
                width, height = x, y
            elif row["code"].startswith("inset "):
                size = [int(number) for number in row["path"].split()]
                insets.append(Inset(tuple(row["code"].split()[1:]), x, y, *size))
            else:
                shapes.append(Shape(row["code"], row["path"], x, y))
    return CommuneMap(province_code, width, height, tuple(shapes), tuple(insets))

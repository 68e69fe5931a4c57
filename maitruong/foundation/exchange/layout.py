"""How a sheet looks besides its cells: widths of columns, heights of its first rows, merged cells, what stays in sight.

Read in passing by the reading process, given to the annotated sheet, so that the person finds her own sheet again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import limits
from .errors import TooManyMerged, TooManyParts

Merge = tuple[int, int, int, int]
MOST_MERGED_CELLS = 200_000
WIDEST, HIGHEST = 255.0, 409.0  # what Excel allows
MOST_COLUMNS_IN_SIGHT = 20

_COLUMN = re.compile(rb"<(?:\w+:)?col\s[^<>]*>")
_PANE = re.compile(rb"<(?:\w+:)?pane\s[^<>]*>")
_ATTRIBUTE = re.compile(rb"\s(min|max|width|ht|xSplit|ySplit|state)\s*=\s*[\"']([\w.]{1,20})[\"']")


@dataclass
class Layout:
    """widths: (first column, last column, width in characters). heights: row → points. in_sight: rows and columns that do not scroll.

    merges: (first row, first column, last row, last column). All counted from 0.
    """

    widths: list[tuple[int, int, float]] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    in_sight: tuple[int, int] = (0, 0)
    merges: list[Merge] = field(default_factory=list)

    def read_front(self, xml: bytes) -> None:
        """What a worksheet part says before its rows."""
        for found in _COLUMN.finditer(xml):
            told = _attributes(found[0])
            first, last, width = told.get("min", 0), told.get("max", 0), told.get("width", 0)
            last = min(last, limits.MAX_COLUMNS)
            if 1 <= first <= last and 0 < width <= WIDEST:
                self.widths.append((int(first) - 1, int(last) - 1, width))
        pane = _PANE.search(xml)
        if pane and b"frozen" in pane[0]:
            told = _attributes(pane[0])
            rows, columns = int(told.get("ySplit", 0)), int(told.get("xSplit", 0))
            if rows <= limits.HEAD_ROWS and columns <= MOST_COLUMNS_IN_SIGHT:
                self.in_sight = (rows, columns)

    def read_row(self, row: int, tag: bytes) -> None:
        """The height a row's own tag names, of the first rows only: titles and headers. row: from 0."""
        height = _attributes(tag).get("ht", 0)
        if row < limits.HEAD_ROWS and 0 < height <= HIGHEST:
            self.heights[row] = height

    def as_json(self) -> dict[str, Any]:
        return {"widths": self.widths, "heights": list(self.heights.items()), "in_sight": self.in_sight}

    def take(self, told: Mapping[str, Any]) -> None:
        """A part of a layout, as the reading process tells it."""
        self.widths += [tuple(width) for width in told.get("widths", ())]
        self.heights.update(dict(told.get("heights", ())))
        self.in_sight = tuple(told.get("in_sight", self.in_sight))
        self.merges += [tuple(merge) for merge in told.get("merges", ())]


def refuse_many_merged(sheet: str, merges: Collection[Merge]) -> None:
    """Raises TooManyParts, TooManyMerged where `apart` would leave out a merge over several rows: what stands there counts for each."""
    if len(merges) > limits.MAX_MERGES:
        raise TooManyParts(count=len(merges), what="vùng ô gộp", limit=limits.MAX_MERGES)
    tall = (within_limits(merge) for merge in merges if is_tall(merge))
    covered = sum((bottom - top + 1) * (right - left + 1) for top, left, bottom, right in tall)
    if covered > MOST_MERGED_CELLS:
        raise TooManyMerged(sheet=sheet, count=covered, limit=MOST_MERGED_CELLS)


def is_tall(merge: Merge) -> bool:
    """Whether a merge runs over several rows."""
    return merge[2] > merge[0]


def within_limits(merge: Merge) -> Merge:
    """What a merge covers of the part of a sheet that is read: a whole column may be merged to the last row of Excel."""
    top, left, bottom, right = merge
    return top, left, min(bottom, limits.MAX_ROWS - 1), min(right, limits.MAX_COLUMNS - 1)


def apart(merges: Iterable[Merge]) -> list[Merge]:
    """The merged cells a sheet may have: more than one cell each, none twice. A sheet with two that overlap Excel calls damaged."""
    kept: list[Merge] = []
    taken: set[int] = set()
    looked_at = 0
    for top, left, bottom, right in merges:
        inside = 0 <= top <= bottom < limits.MAX_ROWS and 0 <= left <= right < limits.MAX_COLUMNS
        size = (bottom - top + 1) * (right - left + 1)
        if not inside or size < 2 or len(taken) + size > MOST_MERGED_CELLS:
            continue
        looked_at += size
        if looked_at > 5 * MOST_MERGED_CELLS:  # only a sheet made to be slow has so many that overlap
            break
        covered = {
            row * limits.MAX_COLUMNS + column for row in range(top, bottom + 1) for column in range(left, right + 1)
        }
        if taken.isdisjoint(covered):
            taken |= covered
            kept.append((top, left, bottom, right))
    return kept


def _attributes(tag: bytes) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, value in _ATTRIBUTE.findall(tag):
        try:
            number = float(value)
        except ValueError:
            continue
        if 0 <= number < 1e6:  # "nan" and "inf" are numbers to Python
            found[name.decode()] = number
    return found

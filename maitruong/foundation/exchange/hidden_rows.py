"""Rows that a sheet hides, by hand or under a filter: they are read like any other, and the person is told of them.

Schools hide pupils who left. Passed over, a row could be lost that only a filter hid; read without a word, who left comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from maitruong.foundation.kernel import formats

from . import limits

MOST_KEPT = limits.HEAD_ROWS + 40  # those above the data are all among them
MOST_TOLD = 8


@dataclass
class HiddenRows:
    """Hidden rows with a value in them. first: the numbers of the first ones, from 1, in order."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, row: int) -> None:
        self.count += 1
        if len(self.first) < MOST_KEPT:
            self.first.append(row)

    def as_json(self) -> dict[str, Any]:
        return {"count": self.count, "first": self.first}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> HiddenRows:
        return cls(data["count"], data["first"])

    def told(self, *, data_from: int) -> str:
        """A sentence about those from the first data row on (from 1); "" when there are none."""
        rows = [row for row in self.first if row >= data_from]
        count = self.count - (len(self.first) - len(rows))
        if not count:
            return ""
        runs = _runs(rows)
        more = ", …" if len(runs) > MOST_TOLD or count > len(rows) else ""
        where = f" (dòng {', '.join(runs[:MOST_TOLD])}{more})" if runs else ""
        return f"Trang tính có {formats.number(count)} dòng đang bị ẩn{where}, vẫn được đọc như các dòng khác."


def _runs(rows: list[int]) -> list[str]:
    """7, 12, 13, 14 → "7", "12–14"."""
    told = []
    for _, run in groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0]):
        numbers = [row for _, row in run]
        told.append(str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}")
    return told

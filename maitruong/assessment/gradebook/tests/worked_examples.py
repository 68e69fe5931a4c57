"""Reads the tables of worked examples: lists by semicolon, "8,5 x7" for seven times 8,5, an empty cell for nothing."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from maitruong.assessment.gradebook.rules import Basis, Kind, Level, SubjectResult
from maitruong.foundation.kernel import formats

FOLDER = Path(__file__).parent / "examples"
LEVELS = {level.label: level for level in Level}
PASSED = {"Đ": True, "CĐ": False, "": None}


def table(name: str, **where: str) -> list:
    """The rows of one table as pytest parameters named by their id."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if all(row[key] == value for key, value in where.items())]
    assert rows and len({row["id"] for row in rows}) == len(rows)
    return [pytest.param(row, id=row["id"]) for row in rows]


def entries(cell: str) -> list[str]:
    """ "8,5 x2; 4,0; " as four texts, the last one empty."""
    found = []
    for part in cell.split(";") if cell else []:
        text, _, times = part.strip().partition(" x")
        found += [text] * int(times or 1)
    return found


def marks(cell: str) -> list[int | None]:
    return [formats.parse_mark(text) for text in entries(cell)]


def subjects(scores: str, comments: str = "", left_out: str = "") -> list[SubjectResult]:
    """Subject results as the tables write them."""
    results = [
        SubjectResult(f"S{n}", f"Môn {n}", Kind.SCORE, average=mark) for n, mark in enumerate(marks(scores), start=1)
    ]
    results += [
        SubjectResult(f"N{n}", f"Môn nhận xét {n}", Kind.COMMENT, passed=PASSED[text])
        for n, text in enumerate(entries(comments), start=1)
    ]
    results += [
        SubjectResult(f"M{n}", f"Môn miễn {n}", Kind.SCORE, average=10, basis=Basis(text))
        for n, text in enumerate(entries(left_out), start=1)
    ]
    return results

"""The totals of a snapshot, from its own rows: whoever has the files can add them up again and must get the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

ALL_GRADES: Final = 0
"""Stands for all grades together: pupils of preschool are at -6 to -1, the others at 1 to 12."""
WOMAN: Final = "female"
_ORDINARY: Final = ("KINH", "")
"""Ethnic groups that are no minority; one that nobody wrote down is not counted as one."""


class Total(NamedTuple):
    """How many of what, in one grade or in all (ALL_GRADES); women: how many of them are girls or women, 0 for things."""

    key: str
    grade: int
    value: int
    women: int


Row = Mapping[str, Any]


class _Counts:
    def __init__(self) -> None:
        self.all: Counter[tuple[str, int]] = Counter()
        self.women: Counter[tuple[str, int]] = Counter()

    def add(self, key: str, grade: int = ALL_GRADES, number: int = 1, *, woman: bool = False) -> None:
        for at in {grade, ALL_GRADES}:
            self.all[key, at] += number
            if woman:
                self.women[key, at] += number


def totals_of(tables: Mapping[str, Sequence[Row]], *, flags: Iterable[str], year: int) -> list[Total]:
    """Every figure the national forms ask for, sorted by key and grade; what nobody is counted in is left out.

    tables: rows by data set (pupils, classes, staff, movements, rooms, campuses).   flags: columns of pupils that say yes or no.
    year: the school year, in which ages are reckoned as in the forms: its first calendar year less the year of birth.
    """
    counts = _Counts()
    flags = tuple(flags)
    for row in tables.get("pupils", ()):
        for key in _of_pupil(row, flags, year):
            counts.add(key, row["grade"], woman=row["sex"] == WOMAN)
    for row in tables.get("classes", ()):
        for key in _of_class(row):
            counts.add(key, row["grade"])
    for row in tables.get("staff", ()):
        for key in _of_colleague(row):
            counts.add(key, woman=row["sex"] == WOMAN)
    for row in tables.get("movements", ()):
        counts.add(f"moved.{row['way']}")
        if row["way"] != "in":
            counts.add(f"left.{row['status']}")
    for row in tables.get("rooms", ()):
        for built in ("permanent", "semi", "temporary"):
            if row[built]:
                counts.add("rooms", number=row[built])
                counts.add(f"rooms.{row['indicator']}", number=row[built])
                counts.add(f"rooms.built.{built}", number=row[built])
    if campuses := len(tables.get("campuses", ())):
        counts.add("campuses", number=campuses)
    return [Total(key, grade, n, counts.women[key, grade]) for (key, grade), n in sorted(counts.all.items())]


def _of_pupil(row: Row, flags: Sequence[str], year: int) -> Iterable[str]:
    yield "pupils"
    if row["ethnic_group"] not in _ORDINARY:
        yield "pupils.minority"
    if row["ethnic_group"]:
        yield f"ethnic.{row['ethnic_group']}"
    if row["born_on"]:
        yield f"age.{year - int(row['born_on'][:4])}"
    if row["status"]:
        yield f"status.{row['status']}"
    if row["disability"]:
        yield "pupils.disabled"
        yield from (f"disability.{key}" for key in row["disability"].split())
    if row["policy"]:
        yield "pupils.policy"
        yield from (f"policy.{key}" for key in row["policy"].split())
    if row["boarding"]:
        yield f"boarding.{row['boarding']}"
    if not row["guardians"]:
        yield "pupils.no_guardian"
    if row["number"] == "verified":
        yield "pupils.verified"
    yield from (f"said.{flag}" for flag in flags if row[flag])


def _of_class(row: Row) -> Iterable[str]:
    yield "classes"
    if row["two_sessions"] or row["sessions"] == "9-10":
        yield "classes.two_sessions"
    if row["combined"]:
        yield "classes.combined"
    if row["semi_boarding"]:
        yield "classes.semi_boarding"


def _of_colleague(row: Row) -> Iterable[str]:
    yield "staff"
    yield f"post.{row['post']}"
    if row["ethnic_group"] not in _ORDINARY:
        yield "staff.minority"
    for kind in ("contract", "degree", "title"):
        if row[kind]:
            yield f"{kind}.{row[kind]}"

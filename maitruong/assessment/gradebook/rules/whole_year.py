"""Everything a year's cells come to, pupil by pupil: the plain side that a set-based twin is held against."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from maitruong.foundation.regulations import Rule, in_force

from .tt22_2021 import DEFAULT, Tt22Settings
from .tt27_2020 import QualityLevel, SubjectLevel, SubjectYear
from .vocabulary import Basis, Kind, Level, SubjectResult


@cache
def _rule(topic: str, grade: int, school_year: int) -> Rule:
    return in_force(f"gradebook.{topic}", grade=grade, school_year=school_year)


def judge(pupil: Mapping[str, Any], *, settings: Tt22Settings = DEFAULT) -> dict[str, Any]:
    """All results of one pupil in the shape of `random_pupils`, as plain ints, bools and None.

    Secondary: {"subjects": {code: {"term_one", "term_two", "year", "provisional": [bool, bool]}}, "levels": {"term_one", "term_two",
    "year": [level, before] }, "conduct", "award"}; averages in tenths, comments True/False, levels 0-3.
    Primary: {"overall": 0-3 or None, "title": text or None}.
    """
    return _primary(pupil) if pupil["grade"] <= 5 else _secondary(pupil, settings)


def _secondary(pupil: Mapping[str, Any], settings: Tt22Settings) -> dict[str, Any]:
    at = (pupil["grade"], pupil["school_year"])
    subjects = {row["code"]: _subject(row, at, pupil["closed"], settings) for row in pupil["subjects"]}
    levels, results = {}, {}
    for when in ("term_one", "term_two", "year"):
        results[when] = [_result(row, subjects[row["code"]][when]) for row in pupil["subjects"] if _has(row, when)]
        level, before, _ = _rule("learning_level", *at)(results[when], settings=settings)
        levels[when] = [_number(level), _number(before)]
    conduct = _rule("conduct_year", *at)(*(None if c is None else Level(c) for c in pupil["conduct"]))
    learning = None if levels["year"][0] is None else Level(levels["year"][0])
    award = _rule("awards", *at)(results["year"], learning=learning, conduct=conduct, settings=settings)
    return {
        "subjects": subjects,
        "levels": levels,
        "conduct": _number(conduct),
        "award": None if award is None else award.value,
    }


def _has(row: Mapping[str, Any], when: str) -> bool:
    """A subject studied in one term only counts in that term and in the year."""
    return when == "year" or {"term_one": 1, "term_two": 2}[when] in row["terms"]


def _subject(row: Mapping[str, Any], at: tuple[int, int], closed: bool, settings: Tt22Settings) -> dict[str, Any]:
    scored = row["kind"] == Kind.SCORE.value
    values: list[Any] = []
    provisional = []
    for term, cells in ((1, row["term_one"]), (2, row["term_two"])):
        if cells is None:
            values.append(None)
            provisional.append(False)
            continue
        owed = {"needed": row["needed"], "cluster_needed": row["cluster"] and settings.records_cluster_in(term)}
        if scored:
            given = (cells["regular"], cells["midterm"], cells["final"])
            value, open_ = _rule("term_average", *at)(*given, cluster=cells["cluster"], **owed)
        else:
            given = ([_truth(cell) for cell in cells["regular"]], _truth(cells["midterm"]), _truth(cells["final"]))
            value, open_ = _rule("comment_term", *at)(*given, cluster=_truth(cells["cluster"]), closed=closed, **owed)
        values.append(value)
        provisional.append(open_)
    year = _rule("year_average" if scored else "comment_year", *at)(*values, terms=row["terms"], settings=settings)
    return {"term_one": values[0], "term_two": values[1], "year": year, "provisional": provisional}


def _result(row: Mapping[str, Any], value: Any) -> SubjectResult:
    kind = Kind(row["kind"])
    return SubjectResult(
        row["code"],
        row["name"],
        kind,
        value if kind is Kind.SCORE else None,
        value if kind is Kind.COMMENT else None,
        Basis(row["basis"]),
        row["optional"],
        row["whole_year"],
    )


def _primary(pupil: Mapping[str, Any]) -> dict[str, Any]:
    at = (pupil["grade"], pupil["school_year"])
    subjects = [
        SubjectYear(
            row["code"],
            row["name"],
            None if row["level"] is None else SubjectLevel(row["level"]),
            row["test"],
            row["exempt"],
        )
        for row in pupil["subjects"]
    ]
    qualities = {code: None if level is None else QualityLevel(level) for code, level in pupil["qualities"].items()}
    overall = _rule("primary_overall", *at)(pupil["grade"], subjects, qualities)
    title = _rule("primary_title", *at)(overall, outstanding=["Toán"] if pupil["outstanding"] else [])
    return {"overall": _number(overall), "title": None if title is None else title.value}


def _truth(cell: int | None) -> bool | None:
    return None if cell is None else bool(cell)


def _number(level: Any) -> int | None:
    return None if level is None else int(level)

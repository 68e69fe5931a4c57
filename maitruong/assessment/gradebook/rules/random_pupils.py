"""Random whole-year pupils for holding the rules against a set-based twin: plain ints, lists and dicts, drawn near the borders.

Shapes: docs/machine.md, section "rules compare". The same (n, seed) gives the same pupils on every machine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from maitruong.teaching.curriculum.rules import Subject, SubjectGroup, SubjectKind, subjects_of

from .tt22_2021 import regular_marks_needed
from .tt27_2020 import QUALITIES_AND_COMPETENCES, Moment, tested_subjects
from .vocabulary import Basis, Kind

SCHOOL_YEAR = 2026
_BORDERS = (35, 50, 65, 80, 90)


def random_pupils(n: int, seed: int) -> Iterator[dict[str, Any]]:
    """n pupils of grades 1-12, five of six of them at secondary school."""
    rng = random.Random(seed)  # noqa: S311 - reproducible samples, no secrets
    for number in range(1, n + 1):
        grade = rng.randint(1, 5) if rng.random() < 1 / 6 else rng.randint(6, 12)
        make = _primary if grade <= 5 else _secondary
        yield {"id": number, "grade": grade, "school_year": SCHOOL_YEAR, **make(rng, grade)}


# --- secondary -------------------------------------------------------------------------------------------------------


def _secondary(rng: random.Random, grade: int) -> dict[str, Any]:
    studied = _studied(rng, grade)
    clusters = set(rng.sample([s.code for s in studied if s.has_cluster], 3)) if grade >= 10 else set()
    habit = _Habit(rng, len(studied))
    subjects = [_book_row(rng, subject, subject.code in clusters, habit) for subject in studied]
    _set_apart(rng, subjects)
    return {
        "closed": rng.random() < 0.9,
        "subjects": subjects,
        "conduct": [rng.choice((3, 3, 3, 2, 2, 1, 0, None)) for _ in range(2)],
    }


def _studied(rng: random.Random, grade: int) -> list[Subject]:
    taught = subjects_of(grade, SCHOOL_YEAR)
    compulsory = [s for s in taught if s.group is SubjectGroup.COMPULSORY]
    electives = {s.family: s for s in rng.sample(taught, len(taught)) if s.group is SubjectGroup.ELECTIVE}
    chosen = rng.sample(sorted(electives.values(), key=lambda s: s.code), 4) if electives else []
    options = [s for s in taught if s.group is SubjectGroup.OPTIONAL and rng.random() < 0.06]
    return [*compulsory, *chosen, *options]


class _Habit:
    """How a pupil does: around one border, with perhaps a subject or two far below, now and then an empty cell."""

    def __init__(self, rng: random.Random, subjects: int) -> None:
        self.around = rng.choice(_BORDERS)
        self.spread = rng.choice((1, 3, 8, 20))
        self.weak = set(rng.sample(range(subjects), rng.choice((0, 0, 1, 1, 2))))
        self.weak_at = rng.choice((30, 34, 35, 42, 49, 50, 60, 65))
        self.empty = rng.choice((0, 0, 0, 0, 0.01, 0.1))
        self.comment_fails = rng.choice((0, 0, 0, 0.02, 0.3))
        self.place = -1


def _book_row(rng: random.Random, subject: Subject, cluster: bool, habit: _Habit) -> dict[str, Any]:
    habit.place += 1
    kind = Kind.SCORE if subject.kind is SubjectKind.SCORE else Kind.COMMENT
    optional = subject.group is SubjectGroup.OPTIONAL
    row: dict[str, Any] = {
        "code": subject.code,
        "name": subject.name,
        "kind": kind.value,
        "needed": regular_marks_needed(kind, subject.periods_per_year),
        "cluster": cluster,
        "terms": rng.choice(([1], [2])) if rng.random() < 0.02 else [1, 2],
        "basis": Basis.COMMON.value,
        "optional": optional,
        "whole_year": not optional or rng.random() < 0.7,
    }
    row["term_one"] = _cells(rng, row, 1, habit)
    row["term_two"] = _cells(rng, row, 2, habit)
    return row


def _cells(rng: random.Random, row: dict[str, Any], term: int, habit: _Habit) -> dict[str, Any] | None:
    if term not in row["terms"]:
        return None

    def cell() -> int | None:
        if rng.random() < habit.empty:
            return None
        if row["kind"] == Kind.COMMENT.value:
            return 0 if rng.random() < habit.comment_fails else 1
        around = habit.weak_at if habit.place in habit.weak else habit.around
        return min(100, max(0, around + rng.randint(-habit.spread, habit.spread)))

    return {
        "regular": [cell() for _ in range(row["needed"])],
        "cluster": cell() if row["cluster"] and term == 2 else None,
        "midterm": cell(),
        "final": cell(),
    }


def _set_apart(rng: random.Random, subjects: list[dict[str, Any]]) -> None:
    """A few pupils are exempt from a subject, follow an individual plan in some, or are asked less in one."""
    case = rng.random()
    if case < 0.03:
        rng.choice(subjects)["basis"] = Basis.EXEMPT.value
    elif case < 0.06:
        for row in rng.sample(subjects, rng.choice((3, 3, len(subjects)))):
            row["basis"] = Basis.INDIVIDUAL_PLAN.value
    elif case < 0.08:
        rng.choice(subjects)["basis"] = Basis.REDUCED.value


# --- primary ---------------------------------------------------------------------------------------------------------


def _primary(rng: random.Random, grade: int) -> dict[str, Any]:
    tested = tested_subjects(grade, Moment.END_OF_YEAR)
    good = rng.choice((1.0, 1.0, 0.99, 0.9))
    floor = rng.choice((4, 5, 6, 7, 8, 9, 9))
    empty = rng.choice((0, 0, 0, 0.02))

    def level() -> int | None:
        if rng.random() < empty:
            return None
        return 2 if rng.random() < good else rng.choice((1, 1, 1, 0))

    subjects = [
        {
            "code": s.code,
            "name": s.name,
            "level": level(),
            "test": (None if rng.random() < empty else 10 * rng.randint(floor, 10)) if s.code in tested else None,
            "exempt": rng.random() < 0.003,
        }
        for s in subjects_of(grade, SCHOOL_YEAR)
        if s.group is SubjectGroup.COMPULSORY
    ]
    return {
        "subjects": subjects,
        "qualities": {code: level() for code in QUALITIES_AND_COMPETENCES},
        "outstanding": rng.random() < 0.3,
    }

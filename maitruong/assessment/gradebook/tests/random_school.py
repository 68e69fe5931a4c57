"""A school of random pupils in the real tables, each a class to itself, with what the plain rules make of its marks stored."""

from __future__ import annotations

import json
import random
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection

from maitruong.assessment.gradebook import judging
from maitruong.assessment.gradebook.rules.random_pupils import random_pupils
from maitruong.assessment.gradebook.rules.tt22_2021 import Tt22Settings
from maitruong.assessment.gradebook.rules.tt27_2020 import Moment, tested_subjects
from maitruong.assessment.gradebook.types import Subject, SubjectTerm
from maitruong.assessment.gradebook.weighing import judge_of
from tests import factories as house

YEAR, ACT = 2026, "tt22_2021"
BASES = {"common": 0, "reduced": 1, "individual_plan": 2, "exempt": 3}
CELLS = ("tx1", "tx2", "tx3", "tx4", "tx5", "tx6", "cd", "gk", "ck")
MARK = ("school_id", "class_id", "subject", "term", "student_id", *CELLS, "average", "outcome", "provisional", "basis")
RESULT = (
    "school_id", "class_id", "term", "student_id", "grade", "learning", "learning_before", "raised_by", "conduct", "title",
    "missing", "provisional", "settings_id",
)  # fmt: skip


@dataclass
class Placed:
    """A random pupil with a class. before: the class of the first term, if that was another. rows: (subject, term) → row."""

    drawn: dict[str, Any]
    settings: Tt22Settings
    class_id: int
    student_id: int
    before: int | None = None
    rows: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    results: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_special(self) -> bool:
        """Not judged as the others are: in two classes this year, exempt or on an own plan in something."""
        return self.before is not None or any(row["basis"] > 1 for row in self.rows.values())


def a_school_of_random_pupils(n: int, seed: int, settings: Sequence[Tt22Settings]) -> tuple[int, list[Placed]]:
    """The school's id and n pupils of grades 6-12 under these readings in turn, as the saves of a whole year leave them."""
    chance = random.Random(seed)
    school = house.a_school(house.a_commune(house.a_department()), levels=("03", "04"))
    drawn = islice((pupil for pupil in random_pupils(2 * n, seed) if pupil["grade"] > 5), n)
    placed = [
        _place(school, number, pupil, settings[number % len(settings)], chance) for number, pupil in enumerate(drawn)
    ]
    with house.as_system(), connection.cursor() as cursor:
        _insert(
            cursor,
            "gradebook_mark",
            MARK,
            (row for pupil in placed for row in pupil.rows.values()),
            version=1,
            updated_at="now",
        )
        _insert(
            cursor, "gradebook_result", RESULT, (row for pupil in placed for row in pupil.results), act=ACT, computed_at="now"
        )  # fmt: skip
        cursor.executemany(
            "INSERT INTO gradebook_conduct (school_year, school_id, class_id, term, student_id, level, version, updated_at)"
            " VALUES (2026, %s, %s, %s, %s, %s, 1, now())",
            [
                (school, pupil.class_id, term, pupil.student_id, level)
                for pupil in placed
                for term, level in enumerate(pupil.drawn["conduct"], 1)
                if level is not None or chance.random() < 0.5
            ],
        )
    return school, placed


def _insert(cursor: Any, table: str, columns: Sequence[str], rows: Iterator[dict[str, Any]], **fixed: Any) -> None:
    names = ["school_year", *fixed, *columns]
    marks = ", ".join(["%s"] * len(names))
    cursor.executemany(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
        [[YEAR, *fixed.values(), *(row[name] for name in columns)] for row in rows],
    )


def _place(school: int, number: int, drawn: dict[str, Any], settings: Tt22Settings, chance: random.Random) -> Placed:
    class_id, (student_id,) = house.a_class(
        school, f"{drawn['grade']}L{number}", grade=drawn["grade"], pupils=(f"Em {number}",)
    )
    pupil = Placed(drawn, settings, class_id, student_id)
    if chance.random() < 0.06:
        pupil.before, _ = house.a_class(school, f"{drawn['grade']}X{number}", grade=drawn["grade"])
    for a_class in (class_id, pupil.before):
        if a_class is not None:
            _open_books(school, a_class, pupil)
    exempt_once = chance.random() < 0.05
    for subject in drawn["subjects"]:
        for term in subject["terms"]:
            if subject["optional"] and not subject["whole_year"] and term == subject["terms"][-1]:
                continue  # an option given up, or taken up in the second term only
            if chance.random() < 0.004:
                continue  # nothing was ever written into the book for this pupil
            basis = 3 if exempt_once and term == 1 and chance.random() < 0.2 else BASES[subject["basis"]]
            pupil.rows[subject["code"], term] = _row(school, pupil, subject, term, basis, chance)
    pupil.results = list(_results(school, pupil, chance))
    return pupil


def _open_books(school: int, class_id: int, pupil: Placed) -> None:
    names = ("code", "name", "kind", "terms", "optional")
    subjects = [{name: subject[name] for name in names} for subject in pupil.drawn["subjects"]]
    grade, settings = pupil.drawn["grade"], pupil.settings
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO gradebook_classsheet (school_id, school_year, class_id, grade, subjects, act, settings_id)"
            " VALUES (%s, 2026, %s, %s, %s, %s, %s) RETURNING id",
            [school, class_id, grade, json.dumps(subjects), ACT, settings.id],
        )
        (sheet,) = cursor.fetchone()
        cursor.executemany(
            "INSERT INTO gradebook_markbook (sheet_id, school_id, school_year, class_id, subject, subject_name, position, term, grade,"
            " kind, periods_per_year, regular_needed, cluster, act, settings_id, closed_at)"
            " VALUES (%s, %s, 2026, %s, %s, '', 1, %s, %s, %s, 0, %s, %s, %s, %s, %s)",
            [
                (
                    sheet, school, class_id, s["code"], term, grade, s["kind"], s["needed"],
                    s["cluster"] and settings.records_cluster_in(term), ACT, settings.id, "now" if pupil.drawn["closed"] else None,
                )
                for s in pupil.drawn["subjects"]
                for term in s["terms"]
            ],
        )  # fmt: skip


def _row(
    school: int, pupil: Placed, subject: dict[str, Any], term: int, basis: int, chance: random.Random
) -> dict[str, Any]:
    cells = subject["term_one" if term == 1 else "term_two"]
    values = [
        *cells["regular"],
        *[None] * (6 - len(cells["regular"])),
        cells["cluster"],
        cells["midterm"],
        cells["final"],
    ]
    stored = {name: -1 if v is None and chance.random() < 0.2 else v for name, v in zip(CELLS, values, strict=True)}
    came_to = judging.term_of(
        subject["kind"],
        ACT,
        pupil.drawn["grade"],
        {**stored, "basis": basis},
        needed=subject["needed"],
        cluster=subject["cluster"] and pupil.settings.records_cluster_in(term),
        closed=pupil.drawn["closed"],
    )
    class_id = pupil.before if pupil.before is not None and term == 1 else pupil.class_id
    at = {
        "school_id": school,
        "class_id": class_id,
        "subject": subject["code"],
        "term": term,
        "student_id": pupil.student_id,
    }
    return {**at, **stored, **came_to._asdict()}


def _results(school: int, pupil: Placed, chance: random.Random) -> Iterator[dict[str, Any]]:
    marks = {
        place: SubjectTerm(row["average"], row["outcome"], row["provisional"], row["basis"])
        for place, row in pupil.rows.items()
    }
    subjects = tuple(
        Subject(s["code"], s["name"], s["kind"], tuple(s["terms"]), s["optional"]) for s in pupil.drawn["subjects"]
    )
    judge = judge_of(subjects, ACT, pupil.settings.id, pupil.drawn["grade"])
    found = judge.results(pupil.student_id, marks, dict(enumerate(pupil.drawn["conduct"], 1)), (1, 2, 0))
    at = {
        "school_id": school,
        "class_id": pupil.class_id,
        "grade": pupil.drawn["grade"],
        "settings_id": pupil.settings.id,
    }
    for result in found:
        if result.term == 1 and any(row["class_id"] == pupil.before for row in pupil.rows.values()):
            continue  # the result of that term stands where it was studied
        if result.learning is not None or result.conduct is not None or chance.random() < 0.5:
            missing = result.missing if result.learning is None else 0
            yield {**at, **result._asdict(), "missing": missing}


# --- primary school --------------------------------------------------------------------------------------------------------


def a_school_of_random_primary_pupils(n: int, seed: int) -> tuple[int, dict[int, bool]]:
    """The school's id, and of n pupils of grades 1-5, each a class to itself, who is exempt from something or sat in two classes."""
    chance = random.Random(seed)
    school = house.a_school(house.a_commune(house.a_department()), levels=("02",))
    drawn = islice((pupil for pupil in random_pupils(12 * n, seed) if pupil["grade"] <= 5), n)
    return school, dict(_primary_pupil(school, number, pupil, chance) for number, pupil in enumerate(drawn))


def _primary_pupil(school: int, number: int, drawn: dict[str, Any], chance: random.Random) -> tuple[int, bool]:
    grade, name = drawn["grade"], f"{drawn['grade']}L{number}"
    class_id, (student_id,) = house.a_class(school, name, grade=grade, pupils=(f"Em {number}",))
    before = house.a_class(school, f"{name}B", grade=grade)[0] if chance.random() < 0.06 else None
    tested = tested_subjects(grade, Moment.END_OF_YEAR)
    subjects = [
        {"code": s["code"], "name": s["name"], "kind": "primary", "terms": [1, 2], "optional": False}
        for s in drawn["subjects"]
    ]
    option = {"code": "NN2", "name": "Ngoại ngữ 2", "kind": "primary", "terms": [1, 2], "optional": True}
    rows = {
        s["code"]: (
            s["level"],
            -1 if s["test"] is None and chance.random() < 0.3 else s["test"],
            3 if s["exempt"] else 0,
        )
        for s in drawn["subjects"]
        if chance.random() > 0.01
    }
    if chance.random() < 0.3:
        rows["NN2"] = (chance.choice((2, 2, 1, None)), None, 0)
    with house.as_system(), connection.cursor() as cursor:
        for a_class in (class_id, before):
            if a_class is not None:
                _open_primary(cursor, school, a_class, grade, [*subjects, option], tested)
        _insert(
            cursor,
            "gradebook_primarymark",
            ("school_id", "class_id", "subject", "student_id", "level", "test", "basis"),
            (
                dict(zip(("level", "test", "basis"), row, strict=True))
                | {"school_id": school, "class_id": before or class_id, "subject": code, "student_id": student_id}
                for code, row in rows.items()
            ),
            moment=4, version=1, updated_at="now",
        )  # fmt: skip
        at = {"school_id": school, "class_id": class_id, "student_id": student_id}
        _insert(
            cursor, "gradebook_qualitymark", (*at, *drawn["qualities"]), iter([at | drawn["qualities"]]),
            moment=4, version=1, updated_at="now",
        )  # fmt: skip
        known = tuple(Subject(s["code"], s["name"], s["kind"], (1, 2), s["optional"]) for s in [*subjects, option])
        result = judging.primary_result(student_id, known, rows, drawn["qualities"], act="tt27_2020", grade=grade)
        if result.learning is not None or chance.random() < 0.5:
            told = at | {"grade": grade, "settings_id": "tt27_2020"} | result._asdict()
            _insert(cursor, "gradebook_result", RESULT, iter([told]), act="tt27_2020", computed_at="now")
    return student_id, before is not None or any(basis > 1 for _, _, basis in rows.values())


def _open_primary(
    cursor: Any, school: int, class_id: int, grade: int, subjects: Sequence[dict[str, Any]], tested: Container[str]
) -> None:
    cursor.execute(
        "INSERT INTO gradebook_classsheet (school_id, school_year, class_id, grade, subjects, act, settings_id)"
        " VALUES (%s, 2026, %s, %s, %s, 'tt27_2020', 'tt27_2020') RETURNING id",
        [school, class_id, grade, json.dumps(subjects)],
    )
    (sheet,) = cursor.fetchone()
    cursor.executemany(
        "INSERT INTO gradebook_markbook (sheet_id, school_id, school_year, class_id, subject, subject_name, position, term, moment,"
        " grade, kind, periods_per_year, tested, act, settings_id, version)"
        " VALUES (%s, %s, 2026, %s, %s, '', 1, 2, 4, %s, 'primary', 0, %s, 'tt27_2020', 'tt27_2020', 1)",
        [(sheet, school, class_id, s["code"], grade, s["code"] in tested) for s in subjects],
    )

"""Random pupils judged twice: by the plain rules and by their set-based twin. No difference may stand between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection, transaction

from . import twin
from .rules import Basis
from .rules.random_pupils import random_pupils
from .rules.tt22_2021 import DEFAULT, Tt22Settings
from .rules.tt27_2020 import Moment, tested_subjects
from .rules.whole_year import judge

BATCH = 5_000
SHOWN = 20
_BASES = {
    basis.value: number
    for number, basis in enumerate((Basis.COMMON, Basis.REDUCED, Basis.INDIVIDUAL_PLAN, Basis.EXEMPT))
}
_CELL = (
    'student_id bigint, subject text COLLATE "C", kind text, term smallint, terms smallint, needed smallint, cluster boolean,'
    " closed boolean, basis smallint, optional boolean, whole_year boolean, term_whole boolean, settings_id text,"
    " tx1 smallint, tx2 smallint, tx3 smallint, tx4 smallint, tx5 smallint, tx6 smallint, cd smallint, gk smallint, ck smallint"
)
_TABLES = f"""
SET LOCAL work_mem = '256MB';
SET LOCAL jit = off;
CREATE TEMPORARY TABLE cell ({_CELL}) ON COMMIT DROP;
CREATE TEMPORARY TABLE behaviour (student_id bigint, one smallint, two smallint) ON COMMIT DROP;
CREATE TEMPORARY TABLE primary_cell (student_id bigint, subject text, level smallint, test smallint, tested boolean, exempt boolean)
  ON COMMIT DROP;
CREATE TEMPORARY TABLE trait (student_id bigint, lowest smallint, missing smallint, outstanding boolean) ON COMMIT DROP;
"""
_SUBJECTS = f"""WITH {twin.READING}, {twin.TERM}, {twin.YEAR}
SELECT student_id, subject, max(t.value) FILTER (WHERE term = 1), max(t.value) FILTER (WHERE term = 2), min(y.value),
       bool_or(open_still) FILTER (WHERE term = 1), bool_or(open_still) FILTER (WHERE term = 2)
FROM term t JOIN subject_year y USING (student_id, subject) GROUP BY student_id, subject"""
_LEVELS = f"WITH {twin.SECONDARY} SELECT student_id, slot, learning, before, conduct, title FROM judgement"
_OVERALL = f"""WITH {twin.PRIMARY} SELECT o.student_id, overall,
  CASE WHEN overall = 3 THEN 'excellent' WHEN overall = 2 AND outstanding THEN 'outstanding' END
FROM overall o JOIN trait USING (student_id)"""


@dataclass
class Comparison:
    """How many pupils were judged both ways, and those on whom the two disagree: (pupil's number, plain, twin)."""

    pupils: int = 0
    differences: int = 0
    examples: list[tuple[int, Any, Any]] = field(default_factory=list)

    def take(self, number: int, plain: Any, twin_says: Any) -> None:
        self.pupils += 1
        if plain != twin_says:
            self.differences += 1
            if len(self.examples) < SHOWN:
                self.examples.append((number, plain, twin_says))


def compare(n: int, seed: int, *, settings: Tt22Settings = DEFAULT) -> Iterator[Comparison]:
    """Draw n pupils, judge each both ways, a batch at a time; yields the comparison so far after each batch.

    Uses temporary tables of its own transactions; touches no row of anybody.
    """
    found = Comparison()
    drawn = random_pupils(n, seed)
    while batch := list(islice(drawn, BATCH)):
        plain = {pupil["id"]: judge(pupil, settings=settings) for pupil in batch}
        with transaction.atomic():
            says = twin_of(batch, settings)
        for number, result in plain.items():
            found.take(number, result, says.get(number))
        yield found


def twin_of(pupils: Sequence[Mapping[str, Any]], settings: Tt22Settings = DEFAULT) -> dict[int, dict[str, Any]]:
    """The twin's results of these pupils in the shape of `whole_year.judge`."""
    facts = {"readings": twin.readings([settings.id])}
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        _load(cursor, pupils, settings)
        cursor.execute("ANALYZE cell, behaviour, primary_cell, trait")
        cursor.execute(_SUBJECTS, facts)
        kinds = {(p["id"], s["code"]): s["kind"] for p in pupils if p["grade"] > 5 for s in p["subjects"]}
        found = _subjects(cursor.fetchall(), kinds)
        cursor.execute(_LEVELS, facts)
        _add_levels(found, cursor.fetchall())
        cursor.execute(_OVERALL)
        found |= {student: {"overall": overall, "title": title} for student, overall, title in cursor.fetchall()}
        cursor.execute("DROP TABLE cell, behaviour, primary_cell, trait")
    return found


def _load(cursor: Any, pupils: Sequence[Mapping[str, Any]], settings: Tt22Settings) -> None:
    secondary = [pupil for pupil in pupils if pupil["grade"] > 5]
    primary = [pupil for pupil in pupils if pupil["grade"] <= 5]
    _copy(cursor, "cell", (row for pupil in secondary for row in _cells(pupil, settings)))
    _copy(cursor, "behaviour", ((p["id"], *p["conduct"]) for p in secondary))
    _copy(cursor, "primary_cell", (row for pupil in primary for row in _primary_cells(pupil)))
    _copy(cursor, "trait", (_trait(pupil) for pupil in primary))


def _copy(cursor: Any, table: str, rows: Iterable[Sequence[Any]]) -> None:
    """Rows of small numbers, truth values and codes; none holds a character that COPY's text form would need escaped."""
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        copy.write("".join("\t".join(r"\N" if v is None else str(v) for v in row) + "\n" for row in rows))


def _cells(pupil: Mapping[str, Any], settings: Tt22Settings) -> Iterator[Sequence[Any]]:
    for row in pupil["subjects"]:
        for term, cells in ((1, row["term_one"]), (2, row["term_two"])):
            if cells is None:
                continue
            regular = [*cells["regular"], *[None] * (6 - len(cells["regular"]))]
            yield (
                pupil["id"],
                row["code"],
                row["kind"],
                term,
                sum(row["terms"]),
                row["needed"],
                row["cluster"] and settings.records_cluster_in(term),
                pupil["closed"],
                _BASES[row["basis"]],
                row["optional"],
                row["whole_year"],
                row["whole_year"],
                settings.id,
                *regular,
                cells["cluster"],
                cells["midterm"],
                cells["final"],
            )


def _primary_cells(pupil: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    tested = tested_subjects(pupil["grade"], Moment.END_OF_YEAR)
    for row in pupil["subjects"]:
        yield pupil["id"], row["code"], row["level"], row["test"], row["code"] in tested, row["exempt"]


def _trait(pupil: Mapping[str, Any]) -> Sequence[Any]:
    levels = list(pupil["qualities"].values())
    known = [level for level in levels if level is not None]
    return pupil["id"], min(known, default=None), len(levels) - len(known), pupil["outstanding"]


def _subjects(rows: Iterable[Sequence[Any]], kinds: Mapping[tuple[int, str], str]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for student, code, one, two, year, open_one, open_two in rows:
        comment = kinds[student, code] == "comment"
        values = [None if v is None else bool(v) if comment else v for v in (one, two, year)]
        pupil = found.setdefault(student, {"subjects": {}, "levels": {}, "conduct": None, "award": None})
        pupil["subjects"][code] = {
            "term_one": values[0],
            "term_two": values[1],
            "year": values[2],
            "provisional": [bool(open_one), bool(open_two)],
        }
    return found


def _add_levels(found: dict[int, dict[str, Any]], rows: Iterable[Sequence[Any]]) -> None:
    names = {1: "term_one", 2: "term_two", 0: "year"}
    for student, slot, learning, before, conduct, title in rows:
        pupil = found[student]
        pupil["levels"][names[slot]] = [learning, before]
        if slot == 0:
            pupil["conduct"], pupil["award"] = conduct, title or None
    for pupil in found.values():
        for name in names.values():  # a term without any subject has no line of its own
            pupil.get("levels", {}).setdefault(name, [None, None])

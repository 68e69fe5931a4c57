"""From likenesses to links: what the pairs weigh, whom each own person is most likely, and how far a program may go."""

from __future__ import annotations

from typing import Final

import duckdb

from ..rules.likeness import BirthLikeness, NameLikeness, may_be_one
from . import weights as weighing

#: Links are taken from the surest on, while no more than this share of them all is to be expected wrong.
WRONG_AT_MOST: Final = 5e-5
#: ... and never one that is less likely than this.
SUREST: Final = 0.95
#: Less likely than this is nobody to show an officer.
WORTH_A_LOOK: Final = 0.01

_ALLOWED: Final = " OR ".join(
    f"name_likeness = '{name}' AND birth_likeness = '{birth}'"
    for name in NameLikeness
    for birth in BirthLikeness
    if may_be_one(name, birth)
)


def estimate(db: duckdb.DuckDBPyConnection) -> weighing.Weights:
    """The weights of this run, from pairs that the other columns leave no doubt about."""
    sure = _number(db, "SELECT count(*) FROM sure")
    alike = "name_likeness IN ('same', 'unmarked', 'marks_differ')"
    counts = {
        "name": _counts(db, "name_likeness", "number_likeness = 'same' AND birth_likeness = 'same'"),
        "birth": _counts(db, "birth_likeness", f"number_likeness = 'same' AND {alike}"),
        "number": _numbers(db, f"birth_likeness = 'same' AND {alike}"),
        "sex": _counts(db, "sex_likeness", f"number_likeness = 'same' AND birth_likeness = 'same' AND {alike}"),
    }
    for kind in counts:
        counts[kind]["same"] = counts[kind].get("same", 0) + sure
    with_number = _number(db, "SELECT count(*) FROM own WHERE number IS NOT NULL")
    met = _number(db, f"SELECT count(DISTINCT own) FROM compared WHERE number_likeness <> 'untold' AND ({_ALLOWED})")
    return weighing.estimated(counts, (sure + met) / with_number if with_number else 1.0)


def weigh(db: duckdb.DuckDBPyConnection, weights: weighing.Weights) -> None:
    """Table `judged`: each pair with how likely it is the one, among all who are like that own person and nobody at all."""
    population = _number(db, "SELECT count(*) FROM population")
    for column in ("name", "fold", "born"):
        db.execute(
            f"CREATE TABLE {column}_counts AS SELECT {column}, count(*) AS {column}_count"
            f" FROM population SEMI JOIN compared USING ({column}) GROUP BY 1"
        )
    chance = f"{weights.found / max(population, 1):.9e}"
    nobody = f"{1 - weights.found:.9e}"
    db.execute(f"""
CREATE TABLE judged AS
WITH weighed AS (
  SELECT own, population, ({_ALLOWED}) AS allowed, {weighing.likelihood(weights, population)} * {chance} AS weight,
         name_likeness, birth_likeness, number_likeness, sex_likeness
  FROM compared LEFT JOIN name_counts USING (name) LEFT JOIN fold_counts USING (fold) LEFT JOIN born_counts USING (born))
SELECT *, weight / (sum(weight) OVER (PARTITION BY own) + {nobody}) AS likely FROM weighed""")


def decide(db: duckdb.DuckDBPyConnection) -> None:
    """Tables `best`, for each own person the most likely one, and `linked`, those of them no officer has to look at."""
    db.execute(f"""
CREATE TABLE best AS
SELECT own, max_by(population, likely) AS population, max(likely) AS likely FROM judged WHERE likely >= {WORTH_A_LOOK} GROUP BY own""")
    db.execute(f"""
CREATE TABLE chosen AS
WITH sorted AS (
  SELECT own, population, b.likely, sum(1 - b.likely) OVER surest AS wrong, row_number() OVER surest AS taken
  FROM best b JOIN judged j USING (own, population) WHERE j.allowed AND b.likely >= {SUREST}
  WINDOW surest AS (ORDER BY b.likely DESC, own))
SELECT own, population, likely FROM sorted WHERE wrong <= {WRONG_AT_MOST} * (taken + (SELECT count(*) FROM sure))""")
    # Two of the own list for one human: where one of them is so beyond doubt, the other is for an officer to look at.
    db.execute("""
CREATE TABLE linked AS
SELECT own, population, 1.0::DOUBLE AS likely FROM sure
UNION ALL
SELECT own, population, likely FROM (SELECT *, count(*) OVER (PARTITION BY population) AS claims FROM chosen)
WHERE claims = 1 AND population NOT IN (SELECT population FROM sure)""")


def _numbers(db: duckdb.DuckDBPyConnection, where: str) -> dict[str, int]:
    """Each own person by the best of theirs: a namesake's other number says nothing of one whose own number is found, too."""
    best = f"SELECT min(array_position(['same', 'slip', 'other'], number_likeness)) AS n FROM compared WHERE {where} GROUP BY own"
    levels = dict(db.execute(f"SELECT n, count(*) FROM ({best}) WHERE n IS NOT NULL AND n > 0 GROUP BY 1").fetchall())
    return {level: levels.get(n, 0) for n, level in enumerate(("same", "slip", "other"), start=1)}


def _counts(db: duckdb.DuckDBPyConnection, column: str, where: str) -> dict[str, int]:
    return dict(db.execute(f"SELECT {column}, count(*) FROM compared WHERE {where} GROUP BY 1").fetchall())


def _number(db: duckdb.DuckDBPyConnection, question: str) -> int:
    row = db.execute(question).fetchone()
    return int(row[0]) if row else 0

"""Who is compared with whom. Most people are beyond doubt at once; for the others, whoever shares enough with them."""

from __future__ import annotations

from typing import Final

import duckdb

from . import twin
from .reading import people

#: Number, birth date and name as written, and one row only: nobody else can be meant, so nobody else is looked at.
_SURE: Final = """
CREATE TABLE sure AS
SELECT o.row AS own, any_value(p.row) AS population FROM own o
JOIN population p ON p.number = o.number AND p.born = o.born AND p.name = o.name
GROUP BY o.row HAVING count(*) = 1"""

#: A pair is looked at when it shares one of these. Each is rare enough that a row meets few others, and together they let one
#: thing be wrong at a time: the date, a digit anywhere in the number, or the name where the number holds.
_MEETINGS: Final = (
    "JOIN population p ON p.fold = o.fold AND p.born = o.born",
    "JOIN population p ON p.fold = o.fold AND p.born = o.swapped",
    "JOIN population p ON p.number = o.number",
    "JOIN population p ON p.born = o.born AND p.number % 1000000 = o.number % 1000000",
    "JOIN population p ON p.born = o.born AND p.number // 1000 = o.number // 1000",
    "JOIN population p ON p.fold = o.fold AND p.number % 1000000 = o.number % 1000000",
    "JOIN population p ON p.fold = o.fold AND p.number // 1000 = o.number // 1000",
)
_SWAPPED: Final = "CASE WHEN day(born) <= 12 AND day(born) <> month(born) THEN make_date(year(born), day(born), month(born)) END AS swapped"


def sex_likeness(one: str, other: str) -> str:
    return f"CASE WHEN {one} IS NULL OR {other} IS NULL THEN 'untold' WHEN {one} = {other} THEN 'same' ELSE 'other' END"


def meet(db: duckdb.DuckDBPyConnection) -> None:
    """Tables `sure` (own, population) and `compared`: every other pair worth a look, with its four likenesses."""
    db.execute(_SURE)
    met = " UNION ".join(f"SELECT o.row AS own, p.row AS population FROM o {how}" for how in _MEETINGS)
    db.execute(
        f"CREATE TABLE met AS WITH o AS (SELECT *, {_SWAPPED} FROM own ANTI JOIN sure ON sure.own = own.row) {met}"
    )
    for macro in twin.MACROS:
        db.execute(macro)
    db.execute(f"""
CREATE TABLE compared AS
WITH o AS ({people("own", "SELECT own AS row FROM met")}), p AS ({people("population", "SELECT population AS row FROM met")})
SELECT met.own, met.population, hash(p.name) AS name, hash(p.fold) AS fold, p.born,
  {twin.name("o", "p")} AS name_likeness, {twin.birth("o", "p")} AS birth_likeness, {twin.number("o", "p")} AS number_likeness,
  {sex_likeness("o.sex", "p.sex")} AS sex_likeness
FROM met JOIN o ON o.row = met.own JOIN p ON p.row = met.population""")

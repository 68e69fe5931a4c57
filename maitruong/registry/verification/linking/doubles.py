"""Who stands twice in one list: everybody against everybody, by the same likenesses as two lists are linked by.

Numbers are unique in the sector's own list, so nothing in it is beyond doubt and shares cannot be counted from it: what likenesses
weigh among true doubles is assumed, and said here. Nothing is decided by it; officers look at the likeliest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from . import database, pairs, reading, twin
from . import weights as weighing

PEOPLE: Final = "people"
COLUMNS: Final = (*reading.COLUMNS, "phone")
#: Somebody of two hundred is entered twice, before anybody looked (assumed).
ENTERED_TWICE: Final = 0.005
#: What stands in two entries of one human: as clerks write who type from paper (assumed; the planted lists' harder half).
ASSUMED: Final = weighing.Weights(
    name={"same": 0.66, "unmarked": 0.3, "marks_differ": 0.02, "close": 0.02},
    birth={"same": 0.9, "swapped": 0.06, "near": 0.03, "other": 0.01},
    number={"same": 0.5, "slip": 0.4, "other": 0.1},
    sex={"same": 0.99, "other": 0.01},
    found=ENTERED_TWICE,
)
#: One telephone in both entries of one human (assumed); by chance as rare as that telephone is.
SAME_PHONE: Final = 0.7
#: A list of fewer people tells nothing of how rare a name is: it is weighed as one of so many.
FEW: Final = 100_000
#: Less likely than this is nobody to show an officer.
WORTH_A_LOOK: Final = 0.05

_SWAPPED: Final = (
    "CASE WHEN day(born) <= 12 AND day(born) <> month(born) THEN make_date(year(born), day(born), month(born)) END"
)
_MEETINGS: Final = (
    "o.fold = p.fold AND o.born = p.born",
    "o.fold = p.fold AND o.swapped = p.born",
    "o.number = p.number",
    "o.born = p.born AND o.number % 1000000 = p.number % 1000000",
    "o.born = p.born AND o.number // 1000 = p.number // 1000",
    "o.fold = p.fold AND o.number % 1000000 = p.number % 1000000",
    "o.fold = p.fold AND o.number // 1000 = p.number // 1000",
    "o.fold = p.fold AND o.phone = p.phone",
)


class Double(NamedTuple):
    """Two entries, by their ids (low before high), how likely they are one human, and how alike each column is."""

    low: int
    high: int
    likely: float
    name: str
    birth: str
    number: str
    sex: str
    phone: str


def find(path: Path) -> list[Double]:
    """The doubles of a CSV with COLUMNS (ids are whole numbers), the likeliest first."""
    with database() as db:
        db.execute(
            f"CREATE TABLE {PEOPLE}_given AS SELECT * FROM read_csv($path, header = true, auto_detect = false, columns = $columns,"
            " delim = ',', quote = '\"', escape = '\"', strict_mode = true)",
            {"path": str(path), "columns": dict.fromkeys(COLUMNS, "VARCHAR")},
        )
        for column in COLUMNS:
            db.execute(f"UPDATE {PEOPLE}_given SET {column} = '' WHERE {column} IS NULL")
        _meet(db)
        return list(_judged(db))


def _meet(db: duckdb.DuckDBPyConnection) -> None:
    reading.prepare(db, (PEOPLE,))
    db.execute(f"""
CREATE TABLE keyed AS
SELECT k.*, {_SWAPPED} AS swapped, nullif(g.phone, '') AS phone FROM {PEOPLE} k JOIN {PEOPLE}_given g ON g.rowid = k.row""")
    for column in ("name", "fold", "born", "phone"):
        db.execute(f"CREATE TABLE {column}_counts AS SELECT {column}, count(*) AS {column}_count FROM keyed GROUP BY 1")
    met = " UNION ".join(
        f"SELECT least(o.row, p.row) AS own, greatest(o.row, p.row) AS other FROM keyed o JOIN keyed p ON {how} AND o.row <> p.row"
        for how in _MEETINGS
    )
    db.execute(f"CREATE TABLE met AS {met}")
    for macro in twin.MACROS:
        db.execute(macro)
    everybody = reading.people(PEOPLE, "SELECT own AS row FROM met UNION SELECT other FROM met")
    db.execute(f"""
CREATE TABLE compared AS
WITH human AS ({everybody})
SELECT met.own, met.other, hash(o.name) AS name, hash(o.fold) AS fold, o.born, ko.phone,
  {twin.name("o", "p")} AS name_likeness, {twin.birth("o", "p")} AS birth_likeness, {twin.number("o", "p")} AS number_likeness,
  {pairs.sex_likeness("o.sex", "p.sex")} AS sex_likeness,
  CASE WHEN ko.phone IS NULL OR kp.phone IS NULL THEN 'untold' WHEN ko.phone = kp.phone THEN 'same' ELSE 'other' END AS phone_likeness
FROM met JOIN human o ON o.row = met.own JOIN human p ON p.row = met.other
JOIN keyed ko ON ko.row = met.own JOIN keyed kp ON kp.row = met.other""")


def _judged(db: duckdb.DuckDBPyConnection) -> Iterable[Double]:
    """A pair's odds: how much likelier its likenesses are for one human, times how often anybody is entered twice."""
    counted = db.execute("SELECT count(*) FROM keyed").fetchone()
    people = max(counted[0] if counted else 0, FEW)
    odds = f"{weighing.likelihood(ASSUMED, people)} * {ENTERED_TWICE / people:.9e}"
    phone = (
        f"(CASE phone_likeness WHEN 'same' THEN {SAME_PHONE:.9e} * {people:.9e} / phone_count"
        f" WHEN 'other' THEN {1 - SAME_PHONE:.9e} ELSE 1 END)"
    )
    rows = db.execute(f"""
WITH weighed AS (
  SELECT *, {odds} * {phone} AS weight FROM compared
  LEFT JOIN name_counts USING (name) LEFT JOIN fold_counts USING (fold) LEFT JOIN born_counts USING (born)
  LEFT JOIN phone_counts USING (phone))
SELECT least(a.id::BIGINT, b.id::BIGINT), greatest(a.id::BIGINT, b.id::BIGINT), round(weight / (weight + 1), 6),
  name_likeness, birth_likeness, number_likeness, sex_likeness, phone_likeness
FROM weighed JOIN {PEOPLE}_given a ON a.rowid = weighed.own JOIN {PEOPLE}_given b ON b.rowid = weighed.other
WHERE name_likeness <> 'other' AND birth_likeness <> 'other' AND weight / (weight + 1) >= {WORTH_A_LOOK}
ORDER BY 3 DESC, 1, 2""")
    return _doubles(rows)


def _doubles(rows: duckdb.DuckDBPyConnection) -> Iterator[Double]:
    while batch := rows.fetchmany(10_000):
        yield from (Double(*row) for row in batch)

"""The two lists, as they are given, and the narrow columns they are compared by."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Final

import duckdb

from ..errors import CodesDoubled, ColumnsMissing, ListUnreadable, NoSuchList
from . import twin

COLUMNS: Final = ("id", "full_name", "born_on", "sex", "number")
OWN, POPULATION = "own", "population"
LONGEST_HEADER: Final = 10_000

_DATE: Final = "coalesce(TRY_CAST({0} AS DATE), TRY_STRPTIME({0}, '%d/%m/%Y')::DATE)"
_NUMBER: Final = (
    "CASE strlen({0}) WHEN 12 THEN TRY_CAST({0} AS BIGINT) WHEN 0 THEN NULL"
    " ELSE TRY_CAST(regexp_extract(regexp_replace({0}, '[ .\\-]', '', 'g'), '^[0-9]{{12}}$') AS BIGINT) END"
)
_SEX: Final = (
    "CASE WHEN lower({0}) IN ('male', 'nam', '1') THEN 'm' WHEN lower({0}) IN ('female', 'nữ', '2') THEN 'f' END"
)


def sex_of(column: str) -> str:
    """The SQL of a sex as it is written: 'm', 'f', or NULL."""
    return _SEX.format(column)


def find(folder: Path, name: str) -> Path:
    """The list of that name in a folder. Raises NoSuchList."""
    for ending in ("csv", "parquet"):
        if (path := folder / f"{name}.{ending}").is_file():
            return path
    raise NoSuchList(folder=folder.name, name=name)


def read(db: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    """Lay a list into the table of its name, every column as text. Raises ListUnreadable, ColumnsMissing, CodesDoubled.

    What the reader says of a broken line holds names and numbers of people: it is not told. Nothing is guessed from the first
    rows of a CSV: its header says the columns and what stands between them, and a line that does not fit stops the run.
    """
    try:
        source, given, columns = _parquet(db, path) if path.suffix == ".parquet" else _csv(path)
        missing = [column for column in COLUMNS if column not in columns]
        if missing:
            raise ColumnsMissing(name=path.name, columns=", ".join(missing), needed=", ".join(COLUMNS))
        wanted = ", ".join(f"coalesce({column}::VARCHAR, '') AS {column}" for column in COLUMNS)
        db.execute(f"CREATE TABLE {name}_given AS SELECT {wanted} FROM {source}", given)
    except (duckdb.Error, UnicodeDecodeError, csv.Error):
        raise ListUnreadable(name=path.name) from None
    doubled = _one(db, f"SELECT count(*) - count(DISTINCT nullif(id, '')) FROM {name}_given")
    if doubled:
        raise CodesDoubled(name=path.name, count=doubled)


def _parquet(db: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, dict[str, Any], list[str]]:
    source, given = "read_parquet($path)", {"path": str(path)}
    return source, given, [row[0] for row in db.execute(f"DESCRIBE SELECT * FROM {source}", given).fetchall()]


def _csv(path: Path) -> tuple[str, dict[str, Any], list[str]]:
    """The table function, its values and the columns of the header. Excel in Vietnamese puts semicolons between them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = file.readline(LONGEST_HEADER)
    between = max(",;\t", key=header.count)
    columns = [column.strip() for column in next(csv.reader([header], delimiter=between), [])]
    source = (
        "read_csv($path, header = true, auto_detect = false, columns = $columns, delim = $between, quote = '\"', escape = '\"',"
        " strict_mode = true)"
    )
    given = {"path": str(path), "columns": dict.fromkeys(columns, "VARCHAR"), "between": between}
    return source, given, columns


def prepare(db: duckdb.DuckDBPyConnection, lists: tuple[str, ...] = (OWN, POPULATION)) -> None:
    """What people are found by: birth date, number, and the tidy name and its fold as hashes.

    A name is tidied and folded once, however many bear it: two million people have some hundred thousand names.
    """
    texts = " UNION ".join(f"SELECT DISTINCT full_name AS text FROM {name}_given" for name in lists)
    db.execute(f"""
CREATE TABLE names AS SELECT text, name, {twin.FOLD.format("name")} AS fold FROM
  (SELECT text, {twin.TIDY.format("text")} AS name FROM
    ({texts}))""")
    for name in lists:
        db.execute(f"""
CREATE TABLE {name} AS
SELECT g.rowid AS row, hash(n.name) AS name, hash(n.fold) AS fold, {_DATE.format("g.born_on")} AS born,
  {_NUMBER.format("g.number")} AS number
FROM {name}_given g JOIN names n ON n.text = g.full_name""")


def people(name: str, rows: str) -> str:
    """The SQL of the full rows of some people: what likenesses look at."""
    return (
        f"SELECT k.row, n.name, n.fold, k.born, k.number, {sex_of('g.sex')} AS sex FROM {name} k SEMI JOIN ({rows}) r USING (row)"
        f" JOIN {name}_given g ON g.rowid = k.row JOIN names n ON n.text = g.full_name"
    )


def unread(db: duckdb.DuckDBPyConnection, name: str) -> dict[str, int]:
    """Birth dates and numbers that are written and cannot be read."""
    dates, numbers = db.execute(
        f"SELECT count(*) FILTER (k.born IS NULL AND g.born_on <> ''), count(*) FILTER (k.number IS NULL AND g.number <> '')"
        f" FROM {name} k JOIN {name}_given g ON g.rowid = k.row"
    ).fetchone() or (0, 0)
    return {"born_on": dates, "number": numbers}


def _one(db: duckdb.DuckDBPyConnection, question: str) -> int:
    row = db.execute(question).fetchone()
    return int(row[0]) if row else 0

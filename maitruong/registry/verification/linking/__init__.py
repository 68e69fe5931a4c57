"""Own people against a population, set by set in an analytical database that lives as long as the run (DuckDB, ADR 0015).

`reading` lays the two lists down, `pairs` says who is compared with whom, `twin` how alike they are, `weights` what that says,
`deciding` who is linked. Nothing of it knows a table of the house.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ..errors import FolderInUse
from ..types import LinkReport
from . import deciding, pairs, reading

LINKS, DOUBTFUL = "links.csv", "doubtful.csv"
MEMORY = "2GB"


def link(folder: Path, out: Path) -> LinkReport:
    """Link the list `own` of a folder to its list `population`; links and doubtful ones are written into the folder `out`.

    Raises NoSuchList, ListUnreadable, ColumnsMissing, CodesDoubled, FolderInUse.
    """
    begun = time.monotonic()
    lists = {name: reading.find(folder, name) for name in (reading.OWN, reading.POPULATION)}
    for file in (LINKS, DOUBTFUL):
        if (out / file).exists():
            raise FolderInUse(folder=out.name, file=file)
    with database() as db:
        for name, path in lists.items():
            reading.read(db, name, path)
        weights = link_tables(db)
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        write(db, out)
        return _report(db, weights.as_dict(), time.monotonic() - begun)


@contextmanager
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty one in memory; what does not fit lies in a folder nobody else reads, which goes with it. It fetches nothing."""
    with tempfile.TemporaryDirectory(prefix="maitruong-link-") as spill:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": spill,
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        with duckdb.connect(config=settings) as db:
            yield db


def link_tables(db: duckdb.DuckDBPyConnection) -> deciding.weighing.Weights:
    """The work itself, from the tables own_given and population_given to the tables `linked` and `best`."""
    reading.prepare(db)
    pairs.meet(db)
    weights = deciding.estimate(db)
    deciding.weigh(db, weights)
    deciding.decide(db)
    return weights


def write(db: duckdb.DuckDBPyConnection, out: Path) -> None:
    """Codes and likenesses only: no name, no date, no number leaves the lists. Both files appear whole, or not at all."""
    compared = ", ".join(f"coalesce(j.{kind}_likeness, 'same') AS {kind}" for kind in ("name", "birth", "number"))
    sex = pairs.sex_likeness(reading.sex_of("og.sex"), reading.sex_of("pg.sex"))
    asked = (
        f"SELECT og.id AS own, pg.id AS population, round(x.likely, 6) AS likely, {compared}, {sex} AS sex"
        " FROM {0} x JOIN own_given og ON og.rowid = x.own JOIN population_given pg ON pg.rowid = x.population"
        " LEFT JOIN judged j USING (own, population) {1} ORDER BY x.own, x.likely DESC"
    )
    unlinked = f"WHERE x.likely >= {deciding.WORTH_A_LOOK} AND x.own NOT IN (SELECT own FROM linked)"
    with tempfile.TemporaryDirectory(dir=out, prefix=".link-") as place:  # nobody else looks in while they are written
        for file, question in ((LINKS, asked.format("linked", "")), (DOUBTFUL, asked.format("judged", unlinked))):
            made = Path(place) / file
            db.execute(f"COPY ({question}) TO '{_quoted(made)}' (HEADER)")
            made.chmod(0o600)
        for file in (LINKS, DOUBTFUL):
            (Path(place) / file).replace(out / file)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _report(db: duckdb.DuckDBPyConnection, weights: dict[str, object], seconds: float) -> LinkReport:
    counted = db.execute("""
SELECT (SELECT count(*) FROM own), (SELECT count(*) FROM population), (SELECT count(*) FROM linked),
  (SELECT count(*) FROM best WHERE own NOT IN (SELECT own FROM linked)),
  (SELECT count(*) - count(DISTINCT population) FROM linked), (SELECT coalesce(sum(1 - likely), 0) FROM linked)""").fetchone()
    assert counted
    own, population, linked, doubtful, doubled, wrong = counted
    return LinkReport(
        own=own,
        population=population,
        linked=linked,
        doubtful=doubtful,
        unknown=own - linked - doubtful,
        doubled=doubled,
        expected_wrong=round(wrong, 2),
        unread={name: reading.unread(db, name) for name in (reading.OWN, reading.POPULATION)},
        weights=weights,
        seconds=round(seconds, 3),
    )

"""Tables without their indexes and references while they are filled: made afterwards, sorted, in one go and on all cores.

The indexes of plain tables go but for their keys, which people are found by while they are loaded. Keys of partitioned tables
cannot be taken from one partition alone, so they go from the whole table for as long and come back under the same names: first
those of the partitions, then the table's own, which take them in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import NamedTuple

import psycopg
from psycopg import sql

from . import load

PEOPLE = (*load.SECURED, "access_grant")
MARKS = ("gradebook_mark", "gradebook_primarymark", "gradebook_qualitymark", "gradebook_conduct", "attendance_absence")
"""Results keep their indexes: they are found again by them while they are made."""


class Beside(NamedTuple):
    """The owner's address, and how many connections may work side by side."""

    owner_url: str
    processes: int


class _Part(NamedTuple):
    """An index or a reference. definition: the rest of a constraint, or how the index is made; whole: of a partitioned table."""

    table: str
    name: str
    is_constraint: bool
    definition: str
    whole: bool = False
    of_partition: bool = False

    def away(self) -> sql.Composed:
        if self.is_constraint:
            return sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                sql.Identifier(self.table), sql.Identifier(self.name)
            )
        return sql.SQL("DROP INDEX {}").format(sql.Identifier(self.name))

    def back(self) -> sql.Composed:
        if self.is_constraint:
            return sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                sql.Identifier(self.table), sql.Identifier(self.name), sql.SQL(self.definition)
            )
        # Of a partitioned table it is told "ON ONLY", which would leave the partitions' own outside.
        return sql.SQL("{}").format(sql.SQL(self.definition.replace(" ON ONLY ", " ON ", 1)))


@contextmanager
def without_indexes(db: psycopg.Connection, tables: Sequence[str], beside: Beside) -> Iterator[None]:
    """These tables bare. At the end all stands as it was, whatever happened; they are clean and have statistics.

    Raises what a key or a reference finds wrong.
    """
    names = list(tables)
    references = [_Part(*row) for row in db.execute(_REFERENCES, [names])]
    indexes = [_Part(*row) for row in db.execute(_INDEXES, {"tables": names})]
    with db.transaction():
        for part in (*references, *(index for index in indexes if not index.of_partition)):
            db.execute(part.away())
    try:
        yield
    finally:
        jobs = _by_table(db, [index for index in indexes if not index.whole])
        side_by_side(jobs, beside)
        for index in indexes:
            if index.whole:
                db.execute(index.back())
        if references:
            with load.lifted(db):
                for reference in references:
                    db.execute(reference.back())
        clean(db, names, beside)


def clean(db: psycopg.Connection, tables: Sequence[str], beside: Beside) -> None:
    """Pages marked clean and statistics made, the largest table first. A partitioned table stands for its partitions."""
    names = [row[0] for row in db.execute(_LARGEST_FIRST, [list(tables)])]
    jobs = [[sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(name))] for name in names]
    side_by_side(jobs, beside)


def side_by_side(jobs: Sequence[Sequence[sql.Composed]], beside: Beside) -> None:
    """Each job's statements in order, the jobs on so many connections of the owner."""

    def run(job: Sequence[sql.Composed]) -> None:
        with load.connect(beside.owner_url) as db:
            # Together they take the memory and the cores that one would.
            db.execute(sql.SQL("SET maintenance_work_mem = {}").format(f"{load.MAINTENANCE_MB // beside.processes}MB"))
            if beside.processes > 1:
                db.execute("SET max_parallel_maintenance_workers = 0")
            for statement in job:
                db.execute(statement)

    with ThreadPoolExecutor(beside.processes) as pool:
        for _ in pool.map(run, jobs):
            pass


def _by_table(db: psycopg.Connection, indexes: list[_Part]) -> list[list[sql.Composed]]:
    """What to make of each table, the largest first."""
    steps: dict[str, list[sql.Composed]] = {}
    for index in indexes:
        steps.setdefault(index.table, []).append(index.back())
    return [steps[row[0]] for row in db.execute(_LARGEST_FIRST, [list(steps)])]


_LARGEST_FIRST = """
SELECT t.relname FROM pg_class t WHERE t.relname = ANY(%s) AND t.relnamespace::regnamespace::text IN ('public', 'pg_catalog')
ORDER BY pg_relation_size(t.oid) + coalesce((SELECT sum(pg_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = t.oid), 0)
  DESC, t.relname"""
_REFERENCES = """
SELECT conrelid::regclass::text, conname, true, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = ANY(%s::regclass[]) AND contype = 'f' ORDER BY conname"""
_INDEXES = """
SELECT t.relname, i.relname, k.oid IS NOT NULL, coalesce(pg_get_constraintdef(k.oid), pg_get_indexdef(i.oid)),
       t.relkind = 'p', h.inhrelid IS NOT NULL
FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.conrelid = t.oid
LEFT JOIN pg_inherits h ON h.inhrelid = i.oid
WHERE (t.oid = ANY(%(tables)s::regclass[]) OR t.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = ANY(%(tables)s::regclass[])))
  AND (t.relkind = 'p' OR t.relispartition OR k.oid IS NULL OR k.contype = 'x')
ORDER BY t.relkind = 'p', t.relname, k.contype = 'x' NULLS FIRST, k.oid IS NULL, i.oid"""

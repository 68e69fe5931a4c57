"""The year's partitions without their indexes while they are filled: made afterwards, sorted, in one go and on all cores.

Keys of partitioned tables cannot be taken from one partition alone, so they go from the whole table for as long and come back
under the same names: first those of the partitions, table by table and side by side, then the table's own, which take them in.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import NamedTuple

import psycopg
from psycopg import sql

from . import load

FILLED = ("gradebook_mark", "gradebook_primarymark", "gradebook_qualitymark", "gradebook_conduct")
"""The tables of marks. Results keep their indexes: they are found again by them while they are made."""
SIMPLE = ("attendance_absence",)
"""Not partitioned: here the secondary indexes alone go."""


@contextmanager
def without_indexes(db: psycopg.Connection, *, owner_url: str, processes: int) -> Iterator[None]:
    """These tables without their keys and indexes, which stand again at the end as they were, whatever happened."""
    found = [_Index(*row) for row in db.execute(_FOUND, {"filled": list(FILLED), "simple": list(SIMPLE)})]
    with db.transaction():
        for index in found:
            if not index.part:
                db.execute(index.away())
    try:
        yield
    finally:
        _side_by_side(_by_table(db, [index for index in found if not index.whole]), owner_url, processes)
        for index in found:
            if index.whole:
                db.execute(index.back())


class _Index(NamedTuple):
    """One index. key: how it is told if it is a constraint; whole: of a partitioned table; part: of a partition's own."""

    table: str
    name: str
    key: str | None
    definition: str
    whole: bool
    part: bool

    def away(self) -> sql.Composed:
        if self.key:
            return sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                sql.Identifier(self.table), sql.Identifier(self.name)
            )
        return sql.SQL("DROP INDEX {}").format(sql.Identifier(self.name))

    def back(self) -> sql.Composed:
        if self.key:
            return sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                sql.Identifier(self.table), sql.Identifier(self.name), sql.SQL(self.key)
            )
        # Of a partitioned table it is told "ON ONLY", which would leave the partitions' own outside.
        return sql.SQL("{}").format(sql.SQL(self.definition.replace(" ON ONLY ", " ON ", 1)))


def _by_table(db: psycopg.Connection, indexes: list[_Index]) -> list[list[sql.Composed]]:
    """What to do for each table, the largest first. In the end its pages are marked clean and its statistics made."""
    steps: dict[str, list[sql.Composed]] = {}
    for index in indexes:
        steps.setdefault(index.table, []).append(index.back())
    sizes: dict[str, int] = dict(db.execute(_SIZES, [list(steps)]))
    return [
        [*steps[table], sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table))]
        for table in sorted(steps, key=lambda table: -sizes[table])
    ]


def _side_by_side(jobs: list[list[sql.Composed]], owner_url: str, processes: int) -> None:
    def run(job: list[sql.Composed]) -> None:
        with load.connect(owner_url) as db:
            if processes > 1:
                db.execute("SET max_parallel_maintenance_workers = 0")
            for statement in job:
                db.execute(statement)

    with ThreadPoolExecutor(processes) as pool:
        for _ in pool.map(run, jobs):
            pass


_SIZES = "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relname = ANY(%s)"
_FOUND = """
SELECT t.relname, i.relname, CASE WHEN k.oid IS NOT NULL THEN pg_get_constraintdef(k.oid) END, pg_get_indexdef(i.oid),
       t.relkind = 'p', h.inhrelid IS NOT NULL
FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.contype IN ('p', 'u') AND k.conrelid = t.oid
LEFT JOIN pg_inherits h ON h.inhrelid = i.oid
WHERE t.relname = ANY(%(filled)s) OR t.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = ANY(%(filled)s::regclass[]))
   OR t.relname = ANY(%(simple)s) AND k.oid IS NULL
ORDER BY t.relkind = 'p', t.relname, k.oid NULLS LAST, i.relname"""

"""What the database was asked, by pg_stat_statements, and how many transactions wrote."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

from benchmarks.installation import Installation
from tools.database import NAME

FRAME = re.compile(r"identity_session|identity_account|access_grant|^\s*SELECT set_config\(", re.I)
"""Statements for session, account, rights and scope; every other belongs to the view."""
UTILITY = re.compile(r"^\s*(BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|DEALLOCATE|DISCARD)\b", re.I)


@dataclass
class Asked:
    """Statements of one request, in their order; transactions that wrote (numbers the server gave out); milliseconds that
    the server spent on each statement."""

    frame: list[str] = field(default_factory=list)
    view: list[str] = field(default_factory=list)
    commits: int = 0
    server_ms: dict[str, float] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return len(self.frame) + len(self.view)

    def as_dict(self) -> dict[str, object]:
        return {"frame": self.frame, "view": self.view, "commits": self.commits, "server_ms": self.server_ms}


def asked_by(bench: Installation, act: Callable[[], object], tries: int = 7) -> Asked:
    """What one warm request asks. Of several tries the one that asked least: a thread's first request also connects, and the
    server's own housekeeping takes transaction numbers too."""
    for _ in range(20):
        act()
    with bench.superuser("postgres") as db, bench.worker_stands_still():
        db.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        return min((_one(db, act) for _ in range(tries)), key=lambda asked: (asked.total, asked.commits))


def _one(db: psycopg.Connection, act: Callable[[], object]) -> Asked:
    db.execute("SELECT pg_stat_statements_reset()")
    before = _transactions(db)
    act()
    asked = Asked(commits=_transactions(db) - before)
    rows = db.execute(
        "SELECT query, calls, total_exec_time FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid"
        " WHERE d.datname = %s AND s.toplevel ORDER BY s.minmax_stats_since",
        [NAME],
    ).fetchall()
    for query, calls, milliseconds in rows:
        asked.server_ms[_short(query)] = round(milliseconds, 2)
        if not UTILITY.match(query):
            (asked.frame if FRAME.search(query) else asked.view).extend([_short(query)] * calls)
    return asked


def _transactions(db: psycopg.Connection) -> int:
    row = db.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
    assert row
    return int(row[0])


def _short(query: str) -> str:
    return " ".join(query.split())[:120]

"""The people the stand-in knows and what it was asked, in a SQLite file of its own."""

from __future__ import annotations

import csv
import sqlite3
import threading
import uuid
from pathlib import Path
from typing import Any

COLUMNS = ("number", "full_name", "born_on", "sex", "deceased")


class Register:
    """One connection behind one lock: the stand-in is slow enough on purpose."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._lock = threading.Lock()
        self._base = sqlite3.connect(str(path), check_same_thread=False)
        self._base.executescript(
            "CREATE TABLE IF NOT EXISTS person (number TEXT PRIMARY KEY, full_name TEXT NOT NULL, born_on TEXT NOT NULL,"
            " sex TEXT NOT NULL, deceased INTEGER NOT NULL DEFAULT 0);"
            "CREATE TABLE IF NOT EXISTS asked (transaction_id TEXT PRIMARY KEY, evidence TEXT NOT NULL, user TEXT NOT NULL,"
            " purpose TEXT NOT NULL, people INTEGER NOT NULL);"
        )

    def fill(self, source: Path) -> int:
        """Take in a CSV with the columns of COLUMNS; `deceased` may be missing. Returns how many rows it had."""
        with source.open(encoding="utf-8-sig", newline="") as file:
            rows = [
                (row["number"], row["full_name"], row["born_on"], row["sex"], row.get("deceased") in ("1", "true"))
                for row in csv.DictReader(file)
            ]
        with self._lock, self._base:
            self._base.executemany("INSERT OR REPLACE INTO person VALUES (?, ?, ?, ?, ?)", rows)
        return len(rows)

    def note(self, transaction: str, user: str, purpose: str, people: int) -> str:
        """Write down who asked what for. The same exchange asked again keeps its id."""
        with self._lock, self._base:
            self._base.execute(
                "INSERT OR IGNORE INTO asked VALUES (?, ?, ?, ?, ?)",
                (transaction, str(uuid.uuid4()), user, purpose, people),
            )
            row = self._base.execute("SELECT evidence FROM asked WHERE transaction_id = ?", (transaction,)).fetchone()
        return str(row[0])

    def asked(self) -> list[dict[str, Any]]:
        with self._lock:
            rows = self._base.execute("SELECT transaction_id, evidence, user, purpose, people FROM asked").fetchall()
        names = ("transaction", "evidence", "user", "purpose", "people")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def find(self, number: str) -> dict[str, Any]:
        with self._lock:
            row = self._base.execute(
                "SELECT number, full_name, born_on, sex, deceased FROM person WHERE number = ?", (number,)
            ).fetchone()
        if row is None:
            return {"number": number, "found": False}
        return dict(zip(COLUMNS, row, strict=True)) | {"found": True, "deceased": bool(row[4])}

"""What the stand-in holds: the largest version of every record, in memory."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass
from typing import Any


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass
class Kept:
    dataset: str
    school_year: int
    school_code: str
    version: int
    hash: str  # empty: cancelled
    applied: int = 1


class Store:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.kept: dict[tuple[str, str], Kept] = {}
        self.batches = 0

    def put(self, dataset: str, school_year: int, record: dict[str, Any]) -> str:
        """ACCEPTED, or STALE_VERSION for a version that is not above the one that is kept."""
        key = (dataset, record["record_id"])
        with self.lock:
            old = self.kept.get(key)
            if old and record["version"] <= old.version:
                return "STALE_VERSION"
            data = record.get("data")
            school = data["school_code"] if data else old.school_code if old else ""
            digest = hashlib.sha256(canonical(data)).hexdigest() if data else ""
            applied = old.applied + 1 if old else 1
            self.kept[key] = Kept(dataset, school_year, school, record["version"], digest, applied)
        return "ACCEPTED"

    def alive(self, dataset: str, school_year: int) -> dict[str, list[tuple[str, Kept]]]:
        """School code → its records that are not cancelled, in the order of their ids."""
        found: dict[str, list[tuple[str, Kept]]] = {}
        with self.lock:
            for (of, record_id), one in sorted(self.kept.items()):
                if of == dataset and one.school_year == school_year and one.hash:
                    found.setdefault(one.school_code, []).append((record_id, one))
        return found

    def summary(self, dataset: str, school_year: int) -> list[dict[str, Any]]:
        return [
            {
                "school_code": code,
                "count": len(rows),
                "hash": hashlib.sha256(
                    "\n".join(f"{record_id}|{one.version}|{one.hash}" for record_id, one in rows).encode()
                ).hexdigest(),
            }
            for code, rows in self.alive(dataset, school_year).items()
        ]

    def records(self, dataset: str, school_year: int, school_code: str) -> list[dict[str, Any]]:
        rows = self.alive(dataset, school_year).get(school_code, [])
        return [{"record_id": record_id, "version": one.version, "hash": one.hash} for record_id, one in rows]

"""The list of applications as a spreadsheet: text stays text, no personal number is in it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from maitruong.foundation.exchange.columns import Column
from maitruong.foundation.exchange.parsers import text
from maitruong.foundation.exchange.sheets import write_list

from .types import KINDS, Kind, Row

MOST_ROWS = 5000
COLUMNS = (
    Column("number", "STT", text(), width=6),
    Column("full_name", "Họ và tên", text(), width=28),
    Column("grade", "Khối", text(), width=8),
    Column("kind", "Loại", text(), width=16),
    Column("from_name", "Từ trường", text(), width=30),
    Column("to_name", "Đến trường", text(), width=30),
    Column("applied_on", "Ngày nộp", text(), width=12),
    Column("state", "Tình trạng", text(), width=30),
    Column("waits_for", "Đang chờ", text(), width=28),
    Column("due_on", "Hạn", text(), width=12),
    Column("overdue", "Quá hạn", text(), width=10),
)


def transfers_file(rows: Sequence[Row], *, title: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "chuyen-truong.xlsx"
        write_list(COLUMNS, (_values(n, row) for n, row in enumerate(rows, start=1)), title=title, out=out)
        return out.read_bytes()


def _values(number: int, row: Row) -> dict[str, object]:
    return {
        "number": number,
        "full_name": row.full_name,
        "grade": row.grade,
        "kind": KINDS[Kind(row.kind)],
        "from_name": row.from_name,
        "to_name": row.to_name,
        "applied_on": row.applied_on,
        "state": row.label,
        "waits_for": row.waits_for,
        "due_on": row.due_on,
        "overdue": "quá hạn" if row.overdue else "",
    }

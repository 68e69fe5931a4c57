"""The class list as a spreadsheet: text stays text, nothing in it can run."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from maitruong.foundation.exchange.columns import Column
from maitruong.foundation.exchange.parsers import text
from maitruong.foundation.exchange.sheets import write_list

from .queries import status_label
from .types import RosterRow

_SEXES = {"male": "Nam", "female": "Nữ"}
COLUMNS = (
    Column("number", "STT", text(), width=6),
    Column("student_code", "Mã học sinh", text(), width=18),
    Column("full_name", "Họ và tên", text(), width=28),
    Column("born_on", "Ngày sinh", text(), width=12),
    Column("sex", "Giới tính", text(), width=10),
    Column("register_number", "Số đăng bộ", text(), width=12),
    Column("status", "Tình trạng", text(), width=18),
)


def roster_file(rows: Sequence[RosterRow], *, title: str) -> bytes:
    """A class list as .xlsx. No personal number is in it."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "danh-sach.xlsx"
        write_list(COLUMNS, (_values(n, row) for n, row in enumerate(rows, start=1)), title=title, out=out)
        return out.read_bytes()


def _values(number: int, row: RosterRow) -> dict[str, object]:
    return {
        "number": number,
        "student_code": row.student_code,
        "full_name": row.full_name,
        "born_on": row.born_on,
        "sex": _SEXES.get(row.sex, ""),
        "register_number": row.register_number,
        "status": status_label(row.status),
    }

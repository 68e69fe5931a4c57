"""Totals as a spreadsheet: every figure, by grade where it has one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from maitruong.foundation.exchange.columns import Column
from maitruong.foundation.exchange.parsers import text
from maitruong.foundation.exchange.sheets import write_list

from .labels import grade_label, group_of, grouped, label
from .rules import ALL_GRADES, Total

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS = (
    Column("group", "Nhóm", text(), width=24),
    Column("label", "Chỉ tiêu", text(), width=48),
    Column("grade", "Khối", text(), width=22),
    Column("value", "Số lượng", text(), width=12),
    Column("women", "Trong đó nữ", text(), width=12),
    Column("key", "Mã", text(), width=28),
)


def totals_file(totals: Iterable[Total], *, title: str) -> bytes:
    """One row a figure and grade, in the order of the pages. No person is in it."""
    by_key: dict[str, list[Total]] = {}
    for one in totals:
        by_key.setdefault(one.key, []).append(one)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "so-lieu.xlsx"
        rows = (_values(one) for _, keys in grouped(by_key) for key in keys for one in by_key[key])
        write_list(_COLUMNS, rows, title=title, out=out)
        return out.read_bytes()


def _values(one: Total) -> dict[str, object]:
    return {
        "group": group_of(one.key),
        "label": label(one.key),
        "grade": "Tất cả" if one.grade == ALL_GRADES else grade_label(one.grade),
        "value": one.value,
        "women": one.women,
        "key": one.key,
    }

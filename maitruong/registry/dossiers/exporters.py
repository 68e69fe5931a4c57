"""The year of a class's pupils as a spreadsheet, with the columns the catalogue declares for its level."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from maitruong.foundation.exchange.columns import Column
from maitruong.foundation.exchange.parsers import text
from maitruong.foundation.exchange.sheets import write_list
from maitruong.registry.enrolment.types import RosterRow

from .fields import Field

_WHO = (
    Column("number", "STT", text(), width=6),
    Column("student_code", "Mã học sinh", text(), width=18),
    Column("full_name", "Họ và tên", text(), width=28),
    Column("born_on", "Ngày sinh", text(), width=12),
)


def learners_file(
    rows: Sequence[RosterRow], said: Mapping[int, Mapping[str, Any]], fields: Sequence[Field], *, title: str
) -> bytes:
    """One row a pupil; a field nobody filled in is empty. No personal number is in it."""
    columns = (*_WHO, *(Column(one.name, one.label, text(), width=16) for one in fields))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "ho-so-nam.xlsx"
        values = (_values(number, row, said.get(row.student_id, {}), fields) for number, row in enumerate(rows, 1))
        write_list(columns, values, title=title, out=out)
        return out.read_bytes()


def _values(number: int, row: RosterRow, said: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, object]:
    who = {"number": number, "student_code": row.student_code, "full_name": row.full_name, "born_on": row.born_on}
    return {**who, **{one.name: one.show(said.get(one.name)) for one in fields}}

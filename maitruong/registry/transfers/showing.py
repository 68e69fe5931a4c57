"""How one application reads on a page: its facts, and the line of its steps."""

from __future__ import annotations

from maitruong.foundation.kernel import formats

from .models import Transfer
from .queries import Page
from .types import KINDS, Kind, State

_INSIDE = ("Nộp đơn", "Trường nhận đồng ý", "Trường đang học cho chuyển", "Vào lớp mới")
_OUT = ("Nộp đơn", "Cho chuyển đi")
_IN = ("Nộp đơn", "Trường nhận đồng ý", "Vào lớp mới")
_LINES = {Kind.INSIDE: _INSIDE, Kind.OUT: _OUT, Kind.IN: _IN}
_NOW = {
    Kind.INSIDE: {State.APPLIED: 2, State.ACCEPTED: 3, State.RELEASED: 4, State.RECEIVED: 5},
    Kind.OUT: {State.APPLIED: 2, State.LEFT: 3},
    Kind.IN: {State.APPLIED: 2, State.ACCEPTED: 3, State.RECEIVED: 4},
}


def line_of(row: Transfer) -> tuple[tuple[str, ...], int] | None:
    """(steps, number of the present one); None for an application that ended before its way did."""
    now = _NOW[Kind(row.kind)].get(State(row.state))
    return None if now is None else (_LINES[Kind(row.kind)], now)


def facts_of(found: Page) -> list[tuple[str, str]]:
    row, told = found.transfer, found.row
    carried = row.carried or {}
    facts = [
        ("Em", f"{row.full_name}, sinh {formats.date(row.born_on) if row.born_on else 'chưa rõ ngày'}"),
        ("Loại", KINDS[Kind(row.kind)]),
        ("Đang học", f"{told.from_name}" + (f", lớp {row.from_class}" if row.from_class else "")),
        ("Xin đến", told.to_name),
        ("Khối", str(row.grade)),
        ("Lí do", row.reason),
        ("Nguyện vọng", row.wished),
        ("Muốn học từ", formats.date(row.wished_on) if row.wished_on else ""),
        ("Nộp bởi", "gia đình, trên trang của mình" if row.by_family else "nhà trường, thay gia đình"),
    ]
    if row.starts_on and row.state == State.RECEIVED:
        facts.append(("Học ở trường mới từ", formats.date(row.starts_on)))
    if carried.get("cells"):
        facts.append(("Điểm năm nay", f"{carried['cells']} ô điểm của {carried['subjects']} môn đã vào sổ lớp mới"))
    if carried.get("left_out"):
        facts.append(("Môn lớp mới không học", ", ".join(carried["left_out"])))
    return [(label, value) for label, value in facts if value]

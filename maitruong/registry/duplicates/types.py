"""What crosses this wall."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from maitruong.foundation.people.types import Identifier, Particulars
from maitruong.registry.enrolment.types import Seat
from maitruong.registry.staff.types import StaffRow

#: Likenesses in words, by column; what says nothing is left out.
WORDS = {
    "name": {
        "same": "tên giống hệt",
        "unmarked": "một bên viết không dấu",
        "marks_differ": "tên khác dấu",
        "close": "tên gần giống",
    },
    "birth": {
        "same": "cùng ngày sinh",
        "swapped": "ngày và tháng sinh đảo nhau",
        "near": "ngày sinh lệch một phần",
        "untold": "thiếu ngày sinh",
    },
    "number": {"same": "cùng số định danh", "slip": "số định danh lệch một chữ số", "other": "số định danh khác nhau"},
    "sex": {"other": "khác giới tính"},
    "phone": {"same": "cùng điện thoại"},
}


@dataclass(frozen=True)
class PairRow:
    """A pair as a list shows it. likely: 0 to 1. places: of each side, the ids of the units that know it and are told."""

    id: int
    low: int
    high: int
    low_name: str
    high_name: str
    low_born: dt.date | None
    high_born: dt.date | None
    low_places: tuple[int, ...]
    high_places: tuple[int, ...]
    likely: float
    alike: tuple[str, ...]
    decision: str
    decided_at: dt.datetime | None
    decided_by: int | None
    why: str
    merge_id: int | None


@dataclass(frozen=True)
class Side:
    """One of the two as the page lays it beside the other. ties: (whom, relation), guardians of a child or children of a guardian."""

    person: Particulars
    identifiers: tuple[Identifier, ...]
    seats: tuple[Seat, ...]
    posts: tuple[StaffRow, ...]
    ties: tuple[tuple[str, str], ...]
    has_account: bool


@dataclass(frozen=True)
class Question:
    """A pair laid side by side. goes_on: the person who would stay in use.   seen: what the page showed, for the deciding act."""

    row: PairRow
    one: Side
    other: Side
    goes_on: int
    may_decide: bool
    seen: str

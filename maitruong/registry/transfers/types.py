"""What crosses this wall about transfers, and the words for their states."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    INSIDE = "inside"
    OUT = "out"
    IN = "in"


class State(StrEnum):
    """Where an application stands; its steps tell how it came there. The last four are ends."""

    APPLIED = "applied"
    ACCEPTED = "accepted"
    RELEASED = "released"
    RECEIVED = "received"
    LEFT = "left"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN = (State.APPLIED, State.ACCEPTED, State.RELEASED)
KINDS = {Kind.INSIDE: "Trong tỉnh", Kind.OUT: "Đi tỉnh khác", Kind.IN: "Từ tỉnh khác đến"}
STATES = {
    State.APPLIED: "Chờ trường nhận trả lời",
    State.ACCEPTED: "Chờ trường đang học cho chuyển",
    State.RELEASED: "Chờ trường nhận xếp lớp",
    State.RECEIVED: "Đã nhận vào lớp",
    State.LEFT: "Đã chuyển đi tỉnh khác",
    State.REFUSED: "Không được tiếp nhận",
    State.WITHDRAWN: "Gia đình đã rút đơn",
}
#: What a step says was done, for the line of steps.
DONE = {
    State.APPLIED: "Nộp đơn",
    State.ACCEPTED: "Đồng ý tiếp nhận",
    State.RELEASED: "Cho chuyển, đóng hồ sơ",
    State.RECEIVED: "Nhận vào lớp",
    State.LEFT: "Cho chuyển đi tỉnh khác",
    State.REFUSED: "Từ chối tiếp nhận",
    State.WITHDRAWN: "Rút đơn",
}

POSTING_STATES = {
    "released": "Chờ trường mới tiếp nhận",
    "received": "Đã tiếp nhận",
    "cancelled": "Đã huỷ",
}


def state_label(kind: str, state: str) -> str:
    if kind == Kind.OUT and state == State.APPLIED:
        return "Chờ trường cho chuyển"
    if kind == Kind.IN and state == State.ACCEPTED:
        return STATES[State.RELEASED]
    return STATES[State(state)]


@dataclass(frozen=True)
class Row:
    """An application as a list shows it. waits_for: the school whose turn it is; overdue: its day is past."""

    id: int
    kind: str
    state: str
    label: str
    full_name: str
    grade: int
    from_name: str
    to_name: str
    applied_on: dt.date
    due_on: dt.date | None
    overdue: bool
    waits_for: str


@dataclass(frozen=True)
class StepRow:
    """One step: what, when, by whom, why, and until when the next one was due."""

    state: str
    label: str
    at: dt.datetime
    by_name: str
    why: str
    due_on: dt.date | None


@dataclass(frozen=True)
class Verified:
    """What a look at one signed file found. name, number: what the file itself says of the pupil; "" where it tells nothing."""

    is_valid: bool
    sentence: str
    problems: tuple[str, ...] = ()
    name: str = ""
    number: str = ""
    school_year: int = 0


@dataclass(frozen=True)
class SignedFile:
    """A signed record of a former year as it lies in the store. file_id: its row in files."""

    file_id: int
    school_year: int
    kind: str
    title: str


@dataclass(frozen=True)
class Carried:
    """What of the running year's marks came along: how many cells, and subjects the new class does not study."""

    cells: int = 0
    subjects: int = 0
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResultsSoFar:
    """The running year until now, unsigned. subjects: [{name, term, marks: [[column, text]], average}], plain texts only."""

    school_year: int
    subjects: list[dict[str, Any]] = field(default_factory=list)
    conduct: list[list[str]] = field(default_factory=list)
    absences: int | None = None


@dataclass(frozen=True)
class PostingRow:
    """A posting as a list shows it."""

    id: int
    full_name: str
    from_name: str
    to_name: str
    starts_on: dt.date
    state: str
    label: str
    due_on: dt.date | None
    overdue: bool

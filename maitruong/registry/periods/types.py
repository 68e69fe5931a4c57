"""What crosses this wall about reporting periods."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from maitruong.foundation.kernel.school_year import SchoolYear as Year

FROZEN, SIGNED, CHECKED, ACCEPTED, RETURNED = "frozen", "signed", "checked", "accepted", "returned"
ASKED, GRANTED, DECLINED = "asked", "granted", "declined"
ENTERING = "entering"
#: Movements that make a state; a correction that was granted opens the report again.
STATE_KINDS = (FROZEN, SIGNED, CHECKED, ACCEPTED, RETURNED, GRANTED)
#: The last of these tells whether a request for correction waits.
ASKS = (ASKED, GRANTED, DECLINED, RETURNED)
#: The school may make its figures anew.
OPEN_STATES = (ENTERING, FROZEN, RETURNED, GRANTED)
#: Signed and not sent back: what changes now is a request.
CLOSED_STATES = (SIGNED, CHECKED, ACCEPTED)
STATES: dict[str, tuple[str, str]] = {
    ENTERING: ("đang nhập", "neutral"),
    FROZEN: ("chờ hiệu trưởng ký", "quill"),
    SIGNED: ("đã ký, chờ kiểm tra", "info"),
    CHECKED: ("xã đã kiểm tra", "info"),
    ACCEPTED: ("Sở đã nhận", "good"),
    RETURNED: ("bị trả lại", "warn"),
    GRANTED: ("mở lại để sửa", "warn"),
}
MOVEMENTS: dict[str, str] = {
    FROZEN: "Lập số liệu",
    SIGNED: "Hiệu trưởng ký",
    CHECKED: "Xã kiểm tra, chuyển Sở",
    ACCEPTED: "Sở nhận số liệu",
    RETURNED: "Trả lại trường",
    ASKED: "Trường xin sửa sau khi chốt",
    GRANTED: "Sở đồng ý cho sửa",
    DECLINED: "Sở không đồng ý cho sửa",
}


@dataclass(frozen=True)
class PeriodRow:
    """A reporting period with its words."""

    id: int
    school_year: int
    kind: str
    name: str
    as_of: dt.date
    due_on: dt.date
    basis: str

    @property
    def year_label(self) -> str:
        return Year(self.school_year).label

    @property
    def label(self) -> str:
        return f"{self.name} {self.year_label}"


@dataclass(frozen=True)
class Report:
    """How a school stands in a period. state: by STATES; asks: a request for correction waits for the department."""

    school_id: int
    state: str
    since: dt.datetime | None = None
    why: str = ""
    asks: bool = False

    @property
    def state_label(self) -> tuple[str, str]:
        return STATES[self.state]


@dataclass(frozen=True)
class SnapshotRow:
    """One version of a school's figures, with who signed it; signed_at: None while nobody has."""

    id: int
    school_id: int
    period_id: int
    school_year: int
    version: int
    take: int
    as_of: dt.date
    governor_kind: str
    manifest_sha256: str
    made_at: dt.datetime
    signed_at: dt.datetime | None
    signer_name: str


@dataclass(frozen=True)
class MovementRow:
    id: int
    kind: str
    label: str
    at: dt.datetime
    by_name: str
    why: str
    wanted: str
    version: int | None

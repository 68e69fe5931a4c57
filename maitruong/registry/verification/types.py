"""What crosses this wall."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class LinkReport:
    """What a run of linking came to. `linked + doubtful + unknown` is everybody of the own list.

    doubtful: somebody is like them, but not beyond doubt; an officer looks.   doubled: own people linked to a human another own
    person is linked to as well.   expected_wrong: wrong links to be expected by the run's own reckoning.
    unread: rows of both lists whose birth date or number is there but cannot be read.
    """

    own: int
    population: int
    linked: int
    doubtful: int
    unknown: int
    doubled: int
    expected_wrong: float
    unread: dict[str, dict[str, int]]
    weights: dict[str, Any]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


#: What is compared, in the order pages show it.
FIELDS = {"full_name": "Họ và tên", "born_on": "Ngày sinh", "sex": "Giới tính", "number": "Số định danh"}
#: How a person stands, in words. NO_NUMBER is ours: without a number nobody can be asked about.
STATES = {
    "NO_NUMBER": "Chưa có số định danh",
    "NOT_SENT": "Chưa đối chiếu",
    "PENDING": "Đang chờ trả lời",
    "MATCHED": "Đã xác thực",
    "MISMATCH_NAME": "Lệch họ tên",
    "MISMATCH_DOB": "Lệch ngày sinh",
    "MISMATCH_SEX": "Lệch giới tính",
    "NUMBER_NOT_FOUND": "Không có số này",
    "NUMBER_DUPLICATE_IN_SECTOR": "Trùng số trong ngành",
    "DECEASED": "Dữ liệu dân cư ghi đã mất",
    "ERROR": "Trả lời không tin được",
}
#: What to do about it.
ADVICE = {
    "NO_NUMBER": "Hỏi gia đình số định danh trên giấy khai sinh hoặc thẻ căn cước rồi ghi vào.",
    "NOT_SENT": "Gửi đối chiếu.",
    "PENDING": "Chưa phải làm gì, hệ thống tự hỏi lại.",
    "MATCHED": "Không phải làm gì. Họ tên, ngày sinh, giới tính và số định danh được giữ nguyên; cần sửa thì gửi đề nghị điều chỉnh.",
    "MISMATCH_NAME": "So họ tên với giấy khai sinh: hồ sơ sai thì sửa, giấy tờ đúng như hồ sơ thì báo dữ liệu dân cư chưa đúng.",
    "MISMATCH_DOB": "So ngày sinh với giấy khai sinh: hồ sơ sai thì sửa, giấy tờ đúng như hồ sơ thì báo dữ liệu dân cư chưa đúng.",
    "MISMATCH_SEX": "So giới tính với giấy khai sinh: hồ sơ sai thì sửa, giấy tờ đúng như hồ sơ thì báo dữ liệu dân cư chưa đúng.",
    "NUMBER_NOT_FOUND": "Xem lại từng chữ số của số định danh trên giấy tờ.",
    "NUMBER_DUPLICATE_IN_SECTOR": "Hai người đang mang một số: xem lại giấy tờ của cả hai.",
    "DECEASED": "Xem lại giấy tờ. Nếu nhầm, báo dữ liệu dân cư chưa đúng để gia đình làm việc với công an cấp xã.",
    "ERROR": "Chưa phải làm gì, hệ thống tự hỏi lại. Lặp lại nhiều ngày thì báo Sở GDĐT.",
}
#: Why the last try came to nothing, in words; keys of ports.Trouble.
TROUBLES = {
    "unreachable": "Cơ sở dữ liệu dân cư không trả lời.",
    "resting": "Cơ sở dữ liệu dân cư đang không trả lời, hệ thống tạm nghỉ rồi hỏi lại.",
    "left_out": "Trả lời nhận được không nói về người này.",
    "said_twice": "Trả lời nhận được nói về người này hai lần nên không dùng.",
    "not_understood": "Trả lời nhận được không đúng với câu hỏi nên không dùng.",
    "no_number": "Hồ sơ chưa ghi số định danh.",
}


@dataclass(frozen=True)
class Standing:
    """How one person stands with the register now. facts: FIELDS as stored (days ISO); state: a key of STATES.

    suggestion: what the register writes in the fields that differ, days ISO.   school_id: where he learns or works, 0 nowhere.
    """

    person_id: int
    school_id: int
    facts: dict[str, str]
    basis: str
    state: str
    is_frozen: bool
    suggestion: dict[str, str]
    why: str
    evidence: str
    asked_at: dt.datetime | None
    answered_at: dt.datetime | None
    due_on: dt.date | None
    is_waiting: bool


@dataclass(frozen=True)
class WorkRow:
    """Somebody of a school's work-list."""

    person_id: int
    full_name: str
    born_on: dt.date | None
    is_staff: bool
    class_name: str
    state: str
    suggestion: dict[str, str]
    due_on: dt.date | None
    is_asked: bool


@dataclass(frozen=True)
class Counted:
    """People of a school at a level (1 preschool .. 4 upper secondary, 5 staff), as the figures of the province have them."""

    school_id: int
    level: int
    active: int
    matched: int
    foreigners: int


@dataclass(frozen=True)
class Share:
    """What a school, a level or the province came to. open: mismatches; late: of them past their day."""

    id: int
    name: str
    active: int
    matched: int
    foreigners: int
    open: int
    late: int
    share: Decimal | None


@dataclass(frozen=True)
class Board:
    """The province, or what of it the scope has: by school, the lowest share first, by level; as_of: up to when it is complete."""

    schools: list[Share]
    levels: list[Share]
    as_of: dt.datetime | None


@dataclass(frozen=True)
class RequestRow:
    """A request as lists and its page show it; numbers masked."""

    id: int
    person_id: int
    full_name: str
    school_id: int
    kind: str
    wanted: dict[str, str]
    was: dict[str, str]
    why: str
    file_id: int
    asked_by: int | None
    asked_at: dt.datetime
    due_on: dt.date
    decision: str
    decided_by: int | None
    decided_at: dt.datetime | None
    decided_why: str

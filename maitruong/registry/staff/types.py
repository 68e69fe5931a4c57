"""What crosses this wall about staff."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

POSTS = {
    "principal": "Hiệu trưởng",
    "deputy_principal": "Phó hiệu trưởng",
    "teacher": "Giáo viên",
    "clerk": "Văn thư",
    "accountant": "Kế toán",
    "librarian": "Thư viện",
    "nurse": "Y tế",
    "it_admin": "Quản trị hệ thống",
    "administrator": "Quản trị hệ thống",
    "officer": "Chuyên viên",
}


@dataclass(frozen=True)
class StaffRow:
    """One employment, as a list shows it. Dates: from the first to the last day, both included."""

    id: int
    person_id: int
    full_name: str
    school_id: int
    code: str
    post: str
    subjects: tuple[str, ...]
    starts_on: dt.date
    ends_on: dt.date | None
    school_name: str

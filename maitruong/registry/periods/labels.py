"""What a total is called on screen, and in which order and groups a school's figures are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Final

from maitruong.foundation.reference import catalogue as reference
from maitruong.foundation.reference.errors import UnknownCode
from maitruong.registry.dossiers import queries as dossiers
from maitruong.registry.enrolment.types import PRESCHOOL_GRADES
from maitruong.registry.staff.types import POSTS

GIRLS: Final = "girls"
"""Made for pages of the women of `pupils`; no key of a snapshot."""
_WORDS: Final = {
    "pupils": "Học sinh",
    GIRLS: "Trong đó: nữ",
    "pupils.minority": "Học sinh dân tộc thiểu số",
    "pupils.disabled": "Học sinh khuyết tật",
    "pupils.policy": "Học sinh diện chính sách",
    "pupils.no_guardian": "Học sinh chưa ghi người giám hộ",
    "pupils.verified": "Học sinh đã xác thực định danh",
    "classes": "Lớp",
    "classes.two_sessions": "Lớp học hai buổi mỗi ngày",
    "classes.combined": "Lớp ghép",
    "classes.semi_boarding": "Lớp bán trú",
    "staff": "Cán bộ, giáo viên, nhân viên",
    "staff.minority": "Cán bộ, giáo viên, nhân viên là người dân tộc thiểu số",
    "campuses": "Điểm trường",
    "rooms": "Phòng các loại",
    "rooms.built.permanent": "Phòng kiên cố",
    "rooms.built.semi": "Phòng bán kiên cố",
    "rooms.built.temporary": "Phòng tạm",
    "moved.in": "Học sinh đến từ kì trước",
    "moved.out": "Học sinh rời từ kì trước",
    "moved.both": "Học sinh đến rồi rời giữa hai kì",
    "boarding.SEMI": "Học sinh bán trú",
    "boarding.BOARDING": "Học sinh nội trú",
    "boarding.ETHNIC_SEMI": "Học sinh bán trú dân tộc",
}
_DEGREES: Final = {
    "doctor": "tiến sĩ",
    "master": "thạc sĩ",
    "bachelor": "đại học",
    "college": "cao đẳng",
    "intermediate": "trung cấp",
}
_CONTRACTS: Final = {
    "indefinite": "Hợp đồng không xác định thời hạn",
    "fixed": "Hợp đồng xác định thời hạn",
    "labour": "Hợp đồng lao động",
}
MAIN: Final = (
    *("pupils", GIRLS, "pupils.minority", "pupils.disabled", "pupils.policy", "policy.POOR", "policy.NEAR_POOR"),
    *("boarding.SEMI", "boarding.BOARDING", "boarding.ETHNIC_SEMI", "moved.in", "moved.out"),
    *("classes", "classes.two_sessions", "staff", "post.teacher", "rooms.CLASSROOM", "campuses"),
)
"""Shown first, and laid beside the period before."""
GROUPS: Final = (
    ("Học sinh", ("pupils", "boarding.")),
    ("Độ tuổi", ("age.",)),
    ("Dân tộc", ("ethnic.",)),
    ("Diện chính sách", ("policy.",)),
    ("Khuyết tật", ("disability.",)),
    ("Tình trạng xếp lớp", ("status.",)),
    ("Năm học của học sinh", ("said.",)),
    ("Biến động từ kì trước", ("moved.", "left.")),
    ("Lớp, điểm trường", ("classes", "campuses")),
    ("Đội ngũ", ("staff", "post.", "contract.", "degree.", "title.")),
    ("Phòng", ("rooms",)),
)


def label(key: str) -> str:
    """The Vietnamese name of a total."""
    if key in _WORDS:
        return _WORDS[key]
    kind, _, rest = key.partition(".")
    return _KINDS[kind](rest) if kind in _KINDS else key


def group_of(key: str) -> str:
    return next((title for title, begins in GROUPS if key.startswith(begins)), "Khác")


def grouped(keys: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Keys under their group's title, in the order of GROUPS and of their names."""
    found: dict[str, list[str]] = {title: [] for title, _ in GROUPS}
    for key in keys:
        found.setdefault(group_of(key), []).append(key)
    return [(title, sorted(those, key=_place)) for title, those in found.items() if those]


def grade_label(grade: int) -> str:
    """A grade in words: "Lớp 8", "Mẫu giáo 3-4 tuổi"."""
    key = next((name for name, number in PRESCHOOL_GRADES.items() if number == grade), str(grade))
    return _of_list("grade", key)


def _place(key: str) -> tuple[int, str]:
    """Ages count as numbers; what the main list has comes first."""
    last = key.rpartition(".")[2]
    if key.startswith("age.") and last.isdigit():
        return int(last), ""
    return (MAIN.index(key) if key in MAIN else len(MAIN)), label(key)


def _of_list(list_name: str, key: str) -> str:
    try:
        return reference.code(list_name, key).name
    except UnknownCode:
        return key


@cache
def _flags() -> dict[str, str]:
    return dossiers.learner_flags()


_KINDS: Final[dict[str, Callable[[str], str]]] = {
    "age": lambda key: f"{key} tuổi",
    "ethnic": lambda key: f"Dân tộc {_of_list('ethnic_group', key)}",
    "policy": lambda key: _of_list("policy_group", key),
    "disability": lambda key: _of_list("disability", key),
    "status": lambda key: _of_list("student_status", key.upper()),
    "left": lambda key: f"Rời trường: {_of_list('student_status', key.upper()).lower()}",
    "said": lambda key: _flags().get(key, key),
    "post": lambda key: POSTS.get(key, key),
    "contract": lambda key: _CONTRACTS.get(key, key),
    "degree": lambda key: f"Trình độ {_DEGREES.get(key, key)}",
    "title": lambda key: _of_list("staff_title", key),
    "rooms": lambda key: _of_list("facility", key),
}

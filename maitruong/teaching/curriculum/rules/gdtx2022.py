"""The continuing programme of upper secondary (Circular 12/2022/TT-BGDĐT), and what a class studies under either programme.

Compulsory are Ngữ văn, Toán and Lịch sử with experiential and local education; four more are chosen, a foreign language where the
centre offers it. Periods as in the general programme. The continuing programme of lower secondary is not in this house: a centre's
classes of grades 6-9 are given the general one.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from .gdpt2018 import Subject, SubjectGroup, subjects_of

CONTINUING_COMPULSORY: Final = frozenset({"NV", "TOAN", "LS", "HDTNHN", "GDDP"})
_CONTINUING_LEVEL, _UPPER_SECONDARY_LEVEL = "05", "04"  # reference education_level
_FIRST_GRADE = 10


class Programme(StrEnum):
    GENERAL = "GDPT2018"
    CONTINUING = "GDTX2022"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Programme.GENERAL: "Chương trình giáo dục phổ thông 2018",
    Programme.CONTINUING: "Chương trình giáo dục thường xuyên cấp trung học phổ thông",
}


def programme_of(levels: Collection[str], grade: int) -> Programme:
    """The programme of a class: a school that teaches the continuing level and not the general one follows the continuing one.

    levels: codes of reference education_level.
    >>> programme_of(["05"], 10).value, programme_of(["04", "05"], 10).value, programme_of(["05"], 8).value
    ('GDTX2022', 'GDPT2018', 'GDPT2018')
    """
    continuing = _CONTINUING_LEVEL in levels and _UPPER_SECONDARY_LEVEL not in levels and grade >= _FIRST_GRADE
    return Programme.CONTINUING if continuing else Programme.GENERAL


def studied(
    grade: int, school_year: int, *, electives: Collection[str] = (), programme: Programme = Programme.GENERAL
) -> tuple[Subject, ...]:
    """The subjects of a class, in the order of the programme: the compulsory ones and what the class chose.

    Options (Ngoại ngữ 2, tiếng dân tộc thiểu số) and electives only where they were chosen.
    Raises regulations.NoRuleInForce before the programme's first year.
    """
    return tuple(s for s in subjects_of(grade, school_year) if _is_compulsory(s, programme) or s.code in electives)


def _is_compulsory(subject: Subject, programme: Programme) -> bool:
    if programme is Programme.CONTINUING:
        return subject.code in CONTINUING_COMPULSORY
    return subject.group is SubjectGroup.COMPULSORY

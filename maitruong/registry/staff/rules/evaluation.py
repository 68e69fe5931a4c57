"""How a teacher's work is judged: the professional standard of her title, and the yearly rating of public employees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import IntEnum, StrEnum
from fractions import Fraction
from typing import Final

from maitruong.foundation.regulations import Derivation, Step, regulation_by_day

from ..errors import CriteriaIncomplete
from .acts import ND90_2020, TT20_2018

CRITERION_NAMES: Final = (
    "Đạo đức nhà giáo",
    "Phong cách nhà giáo",
    "Phát triển chuyên môn bản thân",
    "Xây dựng kế hoạch dạy học và giáo dục theo hướng phát triển phẩm chất, năng lực học sinh",
    "Sử dụng phương pháp dạy học và giáo dục theo hướng phát triển phẩm chất, năng lực học sinh",
    "Kiểm tra, đánh giá theo hướng phát triển phẩm chất, năng lực học sinh",
    "Tư vấn và hỗ trợ học sinh",
    "Xây dựng văn hoá nhà trường",
    "Thực hiện quyền dân chủ trong nhà trường",
    "Thực hiện và xây dựng trường học an toàn, phòng chống bạo lực học đường",
    "Tạo dựng mối quan hệ hợp tác với cha mẹ hoặc người giám hộ của học sinh và các bên liên quan",
    "Phối hợp giữa nhà trường, gia đình, xã hội để thực hiện hoạt động dạy học cho học sinh",
    "Phối hợp giữa nhà trường, gia đình, xã hội để thực hiện giáo dục đạo đức, lối sống cho học sinh",
    "Sử dụng ngoại ngữ hoặc tiếng dân tộc",
    "Ứng dụng công nghệ thông tin, khai thác và sử dụng thiết bị công nghệ trong dạy học, giáo dục",
)
CRITERIA: Final = len(CRITERION_NAMES)
#: Professional development of the second standard and what teaching rests on: criteria 3 to 7, counted from 1.
DECISIVE: Final = range(3, 8)
HEAD_EVERY_YEARS: Final = 2
EXCELLENT_PERCENT: Final = 20


class Standard(IntEnum):
    """A level, of a criterion and of the whole. The order is that of merit."""

    FAILED = 0
    PASSED = 1
    GOOD = 2
    EXCELLENT = 3

    @property
    def label(self) -> str:
        return ("Chưa đạt", "Đạt", "Khá", "Tốt")[self]


class Yearly(StrEnum):
    EXCELLENT = "excellent"  # hoàn thành xuất sắc nhiệm vụ
    GOOD = "good"  # hoàn thành tốt nhiệm vụ
    COMPLETED = "completed"
    NOT_COMPLETED = "not_completed"


def explained(criteria: Sequence[Standard]) -> Derivation:
    """The overall level with every condition of every level that was looked at, the highest first."""
    branches = []
    for level in (Standard.EXCELLENT, Standard.GOOD, Standard.PASSED):
        steps = _conditions(criteria, level)
        holds = all(step.satisfied for step in steps)
        branches.append(
            Derivation(f"Mức {level.label}", holds, "đủ" if holds else "chưa đủ", TT20_2018, ARTICLE, steps, holds)
        )
        if holds:
            break
    outcome = standard_overall(criteria)
    return Derivation("Xếp loại theo chuẩn nghề nghiệp", outcome, outcome.label, TT20_2018, ARTICLE, tuple(branches))


ARTICLE: Final = "Điều 10"


# From the school year 2026-2027 the standard of each title judges (Decree 93/2026, Điều 14 and 24); its circular was not out when this
# was written, so the one of 2018 goes on until it is.
@regulation_by_day(
    "staff.standard_overall",
    title="Xếp loại giáo viên theo chuẩn nghề nghiệp",
    act=TT20_2018,
    article=ARTICLE,
    first_day=dt.date(2018, 10, 10),
    explain=explained,
)
def standard_overall(criteria: Sequence[Standard]) -> Standard:
    """The overall level of fifteen criteria, in the order of the standard.

    Tốt: all at least khá, two thirds tốt, criteria 3-7 all tốt. Khá: all at least đạt, two thirds at least khá, criteria 3-7 at least
    khá. Đạt: all at least đạt. Else chưa đạt.
    Source: Circular 20/2018/TT-BGDĐT, Điều 10. Raises CriteriaIncomplete.
    >>> standard_overall([Standard.EXCELLENT] * 10 + [Standard.GOOD] * 5)
    <Standard.EXCELLENT: 3>
    """
    if len(criteria) != CRITERIA:
        raise CriteriaIncomplete(have=len(criteria), needed=CRITERIA)
    for level in (Standard.EXCELLENT, Standard.GOOD, Standard.PASSED):
        if all(step.satisfied for step in _conditions(criteria, level)):
            return level
    return Standard.FAILED


def _conditions(criteria: Sequence[Standard], level: Standard) -> tuple[Step, ...]:
    """Of the two upper levels: none more than one below, two thirds reach it, and so do all the decisive ones."""
    if level is Standard.PASSED:
        return (_all(criteria, Standard.PASSED),)
    reached = sum(one >= level for one in criteria)
    decisive = min(criteria[number - 1] for number in DECISIVE)
    return (
        _all(criteria, Standard(level - 1)),
        Step(
            f"Ít nhất 2/3 số tiêu chí đạt mức {level.label.lower()}",
            Fraction(reached, CRITERIA) >= Fraction(2, 3),
            value=f"{reached}/{CRITERIA}",
        ),
        Step(f"Các tiêu chí 3 đến 7 từ mức {level.label.lower()}", decisive >= level, value=decisive.label),
    )


def _all(criteria: Sequence[Standard], least: Standard) -> Step:
    lowest = min(criteria)
    return Step(f"Mọi tiêu chí từ mức {least.label.lower()}", lowest >= least, value=lowest.label)


def head_assesses(school_year: int, last_assessed: int | None) -> bool:
    """Whether the head judges by the standard in that school year: every second one; self-assessment is every year.

    Source: Circular 20/2018/TT-BGDĐT, Điều 10 and 11 (a school may do it more often).
    >>> head_assesses(2026, 2025), head_assesses(2026, 2024), head_assesses(2026, None)
    (False, True, True)
    """
    return last_assessed is None or school_year - last_assessed >= HEAD_EVERY_YEARS


@regulation_by_day(
    "staff.excellent_at_most",
    title="Số người hoàn thành xuất sắc nhiệm vụ nhiều nhất",
    act=ND90_2020,
    article="tỉ lệ theo Nghị định 48/2023/NĐ-CP",
    first_day=dt.date(2023, 9, 15),
)
def excellent_at_most(good_or_better: int) -> int:
    """How many of those rated good or better may be rated excellent: a fifth, in whole people.

    Source: Decree 90/2020/NĐ-CP as amended by Decree 48/2023/NĐ-CP.
    >>> excellent_at_most(24), excellent_at_most(4)
    (4, 0)
    """
    return good_or_better * EXCELLENT_PERCENT // 100

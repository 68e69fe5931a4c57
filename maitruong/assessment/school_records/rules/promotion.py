"""Promotion at the end of a school year: secondary school (Circular 22/2021, Điều 12-14), primary (Circular 27/2020, Điều 11)."""

from __future__ import annotations

from enum import StrEnum

from maitruong.foundation.regulations import regulation
from maitruong.foundation.regulations.acts import TT22_2021, TT27_2020

MOST_ABSENCES = 45
_LAST_OF_STAGE = (5, 9, 12)


class Outcome(StrEnum):
    """PENDING: not decided in June; the summer's retest or training, or at primary school the principal, comes first."""

    PROMOTED = "promoted"
    PROMOTED_AFTER_SUMMER = "promoted_after_summer"
    PROMOTED_BY_DECISION = "promoted_by_decision"
    COMPLETED = "completed"
    RETAINED = "retained"
    PENDING_RETEST = "pending_retest"
    PENDING_TRAINING = "pending_training"
    PENDING_BOTH = "pending_both"
    PENDING_DECISION = "pending_decision"

    @property
    def is_pending(self) -> bool:
        return self.value.startswith("pending")

    @property
    def waits_for(self) -> str:
        return {
            "pending_retest": "chờ kiểm tra, đánh giá lại trong kì nghỉ hè",
            "pending_training": "chờ kết quả rèn luyện trong kì nghỉ hè",
            "pending_both": "chờ kết quả rèn luyện và đánh giá lại trong kì nghỉ hè",
            "pending_decision": "chờ hiệu trưởng quyết định lên lớp hay học lại",
        }.get(self.value, "")


@regulation("school_records.promotion", title="Được lên lớp", act=TT22_2021, article="Điều 12, 13, 14")
def promotion_secondary(
    grade: int,
    *,
    learning: int,
    conduct: int,
    absences: int,
    learning_after: int | None = None,
    conduct_after: int | None = None,
) -> Outcome:
    """Learning and conduct of the year 3 Tốt ... 0 Chưa đạt; absences: sessions of the year, 45 still pass.

    learning_after, conduct_after: after the retest and the training of the summer; None while they are not known.
    Absences come first: nothing in the summer makes up for them. A pupil who failed both is trained and retested before
    anything is decided.

    >>> promotion_secondary(8, learning=2, conduct=3, absences=45)
    <Outcome.PROMOTED: 'promoted'>
    >>> promotion_secondary(8, learning=2, conduct=3, absences=46)
    <Outcome.RETAINED: 'retained'>
    >>> promotion_secondary(9, learning=1, conduct=1, absences=0)
    <Outcome.COMPLETED: 'completed'>
    >>> promotion_secondary(8, learning=0, conduct=3, absences=0, learning_after=1)
    <Outcome.PROMOTED_AFTER_SUMMER: 'promoted_after_summer'>
    """
    if absences > MOST_ABSENCES:
        return Outcome.RETAINED
    trained = conduct if conduct > 0 else conduct_after
    retested = learning if learning > 0 else learning_after
    if trained is None:
        return Outcome.PENDING_BOTH if retested is None else Outcome.PENDING_TRAINING
    if trained == 0:
        return Outcome.RETAINED
    if retested is None:
        return Outcome.PENDING_RETEST
    if retested == 0:
        return Outcome.RETAINED
    if grade in _LAST_OF_STAGE:
        return Outcome.COMPLETED
    return Outcome.PROMOTED if learning > 0 and conduct > 0 else Outcome.PROMOTED_AFTER_SUMMER


@regulation("school_records.promotion", title="Hoàn thành chương trình lớp học", act=TT27_2020, article="Điều 11")
def promotion_primary(
    grade: int, *, overall: int, overall_after: int | None = None, decision: bool | None = None
) -> Outcome:
    """overall: result of the year, 3 Hoàn thành xuất sắc ... 0 Chưa hoàn thành, who is helped and assessed once more.

    overall_after: that second result; decision: what the principal decided of who failed it too (True: goes up), which is
    never decided by the program.

    >>> promotion_primary(4, overall=1)
    <Outcome.PROMOTED: 'promoted'>
    >>> promotion_primary(4, overall=0)
    <Outcome.PENDING_RETEST: 'pending_retest'>
    >>> promotion_primary(4, overall=0, overall_after=0)
    <Outcome.PENDING_DECISION: 'pending_decision'>
    """
    if overall == 0 and overall_after is None:
        return Outcome.PENDING_RETEST
    if overall == 0 and overall_after == 0:
        if decision is None:
            return Outcome.PENDING_DECISION
        return Outcome.PROMOTED_BY_DECISION if decision else Outcome.RETAINED
    if grade in _LAST_OF_STAGE:
        return Outcome.COMPLETED
    return Outcome.PROMOTED if overall > 0 else Outcome.PROMOTED_AFTER_SUMMER

"""Promotion at the end of a school year: secondary school (Circular 22/2021, Điều 12-14), primary (Circular 27/2020, Điều 11)."""

from __future__ import annotations

from enum import StrEnum

from maitruong.foundation.regulations import regulation
from maitruong.foundation.regulations.acts import TT22_2021, TT27_2020

MOST_ABSENCES = 45
_LAST_OF_STAGE = (5, 9, 12)


class Outcome(StrEnum):
    """PENDING: not decided in June; the summer's retest or training comes first."""

    PROMOTED = "promoted"
    COMPLETED = "completed"
    RETAINED = "retained"
    PENDING_RETEST = "pending_retest"
    PENDING_TRAINING = "pending_training"
    PENDING_BOTH = "pending_both"

    @property
    def is_pending(self) -> bool:
        return self.value.startswith("pending")

    @property
    def waits_for(self) -> str:
        return {
            "pending_retest": "chờ kiểm tra, đánh giá lại trong kì nghỉ hè",
            "pending_training": "chờ kết quả rèn luyện trong kì nghỉ hè",
            "pending_both": "chờ kết quả rèn luyện và đánh giá lại trong kì nghỉ hè",
        }.get(self.value, "")


@regulation("school_records.promotion", title="Được lên lớp", act=TT22_2021, article="Điều 12, 13, 14")
def promotion_secondary(grade: int, *, learning: int, conduct: int, absences: int) -> Outcome:
    """Learning and conduct of the year 3 Tốt ... 0 Chưa đạt; absences: sessions of the year, 45 still pass.

    Absences come first: nothing in the summer makes up for them. A pupil who failed both is trained and retested before
    anything is decided.

    >>> promotion_secondary(8, learning=2, conduct=3, absences=45)
    <Outcome.PROMOTED: 'promoted'>
    >>> promotion_secondary(8, learning=2, conduct=3, absences=46)
    <Outcome.RETAINED: 'retained'>
    >>> promotion_secondary(9, learning=1, conduct=1, absences=0)
    <Outcome.COMPLETED: 'completed'>
    """
    if absences > MOST_ABSENCES:
        return Outcome.RETAINED
    if conduct == 0:
        return Outcome.PENDING_BOTH if learning == 0 else Outcome.PENDING_TRAINING
    if learning == 0:
        return Outcome.PENDING_RETEST
    return Outcome.COMPLETED if grade in _LAST_OF_STAGE else Outcome.PROMOTED


@regulation("school_records.promotion", title="Hoàn thành chương trình lớp học", act=TT27_2020, article="Điều 11")
def promotion_primary(grade: int, *, overall: int) -> Outcome:
    """overall: result of the year, 3 Hoàn thành xuất sắc ... 0 Chưa hoàn thành, who is taught and assessed once more.

    >>> promotion_primary(4, overall=1)
    <Outcome.PROMOTED: 'promoted'>
    >>> promotion_primary(4, overall=0)
    <Outcome.PENDING_RETEST: 'pending_retest'>
    """
    if overall == 0:
        return Outcome.PENDING_RETEST
    return Outcome.COMPLETED if grade in _LAST_OF_STAGE else Outcome.PROMOTED

"""How many teachers a public school may have, and where it has too few or too many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from maitruong.foundation.regulations import regulation_by_day

from ..errors import NotReckonable
from .acts import TT19_2023, TT20_2023


class Kind(StrEnum):
    """Kinds of classes (of nursery: groups of children) that have a norm of their own."""

    NURSERY = "nursery"
    KINDERGARTEN = "kindergarten"  # two sessions a day
    PRIMARY_ONE_SESSION = "primary_one_session"
    PRIMARY_TWO_SESSIONS = "primary_two_sessions"
    LOWER_SECONDARY = "lower_secondary"
    UPPER_SECONDARY = "upper_secondary"
    ETHNIC_BOARDING_LOWER = "ethnic_boarding_lower"
    ETHNIC_BOARDING_UPPER = "ethnic_boarding_upper"
    SPECIALISED = "specialised"


#: Hundredths of a teacher for each class.
_PRESCHOOL: Final = {Kind.NURSERY: 250, Kind.KINDERGARTEN: 220}
_GENERAL: Final = {
    Kind.PRIMARY_ONE_SESSION: 120,
    Kind.PRIMARY_TWO_SESSIONS: 150,
    Kind.LOWER_SECONDARY: 190,
    Kind.UPPER_SECONDARY: 225,
    Kind.ETHNIC_BOARDING_LOWER: 220,
    Kind.ETHNIC_BOARDING_UPPER: 240,
    Kind.SPECIALISED: 310,
}
FROM: Final = dt.date(2023, 12, 16)
_LAST_OF_NURSERY, _LAST_OF_PRIMARY, _LAST_OF_LOWER = -4, 5, 9


@dataclass(frozen=True)
class Balance:
    """What is needed, what is there. Positive: that many too many; negative: that many missing."""

    needed: int
    there: int

    @property
    def surplus(self) -> int:
        return self.there - self.needed


@regulation_by_day(
    "staff.teachers_of_preschool",
    title="Định mức giáo viên mầm non",
    act=TT19_2023,
    article="định mức giáo viên",
    first_day=FROM,
)
def teachers_of_preschool(classes: Mapping[Kind, int]) -> int:
    """Teachers a preschool may have: norm × classes (groups of children in nursery), each kind rounded up for the school.

    Source: Circular 19/2023/TT-BGDĐT. Raises NotReckonable for another kind of class or a number below none.
    >>> teachers_of_preschool({Kind.NURSERY: 3, Kind.KINDERGARTEN: 9})
    28
    """
    return _needed(classes, _PRESCHOOL)


@regulation_by_day(
    "staff.teachers_of_school",
    title="Định mức giáo viên phổ thông",
    act=TT20_2023,
    article="định mức giáo viên",
    first_day=FROM,
)
def teachers_of_school(classes: Mapping[Kind, int]) -> int:
    """Teachers a school of general education may have: norm × classes, each kind rounded up for the school.

    Source: Circular 20/2023/TT-BGDĐT. Raises NotReckonable for another kind of class or a number below none.
    >>> teachers_of_school({Kind.LOWER_SECONDARY: 12}), teachers_of_school({Kind.PRIMARY_TWO_SESSIONS: 5, Kind.PRIMARY_ONE_SESSION: 3})
    (23, 12)
    """
    return _needed(classes, _GENERAL)


def norm_of(kind: Kind) -> int:
    """Hundredths of a teacher for a class of this kind, as the circular writes it.

    >>> norm_of(Kind.LOWER_SECONDARY)
    190
    """
    return _PRESCHOOL[kind] if kind in _PRESCHOOL else _GENERAL[kind]


def kind_of_class(grade: int, *, school_type: str, two_sessions: bool) -> Kind:
    """The kind whose norm a class has. grade: 1-12, or -6…-1 of preschool (nursery up to -4).

    school_type: code in reference school_type. Of a specialised or ethnic boarding school every class counts as one, whatever
    it studies. two_sessions: asked in primary school only.
    >>> kind_of_class(3, school_type="TH", two_sessions=True).value, kind_of_class(11, school_type="CHUYEN", two_sessions=False).value
    ('primary_two_sessions', 'specialised')
    """
    if grade < 0:
        return Kind.NURSERY if grade <= _LAST_OF_NURSERY else Kind.KINDERGARTEN
    if grade <= _LAST_OF_PRIMARY:
        return Kind.PRIMARY_TWO_SESSIONS if two_sessions else Kind.PRIMARY_ONE_SESSION
    boards = school_type.startswith("PTDTNT")
    if grade <= _LAST_OF_LOWER:
        return Kind.ETHNIC_BOARDING_LOWER if boards else Kind.LOWER_SECONDARY
    if school_type == "CHUYEN":
        return Kind.SPECIALISED
    return Kind.ETHNIC_BOARDING_UPPER if boards else Kind.UPPER_SECONDARY


def _needed(classes: Mapping[Kind, int], norms: Mapping[Kind, int]) -> int:
    for kind, number in classes.items():
        if kind not in norms:
            raise NotReckonable(what=f"loại lớp {kind} không thuộc định mức này")
        if number < 0:
            raise NotReckonable(what=f"có {number} lớp")
    return sum(_up(norms[kind] * number, 100) for kind, number in classes.items())


def needed_by_subject(
    periods: Mapping[str, int],
    there: Mapping[str, int],
    *,
    periods_of_a_teacher: int,
    reduced: Mapping[str, int] | None = None,
) -> dict[str, Balance]:
    """For each subject how many teachers its periods need, beside how many there are.

    periods: subject → periods taught in all classes (curriculum × classes), in a week or in a year, as the two below.
    there: subject → teachers.
    periods_of_a_teacher: what one teaches (the norm is the province's setting: which circular holds is not settled here).
    reduced: subject → periods its teachers are let off for leading a class and the like; they count as taught.
    A subject that only one of the two has is told, too: nobody teaches it, or nothing is to be taught. Raises NotReckonable.
    >>> needed_by_subject({"TOAN": 96}, {"TOAN": 4, "TIN": 1}, periods_of_a_teacher=19)["TOAN"].surplus
    -2
    """
    if periods_of_a_teacher <= 0:
        raise NotReckonable(what=f"định mức {periods_of_a_teacher} tiết một tuần")
    reduced = reduced or {}
    return {
        subject: Balance(
            _up(periods.get(subject, 0) + reduced.get(subject, 0), periods_of_a_teacher), there.get(subject, 0)
        )
        for subject in sorted({*periods, *there, *reduced})
    }


def _up(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)

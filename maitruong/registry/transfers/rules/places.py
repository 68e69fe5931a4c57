"""May a class take one more: the grade must be the pupil's own, the norm of its size is a warning."""

from __future__ import annotations

from dataclasses import dataclass

_LAST_OF_PRIMARY = 5
_MOST_PRIMARY, _MOST_SECONDARY = 35, 45
_MOST_PRESCHOOL = {-6: 15, -5: 20, -4: 25, -3: 25, -2: 30, -1: 35}


@dataclass(frozen=True)
class PlaceFound:
    """allowed: the grade is the pupil's. over: how many pupils the class would have beyond the norm, 0 when it has room."""

    allowed: bool
    over: int


def most_in_class(grade: int) -> int:
    """The norm of a class's size.

    Source: Thông tư 28/2020/TT-BGDĐT, Điều 16 khoản 1 (primary: 35); Thông tư 32/2020/TT-BGDĐT, Điều 16 khoản 1 (lower and upper
    secondary: 45); Thông tư 52/2020/TT-BGDĐT, Điều 14 (preschool by age). The charter of 2026 is assumed to keep them.
    """
    if grade < 1:
        return _MOST_PRESCHOOL.get(grade, _MOST_PRESCHOOL[-1])
    return _MOST_PRIMARY if grade <= _LAST_OF_PRIMARY else _MOST_SECONDARY


def look_at_place(*, grade: int, class_grade: int, pupils: int) -> PlaceFound:
    """Whether a pupil of a grade fits into a class: a transfer moves nobody up or down a grade.

    >>> look_at_place(grade=8, class_grade=8, pupils=45)
    PlaceFound(allowed=True, over=1)
    """
    return PlaceFound(allowed=grade == class_grade, over=max(0, pupils + 1 - most_in_class(class_grade)))

"""Rounding in whole tenths: the only place where a fraction becomes a mark."""

from __future__ import annotations


def half_up(total_tenths: int, divisor: int) -> int:
    """total / divisor, rounded half up to whole tenths. Both are integers, so 66 : 8 = 8,25 is 8,3 and never 8,2.

    >>> half_up(660, 8), half_up(636, 8), half_up(495, 10)
    (83, 80, 50)
    """
    return (2 * total_tenths + divisor) // (2 * divisor)

"""A figure beside the one before: how much it changed, and whether somebody should ask why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

LARGEST_CHANGE = 10
"""In percent; more wants an explanation of the school. A custom of the trade, no article."""
SMALLEST_COUNT = 5
"""A change by fewer than this is never told: two of three is 67 % and says nothing."""


@dataclass(frozen=True)
class Change:
    """before: None where nothing was counted before.   percent: of `before`, one decimal, half up; None without it."""

    key: str
    before: int | None
    now: int

    @property
    def difference(self) -> int | None:
        return None if self.before is None else self.now - self.before

    @property
    def percent(self) -> Decimal | None:
        if not self.before or self.difference is None:
            return None
        return (Decimal(100 * self.difference) / self.before).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def is_odd(self) -> bool:
        """Changed by more than LARGEST_CHANGE percent, and by more than a handful.

        >>> Change("pupils", 200, 221).is_odd, Change("pupils", 200, 220).is_odd, Change("pupils", 10, 13).is_odd
        (True, False, False)
        """
        gap = self.difference
        if gap is None or abs(gap) < SMALLEST_COUNT:
            return False
        return abs(gap) * 100 > LARGEST_CHANGE * (self.before or 0)


def compare(keys: Iterable[str], before: Mapping[str, int] | None, now: Mapping[str, int]) -> list[Change]:
    """The figures of these keys side by side, in their order; a key that neither side has is left out."""
    return [
        Change(key, None if before is None else before.get(key, 0), now.get(key, 0))
        for key in keys
        if key in now or (before is not None and key in before)
    ]

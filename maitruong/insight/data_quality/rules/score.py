"""The cleanliness score. No act of law says how to reckon it: the house's own rule, told on the page that shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "E"
    WARNING = "W"


WEIGHTS = {Severity.ERROR: Decimal(1), Severity.WARNING: Decimal("0.25")}
_CLEAN = Decimal(100)


@dataclass(frozen=True)
class Counted:
    """What one kind of subject (pupils, classes, staff) gave: how many there are, and of how many something is open.

    with_errors: subjects with an open error.   with_warnings: subjects with open warnings and no error, so none counts twice.
    """

    subjects: int
    with_errors: int
    with_warnings: int

    def __post_init__(self) -> None:
        if min(self.subjects, self.with_errors, self.with_warnings) < 0:
            raise ValueError("counts are never negative")
        if self.with_errors + self.with_warnings > self.subjects:
            raise ValueError("more subjects with findings than subjects")


def score(kinds: Iterable[Counted]) -> Decimal | None:
    """100 × (1 − weighted share of subjects with an open finding), each subject once: an error 1, a warning 1/4.

    Rounded down to one decimal, so that 100 means nothing is open. None where there is nothing to look at.

    >>> score([Counted(subjects=200, with_errors=10, with_warnings=20)])
    Decimal('92.5')
    """
    kinds = list(kinds)
    subjects = sum(kind.subjects for kind in kinds)
    if not subjects:
        return None
    lost = sum(
        (kind.with_errors * WEIGHTS[Severity.ERROR] + kind.with_warnings * WEIGHTS[Severity.WARNING] for kind in kinds),
        Decimal(0),
    )
    return (_CLEAN * (subjects - lost) / subjects).quantize(Decimal("0.1"), ROUND_DOWN)

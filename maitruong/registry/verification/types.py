"""What crosses this wall."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class LinkReport:
    """What a run of linking came to. `linked + doubtful + unknown` is everybody of the own list.

    doubtful: somebody is like them, but not beyond doubt; an officer looks.   doubled: own people linked to a human another own
    person is linked to as well.   expected_wrong: wrong links to be expected by the run's own reckoning.
    unread: rows of both lists whose birth date or number is there but cannot be read.
    """

    own: int
    population: int
    linked: int
    doubtful: int
    unknown: int
    doubled: int
    expected_wrong: float
    unread: dict[str, dict[str, int]]
    weights: dict[str, Any]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

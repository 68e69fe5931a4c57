"""What this module needs of others: a population register (`integration/connectors/population` speaks to a real one), and the
figures of the province, which the tower counts as people change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from maitruong.foundation.access.types import Scope

from .errors import NotConnected
from .rules.matching import Identity, Verdict
from .types import Counted

MOST_AT_ONCE = 500
"""People of one exchange, as the sector's sharing protocol has it."""


@dataclass(frozen=True)
class OnBehalf:
    """Who asks and what for: population queries are audited per person, at their side too."""

    user: str
    purpose: str


@dataclass(frozen=True)
class Answer:
    """What came of asking for one person.

    transaction: ours, sent along.   evidence: the register's own id of the exchange; "" where nothing trustworthy came back.
    why: for PENDING and ERROR, what happened, in a word of `Trouble`.
    """

    asked: Identity
    verdict: Verdict
    transaction: str
    evidence: str = ""
    why: str = ""


class Trouble:
    """Why there is no verdict."""

    NO_NUMBER = "no_number"  # nothing to ask by; the others of the batch are asked all the same
    UNREACHABLE = "unreachable"  # down, too slow, or refusing for now: asked again later
    RESTING = "resting"  # it failed too often a moment ago, so it was not asked
    LEFT_OUT = "left_out"  # the answer does not speak of this person
    SAID_TWICE = "said_twice"  # the answer speaks of this person more than once
    NOT_UNDERSTOOD = "not_understood"  # not what was agreed, another exchange's, or refused for good


class PopulationRegister(Protocol):
    """Never raises because the register is down, slow or talks nonsense: that is PENDING or ERROR, with why."""

    def match(self, person: Identity, on_behalf: OnBehalf) -> Answer: ...

    def match_batch(self, people: Sequence[Identity], on_behalf: OnBehalf) -> list[Answer]:
        """One answer per person, in their order. At most MOST_AT_ONCE people."""
        ...


_joined: list[PopulationRegister] = []


def connect(register: PopulationRegister | None) -> None:
    """Called by the roof when the program starts; None: this province has no line to a register."""
    _joined[:] = [register] if register is not None else []


def is_connected() -> bool:
    return bool(_joined)


def register() -> PopulationRegister:
    """Raises NotConnected."""
    if not _joined:
        raise NotConnected
    return _joined[0]


Figures = Callable[[Scope, int], tuple[list[Counted], dt.datetime | None]]
"""(scope, school year) → how many people of the scope's schools are verified, and up to when that is complete."""
_figures: list[Figures] = []


def reads_figures(source: Figures) -> None:
    """Called by the roof when the program starts."""
    _figures[:] = [source]


def figures(scope: Scope, school_year: int) -> tuple[list[Counted], dt.datetime | None]:
    return _figures[0](scope, school_year)

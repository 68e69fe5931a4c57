"""What must be told to this module from above, and who keeps more of pupils than this module does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

#: People → those of them who may come to another school as pupils. Asked with sight of the whole province.
LetGo = Callable[[Collection[int]], set[int]]


def _nobody(person_ids: Collection[int]) -> set[int]:
    return set()


_let_go: LetGo = _nobody


def asks_who_was_let_go(answer: LetGo) -> None:
    """Where a pupil sits, or sat, is known above. Called by the roof."""
    global _let_go
    _let_go = answer


def let_go(person_ids: Collection[int]) -> set[int]:
    return _let_go(person_ids) if person_ids else set()


@dataclass(frozen=True)
class Keeper:
    """Who keeps, above, what is known of pupils. Told in the transaction of the act, with sight of the whole province where
    a pupil comes or goes.

    boarding: a list wrote how these pupils board.   comes: a school begins to know a pupil.   leaves: it never knew these.
    """

    boarding: Callable[[Collection[int]], None]
    comes: Callable[[int, int], None]
    leaves: Callable[[Collection[int], int], None]


_keepers: dict[str, Keeper] = {}


def register(name: str, keeper: Keeper) -> None:
    """Called by the roof when the program starts."""
    _keepers[name] = keeper


def keepers() -> Iterator[Keeper]:
    yield from _keepers.values()


def tell_of_boarding(student_ids: Collection[int]) -> None:
    for keeper in keepers() if student_ids else ():
        keeper.boarding(student_ids)

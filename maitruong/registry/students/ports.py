"""What must be told to this module from above: whom the school that has them has let go."""

from __future__ import annotations

from collections.abc import Callable, Collection

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

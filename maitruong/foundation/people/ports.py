"""Whoever keeps open facts by person tells this module, so that two people who are one become one for all of them in one act."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .journal import Journal
from .types import Two


@dataclass(frozen=True)
class Keeper:
    """A module that keeps facts which go on: posts, rights, seats, an account. What is over stays with the person it was written for.

    refuse: raise a Refusal while the two must not become one (two seats in one year).
    take_over: write the open facts of `absorbed` to `kept`, through the journal, by which an undo finds its way back.
    Both see the whole province; the permission was checked.
    """

    refuse: Callable[[Two], None]
    take_over: Callable[[Journal, Two], None]


_keepers: dict[str, Keeper] = {}


def register(name: str, keeper: Keeper) -> None:
    """Called by the roof when the program starts."""
    _keepers[name] = keeper


def keepers() -> Iterator[Keeper]:
    yield from _keepers.values()


def nothing_against(two: Two) -> None:
    """For keepers that never refuse."""

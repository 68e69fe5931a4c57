"""Whoever keeps facts by school year tells this module, so that a year is opened and closed for all of them in one act."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Keeper:
    """A module that keeps facts of a year.

    opened: make room for the year, repeatable.   closed: from now on the tables of the year themselves refuse.
    left: what of the year is still unfinished, in words ("1.204 sổ điểm chưa khoá"); "" when nothing is.
    """

    opened: Callable[[int], object]
    closed: Callable[[int], object]
    left: Callable[[int], str]


_keepers: dict[str, Keeper] = {}


def register(name: str, keeper: Keeper) -> None:
    """Called by the roof when the program starts."""
    _keepers[name] = keeper


def keepers() -> Iterator[Keeper]:
    yield from _keepers.values()


def left(year: int) -> list[str]:
    """What is still unfinished of a year, told by everybody who keeps something of it."""
    return [words for keeper in keepers() if (words := keeper.left(year))]

"""Whoever keeps things of a class tells this module, so that a class opened by mistake is removed for all of them in one act."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Keeper:
    """A module that keeps things of a class.

    holds: what keeps the class from being removed, in words ("3 phân công giảng dạy"); "" when nothing does.
    forget: remove what of the class is empty or over. Asked only when nobody holds anything.
    """

    holds: Callable[[int], str]
    forget: Callable[[int], object]


_keepers: dict[str, Keeper] = {}


def register(name: str, keeper: Keeper) -> None:
    """Called by the roof when the program starts."""
    _keepers[name] = keeper


def keepers() -> Iterator[Keeper]:
    yield from _keepers.values()

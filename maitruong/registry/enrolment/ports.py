"""Whoever keeps things of a class tells this module, so that a class opened by mistake is removed for all of them in one act."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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


@dataclass(frozen=True)
class Fate:
    """What a school year came to for a pupil. kind: "up" to the next grade, "repeat", "done" with the level, "" not decided yet.

    words: what is waited for, in Vietnamese, where nothing is decided.
    """

    kind: str
    words: str = ""


#: (school, school year) → pupil → fate, asked with sight of the whole province. Who is not in it has no result at all.
YearOutcomes = Callable[[int, int], Mapping[int, Fate]]
NO_RESULT = Fate("", "chưa có kết quả cả năm")


def _nobody_knows(school_id: int, school_year: int) -> Mapping[int, Fate]:
    return {}


_outcomes: YearOutcomes = _nobody_knows


def asks_what_the_year_came_to(answer: YearOutcomes) -> None:
    """Results are judged above. Called by the roof."""
    global _outcomes
    _outcomes = answer


def outcomes(school_id: int, school_year: int) -> Mapping[int, Fate]:
    return _outcomes(school_id, school_year)


#: School → pupil → in words, of pupils whose family asked to change school. Asked with sight of the province.
OnTheWay = Callable[[int], Mapping[int, str]]


def _nobody_leaves(school_id: int) -> Mapping[int, str]:
    return {}


_on_the_way: OnTheWay = _nobody_leaves


def asks_who_is_on_the_way(answer: OnTheWay) -> None:
    """Applications to change school stand above. Called by the roof."""
    global _on_the_way
    _on_the_way = answer


def on_the_way(school_id: int) -> Mapping[int, str]:
    return _on_the_way(school_id)

"""Which of two rows goes on. No act rules this; it is the house's own order, chosen so that as little as possible moves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """What holds a row where it is. Marks hang on a seat, posts and an account are used daily, ids are only numbers."""

    person_id: int
    seated: bool
    employed: bool
    has_account: bool


def goes_on(one: Standing, other: Standing) -> int:
    """The person's id that stays in use: who sits in a class; else who works; else who signs in; else who was there first.

    >>> goes_on(Standing(7, False, False, True), Standing(9, True, False, False))
    9
    >>> goes_on(Standing(7, False, False, False), Standing(9, False, False, False))
    7
    """
    return min(one, other, key=lambda s: (not s.seated, not s.employed, not s.has_account, s.person_id)).person_id

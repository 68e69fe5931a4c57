"""Chance that can be asked again.

Everything a school needs is drawn from its own sub-seed, and what must be known about one person elsewhere (does this
child repeat the year?) is a hash of the person's id alone.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from itertools import accumulate
from random import Random
from typing import TypeVar

T = TypeVar("T")
_MASK = 0xFFFF_FFFF_FFFF_FFFF


def generator(seed: int, *parts: object) -> Random:
    """A generator of its own for one part of the world."""
    return Random(":".join(map(str, ("maitruong", seed, *parts))))


def salt(seed: int, name: str) -> int:
    """A 64-bit number for `draw`, different for every use."""
    return (zlib.crc32(f"{seed}:{name}".encode()) << 32 | zlib.crc32(f"{name}:{seed}:again".encode())) & _MASK


def draw(number: int, salt: int) -> int:
    """64 well mixed bits from a number (the finaliser of splitmix64)."""
    x = (number * 0x9E3779B97F4A7C15 + salt) & _MASK
    x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ x >> 27) * 0x94D049BB133111EB) & _MASK
    return x ^ x >> 31


class Urn(tuple[list[T], list[int]]):
    """Things with weights, to draw many of at once."""

    __slots__ = ()

    def __new__(cls, things: dict[T, int]) -> Urn[T]:
        return super().__new__(cls, (list(things), list(accumulate(things.values()))))

    def many(self, rng: Random, count: int) -> list[T]:
        return rng.choices(self[0], cum_weights=self[1], k=count)

    def one(self, rng: Random) -> T:
        things, sums = self
        return things[bisect_right(sums, int(rng.random() * sums[-1]))]

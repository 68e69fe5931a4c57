from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from maitruong.site.demo import copytext
from maitruong.site.demo.types import SCHOOL_KINDS
from maitruong.site.demo.world import World


class Rows:
    """The typed rows of the small world, each school generated once, each kind read once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.texts = {plan.number: world.school_copy(plan.number) for plan in world.schools}
        self._read = cache(self._of_kind)

    def __call__(self, kind: str, school: int | None = None) -> list[Any]:
        return self._read(kind, school)

    def _of_kind(self, kind: str, school: int | None) -> list[Any]:
        found: list[Any] = []
        if school is None and kind in ("person", "staff", "grant"):
            found += self.world.shared(kind)
        for number, texts in self.texts.items():
            if school in (None, number):
                found += copytext.rows(SCHOOL_KINDS[kind], texts[kind])
        return found


@pytest.fixture(scope="session")
def world() -> World:
    return World(seed=1, size="small")


@pytest.fixture(scope="session")
def rows(world: World) -> Rows:
    return Rows(world)

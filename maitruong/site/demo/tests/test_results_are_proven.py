"""A demo whose averages are not what the rules make of its marks is refused, however many processes and groups there were."""

from __future__ import annotations

from typing import Any

import pytest

from maitruong.site.demo import filling, seed
from maitruong.site.demo.world import World


def results_of(monkeypatch: pytest.MonkeyPatch, wrong_at: frozenset[int], processes: int = 2) -> list[list[int]]:
    """Run the last act of a seed with so many wrong averages in these schools. Returns the groups it asked for."""
    asked: list[list[int]] = []

    def side_by_side(act: Any, given: list[list[int]], **how: Any) -> Any:
        assert act is filling.make_results
        for group in given:
            asked.append(list(group))
            yield len(wrong_at & set(group))

    monkeypatch.setattr(filling, "side_by_side", side_by_side)
    told = seed._Told(lambda words: None, seed.Seeded("small", 1))
    seed._make_results(World(1, "small"), "", processes, told)
    return asked


@pytest.mark.parametrize("processes", [1, 2])
def test_every_school_is_asked_once(monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    groups = results_of(monkeypatch, frozenset(), processes)

    assert [number for group in groups for number in group] == list(range(1, 13))
    assert len(groups) >= 2 * processes


def test_one_wrong_average_in_the_last_school_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(seed.AveragesDiffer, match=r"^2 averages"):
        results_of(monkeypatch, frozenset({1, 12}))

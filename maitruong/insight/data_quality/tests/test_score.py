"""The score, worked by hand."""

from decimal import Decimal

import pytest

from maitruong.insight.data_quality.rules import Counted, score


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], None),
        ([Counted(0, 0, 0)], None),
        ([Counted(40, 0, 0)], "100.0"),
        ([Counted(4, 1, 0)], "75.0"),
        ([Counted(4, 0, 1)], "93.7"),
        ([Counted(100_000, 0, 1)], "99.9"),
        ([Counted(90, 9, 0), Counted(10, 1, 0)], "90.0"),
        ([Counted(3, 3, 0)], "0.0"),
    ],
)
def test_a_score(kinds: list[Counted], expected: str | None) -> None:
    assert score(kinds) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize("counts", [(1, 1, 1), (-1, 0, 0), (1, -1, 0)])
def test_counts_that_cannot_be_are_refused(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError):
        Counted(*counts)

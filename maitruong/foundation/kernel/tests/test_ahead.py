from __future__ import annotations

import threading
from collections.abc import Generator, Iterator

import pytest

from maitruong.foundation.kernel.ahead import ahead


def test_the_next_is_made_while_one_is_used_and_never_two() -> None:
    made: list[int] = []
    second = threading.Event()

    def maker() -> Generator[int]:
        for number in (1, 2, 3):
            made.append(number)
            if number == 2:
                second.set()
            yield number

    coming: Iterator[int] = ahead(maker())

    assert next(coming) == 1 and second.wait(5)
    assert made == [1, 2]
    assert list(coming) == [2, 3]


def test_what_the_maker_raises_reaches_who_asks_after_all_that_was_made() -> None:
    def maker() -> Generator[int]:
        yield 1
        raise KeyError("a broken row")

    coming = ahead(maker())

    assert next(coming) == 1
    with pytest.raises(KeyError, match="a broken row"):
        next(coming)


def test_a_maker_has_ended_when_nobody_asks_any_more() -> None:
    ended: list[str] = []

    def maker() -> Generator[int]:
        try:
            yield from (1, 2, 3, 4)
        finally:
            ended.append("closed")

    coming = ahead(maker())
    next(coming)
    coming.close()

    assert ended == ["closed"]

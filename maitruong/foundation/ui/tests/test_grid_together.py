"""Several hands at one book, in any order: in the end every page shows what the server has."""

from __future__ import annotations

import os
import random

import pytest

from maitruong.foundation.ui.tests.hands import until
from maitruong.foundation.ui.tests.harness import Book
from maitruong.foundation.ui.tests.together import ROWS, act, rest, shown, unsettled

pytestmark = pytest.mark.journey
STEPS = 40
#: More of them for somebody who changed how pages and server agree: MT_GRID_SEEDS=100 ./dev test .../test_grid_together.py
SEEDS = range(int(os.environ.get("MT_GRID_SEEDS") or 2))


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_two_hands_do_both_pages_end_with_what_the_server_has(visit, book: Book, seed: int) -> None:
    book.poll_every = 1
    rng = random.Random(f"hands {seed}")
    pages = [visit("/luoi/", expect_errors=True) for _ in range(2)]
    told: list[str] = []

    for _ in range(STEPS):
        page = rng.choice(pages)
        told.append(f"{pages.index(page)}: {_server(rng, book) if rng.random() < 0.1 else act(rng, page)}")
        page.wait_for_timeout(rng.choice((0, 0, 50, 300, 900)))
    book.status = 0
    rest(rng, pages)

    wanted = [[book.text(f"p{row}", column["key"]) for column in book.columns] for row in range(1, ROWS + 1)]
    for page in pages:
        until(page, lambda page=page: shown(page) == wanted)
        assert shown(page) == wanted, told
        assert not unsettled(page), told


def _server(rng: random.Random, book: Book) -> str:
    """It breaks, and is mended more often."""
    book.status = rng.choice((0, 0, 503))
    return f"the server answers {book.status or 200}"

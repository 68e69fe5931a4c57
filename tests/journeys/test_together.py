"""Two windows at one book of the real product, doing whatever hands do: both end with what a third one finds."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any

import pytest

from maitruong.foundation.ui.tests.together import act, rest, shown, unsettled
from tests.journeys.conftest import House
from tests.journeys.hands import until
from tests.journeys.test_the_book import TEACHER, open_book

pytestmark = pytest.mark.journey
STEPS = 40
POLL_SECONDS = 10


@pytest.mark.parametrize("seed", range(int(os.environ.get("MT_GRID_SEEDS") or 1)))
def test_whatever_two_windows_do_both_end_with_what_a_third_one_finds(
    house: House, enter: Callable[..., Any], complaints: list[str], seed: int
) -> None:
    rng = random.Random(f"windows {seed}")
    pages = [open_book(enter(TEACHER), house, "Toán 9A3") for _ in range(2)]
    told: list[str] = []

    for _ in range(STEPS):
        page = rng.choice(pages)
        told.append(f"{pages.index(page)}: {act(rng, page)}")
        page.wait_for_timeout(rng.choice((0, 50, 300, 900)))
    rest(rng, pages)

    third = shown(open_book(enter(TEACHER), house, "Toán 9A3"))
    for page in pages:
        until(page, lambda page=page: shown(page) == third, 2 * POLL_SECONDS)
        assert shown(page) == third, told
        assert not unsettled(page), told
    complaints.clear()  # a net that is cut is told in the browser's console

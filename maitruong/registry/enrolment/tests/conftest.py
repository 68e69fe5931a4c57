"""A list of three pupils on its way into the school of `place`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from maitruong.foundation.exchange.tests.files import plain_workbook

from .lists import HEADER, ONE, THREE, TWO


@pytest.fixture
def lists(place: SimpleNamespace, tmp_path: Path) -> Iterator[SimpleNamespace]:
    place.path = plain_workbook(tmp_path / "list.xlsx", [HEADER, ONE, TWO, THREE])
    place.tmp = tmp_path
    return place

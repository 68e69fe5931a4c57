from __future__ import annotations

from types import SimpleNamespace

import pytest

from . import factories


@pytest.fixture
def two(place: SimpleNamespace) -> SimpleNamespace:
    return factories.two_schools(place)

"""One certificate authority and three sealed records for the whole session: keys are slow to make, tests are many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from maitruong.foundation.kernel import clock
from maitruong.foundation.signing.authority import DemoAuthority

from . import factories
from . import room as rooms
from .office import Office


@pytest.fixture(scope="session")
def office(tmp_path_factory) -> Office:
    folder = tmp_path_factory.mktemp("authority")
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    return Office(factories.School1(DemoAuthority.create(folder, pin="314159", at=at)))


@pytest.fixture(scope="session")
def sealed(office) -> bytes:
    """The sealed record of a pupil of 8A2."""
    return office.signed(factories.a_lower_secondary_record())


@pytest.fixture
def end_of_may() -> Iterator[None]:
    """The days in which a school signs the records of a year."""
    with clock.standing_still(rooms.NOW):
        yield

"""One certificate authority for the session: RSA keys are slow to make."""

from __future__ import annotations

import datetime as dt

import pytest

from maitruong.foundation.signing.authority import DemoAuthority

BORN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def authority_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys") / "authority"
    DemoAuthority.create(folder, pin="314159", at=BORN)
    return folder


@pytest.fixture(scope="session")
def authority(authority_folder) -> DemoAuthority:
    return DemoAuthority.load(authority_folder, pin="314159")

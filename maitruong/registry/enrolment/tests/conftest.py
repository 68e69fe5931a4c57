"""A list of three pupils on its way into the school of `place`, and the clerk who brings it, signed in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import Client

from maitruong.foundation.exchange.tests.files import plain_workbook
from tests import factories as make

from .lists import HEADER, ONE, THREE, TWO


@pytest.fixture
def lists(place: SimpleNamespace, tmp_path: Path) -> Iterator[SimpleNamespace]:
    place.path = plain_workbook(tmp_path / "list.xlsx", [HEADER, ONE, TWO, THREE])
    place.tmp = tmp_path
    return place


@pytest.fixture
def clerk(place: SimpleNamespace) -> Client:
    account = make.a_post_holder(place.school, "clerk", "Đặng Thị Văn Thư")
    client = Client()
    client.force_login(account)
    session = client.session
    session["seen"] = 4 * 10**9
    session.save()
    client.scope = make.scope_of(account)  # type: ignore[attr-defined]
    client.account = account  # type: ignore[attr-defined]
    return client

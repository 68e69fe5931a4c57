"""The department's officer, who opens and closes school years."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from maitruong.foundation.access.types import Scope
from tests import factories as make


@pytest.fixture
def officer(place: SimpleNamespace) -> Scope:
    return make.scope_of(make.a_post_holder(place.department, "department_officer", "Lã Thị Sở"))

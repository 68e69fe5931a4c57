"""The registry's place, with communes in the list of administrative units and an officer of the department."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from maitruong.foundation.organisations.models import AdminUnit
from tests import factories as make


@pytest.fixture
def department(place: SimpleNamespace) -> SimpleNamespace:
    """The place with two communes in the list of administrative units, and an officer of the department."""
    whole = DateRange(dt.date(2025, 7, 1), None)
    province = AdminUnit.objects.create(level="province", code="31", name="Hải Phòng", kind="Thành phố", valid=whole)
    lies_in = {"level": "commune", "kind": "Phường", "parent": province, "valid": whole}
    place.le_chan = AdminUnit.objects.create(code="11407", name="Lê Chân", **lies_in).pk
    place.an_bien = AdminUnit.objects.create(code="11410", name="An Biên", **lies_in).pk
    place.account = make.a_post_holder(place.department, "department_officer", "Lã Thị Sở")
    place.officer = make.scope_of(place.account)
    return place

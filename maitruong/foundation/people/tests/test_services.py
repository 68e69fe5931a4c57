"""What is written about people: names as long as people have them."""

from __future__ import annotations

import pytest

from maitruong.foundation.people import services
from maitruong.foundation.people.errors import NameTooLong
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_name_longer_than_any_person_bears_is_refused_and_nobody_is_made() -> None:
    department = make.a_department()
    scope = make.scope_of(make.a_principal(make.a_school(make.a_commune(department))))

    with make.as_system(), pytest.raises(NameTooLong) as refused:
        services.register_person(scope, full_name="Nguyễn " * 3_000, places=[department])

    assert "200" in refused.value.text and "giấy khai sinh" in refused.value.advice

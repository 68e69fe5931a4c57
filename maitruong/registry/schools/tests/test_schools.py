"""How a school works is written down by its head, with the old values kept in the audit."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.registry.schools import queries, services
from maitruong.registry.schools.errors import CountingUnknown
from tests import factories as make


def test_a_principal_describes_her_school_and_the_same_again_is_not_audited(place: SimpleNamespace) -> None:
    wanted = {"levels": ["03"], "school_type": "THCS", "two_sessions": True, "phone": "02253812345"}

    with unit_of_work(place.principal):
        changes = services.describe_school(place.principal, school_id=place.school, **wanted)
        assert services.describe_school(place.principal, school_id=place.school, **wanted) == {}

    assert changes == {"two_sessions": [False, True], "phone": ["", "+842253812345"]}
    facts = queries.facts(place.school)
    assert facts is not None and facts.two_sessions and facts.absence_counting == "plan"
    with make.as_system() as scope:
        assert Entry.objects.visible_to(scope, "").filter(action="schools.described").count() == 1


def test_a_neighbour_and_an_unknown_way_of_counting_are_refused(place: SimpleNamespace) -> None:
    with pytest.raises(NotFound), unit_of_work(place.stranger):
        services.describe_school(place.stranger, school_id=place.school, levels=["03"], school_type="THCS")
    with pytest.raises(CountingUnknown), unit_of_work(place.principal):
        services.describe_school(
            place.principal, school_id=place.school, levels=["03"], school_type="THCS", absence_counting="half"
        )

"""A sealed record moves the figures of its school, and of its school year only."""

from __future__ import annotations

import pytest

from maitruong.assessment.school_records.tests import room as rooms
from maitruong.foundation.events import services as events
from maitruong.foundation.kernel import clock
from maitruong.insight.indicators import services as indicators
from maitruong.insight.indicators.models import Fact
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)  # what is due is compared with the start of a transaction


def test_records_due_and_sealed_follow_the_seal() -> None:
    with clock.standing_still(rooms.NOW):
        room = rooms.a_closed_class()
        indicators.recount([room.school], 2026)
        before = figures(room.school)

        rooms.sealed(room, issued=False)
        events.fan_out()
        events.deliver()
        while indicators.refresh():
            pass

    assert before == {"records_due": 2}
    assert figures(room.school) == {"records_due": 2, "records_sealed": 2}


def figures(school: int) -> dict[str, int]:
    with make.as_system():
        rows = Fact._base_manager.filter(school_id=school, school_year=2026, indicator__startswith="records_")
        return {row.indicator: row.value for row in rows}

"""The tree of governance by date: what moves, moves from a day on, and the past keeps its tree."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from maitruong.foundation.organisations import queries, services

pytestmark = pytest.mark.django_db
FOUNDED = dt.date(2024, 8, 1)
MERGED = dt.date(2025, 7, 1)
DAY_BEFORE = MERGED - dt.timedelta(days=1)


@pytest.fixture
def tree() -> dict[str, int]:
    """Two communes, a school with a campus under the first."""
    department = found("department", "SO", None)
    old, new = found("commune", "XA1", department), found("commune", "XA2", department)
    school = found("school", "TH1", old)
    return {
        "department": department,
        "old": old,
        "new": new,
        "school": school,
        "campus": found("campus", "TH1-A", school),
    }


def test_a_school_that_moves_is_governed_by_the_new_commune_from_that_day_and_by_the_old_one_before(
    tree: dict[str, int],
) -> None:
    services.move_unit(unit_id=tree["school"], parent_id=tree["new"], on=MERGED)

    assert queries.is_under(tree["school"], tree["old"], on=DAY_BEFORE)
    assert not queries.is_under(tree["school"], tree["new"], on=DAY_BEFORE)
    assert queries.is_under(tree["school"], tree["new"], on=MERGED)
    assert not queries.is_under(tree["school"], tree["old"], on=MERGED)


def test_what_is_below_moves_along(tree: dict[str, int]) -> None:
    services.move_unit(unit_id=tree["school"], parent_id=tree["new"], on=MERGED)

    assert queries.is_under(tree["campus"], tree["old"], on=DAY_BEFORE)
    assert queries.is_under(tree["campus"], tree["new"], on=MERGED)
    assert queries.is_under(tree["campus"], tree["school"], on=MERGED)
    assert {unit.id for unit in queries.units_under(tree["new"], on=MERGED)} == {tree["new"], tree["school"]}


def test_a_move_on_the_day_of_founding_leaves_no_trace_of_the_first_place(tree: dict[str, int]) -> None:
    services.move_unit(unit_id=tree["school"], parent_id=tree["new"], on=FOUNDED)

    assert queries.is_under(tree["school"], tree["new"], on=FOUNDED)
    assert not queries.is_under(tree["school"], tree["old"], on=FOUNDED)


def test_a_unit_stands_in_one_place_at_a_time(tree: dict[str, int]) -> None:
    with pytest.raises(IntegrityError, match="one_position_at_a_time"), transaction.atomic():
        services._place(tree["school"], tree["new"], MERGED)

    assert queries.is_under(tree["school"], tree["old"], on=MERGED)


def found(kind: str, code: str, parent: int | None) -> int:
    return services.found_unit(kind=kind, code=code, name=f"Đơn vị {code}", parent_id=parent, on=FOUNDED)


def test_schools_stand_in_the_order_of_their_whole_names(tree: dict[str, int]) -> None:
    for number, name in enumerate(("THCS Vĩnh Bảo", "THCS An Đà", "THCS Đằng Hải", "THCS Dư Hàng")):
        services.found_unit(
            kind="school", code=f"S{number}", name=name, parent_id=tree["department"], on=dt.date(2026, 1, 1)
        )

    under = queries.units_under(tree["department"], on=dt.date(2026, 6, 1))

    assert [unit.name for unit in under if unit.code in {"S0", "S1", "S2", "S3"}] == [
        "THCS An Đà",
        "THCS Dư Hàng",
        "THCS Đằng Hải",
        "THCS Vĩnh Bảo",
    ]

"""Who comes to work and who leaves."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.registry.staff import queries, services
from maitruong.registry.staff.errors import AlreadyEmployed, EndBeforeStart, PostUnknown
from maitruong.registry.staff.models import Employment
from tests import factories as make

DAY = dt.date(2026, 11, 20)


def employ(place: SimpleNamespace, **more: object) -> Employment:
    with unit_of_work(place.principal):
        wanted = {"school_id": place.school, "post": "teacher", "starts_on": DAY, "full_name": "Đào Thị Mới", **more}
        return services.employ(place.principal, **wanted)  # type: ignore[arg-type]


def test_a_new_teacher_is_on_the_list_from_the_first_day_and_holds_no_right_yet(place: SimpleNamespace) -> None:
    row = employ(place, subjects=["TOAN"], phone="0912345678")

    with unit_of_work(place.principal):
        names = [r.full_name for r in queries.staff(place.principal, school_id=place.school, on=DAY)]
        before = queries.staff(place.principal, school_id=place.school, on=DAY - dt.timedelta(days=1), q="moi")
    assert names == ["Phạm Thu Lan", "Đào Thị Mới"]
    assert before == []
    assert access.scope_of(row.person_id, on=DAY) is None


def test_employing_the_same_person_again_changes_nothing_and_another_post_is_refused(place: SimpleNamespace) -> None:
    row = employ(place)

    assert employ(place, person_id=row.person_id).pk == row.pk
    with pytest.raises(AlreadyEmployed, match="Đào Thị Mới"):
        employ(place, person_id=row.person_id, post="clerk")

    with make.as_system() as scope:
        assert Entry.objects.visible_to(scope, "").filter(action="staff.employed").count() == 1


def test_an_unknown_post_or_a_neighbour_school_is_refused(place: SimpleNamespace) -> None:
    with pytest.raises(PostUnknown, match="cook"):
        employ(place, post="cook")
    with pytest.raises(NotFound):
        employ(place, school_id=place.neighbour)


def test_who_leaves_loses_every_right_at_the_school_but_stays_a_parent(place: SimpleNamespace) -> None:
    row = employ(place, starts_on=dt.date(2026, 9, 1))
    make.a_post(row.person_id, "subject_teacher", place.school, class_ids=[place.class_id], subjects=["TOAN"])
    make.a_post(row.person_id, "clerk", place.school)
    make.a_post(row.person_id, "guardian", place.school, student_ids=[place.pupils[0]])

    with unit_of_work(place.principal):
        assert services.end_employment(place.principal, employment_id=row.pk, ends_on=DAY, why="chuyển công tác")
        assert not services.end_employment(place.principal, employment_id=row.pk, ends_on=DAY, why="")

    assert [w.role for w in access.workspaces(access.rights(row.person_id, on=DAY + dt.timedelta(days=1)))] == [
        "guardian"
    ]
    with unit_of_work(place.principal):
        assert "Đào Thị Mới" not in [
            r.full_name for r in queries.staff(place.principal, school_id=place.school, on=DAY + dt.timedelta(days=1))
        ]


def test_leaving_before_coming_and_leaving_elsewhere_are_refused(place: SimpleNamespace) -> None:
    row = employ(place)

    with pytest.raises(EndBeforeStart), unit_of_work(place.principal):
        services.end_employment(place.principal, employment_id=row.pk, ends_on=dt.date(2026, 1, 1), why="")
    with pytest.raises(NotFound), unit_of_work(place.stranger):
        services.end_employment(place.stranger, employment_id=row.pk, ends_on=DAY, why="")


def test_the_staff_list_pages_by_key_in_one_statement(place: SimpleNamespace) -> None:
    for number in range(4):
        employ(place, full_name=f"Phạm Văn {number}")

    with unit_of_work(place.principal), CaptureQueriesContext(connection) as asked:
        first = queries.staff(place.principal, school_id=place.school, on=DAY, limit=3)
        rest = queries.staff(place.principal, school_id=place.school, on=DAY, after=first[-1].id, limit=3)

    assert len(asked) == 2
    assert len({row.id for row in [*first, *rest]}) == 5 and len(rest) == 2

"""Closing rights by date, whatever shape the grant has."""

from __future__ import annotations

import datetime as dt

import pytest

from maitruong.foundation.access import queries, services
from maitruong.foundation.access.models import Grant
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 20)
NEXT = DAY + dt.timedelta(days=1)


@pytest.fixture
def school() -> int:
    return make.a_school(make.a_commune(make.a_department()))


def limits(person: int, on: dt.date) -> list[tuple]:
    return sorted((g.class_ids, g.subjects, g.student_ids) for g, _ in queries.rights(person, on=on))


def test_closing_one_child_of_two_keeps_the_other(school: int) -> None:
    mother = make.a_person("Trần Mỹ Hạnh", school)
    make.a_post(mother, "guardian", school, student_ids=[7, 8])

    services.close_grants(person_id=mother, role="guardian", student_id=7, last_day=DAY)

    assert limits(mother, DAY) == [(None, None, (7, 8))]
    assert limits(mother, NEXT) == [(None, None, (8,))]


def test_closing_one_subject_of_one_class_keeps_every_other_pair(school: int) -> None:
    teacher = make.a_person("Phạm Thu Lan", school)
    make.a_post(teacher, "subject_teacher", school, class_ids=[1, 2], subjects=["TOAN", "TIN"])

    services.close_grants(
        person_id=teacher, role="subject_teacher", unit_id=school, class_id=1, subject="TOAN", last_day=DAY
    )

    held = queries.rights(teacher, on=NEXT)
    pairs = {(c, s) for grant, _ in held for c in grant.class_ids or () for s in grant.subjects or ()}
    assert pairs == {(2, "TOAN"), (2, "TIN"), (1, "TIN")}


def test_a_right_that_would_begin_later_is_withdrawn_and_a_shorter_one_is_left(school: int) -> None:
    clerk = make.a_person("Đặng Văn Thư", school)
    later = services.grant(person_id=clerk, role="clerk", unit_id=school, valid_from=dt.date(2026, 12, 1))
    shorter = services.grant(
        person_id=clerk, role="clerk", unit_id=school, valid_from=dt.date(2026, 9, 1), valid_to=dt.date(2026, 10, 1)
    )

    changed = services.close_grants(person_id=clerk, role="clerk", unit_id=school, last_day=DAY)

    assert changed == [later]
    assert Grant.objects.get(pk=later).withdrawn_at is not None
    assert Grant.objects.get(pk=shorter).valid_to == dt.date(2026, 10, 1)
    assert [(p.holds, p.withdrawn) for p in queries.posts(person_ids=[clerk], on=DAY, past=True)] == [
        (False, True),
        (False, False),
    ]

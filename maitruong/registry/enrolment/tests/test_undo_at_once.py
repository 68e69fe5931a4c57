"""A list is taken back while somebody writes about what it brought: who is first is whole, the other one sees it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.models import Grant
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.exchange.models import ImportRow
from maitruong.foundation.exchange.tests.files import plain_workbook
from maitruong.foundation.people.models import Person
from maitruong.registry.enrolment import services
from maitruong.registry.enrolment.models import SchoolClass
from maitruong.registry.students import services as students
from tests import factories as make
from tests.races import second_meets_first

from .lists import HEADER, THREE, bring_in, take_back

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.date(2026, 11, 20)


@pytest.fixture
def brought(transactional_db: None, place: SimpleNamespace, tmp_path: Path) -> Iterator[SimpleNamespace]:
    """One pupil came by a list, in a class the list opened."""
    row = [*THREE[:4], "8B1", *THREE[5:]]
    place.batch, _ = bring_in(
        place.clerk, place.school, plain_workbook(tmp_path / "a.xlsx", [HEADER, row]), create_classes=True
    )
    with make.as_system():
        place.new_class = SchoolClass._base_manager.get(name="8B1").pk
        place.pupil = Person._base_manager.get(full_name="Triệu Văn Ái").pk
    place.newcomer = make.a_person("Đinh Văn Bảo", place.school)
    place.deputy = make.scope_of(make.a_post_holder(place.school, "clerk", "Hà Thị Hai"))
    yield place


def enrol(place: SimpleNamespace) -> Any:
    with unit_of_work(place.deputy):
        return services.enrol(place.deputy, student_id=place.newcomer, class_id=place.new_class, starts_on=DAY)


def appoint(place: SimpleNamespace) -> Any:
    with unit_of_work(place.deputy):
        return services.appoint_homeroom(place.deputy, class_id=place.new_class, teacher_id=place.teacher, on=DAY)


def add_guardian(place: SimpleNamespace) -> Any:
    with unit_of_work(place.deputy):
        return students.add_guardian(
            place.deputy,
            student_id=place.pupil,
            school_id=place.school,
            full_name="Triệu Thị Mẩy",
            relation="MOTHER",
            starts_on=DAY,
        )


@pytest.mark.parametrize("write", [enrol, appoint])
def test_a_class_somebody_begins_to_use_while_its_list_is_taken_back_stays(
    brought: SimpleNamespace, write: Any
) -> None:
    first, second = second_meets_first(lambda: write(brought), lambda: take_back(brought.clerk, brought.batch))

    assert first and second == {"taken_back": 1, "kept": 0}
    with make.as_system():
        assert SchoolClass._base_manager.filter(pk=brought.new_class).exists()


@pytest.mark.parametrize("write", [enrol, appoint])
def test_a_class_taken_back_a_moment_ago_is_not_found_by_who_wants_to_use_it(
    brought: SimpleNamespace, write: Any
) -> None:
    first, second = second_meets_first(lambda: take_back(brought.clerk, brought.batch), lambda: write(brought))

    assert first == {"taken_back": 1, "kept": 0} and isinstance(second, NotFound)
    assert not Grant.objects.filter(role="homeroom_teacher", withdrawn_at=None).exists()


def test_a_pupil_whose_mother_is_written_down_while_the_list_is_taken_back_stays(brought: SimpleNamespace) -> None:
    first, second = second_meets_first(lambda: add_guardian(brought), lambda: take_back(brought.clerk, brought.batch))

    assert first and second == {"taken_back": 0, "kept": 1}
    with make.as_system():
        assert "người giám hộ" in ImportRow._base_manager.get(batch_id=brought.batch).kept_because


def test_a_pupil_taken_back_a_moment_ago_gets_no_mother(brought: SimpleNamespace) -> None:
    first, second = second_meets_first(lambda: take_back(brought.clerk, brought.batch), lambda: add_guardian(brought))

    assert first == {"taken_back": 1, "kept": 0} and isinstance(second, NotFound)
    with make.as_system():
        assert not Person._base_manager.filter(full_name="Triệu Thị Mẩy").exists()

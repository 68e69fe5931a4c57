"""Two people at the same school in the same moment: one is first, the other is told so in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from maitruong.foundation.access.errors import WrittenMeanwhile
from maitruong.foundation.access.services import attempt, unit_of_work
from maitruong.foundation.people.models import Person, PersonIdentifier
from maitruong.registry.enrolment import services
from maitruong.registry.enrolment.errors import ClassNameTaken
from maitruong.registry.enrolment.models import SchoolClass
from maitruong.registry.staff import services as staff
from maitruong.registry.staff.models import Employment
from maitruong.registry.students import services as students
from tests import factories as make
from tests.races import second_meets_first

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.date(2026, 11, 20)


@pytest.fixture
def two(transactional_db: None, place: SimpleNamespace) -> Iterator[SimpleNamespace]:
    place.other_class, _ = make.a_class(place.school, "8A9")
    place.deputy = make.scope_of(make.a_post_holder(place.school, "clerk", "Hà Thị Hai"))
    yield place


def test_two_renames_to_one_name_at_once_end_in_the_ordinary_refusal(two: SimpleNamespace) -> None:
    def rename(scope, class_id: int):
        with unit_of_work(scope):
            return services.rename_class(scope, class_id=class_id, name="8 Toán")

    first, second = second_meets_first(
        lambda: rename(two.clerk, two.class_id), lambda: rename(two.deputy, two.other_class)
    )

    assert first is True and isinstance(second, ClassNameTaken) and "khối 8" in second.text
    with make.as_system():
        assert SchoolClass._base_manager.get(pk=two.other_class).name == "8A9"


@pytest.mark.parametrize(("grade", "refused"), [(8, False), (9, True)])
def test_one_class_opened_by_two_at_once_is_one_class(two: SimpleNamespace, grade: int, refused: bool) -> None:
    def open_(scope, grade: int):
        with unit_of_work(scope):
            return services.open_class(scope, school_id=two.school, school_year=2026, grade=grade, name="9X")

    first, second = second_meets_first(lambda: open_(two.clerk, 8), lambda: open_(two.deputy, grade))

    assert isinstance(second, ClassNameTaken) if refused else second == first
    with make.as_system():
        assert SchoolClass._base_manager.filter(name="9X").count() == 1


def test_one_number_written_for_two_pupils_at_once_is_told_in_words(two: SimpleNamespace) -> None:
    def register(scope, name: str):
        with unit_of_work(scope):
            return attempt(
                lambda: students.register_student(
                    scope, school_id=two.school, full_name=name, citizen_number="020213001234"
                )
            )

    first, second = second_meets_first(
        lambda: register(two.clerk, "Vi Văn A"), lambda: register(two.deputy, "Vi Thị B")
    )

    assert first[1] is None and isinstance(second[1], WrittenMeanwhile)
    with make.as_system():
        assert PersonIdentifier._base_manager.count() == 1
        assert not Person._base_manager.filter(full_name="Vi Thị B").exists()


def test_one_person_taken_on_by_two_clicks_works_here_once(two: SimpleNamespace) -> None:
    newcomer = make.a_person("Lò Văn Mới", two.school)

    def employ(scope, post: str):
        with unit_of_work(scope):
            return attempt(
                lambda: staff.employ(scope, school_id=two.school, post=post, starts_on=DAY, person_id=newcomer)
            )

    first, second = second_meets_first(
        lambda: employ(two.principal, "teacher"), lambda: employ(two.principal, "teacher")
    )

    assert first[1] is None and isinstance(second[1], WrittenMeanwhile)
    with make.as_system():
        assert Employment._base_manager.filter(person_id=newcomer).count() == 1

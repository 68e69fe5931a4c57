"""A class opened by mistake goes, with a reason; one with anything in it stays and says what."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from maitruong.assessment.gradebook.models import ClassSheet, MarkBook
from maitruong.assessment.gradebook.services import open_books
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.models import Grant
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.events.models import OutboxEvent
from maitruong.registry.enrolment import removing, services
from maitruong.registry.enrolment.errors import ClassInUse, WhyMissing
from maitruong.registry.enrolment.models import Enrolment, SchoolClass
from maitruong.teaching.timetable import services as teaching
from maitruong.teaching.timetable.models import Assignment
from tests import factories as make

from .test_pages import signed_in

DAY = dt.date(2026, 11, 20)


@pytest.fixture
def mistaken(place: SimpleNamespace) -> int:
    with unit_of_work(place.principal):
        class_id = services.open_class(place.principal, school_id=place.school, school_year=2026, grade=8, name="8A9")
        open_books(place.principal, class_id=class_id)
        services.appoint_homeroom(place.principal, class_id=class_id, teacher_id=place.teacher, on=DAY)
    return class_id


def remove(place: SimpleNamespace, class_id: int, why: str = "mở nhầm khối") -> None:
    with unit_of_work(place.principal):
        removing.remove_class(place.principal, class_id=class_id, why=why)


def stands(class_id: int) -> bool:
    with make.as_system():
        return SchoolClass._base_manager.filter(pk=class_id).exists()


def test_a_class_opened_by_mistake_goes_with_its_empty_books_and_the_right_to_it(
    place: SimpleNamespace, mistaken: int
) -> None:
    with unit_of_work(place.principal):
        over = teaching.assign_teaching(
            place.principal, class_id=mistaken, subject="TOAN", teacher_id=place.teacher, starts_on=DAY
        )
        teaching.end_assignment(place.principal, assignment_id=over, ends_on=DAY)

    remove(place, mistaken)

    assert not stands(mistaken)
    with make.as_system():
        assert not MarkBook._base_manager.filter(class_id=mistaken).exists()
        assert not ClassSheet._base_manager.filter(class_id=mistaken).exists()
        assert not Assignment._base_manager.filter(class_id=mistaken).exists()
        entry = Entry._base_manager.get(action="enrolment.class_removed")
        assert "mở nhầm khối" in entry.body and "8A9" in entry.body
    assert not Grant.objects.filter(role="homeroom_teacher", class_ids=[mistaken], withdrawn_at=None).exists()
    assert OutboxEvent.objects.filter(kind="enrolment.class_removed").exists()


def test_a_class_in_which_somebody_ever_sat_stays_and_says_so(place: SimpleNamespace, mistaken: int) -> None:
    newcomer = make.a_person("Đinh Văn Bảo", place.school)
    with unit_of_work(place.principal):
        seat = services.enrol(place.principal, student_id=newcomer, class_id=mistaken, starts_on=DAY)
        services.end_enrolment(place.principal, enrolment_id=seat, ends_on=DAY, status="transferred_out", why="nhầm")

    with pytest.raises(ClassInUse, match="1 lượt học sinh"):
        remove(place, mistaken)

    assert stands(mistaken)


def test_a_class_somebody_is_given_to_teach_stays_and_says_so(place: SimpleNamespace, mistaken: int) -> None:
    with unit_of_work(place.principal):
        teaching.assign_teaching(
            place.principal, class_id=mistaken, subject="TOAN", teacher_id=place.teacher, starts_on=DAY
        )

    with pytest.raises(ClassInUse, match="1 phân công giảng dạy"):
        remove(place, mistaken)

    assert stands(mistaken)


def test_a_class_with_a_mark_stays_and_says_so(place: SimpleNamespace, mistaken: int) -> None:
    with make.as_system():
        MarkBook._base_manager.filter(class_id=mistaken, subject="TOAN", term=1).update(
            closed_at=dt.datetime.now(dt.UTC)
        )
    with pytest.raises(ClassInUse, match="1 sổ đã khoá"):
        remove(place, mistaken)

    with make.as_system():
        Enrolment._base_manager.filter(school_class_id=place.class_id).update(school_class_id=mistaken)
    with pytest.raises(ClassInUse, match="3 lượt học sinh đã xếp vào lớp, 1 sổ đã khoá"):
        remove(place, mistaken)

    assert stands(mistaken)


def test_nobody_removes_a_class_without_a_reason_or_of_another_school(place: SimpleNamespace, mistaken: int) -> None:
    with pytest.raises(WhyMissing):
        remove(place, mistaken, why=" ")
    with pytest.raises(NotFound), unit_of_work(place.stranger):
        removing.remove_class(place.stranger, class_id=mistaken, why="của người khác")

    assert stands(mistaken)


def test_the_page_asks_for_a_reason_and_leads_back_to_the_classes_of_the_year(
    place: SimpleNamespace, mistaken: int
) -> None:
    client = signed_in(place.principal.actor_id)
    address = f"/lop/{mistaken}/bo/"

    assert address in client.get(f"/lop/{mistaken}/").text
    assert f"/lop/{place.class_id}/bo/" not in client.get(f"/lop/{place.class_id}/").text
    assert "3 lượt học sinh" in client.get(f"/lop/{place.class_id}/bo/").text
    assert client.post(address, {"why": ""}).status_code == 422
    done = client.post(address, {"why": "mở nhầm"})

    assert done["Location"] == f"/truong/{place.school}/lop/?nam=2026"
    assert "8A9" not in client.get(done["Location"]).text and not stands(mistaken)

"""Who leaves the staff is neither teacher nor homeroom teacher after the last day, and the principal sees what is left open."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.test import Client

from maitruong.assessment.gradebook.services import open_books
from maitruong.foundation.access import queries as access
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.events import services as events
from maitruong.foundation.events.models import OutboxEvent
from maitruong.foundation.identity.models import Account
from maitruong.foundation.kernel import clock
from maitruong.registry.enrolment import reactions as homerooms
from maitruong.registry.enrolment import services as enrolment
from maitruong.registry.enrolment.models import SchoolClass
from maitruong.registry.staff import services as staff
from maitruong.registry.staff.models import Employment
from maitruong.teaching.timetable import reactions, services
from maitruong.teaching.timetable.models import Assignment
from tests import factories as make

DAY = dt.date(2026, 11, 20)
BEGAN = dt.date(2026, 9, 5)


@pytest.fixture
def school(place: SimpleNamespace) -> SimpleNamespace:
    """Cô Lan teaches mathematics in 8A2 and leads the class."""
    with unit_of_work(place.principal):
        open_books(place.principal, class_id=place.class_id)
        maths = services.assign_teaching(
            place.principal, class_id=place.class_id, subject="TOAN", teacher_id=place.teacher, starts_on=BEGAN
        )
        enrolment.appoint_homeroom(place.principal, class_id=place.class_id, teacher_id=place.teacher, on=BEGAN)
    with make.as_system():
        place.employment = Employment._base_manager.get(person_id=place.teacher).pk
    place.maths = maths
    return place


def leaves(school: SimpleNamespace, on: dt.date) -> None:
    with unit_of_work(school.principal):
        staff.end_employment(school.principal, employment_id=school.employment, ends_on=on, why="chuyển công tác")
    deliver()


def deliver() -> None:
    """What the worker does with the facts told, by the reactions that the roof has joined. A test's transaction sends none."""
    facts = [
        events.Delivered(row.pk, row.kind, row.school_id, row.payload, clock.now())
        for row in OutboxEvent.objects.filter(kind="staff.left")
    ]
    assert len(facts) == 1
    for reaction in events._reactions["staff.left"].values():
        reaction(facts)


def assignment(number: int) -> Assignment:
    with make.as_system():
        return Assignment._base_manager.get(pk=number)


def homeroom_of(school: SimpleNamespace) -> int | None:
    with make.as_system():
        return SchoolClass._base_manager.get(pk=school.class_id).homeroom_id


def told(action: str) -> int:
    with make.as_system():
        return Entry._base_manager.filter(action=action).count()


def first_page(school: SimpleNamespace) -> str:
    client = Client()
    client.force_login(Account.objects.get(person_id=school.principal.actor_id))
    session = client.session
    session["seen"] = int(clock.now().timestamp()) + 10**9
    session.save()
    return client.get("/").text


def test_assignments_homeroom_and_rights_end_with_the_last_day(school: SimpleNamespace) -> None:
    last = DAY - dt.timedelta(days=1)

    leaves(school, last)

    assert assignment(school.maths).ends_on == last
    assert homeroom_of(school) is None
    assert access.rights(school.teacher, on=last) != [] and access.rights(school.teacher, on=DAY) == []


def test_the_same_fact_told_again_changes_nothing(school: SimpleNamespace) -> None:
    leaves(school, DAY - dt.timedelta(days=1))
    before = (told("timetable.teaching_ended"), told("enrolment.homeroom_appointed"))
    fact = events.Delivered(
        1, "staff.left", school.school, {"person_id": school.teacher, "ends_on": "2026-11-19"}, clock.now()
    )

    reactions.on_staff_left([fact, fact])
    homerooms.on_staff_left([fact, fact])

    assert (told("timetable.teaching_ended"), told("enrolment.homeroom_appointed")) == before == (1, 2)


def test_who_leaves_in_a_week_leads_the_class_until_then(school: SimpleNamespace) -> None:
    last = DAY + dt.timedelta(days=7)

    leaves(school, last)
    assert assignment(school.maths).ends_on == last and homeroom_of(school) == school.teacher

    with clock.standing_still(clock.now() + dt.timedelta(days=8)):
        assert (homerooms.release(), homerooms.release()) == (1, 0)
    assert homeroom_of(school) is None


def test_who_came_back_keeps_what_the_new_employment_brought(school: SimpleNamespace) -> None:
    last = DAY - dt.timedelta(days=1)
    with unit_of_work(school.principal):
        staff.end_employment(school.principal, employment_id=school.employment, ends_on=last, why="hết hợp đồng")
        services.end_assignment(school.principal, assignment_id=school.maths, ends_on=last)
        staff.employ(school.principal, school_id=school.school, post="teacher", starts_on=DAY, person_id=school.teacher)
        again = services.assign_teaching(
            school.principal, class_id=school.class_id, subject="TOAN", teacher_id=school.teacher, starts_on=DAY
        )
    deliver()

    assert assignment(again).ends_on is None and homeroom_of(school) == school.teacher


def test_the_principal_sees_the_classes_left_without_a_teacher(school: SimpleNamespace) -> None:
    with make.as_system():
        for subject in ("VAN", "NN1", "KHTN", "LSDL", "TIN", "GDCD", "CN", "GDTC", "NT", "HDTN", "GDDP"):
            Assignment(
                school_id=school.school, school_year=2026, class_id=school.class_id, subject=subject,
                teacher_id=school.teacher, starts_on=BEGAN,
            ).save()  # fmt: skip
        Assignment._base_manager.filter(subject__in=["VAN", "KHTN"]).update(
            teacher_id=make.an_employee(school.school, "Vũ Ai")
        )
    before = first_page(school)

    leaves(school, DAY - dt.timedelta(days=1))
    page = first_page(school)

    assert "1 lớp chưa có giáo viên" in page
    assert "8A2: chủ nhiệm" in page and "Toán" in page.split("8A2: chủ nhiệm")[1][:200]
    assert "8A2: chủ nhiệm" not in before

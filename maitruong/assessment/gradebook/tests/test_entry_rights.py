"""Who may type into a book, and what the others are answered."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from maitruong.assessment.gradebook.tests import factories as make
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from tests import factories as house

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("subject", ["NV", "LSDL"])
def test_teacher_of_one_subject_cannot_enter_another(room: make.Classroom, lan: Any, subject: str) -> None:
    with pytest.raises(NotFound):
        make.type_in(lan, room.book(subject), (room.pupils[0], "tx1", "7"))

    assert make.nothing_was_written()


def test_teacher_of_another_class_gets_the_answer_for_a_book_that_does_not_exist(room: make.Classroom) -> None:
    other = make.add_class(room.department, room.commune, room.school, room.principal, 8, "8A1", ("Vũ Thị Hà",))
    stranger = make.teacher_of(other)

    with pytest.raises(NotFound) as hers:
        make.type_in(stranger, room.book(), (room.pupils[0], "tx1", "7"))
    with pytest.raises(NotFound) as nothing:
        make.type_in(stranger, 999_999, (room.pupils[0], "tx1", "7"))

    assert str(hers.value) == str(nothing.value)
    assert make.nothing_was_written()


@pytest.mark.parametrize("who", ["principal", "homeroom", "neighbour", "guardian"])
def test_who_may_look_may_not_type(room: make.Classroom, who: str) -> None:
    neighbour = make.a_classroom(name="8B")
    people = {
        "principal": lambda: room.principal,
        "homeroom": lambda: make.homeroom_of(room),
        "neighbour": lambda: make.teacher_of(neighbour, name="Bùi Thị Xa"),
        "guardian": lambda: house.a_guardian("Trần Mỹ Hạnh", child=room.pupils[0], school=room.school),
    }

    with pytest.raises(NotFound):
        make.type_in(people[who](), room.book(), (room.pupils[0], "tx1", "7"))

    assert make.nothing_was_written()


def test_a_withdrawn_assignment_is_refused_on_the_next_request(room: make.Classroom, lan: Any) -> None:
    make.type_in(lan, room.book(), (room.pupils[0], "tx1", "7"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE access_grant SET withdrawn_at = now() WHERE person_id = %s", [lan.person_id])

    with pytest.raises(AssertionError):
        make.scope_for(lan)


def test_a_pupil_of_another_class_in_the_cells_is_refused_alone(room: make.Classroom, lan: Any) -> None:
    other = make.add_class(room.department, room.commune, room.school, room.principal, 8, "8A1", ("Vũ Thị Hà",))

    saved = make.type_in(lan, room.book(), (other.pupils[0], "tx1", "7"), (room.pupils[0], "tx1", "8"))

    assert make.states(saved) == ["refused", "saved"]
    assert "không còn trong danh sách lớp" in saved.cells[0]["message"]


def test_the_wall_of_the_database_holds_behind_the_service(room: make.Classroom, lan: Any) -> None:
    neighbour = make.teacher_of(make.a_classroom(name="8B"), name="Bùi Thị Xa")
    make.type_in(lan, room.book(), (room.pupils[0], "tx1", "7"))

    with unit_of_work(make.scope_for(neighbour)), connection.cursor() as cursor:
        cursor.execute("UPDATE gradebook_mark SET tx1 = 100")
        assert cursor.rowcount == 0
        cursor.execute("SELECT (SELECT count(*) FROM gradebook_mark), (SELECT count(*) FROM gradebook_markhistory)")
        assert cursor.fetchone() == (0, 0)
    with (
        pytest.raises(Exception, match="permission denied"),
        unit_of_work(make.scope_for(neighbour)),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT count(*) FROM gradebook_mark_2026")

"""What a save reads and writes under the lock: the same for one pupil and a class, and nothing that says nothing new."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from maitruong.assessment.gradebook import reading, services, storage
from maitruong.assessment.gradebook.tests import factories as make
from maitruong.assessment.gradebook.tests.test_twin import move
from maitruong.assessment.gradebook.types import Book

pytestmark = pytest.mark.django_db
NAMES = tuple(f"Trần Thị Bé {number}" for number in range(reading.FEW + 3))
RESULT = "term, student_id, learning, missing, provisional"


def book_of(room: make.Classroom, key: tuple[str, int]) -> Book:
    found = storage.book(room.books[key])
    assert found is not None
    return found


def read_by(account: Any, book: Book, pupils: list[int]) -> dict[int, dict[str, Any]]:
    with make.working_as(account):
        found = reading.read(book, pupils)
    return {pupil_id: asdict(pupil) for pupil_id, pupil in found.items()}


@pytest.mark.parametrize("key", [("TOAN", 1), ("GDTC", 1), ("conduct", 1)])
def test_a_pupil_is_read_alike_alone_and_among_the_class(key: tuple[str, int]) -> None:
    room = make.a_classroom(pupils=NAMES)
    lan, other = make.teacher_of(room), make.teacher_of(room, "NV")
    for pupil in room.pupils[1:]:
        make.type_in(lan, room.book("TOAN"), (pupil, "tx1", "8"), (pupil, "gk", "7"), (pupil, "ck", "V"))
        make.type_in(other, room.book("NV", 2), (pupil, "gk", "6,5"), (pupil, "ck", "9"))
    make.type_in(
        make.homeroom_of(room), room.book("conduct"), (room.pupils[2], "level", "T"), service=services.enter_conduct
    )
    with make.working_as(room.principal):
        book = book_of(room, key)

    together = read_by(room.principal, book, room.pupils)

    assert len(room.pupils) > reading.FEW
    for pupil in room.pupils:
        assert read_by(room.principal, book, [pupil]) == {pupil: together[pupil]}
    last = together[room.pupils[-1]]
    assert last["marks"]["NV", 2] == (80, None, True, 0)
    assert together[room.pupils[0]]["marks"] == {}
    assert together[room.pupils[2]]["conduct"] == {1: 3}


@pytest.mark.parametrize("many", [False, True])
def test_a_pupil_from_another_class_of_the_school_brings_the_marks_along(many: bool) -> None:
    room = make.a_classroom(pupils=NAMES)
    before = make.add_class(room.department, room.commune, room.school, room.principal, 8, "8A3", ("Vũ Thị Hà",))
    (ha,) = before.pupils
    make.type_in(make.teacher_of(before, "NV"), before.book("NV"), (ha, "gk", "6"), (ha, "ck", "6"))
    make.type_in(make.teacher_of(before), before.book(), (ha, "gk", "5"), (ha, "ck", "5"))
    move(ha, before.class_id, room.class_id)
    make.type_in(make.teacher_of(room), room.book(), (ha, "gk", "9"), (ha, "ck", "9"))
    with make.working_as(room.principal):
        book = book_of(room, ("TOAN", 1))

    found = read_by(room.principal, book, [ha, *room.pupils] if many else [ha])

    assert found[ha]["elsewhere"]
    assert not any(pupil["elsewhere"] for pupil_id, pupil in found.items() if pupil_id != ha)
    assert found[ha]["marks"]["NV", 1][0] == 60
    assert found[ha]["marks"]["TOAN", 1][0] == 90, "the row of the present class stands"


def test_a_primary_pupil_is_read_alike_alone_and_among_the_class() -> None:
    room = make.a_classroom(grade=4, name="4A", pupils=NAMES, levels=("02",))
    homeroom = make.homeroom_of(room)
    for pupil in room.pupils:
        for subject, moment in (("TOAN", 4), ("TV", 4)):
            if (subject, moment) in room.books:
                make.type_in(
                    make.teacher_of(room, subject),
                    room.book(subject, moment),
                    (pupil, "level", "H"),
                    service=services.enter_primary,
                )
        make.type_in(homeroom, room.book("quality", 4), (pupil, "nhan_ai", "T"), service=services.enter_primary)
    with make.working_as(room.principal):
        book = book_of(room, ("TOAN", 4))

    together = read_by(room.principal, book, room.pupils)

    assert together[room.pupils[0]]["primary"]["TOAN"] == (1, None, 0)
    assert together[room.pupils[0]]["qualities"]["nhan_ai"] == 2
    for pupil in room.pupils:
        assert read_by(room.principal, book, [pupil]) == {pupil: together[pupil]}


def test_a_result_that_says_nothing_new_is_not_written_again() -> None:
    room = make.a_classroom(pupils=NAMES)
    lan, an = make.teacher_of(room), room.pupils[0]
    make.type_in(lan, room.book(), (an, "gk", "8"), (an, "ck", "8"))
    before = make.rows_of("gradebook_result", f"{RESULT}, computed_at")
    sheet = make.rows_of("gradebook_classsheet", "version")

    make.type_in(lan, room.book(), (an, "ck", "6", "8"))  # another average, and still most subjects missing
    same = make.rows_of("gradebook_result", f"{RESULT}, computed_at")
    sheet_after = make.rows_of("gradebook_classsheet", "version")
    make.type_in(lan, room.book(), (an, "ck", "", "6"))

    assert len(before) == 2
    assert (same, sheet_after) == (before, sheet)
    after = make.rows_of("gradebook_result", RESULT)
    assert [row[3] for row in after] == [row[3] + (row[0] == 1) for row in before]
    assert make.rows_of("gradebook_classsheet", "version") > sheet

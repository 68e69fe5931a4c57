"""Opening, closing and opening again; what is owed is decided aloud."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, connections

from maitruong.assessment.gradebook import services
from maitruong.assessment.gradebook.errors import (
    AlreadyClosed,
    BookIncomplete,
    NoBooksForGrade,
    NotClosed,
    ReasonNeeded,
)
from maitruong.assessment.gradebook.models import MarkBook
from maitruong.assessment.gradebook.tests import factories as make
from maitruong.foundation.access.errors import NotFound
from tests import factories as house

pytestmark = pytest.mark.django_db

FULL = (("tx1", "8"), ("tx2", "9"), ("tx3", "7"), ("tx4", "10"), ("gk", "8"), ("ck", "7,5"))


def fill(room: make.Classroom, pupils: list[int]) -> Any:
    teacher = make.teacher_of(room)
    make.type_in(teacher, room.book(), *[(p, column, value) for p in pupils for column, value in FULL])
    return teacher


def close(room: make.Classroom, **how: str) -> int:
    with make.working_as(room.principal) as scope:
        return services.close_book(scope, book_id=room.book(), **how)


def closed_at(room: make.Classroom) -> Any:
    return make.rows_of(f"gradebook_markbook WHERE id = {room.book()}", "closed_at")[0][0]


def test_a_lower_secondary_class_gets_a_book_per_subject_and_term_and_three_for_conduct() -> None:
    room = make.a_classroom()

    with house.as_system() as scope:
        books = list(
            MarkBook.objects.visible_to(scope, "gradebook.view").values_list(
                "kind", "term", "subject", "regular_needed"
            )
        )

    assert len(books) == 12 * 2 + 3
    assert {(k, n) for k, t, s, n in books if s in ("TOAN", "CN", "GDCD", "GDTC")} == {
        ("score", 4),
        ("score", 3),
        ("score", 2),
        ("comment", 2),
    }
    assert [t for k, t, _, _ in books if k == "conduct"].count(0) == 1
    assert room.book("TOAN", 2)


def test_an_upper_secondary_class_gets_its_electives_and_clusters_in_the_second_term() -> None:
    room = make.a_classroom(
        grade=10, name="10A1", levels=("04",), electives=("VL", "HH", "SH", "TH"), clusters=("TOAN", "VL", "HH")
    )

    with house.as_system() as scope:
        books = MarkBook.objects.visible_to(scope, "gradebook.view").filter(term=2).exclude(kind="conduct")
        codes = {b.subject: b.cluster for b in books}

    assert {"VL", "HH", "SH", "TH"} <= codes.keys() and "DL" not in codes
    assert {code for code, cluster in codes.items() if cluster} == {"TOAN", "VL", "HH"}
    assert room.books


@pytest.mark.django_db(transaction=True)
def test_books_opened_while_a_subject_is_being_chosen_follow_the_choice() -> None:
    chosen = ["VL", "HH", "SH", "TH"]
    room = make.a_classroom(grade=10, name="10A1", levels=("04",), electives=tuple(chosen))
    opened: list[int] = []

    def open_again() -> None:
        try:
            with make.working_as(room.principal) as scope:
                opened.extend(services.open_books(scope, class_id=room.class_id))
        finally:
            connections.close_all()

    other = threading.Thread(target=open_again)
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE enrolment_schoolclass SET electives = to_jsonb(%s::text[]) WHERE id = %s",
            [[*chosen[:-1], "DL"], room.class_id],
        )
        other.start()
        other.join(timeout=2)  # long enough to end, were it not waiting for the class
        assert not opened
    other.join()

    with house.as_system() as scope:
        books = MarkBook.objects.visible_to(scope, "gradebook.view").filter(pk__in=opened)
        assert "DL" in books.values_list("subject", flat=True)


def test_a_primary_class_gets_a_book_per_subject_and_moment() -> None:
    room = make.a_classroom(grade=4, name="4A", levels=("02",))

    tested = make.rows_of("gradebook_markbook WHERE tested", "moment, subject")

    assert len(room.books) == 4 * (11 - 1 + 1)
    assert {s for m, s in tested if m == 1} == {"TOAN", "TV"}
    assert len([s for m, s in tested if m == 4]) == 6


def test_opening_twice_adds_nothing(room: make.Classroom) -> None:
    with make.working_as(room.principal) as scope:
        again = services.open_books(scope, class_id=room.class_id)

    assert sorted(again) == sorted(room.books.values())


def test_a_preschool_group_has_no_books(room: make.Classroom) -> None:
    group, _ = house.a_class(room.school, "Lá 1", grade=-1)

    with make.working_as(room.principal) as scope, pytest.raises(NoBooksForGrade):
        services.open_books(scope, class_id=group)


def test_a_teacher_opens_no_books(room: make.Classroom) -> None:
    with make.working_as(make.teacher_of(room)) as scope, pytest.raises(NotFound):
        services.open_books(scope, class_id=room.class_id)


def test_a_full_book_is_closed_and_told(room: make.Classroom) -> None:
    fill(room, room.pupils)

    assert close(room) == 0

    assert closed_at(room) is not None
    assert len(make.rows_of("events_outbox WHERE kind = 'gradebook.book_closed'")) == 1
    assert len(make.rows_of("audit_entry WHERE action = 'gradebook.book_closed'")) == 1
    with pytest.raises(AlreadyClosed):
        close(room)


def test_what_is_owed_stops_the_close_and_is_named(room: make.Classroom) -> None:
    fill(room, room.pupils[1:])

    with pytest.raises(BookIncomplete) as refused:
        close(room)

    assert (
        "còn 6 ô bắt buộc chưa có của 1 em: Nguyễn Phạm Khánh Huyền (TX1, TX2, TX3, TX4, GK, CK)" in refused.value.text
    )
    assert closed_at(room) is None


def test_an_exempt_pupil_owes_nothing(room: make.Classroom) -> None:
    fill(room, room.pupils[1:])
    with make.working_as(room.principal) as scope:
        services.set_basis(
            scope, book_id=room.book(), student_ids=room.pupils[:1], basis=3, reason="Miễn theo giấy của bệnh viện"
        )

    assert close(room) == 0


def test_zero_for_what_is_owed_needs_a_reason_and_leaves_a_trace(room: make.Classroom) -> None:
    fill(room, room.pupils[1:])
    with pytest.raises(ReasonNeeded):
        close(room, missing="zero", reason="vắng")

    assert close(room, missing="zero", reason="Vắng không phép, không kiểm tra bù") == 6

    huyen = room.pupils[0]
    assert make.rows_of(f"gradebook_mark WHERE student_id = {huyen}", "tx1, gk, ck, average, provisional") == [
        (0, 0, 0, 0, False)
    ]
    assert len(make.rows_of(f"gradebook_markhistory WHERE student_id = {huyen} AND new = '0'")) == 6
    (entry,) = make.rows_of("audit_entry WHERE action = 'gradebook.missing_filled'", "body")
    assert "không kiểm tra bù" in entry[0]


def test_an_owed_assessment_of_a_comment_subject_counts_as_failed_only_once_closed(room: make.Classroom) -> None:
    teacher, an = make.teacher_of(room, "GDTC"), room.pupils[2]
    book = room.book("GDTC")
    make.type_in(teacher, book, (an, "tx1", "Đ"), (an, "gk", "Đ"), (an, "ck", "Đ"))
    open_outcome = make.texts_of(room.principal, book)[an]["outcome"]

    with make.working_as(room.principal) as scope:
        services.close_book(scope, book_id=book, missing="leave", reason="Nghỉ ốm dài ngày có phép")
    closed_outcome = make.texts_of(room.principal, book)[an]["outcome"]
    with make.working_as(room.principal) as scope:
        services.reopen_book(scope, book_id=book, reason="Em đã kiểm tra bù xong")

    assert (open_outcome, closed_outcome) == ("", "CĐ")
    assert make.texts_of(room.principal, book)[an]["outcome"] == ""


def test_a_reopened_book_takes_marks_again(room: make.Classroom) -> None:
    teacher = fill(room, room.pupils)
    close(room)
    with make.working_as(room.principal) as scope:
        with pytest.raises(ReasonNeeded):
            services.reopen_book(scope, book_id=room.book(), reason="sửa")
        services.reopen_book(scope, book_id=room.book(), reason="Chấm phúc tra bài cuối kì")

    saved = make.type_in(teacher, room.book(), (room.pupils[0], "ck", "8", "7,5"))

    assert make.states(saved) == ["saved"]
    assert len(make.rows_of("events_outbox WHERE kind = 'gradebook.book_reopened'")) == 1
    with make.working_as(room.principal) as scope, pytest.raises(NotClosed):
        services.reopen_book(scope, book_id=room.book(), reason="Chấm phúc tra bài cuối kì")


@pytest.mark.parametrize("who", ["teacher", "homeroom", "neighbour"])
def test_only_who_answers_for_the_school_closes_and_reopens(room: make.Classroom, who: str) -> None:
    fill(room, room.pupils)
    people = {
        "teacher": lambda: make.teacher_of(room),
        "homeroom": lambda: make.homeroom_of(room),
        "neighbour": lambda: make.a_classroom(name="8B").principal,
    }

    with make.working_as(people[who]()) as scope:
        with pytest.raises(NotFound):
            services.close_book(scope, book_id=room.book())
        with pytest.raises(NotFound):
            services.reopen_book(scope, book_id=room.book(), reason="Chấm phúc tra bài cuối kì")

    assert closed_at(room) is None
    assert not make.rows_of("events_outbox WHERE kind IN ('gradebook.book_closed', 'gradebook.book_reopened')")

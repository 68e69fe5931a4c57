"""Typing into a book: what is saved, what is refused, what two hands at one cell are told."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maitruong.assessment.gradebook import reading, services
from maitruong.assessment.gradebook.errors import BookClosed, YearClosed
from maitruong.assessment.gradebook.tests import factories as make
from maitruong.assessment.gradebook.types import Cell
from maitruong.foundation.access.errors import NotFound
from maitruong.registry.calendar.models import SchoolYear
from tests import factories as house

pytestmark = pytest.mark.django_db


def test_marks_are_saved_with_history_audit_and_one_published_fact(room: make.Classroom, lan: Any) -> None:
    an = room.pupils[2]

    saved = make.type_in(lan, room.book(), (an, "tx1", "7,5"), (an, "tx2", "8.0"), (an, "gk", "v"))

    assert make.states(saved) == ["saved"] * 3
    assert [c["value"] for c in saved.cells] == ["7,5", "8", "V"]
    assert make.rows_of("gradebook_mark", "student_id, tx1, tx2, gk, ck, average, version") == [
        (an, 75, 80, -1, None, None, 1)
    ]
    assert make.rows_of("gradebook_markhistory", "cell, old, new, by_person, version", "cell") == [
        ("gk", None, "V", lan.person_id, 1),
        ("tx1", None, "7,5", lan.person_id, 1),
        ("tx2", None, "8", lan.person_id, 1),
    ]
    kinds = make.rows_of(
        "events_outbox WHERE kind = 'gradebook.marks_entered'", "payload->>'cells', payload->'students'"
    )
    assert kinds == [("3", f"[{an}]")]
    (entry,) = make.rows_of("audit_entry WHERE action = 'gradebook.marks_entered'", "actor_id, object_id, body")
    assert entry[:2] == (lan.person_id, str(room.book()))
    assert f'[{an},"tx1",null,"7,5"]' in entry[2]


def test_the_average_appears_with_the_final_mark_and_is_starred_while_a_regular_mark_is_owed(
    room: make.Classroom, lan: Any
) -> None:
    an = room.pupils[2]
    first = make.type_in(lan, room.book(), (an, "tx1", "8"), (an, "tx2", "9"), (an, "tx3", "7"), (an, "gk", "8"))

    second = make.type_in(lan, room.book(), (an, "ck", "7,5"))
    third = make.type_in(lan, room.book(), (an, "tx4", "10"))

    assert first.rows[str(an)] == {"average": ""}
    assert second.rows[str(an)] == {"average": "7,8*"}
    assert third.rows[str(an)] == {"average": "8,1"}


def test_absent_is_never_counted_as_zero(room: make.Classroom, lan: Any) -> None:
    an = room.pupils[2]

    saved = make.type_in(
        lan, room.book(), (an, "tx1", "8"), (an, "tx2", "V"), (an, "tx3", ""), (an, "gk", "8"), (an, "ck", "8")
    )

    assert saved.rows[str(an)] == {"average": "8,0*"}


def test_a_refused_cell_keeps_the_others(room: make.Classroom, lan: Any) -> None:
    an, sinh = room.pupils[2], room.pupils[1]

    saved = make.type_in(
        lan,
        room.book(),
        (an, "tx1", "11"),
        (sinh, "tx1", "7,55"),
        (an, "tx2", "07-May"),
        (an, "average", "9"),
        (an, "tx3", "9"),
    )

    assert make.states(saved) == ["refused", "refused", "refused", "refused", "saved"]
    assert "Điểm nhận từ 0 đến 10" in saved.cells[0]["message"]
    assert "bảng tính" in saved.cells[2]["message"]
    assert make.rows_of("gradebook_mark", "student_id, tx1, tx2, tx3") == [(an, None, None, 90)]


def test_two_teachers_at_one_cell_are_both_told_and_neither_mark_is_lost(room: make.Classroom, lan: Any) -> None:
    hoa = make.teacher_of(room, name="Trần Thị Hoa")
    an = room.pupils[2]
    make.type_in(hoa, room.book(), (an, "tx1", "8"))

    late = make.type_in(lan, room.book(), (an, "tx1", "7,5", ""), (an, "tx2", "9", ""))
    knowing = make.type_in(lan, room.book(), (an, "tx1", "7,5", "8"))

    assert make.states(late) == ["conflict", "saved"]
    theirs = late.cells[0]["theirs"]
    assert (theirs["value"], theirs["by"], late.cells[0]["value"]) == ("8", "Trần Thị Hoa", "7,5")
    assert theirs["at"].endswith("+07:00")
    assert make.states(knowing) == ["saved"]
    assert make.rows_of("gradebook_markhistory WHERE cell = 'tx1'", "old, new, by_person", "version") == [
        (None, "8", hoa.person_id),
        ("8", "7,5", lan.person_id),
    ]


def test_writing_what_stands_there_already_is_no_conflict_and_no_history(room: make.Classroom, lan: Any) -> None:
    hoa = make.teacher_of(room, name="Trần Thị Hoa")
    an = room.pupils[2]
    make.type_in(hoa, room.book(), (an, "tx1", "8"))

    same = make.type_in(lan, room.book(), (an, "tx1", "8,0", ""))

    assert make.states(same) == ["saved"]
    assert same.etag == '"1"'
    assert len(make.rows_of("gradebook_markhistory")) == 1


def test_the_same_request_again_gets_the_same_answer_and_writes_nothing(room: make.Classroom, lan: Any) -> None:
    hoa = make.teacher_of(room, name="Trần Thị Hoa")
    an = room.pupils[2]
    first = make.type_in(lan, room.book(), (an, "tx1", "7"), (an, "tx2", "12"), request_id="mot")
    make.type_in(hoa, room.book(), (an, "tx1", "9", "7"))

    again = make.type_in(lan, room.book(), (an, "tx1", "7"), (an, "tx2", "12"), request_id="mot")

    assert again == first
    assert make.rows_of("gradebook_mark", "tx1") == [(90,)]
    assert len(make.rows_of("gradebook_markhistory")) == 2
    assert len(make.rows_of("events_outbox WHERE kind = 'gradebook.marks_entered'")) == 2


def test_one_persons_request_id_is_not_another_persons(room: make.Classroom, lan: Any) -> None:
    hoa = make.teacher_of(room, name="Trần Thị Hoa")
    make.type_in(lan, room.book(), (room.pupils[0], "tx1", "7"), request_id="mot")

    other = make.type_in(hoa, room.book(), (room.pupils[1], "tx1", "8"), request_id="mot")

    assert [c["row"] for c in other.cells] == [str(room.pupils[1])]


def test_taking_back_after_saving_is_one_more_change(room: make.Classroom, lan: Any) -> None:
    an = room.pupils[2]
    make.type_in(lan, room.book(), (an, "tx1", "7"))

    make.type_in(lan, room.book(), (an, "tx1", "", "7"))

    assert make.rows_of("gradebook_mark", "tx1, version") == [(None, 2)]
    assert make.rows_of("gradebook_markhistory", "old, new", "version") == [(None, "7"), ("7", None)]


def test_a_cell_typed_twice_in_one_request_ends_at_its_last_value(room: make.Classroom, lan: Any) -> None:
    an = room.pupils[2]

    saved = make.type_in(lan, room.book(), (an, "tx1", "7", ""), (an, "tx1", "8", "7"))

    assert make.states(saved) == ["saved", "saved"]
    assert make.rows_of("gradebook_markhistory", "old, new") == [(None, "8")]


def test_a_closed_book_refuses_and_keeps_everything(room: make.Classroom, lan: Any) -> None:
    with make.working_as(room.principal) as scope:
        services.close_book(scope, book_id=room.book(), missing="leave", reason="Chờ kiểm tra bù tuần sau")

    with pytest.raises(BookClosed) as refused:
        make.type_in(lan, room.book(), (room.pupils[0], "tx1", "7"))

    assert "Toán 8A2, học kì I" in refused.value.text and "đề nghị ban giám hiệu" in refused.value.advice
    assert not make.rows_of("gradebook_markhistory")


def test_a_closed_year_refuses_in_the_service(room: make.Classroom, lan: Any) -> None:
    SchoolYear.objects.filter(year=2026).update(closed_at="2027-06-30T00:00:00+07:00")

    with pytest.raises(YearClosed):
        make.type_in(lan, room.book(), (room.pupils[0], "tx1", "7"))

    assert make.nothing_was_written()


@pytest.mark.parametrize("verb", ["INSERT", "UPDATE", "DELETE"])
def test_a_closed_year_refuses_in_the_database(room: make.Classroom, lan: Any, verb: str) -> None:
    make.type_in(lan, room.book(), (room.pupils[0], "tx1", "7"))
    statements = {
        "INSERT": "INSERT INTO gradebook_conduct SELECT 2026, school_id, class_id, 1, student_id, 3, '', 1, now() FROM gradebook_mark",
        "UPDATE": "UPDATE gradebook_mark SET tx1 = 80",
        "DELETE": "DELETE FROM gradebook_mark",
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT gradebook_close_year(2026)")

    with pytest.raises(Exception, match="school year 2026 is closed"), house.as_system(), connection.cursor() as cursor:
        cursor.execute(statements[verb])


def test_an_exempt_pupil_takes_no_mark_and_the_others_do(room: make.Classroom, lan: Any) -> None:
    huyen, sinh = room.pupils[:2]
    with make.working_as(room.principal) as scope:
        services.set_basis(
            scope, book_id=room.book(), student_ids=[huyen], basis=3, reason="Miễn theo giấy của bệnh viện"
        )

    saved = make.type_in(lan, room.book(), (huyen, "tx1", "7"), (sinh, "tx1", "8"), (huyen, "comment", "Chăm."))

    assert make.states(saved) == ["refused", "saved", "saved"]
    assert "được miễn" in saved.cells[0]["message"]


def test_exempting_somebody_who_is_not_in_the_class_is_not_found(room: make.Classroom) -> None:
    with make.working_as(room.principal) as scope, pytest.raises(NotFound):
        services.set_basis(
            scope,
            book_id=room.book(),
            student_ids=[room.principal.person_id],
            basis=3,
            reason="Miễn theo giấy của bệnh viện",
        )


def test_too_many_cells_are_refused_whole(room: make.Classroom, lan: Any) -> None:
    with make.working_as(lan) as scope, pytest.raises(services.entry.TooManyCells):
        services.enter_marks(scope, book_id=room.book(), cells=[Cell(1, "tx1", "7", "")] * 4001, request_id="nhiều")

    assert make.nothing_was_written()


def statements_of_a_save(pupils: int, columns: tuple[str, ...]) -> tuple[int, int]:
    names = tuple(f"Trần Thị Bé {n}" for n in range(pupils))
    room = make.a_classroom(pupils=names)
    teacher = make.teacher_of(room)
    cells = [Cell(p, column, "7", "") for p in room.pupils for column in columns]
    with CaptureQueriesContext(connection) as seen, make.working_as(teacher) as scope:
        started = len(seen)
        saved = services.enter_marks(scope, book_id=room.book(), cells=cells, request_id=f"r{pupils}")
        used = len(seen) - started
    assert make.states(saved) == ["saved"] * len(cells)
    return used, len(make.rows_of("gradebook_markhistory"))


def test_a_save_takes_three_statements_for_a_few_pupils_and_five_for_a_class_of_any_size() -> None:
    everything = ("tx1", "tx2", "tx3", "tx4", "gk", "ck")

    few, few_rows = statements_of_a_save(reading.FEW, everything)
    five, five_rows = statements_of_a_save(5, everything)
    many, many_rows = statements_of_a_save(45, everything)

    assert (few, five, many) == (3, 5, 5)
    assert (few_rows, five_rows - few_rows, many_rows - five_rows) == (24, 30, 270)


def test_a_column_of_a_class_leaves_the_other_cells_as_they_stand() -> None:
    room = make.a_classroom(pupils=tuple(f"Trần Thị Bé {n}" for n in range(reading.FEW + 3)))
    lan, (first, *others) = make.teacher_of(room), room.pupils
    make.type_in(lan, room.book(), *((p, "tx1", "6") for p in others), *((p, "gk", "8") for p in others))

    make.type_in(lan, room.book(), *((p, "tx2", "9") for p in room.pupils))
    make.type_in(lan, room.book(), *((p, "tx1", "7", "6") for p in others), (first, "tx1", "10"))
    last = make.type_in(lan, room.book(), *((p, "ck", "8") for p in room.pupils))

    stored = make.rows_of("gradebook_mark", "student_id, tx1, tx2, tx3, gk, ck, average, version", "student_id")
    assert stored == [
        (first, 100, 90, None, None, 80, None, 4),
        *((p, 70, 90, None, 80, 80, 80, 4) for p in others),
    ]
    assert last.rows[str(others[0])] == {"average": "8,0*"}
    assert len(make.rows_of("gradebook_markhistory")) == 2 * len(others) + 3 * len(room.pupils)


def test_a_class_and_one_pupil_of_it_come_to_the_same_results() -> None:
    names = tuple(f"Trần Thị Bé {n}" for n in range(reading.FEW + 3))
    results = []
    for at_once in (True, False):
        room = make.a_classroom(name=f"8A{at_once}", pupils=names)
        lan = make.teacher_of(room)
        for column in ("tx1", "tx2", "tx3", "tx4", "gk", "ck"):
            cells = [(p, column, str(n + 3)) for n, p in enumerate(room.pupils)]
            for part in [cells] if at_once else [[cell] for cell in cells]:
                make.type_in(lan, room.book(), *part)
        results.append(
            make.rows_of(
                f"gradebook_result WHERE class_id = {room.class_id}",
                "term, learning, conduct, title, missing, provisional",
                "term, student_id",
            )
        )

    assert len(results[0]) == 2 * len(names)
    assert results[0] == results[1]


def test_answers_kept_for_repeats_are_forgotten_after_a_month(room: make.Classroom, lan: Any) -> None:
    make.type_in(lan, room.book(), (room.pupils[0], "tx1", "7"))
    make.type_in(lan, room.book(), (room.pupils[0], "tx2", "8"))
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gradebook_savedrequest SET at = at - interval '31 days' WHERE id = (SELECT min(id) FROM gradebook_savedrequest)"
        )

    assert services.forget_old_answers() == 1
    assert services.forget_old_answers() == 0

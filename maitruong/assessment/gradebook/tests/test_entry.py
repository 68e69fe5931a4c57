"""Typing into a book: what is saved, what is refused, what two hands at one cell are told."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maitruong.assessment.gradebook import services
from maitruong.assessment.gradebook.errors import BookClosed, YearClosed
from maitruong.assessment.gradebook.tests import factories as make
from maitruong.assessment.gradebook.types import Cell
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.registry.calendar.models import SchoolYear
from tests import factories as house

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> make.Classroom:
    return make.a_classroom()


@pytest.fixture
def lan(room: make.Classroom) -> Any:
    return make.teacher_of(room)


def nothing_was_written() -> bool:
    return not any(
        make.rows_of(table)
        for table in (
            "gradebook_mark",
            "gradebook_markhistory",
            "gradebook_result",
            "events_outbox WHERE kind LIKE '%entered'",
        )
    )


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


@pytest.mark.parametrize("subject", ["NV", "LSDL"])
def test_teacher_of_one_subject_cannot_enter_another(room: make.Classroom, lan: Any, subject: str) -> None:
    with pytest.raises(NotFound):
        make.type_in(lan, room.book(subject), (room.pupils[0], "tx1", "7"))

    assert nothing_was_written()


def test_teacher_of_another_class_gets_the_answer_for_a_book_that_does_not_exist(room: make.Classroom) -> None:
    other = make.add_class(room.department, room.commune, room.school, room.principal, 8, "8A1", ("Vũ Thị Hà",))
    stranger = make.teacher_of(other)

    with pytest.raises(NotFound) as hers:
        make.type_in(stranger, room.book(), (room.pupils[0], "tx1", "7"))
    with pytest.raises(NotFound) as nothing:
        make.type_in(stranger, 999_999, (room.pupils[0], "tx1", "7"))

    assert str(hers.value) == str(nothing.value)
    assert nothing_was_written()


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

    assert nothing_was_written()


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

    assert nothing_was_written()


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


def test_comment_subject_takes_letters_and_tells_its_outcome(room: make.Classroom) -> None:
    teacher = make.teacher_of(room, "GDTC", "Lê Văn Khoẻ")
    an = room.pupils[2]

    saved = make.type_in(
        teacher,
        room.book("GDTC"),
        (an, "tx1", "đ"),
        (an, "tx2", "CĐ"),
        (an, "gk", "Đạt"),
        (an, "ck", "7"),
        (an, "tx2", "Đ", "CĐ"),
    )
    last = make.type_in(teacher, room.book("GDTC"), (an, "ck", "Đ"))

    assert make.states(saved) == ["saved", "saved", "saved", "refused", "saved"]
    assert last.rows[str(an)] == {"outcome": "Đ"}
    assert make.rows_of("gradebook_mark", "tx1, tx2, gk, ck, outcome, average") == [(1, 1, 1, 1, 1, None)]


def test_a_comment_is_tidied_and_kept_by_its_own_service(room: make.Classroom, lan: Any) -> None:
    an = room.pupils[2]
    with make.working_as(lan) as scope:
        saved = services.enter_comment(
            scope, book_id=room.book(), student_id=an, text="  Tiến bộ   rõ. ", saw="", request_id="n1"
        )
        longer = services.enter_comment(
            scope, book_id=room.book(), student_id=an, text="a" * 1001, saw="Tiến bộ rõ.", request_id="n2"
        )

    assert saved.cells[0]["value"] == "Tiến bộ rõ."
    assert make.states(longer) == ["refused"]
    assert make.rows_of("gradebook_mark", "comment, average") == [("Tiến bộ rõ.", None)]


def test_primary_books_take_levels_and_whole_marks() -> None:
    room = make.a_classroom(grade=4, name="4A", levels=("02",))
    teacher = make.teacher_of(room, "TOAN")
    an = room.pupils[0]

    saved = make.type_in(
        teacher,
        room.book("TOAN", 4),
        (an, "level", "t"),
        (an, "test", "8,5"),
        (an, "test", "9"),
        service=services.enter_primary,
    )
    untested = make.type_in(
        make.teacher_of(room, "DD"), room.book("DD", 4), (an, "test", "9"), service=services.enter_primary
    )

    assert make.states(saved) == ["saved", "refused", "saved"]
    assert "số nguyên" in saved.cells[1]["message"]
    assert make.states(untested) == ["refused"]
    assert make.rows_of("gradebook_primarymark", "subject, moment, level, test") == [("TOAN", 4, 2, 90)]


def test_a_primary_year_comes_out_when_the_last_level_is_entered() -> None:
    room = make.a_classroom(grade=1, name="1A", levels=("02",), pupils=("Lý A Sính",))
    pupil = room.pupils[0]
    for subject in ("TV", "TOAN", "DD", "TNXH", "GDTC", "NT", "HDTN"):
        cells = [(pupil, "level", "T")] + ([(pupil, "test", "9")] if subject in ("TV", "TOAN") else [])
        make.type_in(make.teacher_of(room, subject), room.book(subject, 4), *cells, service=services.enter_primary)
    homeroom = make.homeroom_of(room)
    from maitruong.assessment.gradebook.rules.tt27_2020 import QUALITIES_AND_COMPETENCES as ALL

    before = make.rows_of("gradebook_result", "learning, missing")
    make.type_in(
        homeroom, room.book("quality", 4), *[(pupil, code, "T") for code in ALL], service=services.enter_primary
    )

    assert before == [(None, 15)]
    assert make.rows_of("gradebook_result", "term, learning, title, missing, act") == [
        (0, 3, "excellent", 0, "tt27_2020")
    ]


def test_only_the_homeroom_teacher_enters_conduct(room: make.Classroom, lan: Any) -> None:
    homeroom, an = make.homeroom_of(room), room.pupils[2]

    saved = make.type_in(
        homeroom,
        room.book("conduct", 1),
        (an, "level", "khá"),
        (an, "comment", "Lễ phép."),
        service=services.enter_conduct,
    )

    assert [c["value"] for c in saved.cells] == ["K", "Lễ phép."]
    assert make.rows_of("gradebook_conduct", "term, level, comment") == [(1, 2, "Lễ phép.")]
    assert {row[0] for row in make.rows_of("gradebook_result", "term")} == {0, 1}
    for stranger in (lan, room.principal):
        with pytest.raises(NotFound):
            make.type_in(stranger, room.book("conduct", 1), (an, "level", "T"), service=services.enter_conduct)


def test_too_many_cells_are_refused_whole(room: make.Classroom, lan: Any) -> None:
    with make.working_as(lan) as scope, pytest.raises(services.entry.TooManyCells):
        services.enter_marks(scope, book_id=room.book(), cells=[Cell(1, "tx1", "7", "")] * 4001, request_id="nhiều")

    assert nothing_was_written()


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


def test_a_save_takes_three_statements_for_five_pupils_and_for_forty_five() -> None:
    everything = ("tx1", "tx2", "tx3", "tx4", "gk", "ck")

    few, few_rows = statements_of_a_save(5, everything)
    many, many_rows = statements_of_a_save(45, everything)

    assert (few, many) == (3, 3)
    assert (few_rows, many_rows - few_rows) == (30, 270)


def test_answers_kept_for_repeats_are_forgotten_after_a_month(room: make.Classroom, lan: Any) -> None:
    make.type_in(lan, room.book(), (room.pupils[0], "tx1", "7"))
    make.type_in(lan, room.book(), (room.pupils[0], "tx2", "8"))
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gradebook_savedrequest SET at = at - interval '31 days' WHERE id = (SELECT min(id) FROM gradebook_savedrequest)"
        )

    assert services.forget_old_answers() == 1
    assert services.forget_old_answers() == 0

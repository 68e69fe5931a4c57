"""What books of each kind take: letters, comments, levels, whole marks, conduct."""

from __future__ import annotations

from typing import Any

import pytest

from maitruong.assessment.gradebook import services
from maitruong.assessment.gradebook.tests import factories as make
from maitruong.foundation.access.errors import NotFound

pytestmark = pytest.mark.django_db


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

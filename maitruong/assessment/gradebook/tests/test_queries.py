"""Reading the books: the page, what changed, why, lists, and what a family sees."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maitruong.assessment.gradebook import queries, services
from maitruong.assessment.gradebook.tests import factories as make
from maitruong.assessment.gradebook.types import Cell
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.kernel import clock
from tests import factories as house

pytestmark = pytest.mark.django_db

SUBJECTS = ("NV", "TOAN", "NN1", "GDCD", "LSDL", "KHTN", "CN", "TH")
COMMENTS = ("GDTC", "NT", "HDTNHN", "GDDP")


def judge_term(room: make.Classroom, pupil: int, term: int, marks: tuple[str, ...], conduct: str = "T") -> None:
    """Every book of a term for one pupil: the same mark in every cell of a subject, so that it is the average."""
    needed = {"GDCD": 2, "TH": 2, "CN": 3}
    for subject, mark in zip(SUBJECTS, marks, strict=True):
        columns = [f"tx{n}" for n in range(1, needed.get(subject, 4) + 1)] + ["gk", "ck"]
        make.type_in(make.teacher_of(room, subject), room.book(subject, term), *[(pupil, c, mark) for c in columns])
    for subject in COMMENTS:
        cells = [(pupil, column, "Đ") for column in ("tx1", "tx2", "gk", "ck")]
        make.type_in(make.teacher_of(room, subject), room.book(subject, term), *cells)
    make.type_in(
        make.homeroom_of(room), room.book("conduct", term), (pupil, "level", conduct), service=services.enter_conduct
    )


ALMOST = ("8,5", "8,5", "8,5", "8,5", "8,5", "8,5", "8,5", "4")  # E11 of the worked examples: Đạt, raised to Khá


def test_pupils_stand_in_vietnamese_order_by_given_name(room: make.Classroom) -> None:
    with make.working_as(room.principal) as scope:
        page = queries.book_page(scope, book_id=room.book())

    assert [row.name for row in page.rows] == ["Trần Minh An", "Nguyễn Phạm Khánh Huyền", "Lý A Sính"]
    assert [column.label for column in page.columns] == ["TX1", "TX2", "TX3", "TX4", "GK", "CK", "ĐTB", "Nhận xét"]


@pytest.mark.parametrize("kind", ["TOAN", "conduct"])
def test_a_page_takes_two_statements_for_five_pupils_and_for_forty_five(kind: str) -> None:
    used = []
    for count in (5, 45):
        room = make.a_classroom(pupils=tuple(f"Trần Thị Bé {n}" for n in range(count)))
        with make.working_as(room.principal) as scope, CaptureQueriesContext(connection) as seen:
            page = queries.book_page(scope, book_id=room.book(kind))
            used.append(len(seen))
            assert len(page.rows) == count

    assert used == [2, 2]


def test_more_regular_marks_than_owed_get_their_columns(room: make.Classroom) -> None:
    teacher = make.teacher_of(room)
    make.type_in(teacher, room.book(), (room.pupils[0], "tx5", "9"))

    with make.working_as(teacher) as scope:
        page = queries.book_page(scope, book_id=room.book())

    assert [c.key for c in page.columns][:5] == ["tx1", "tx2", "tx3", "tx4", "tx5"]


def test_who_has_left_stays_with_the_marks_and_takes_no_more(room: make.Classroom) -> None:
    teacher, an = make.teacher_of(room), room.pupils[2]
    make.type_in(teacher, room.book(), (an, "tx1", "9"))
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute("UPDATE enrolment_enrolment SET ends_on = '2026-10-01' WHERE student_id = %s", [an])

    with make.working_as(teacher) as scope:
        page = queries.book_page(scope, book_id=room.book())
    saved = make.type_in(teacher, room.book(), (an, "tx2", "9"))

    assert [(row.name, row.present) for row in page.rows][-1] == ("Trần Minh An", False)
    assert make.states(saved) == ["refused"]


def test_nothing_new_is_one_statement_and_none_told(room: make.Classroom) -> None:
    lan = make.teacher_of(room)
    make.type_in(lan, room.book(), (room.pupils[0], "tx1", "9"))

    with make.working_as(lan) as scope, CaptureQueriesContext(connection) as seen:
        assert queries.changes_since(scope, book_id=room.book(), kind="score", version=1) is None
        assert len(seen) == 1


def test_only_the_cells_somebody_changed_since_are_told_with_her_name(room: make.Classroom) -> None:
    lan, hoa = make.teacher_of(room), make.teacher_of(room, name="Trần Thị Hoa")
    huyen, sinh, _ = room.pupils
    make.type_in(lan, room.book(), (huyen, "tx1", "9"), (sinh, "tx1", "8"))
    make.type_in(hoa, room.book(), (huyen, "gk", "7,5"))

    with make.working_as(lan) as scope, CaptureQueriesContext(connection) as seen:
        changed = queries.changes_since(scope, book_id=room.book(), kind="score", version=1)
        assert len(seen) == 1

    assert changed is not None
    assert changed.as_dict()["etag"] == '"2"'
    assert changed.cells == [
        {"row": str(huyen), "column": "gk", "value": "7,5", "state": "saved", "by": "Trần Thị Hoa"}
    ]
    assert changed.rows == {str(huyen): {"average": ""}}


def test_changes_of_a_book_not_mine_are_not_found(room: make.Classroom) -> None:
    stranger = make.teacher_of(room, "NV")

    with make.working_as(stranger) as scope:
        for book, kind in ((room.book(), "score"), (room.book(), "conduct"), (999_999, "score"), (room.book(), "x")):
            with pytest.raises(NotFound):
                queries.changes_since(scope, book_id=book, kind=kind, version=0)


def test_the_level_of_a_term_and_its_reasons(room: make.Classroom) -> None:
    an = room.pupils[2]
    judge_term(room, an, 1, ALMOST)

    with make.working_as(make.homeroom_of(room)) as scope:
        results = queries.class_results(scope, class_id=room.class_id, term=1)
        (told,) = queries.why_level(scope, class_id=room.class_id, student_id=an, term=1)
    line = next(p for p in results.pupils if p.student_id == an)

    assert (line.learning, line.conduct, line.raised_by, line.missing) == ("Khá", "Tốt", "Tin học", 0)
    assert line.subjects["TOAN"] == "8,5" and line.subjects["GDTC"] == "Đ"
    assert told.shown == "Khá"
    assert "Điều 9, khoản 2" in told.source
    assert any("nâng một mức từ Đạt lên Khá" in text for text in told.lines())
    assert make.rows_of(
        "gradebook_result WHERE term = 1", "learning, learning_before, raised_by, conduct, act, settings_id"
    ) == [(2, 1, "TH", 3, "tt22_2021", "tt22_2021")]


def test_a_year_comes_out_with_its_title_when_the_last_mark_is_in(room: make.Classroom) -> None:
    an = room.pupils[2]
    judge_term(room, an, 1, ("9", "9", "9", "9", "9", "9", "8", "6,5"))
    halfway = make.rows_of(f"gradebook_result WHERE term = 0 AND student_id = {an}", "learning, missing")

    judge_term(room, an, 2, ("9,2", "9,2", "9,2", "9,2", "9,2", "9,2", "8", "6,5"))

    assert halfway == [(None, 12)]
    assert make.rows_of(
        f"gradebook_result WHERE term = 0 AND student_id = {an}", "learning, conduct, title, missing, provisional"
    ) == [(3, 3, "excellent", 0, False)]
    with make.working_as(room.principal) as scope:
        year = queries.class_results(scope, class_id=room.class_id, term=0)
        titles = queries.why_level(scope, class_id=room.class_id, student_id=an, term=0)
    line = next(p for p in year.pupils if p.student_id == an)
    assert (line.title, line.subjects["TOAN"], line.subjects["NT"]) == ("Học sinh Xuất sắc", "9,1", "Đ")
    assert [d.title for d in titles] == ["Kết quả học tập", "Kết quả rèn luyện cả năm", "Danh hiệu cuối năm"]


def test_an_exemption_leaves_the_subject_out_of_the_level(room: make.Classroom) -> None:
    an = room.pupils[2]
    judge_term(room, an, 1, ("8,5", "8,5", "8,5", "8,5", "8,5", "8,5", "8,5", "3"))
    before = make.rows_of("gradebook_result WHERE term = 1", "learning")

    with make.working_as(room.principal) as scope:
        services.set_basis(
            scope, book_id=room.book("TH"), student_ids=[an], basis=3, reason="Miễn theo giấy của bệnh viện"
        )

    assert (before, make.rows_of("gradebook_result WHERE term = 1", "learning")) == ([(1,)], [(3,)])
    assert len(make.rows_of("events_outbox WHERE kind = 'gradebook.results_changed'")) == 1


def test_results_of_a_class_take_three_statements_at_most(room: make.Classroom) -> None:
    judge_term(room, room.pupils[0], 1, ALMOST)

    with make.working_as(room.principal) as scope, CaptureQueriesContext(connection) as seen:
        queries.class_results(scope, class_id=room.class_id, term=1)
        assert len(seen) <= 3


def test_why_tells_the_formula_of_the_term_and_of_the_year(room: make.Classroom) -> None:
    an = room.pupils[2]
    judge_term(room, an, 1, ALMOST)
    judge_term(room, an, 2, ALMOST)

    with make.working_as(make.teacher_of(room)) as scope:
        told = queries.why(scope, book_id=room.book("TOAN", 2), student_id=an)

    assert [d.title for d in told] == ["Điểm trung bình môn học kì", "Điểm trung bình môn cả năm"]
    assert make.texts_of(room.principal, room.book("TOAN", 2))[an]["year"] == "8,5"


def test_a_subject_teacher_does_not_see_the_levels_of_the_class(room: make.Classroom) -> None:
    with make.working_as(make.teacher_of(room)) as scope:
        with pytest.raises(NotFound):
            queries.class_results(scope, class_id=room.class_id, term=1)
        with pytest.raises(NotFound):
            queries.why_level(scope, class_id=room.class_id, student_id=room.pupils[0], term=1)
        with pytest.raises(NotFound):
            queries.book_page(scope, book_id=room.book("conduct"))


def test_history_of_a_cell_says_who_when_from_what_to_what(room: make.Classroom) -> None:
    lan, an = make.teacher_of(room), room.pupils[2]
    make.type_in(lan, room.book(), (an, "tx1", "7"), (an, "tx2", "6"))
    make.type_in(lan, room.book(), (an, "tx1", "8", "7"))

    with make.working_as(lan) as scope:
        book = queries.open_book(scope, book_id=room.book())
        lines = queries.history(scope, book=book, student_id=an, cell="tx1")

    assert [(h.by, h.student, h.column, h.old, h.new) for h in lines] == [
        ("Nguyễn Thị Lan", "Trần Minh An", "thường xuyên 1", "7", "8"),
        ("Nguyễn Thị Lan", "Trần Minh An", "thường xuyên 1", "", "7"),
    ]


def test_each_sees_the_books_of_her_own_work(room: make.Classroom) -> None:
    lan, homeroom = make.teacher_of(room), make.homeroom_of(room)
    other = make.add_class(room.department, room.commune, room.school, room.principal, 8, "8A1", ("Vũ Thị Hà",))

    def seen(account: Any) -> list[tuple[str, str]]:
        with make.working_as(account) as scope:
            return [(b.class_name, b.subject) for b in queries.my_books(scope, school_year=2026, term=1)]

    assert seen(lan) == [("8A2", "TOAN")]
    assert len(seen(homeroom)) == 13 and {c for c, _ in seen(homeroom)} == {"8A2"}
    assert len(seen(room.principal)) == 26
    assert other.class_id


def test_the_principal_sees_who_has_not_finished(room: make.Classroom) -> None:
    lan = make.teacher_of(room)
    full = [(p, c, "8") for p in room.pupils for c in ("tx1", "tx2", "tx3", "tx4", "gk", "ck")]
    make.type_in(lan, room.book(), *full)
    make.type_in(make.teacher_of(room, "NV", "Trần Thị Hoa"), room.book("NV"), (room.pupils[0], "tx1", "8"))

    with make.working_as(room.principal) as scope, CaptureQueriesContext(connection) as asked:
        books = {b.subject: b for b in queries.books_of_school(scope, school_id=room.school, school_year=2026, term=1)}
        assert len(asked) == 2

    assert (books["TOAN"].state, books["TOAN"].finished, books["TOAN"].pupils) == ("full", 3, 3)
    assert (books["NV"].state, books["NV"].finished, books["NV"].teachers) == ("begun", 0, "Trần Thị Hoa")
    assert (books["GDCD"].state, books["GDCD"].teachers) == ("empty", "")
    with make.working_as(lan) as scope:
        assert queries.books_of_school(scope, school_id=room.school, school_year=2026, term=1) == []


def test_a_guardian_sees_her_own_child_and_no_other(room: make.Classroom) -> None:
    an, huyen = room.pupils[2], room.pupils[0]
    judge_term(room, an, 1, ALMOST)
    make.type_in(make.teacher_of(room), room.book(), (huyen, "tx1", "3"))
    guardian = house.a_guardian("Trần Mỹ Hạnh", child=an, school=room.school)

    with make.working_as(guardian) as scope:
        year = queries.family_marks(scope, student_id=an, school_year=2026)
        with pytest.raises(NotFound):
            queries.family_marks(scope, student_id=huyen, school_year=2026)
        with connection.cursor() as cursor:
            for table in ("mark", "conduct", "result"):
                cursor.execute(f"SELECT DISTINCT student_id FROM gradebook_{table}")
                assert cursor.fetchall() == [(an,)]
            cursor.execute(
                "SELECT (SELECT count(*) FROM gradebook_markhistory), (SELECT count(*) FROM gradebook_savedrequest)"
            )
            assert cursor.fetchone() == (0, 0)

    assert year is not None
    toan = next(s for s in year.subjects if s.subject == "TOAN")
    assert toan.cells[0] == ("TX1", "8,5") and toan.result == "8,5"
    assert (year.learning[1], year.conduct[1]) == ("Khá", ("Tốt", ""))
    assert year.class_name == "8A2"


def test_results_of_a_year_that_is_over_are_shown_and_made_again_though_nobody_sits_there_today() -> None:
    room = make.a_classroom()
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE enrolment_enrolment SET ends_on = '2027-05-31' WHERE school_class_id = %s", [room.class_id]
        )

    with clock.standing_still(dt.datetime(2027, 11, 22, tzinfo=clock.VIETNAM)), house.as_system() as scope:
        shown = queries.class_results(scope, class_id=room.class_id, term=0)
        made = services.recompute(scope, school_year=2026, school_ids=[room.school])

    assert len(shown.pupils) == len(room.pupils)
    assert made.results == 3 * len(room.pupils)


def a_year_later(room: make.Classroom) -> dt.datetime:
    """The class's year ended with its pupils' places; a summer and an autumn went by, and its teacher left the school."""
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE enrolment_enrolment SET ends_on = '2027-05-31' WHERE school_class_id = %s", [room.class_id]
        )
        cursor.execute("UPDATE timetable_assignment SET ends_on = '2027-05-31' WHERE class_id = %s", [room.class_id])
    return dt.datetime(2027, 11, 22, tzinfo=clock.VIETNAM)


def test_a_book_of_a_year_that_is_over_still_shows_its_class_and_its_teacher(room: make.Classroom) -> None:
    teacher = make.teacher_of(room)
    make.type_in(teacher, room.book(), (room.pupils[0], "tx1", "9"))

    with clock.standing_still(a_year_later(room)), house.as_system() as scope:
        page = queries.book_page(scope, book_id=room.book())
        books = {b.subject: b for b in queries.books_of_school(scope, school_id=room.school, school_year=2026, term=1)}
        present = queries.present_pupils(page.book)

    assert [row.present for row in page.rows] == [True] * 3 and len(present) == 3
    assert page.teachers == ("Nguyễn Thị Lan",)
    assert (books["TOAN"].pupils, books["TOAN"].teachers) == (3, "Nguyễn Thị Lan")


def test_an_open_book_takes_marks_of_its_class_after_the_last_day_of_the_year(room: make.Classroom) -> None:
    cell = Cell(room.pupils[0], "tx1", "9", "")

    with clock.standing_still(a_year_later(room)), house.as_system() as scope:
        saved = services.enter_marks(scope, book_id=room.book(), cells=[cell], request_id="sau-ngay-31-5")

    assert make.states(saved) == ["saved"]


def test_a_book_of_a_year_that_is_over_is_judged_by_the_act_of_its_own_year(room: make.Classroom) -> None:
    an = room.pupils[2]
    judge_term(room, an, 1, ALMOST)

    with clock.standing_still(dt.datetime(2039, 1, 10, tzinfo=clock.VIETNAM)), house.as_system() as scope:
        told = queries.why_level(scope, class_id=room.class_id, student_id=an, term=1)

    assert "22/2021" in told[0].source

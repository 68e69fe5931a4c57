"""A pupil changes school in the running year: his marks follow into the new class's books (worked examples V9, V10)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from maitruong.assessment.gradebook import queries, services
from maitruong.assessment.gradebook.services.moving import carry_marks
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.people import services as people
from maitruong.registry.enrolment import services as seats
from maitruong.registry.enrolment.models import Enrolment
from tests import factories as base

from . import factories as make

pytestmark = pytest.mark.django_db
YEAR = 2026


@pytest.fixture
def two() -> tuple[make.Classroom, make.Classroom]:
    old = make.a_classroom()
    school = base.a_school(old.commune, "THCS Vĩnh Bảo")
    head = base.a_principal(school, "Bùi Thị Hoa")
    new = make.add_class(old.department, old.commune, school, head, 8, "8B1", ("Vũ Thị Hà",))
    return old, new


def move(old: make.Classroom, new: make.Classroom, pupil: int) -> Any:
    """What receiving does with the seat, then the marks."""
    with base.as_system() as scope:
        seat = Enrolment._base_manager.get(student_id=pupil, ends_on__isnull=True)
        seats.end_enrolment(
            scope, enrolment_id=seat.pk, ends_on=dt.date(2026, 11, 19), status="transferred_out", why="chuyển"
        )
        people.known_at([pupil], new.school)
        seats.enrol(scope, student_id=pupil, class_id=new.class_id, starts_on=dt.date(2026, 11, 20))
        return carry_marks(pupil, old.school, old.class_id, new.school, new.class_id, YEAR)


def test_v9_marks_of_both_schools_make_the_average_of_the_term(two: tuple[make.Classroom, make.Classroom]) -> None:
    old, new = two
    pupil = old.pupils[0]
    make.type_in(make.teacher_of(old), old.book(), (pupil, "tx1", "8"), (pupil, "tx2", "7"))

    carried = move(old, new, pupil)

    assert (carried.cells, carried.subjects, carried.left_out) == (2, 1, ())
    lan = make.teacher_of(new, name="Trần Thị Mới")
    make.type_in(lan, new.book(), (pupil, "tx3", "9"), (pupil, "gk", "7"), (pupil, "ck", "8,5"))
    shown = make.texts_of(lan, new.book())[pupil]
    assert (shown["tx1"], shown["tx2"], shown["tx3"]) == ("8", "7", "9")
    assert shown["average"].rstrip("*") == "7,9", "63,5 / 8 = 7,9375"


def test_v10_the_first_terms_average_is_carried_and_counts_once(two: tuple[make.Classroom, make.Classroom]) -> None:
    old, new = two
    pupil = old.pupils[0]
    marks = [("tx1", "7"), ("tx2", "7"), ("tx3", "7"), ("tx4", "7"), ("gk", "7"), ("ck", "7,5")]
    before = make.teacher_of(old)
    make.type_in(before, old.book(), *[(pupil, cell, value) for cell, value in marks])
    assert make.texts_of(before, old.book())[pupil]["average"].rstrip("*") == "7,2", "64,5 / 9"

    move(old, new, pupil)

    lan = make.teacher_of(new, name="Trần Thị Mới")
    second = [("tx1", "8"), ("tx2", "8"), ("tx3", "7,5"), ("tx4", "7,5"), ("gk", "8"), ("ck", "7,7")]
    make.type_in(lan, new.book(term=2), *[(pupil, cell, value) for cell, value in second])
    shown = make.texts_of(lan, new.book(term=2))[pupil]
    assert shown["average"].rstrip("*") == "7,8"
    assert shown["year"].rstrip("*") == "7,6", "(7,2 + 2 x 7,8) / 3"


def test_the_old_school_keeps_what_it_wrote_and_the_copy_has_its_history(
    two: tuple[make.Classroom, make.Classroom],
) -> None:
    old, new = two
    pupil = old.pupils[0]
    make.type_in(make.teacher_of(old), old.book(), (pupil, "tx1", "8"), (pupil, "comment", "chăm"))
    before = make.rows_of("gradebook_mark", "school_id, tx1, comment, updated_at")

    move(old, new, pupil)

    assert [
        row for row in make.rows_of("gradebook_mark", "school_id, tx1, comment, updated_at") if row[0] == old.school
    ] == before
    told = make.rows_of(f"gradebook_markhistory WHERE school_id = {new.school}", "cell, old, new, by_person", "1")
    assert told == [("comment", None, "chăm", None), ("tx1", None, "8", None)]
    with unit_of_work(base.scope_of(new.principal)):
        assert [
            row.student_id
            for row in queries.book_page(base.scope_of(new.principal), book_id=new.book()).rows
            if row.cells["tx1"]
        ] == [pupil]


def test_what_the_new_class_wrote_first_stays_and_twice_is_once(two: tuple[make.Classroom, make.Classroom]) -> None:
    old, new = two
    pupil = old.pupils[0]
    make.type_in(make.teacher_of(old), old.book(), (pupil, "tx1", "8"))
    move(old, new, pupil)
    rows = make.rows_of("gradebook_mark", "school_id, subject, term, student_id, tx1", "1, 2, 3, 4")
    with base.as_system():
        again = carry_marks(pupil, old.school, old.class_id, new.school, new.class_id, YEAR)
    assert again.cells == 0
    assert make.rows_of("gradebook_mark", "school_id, subject, term, student_id, tx1", "1, 2, 3, 4") == rows


def test_the_family_reads_each_mark_once(two: tuple[make.Classroom, make.Classroom]) -> None:
    old, new = two
    pupil = old.pupils[0]
    make.type_in(make.teacher_of(old), old.book(), (pupil, "tx1", "8"))
    mother = base.a_guardian("Nguyễn Thị Mẹ", child=pupil, school=old.school)
    move(old, new, pupil)
    base.a_post(mother.person_id, "guardian", new.school, student_ids=[pupil])
    scope = base.scope_of(mother)
    with unit_of_work(scope):
        year = queries.family_marks(scope, student_id=pupil, school_year=YEAR)
        assert year is not None
        assert [(s.subject, s.cells) for s in year.subjects if s.cells] == [("TOAN", [("TX1", "8")])]


def test_results_stand_as_if_they_were_made_again(two: tuple[make.Classroom, make.Classroom]) -> None:
    old, new = two
    pupil = old.pupils[0]
    make.type_in(make.teacher_of(old), old.book(), (pupil, "tx1", "8"), (pupil, "gk", "6"))
    move(old, new, pupil)
    with base.as_system() as scope:
        assert services.recompute(scope, school_year=YEAR, school_ids=[new.school]).differences == 0

"""What is made for a whole school at once equals what is made class by class and save by save."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.db import connection

from maitruong.assessment.gradebook import services
from maitruong.assessment.gradebook.rules.tt27_2020 import QUALITIES_AND_COMPETENCES
from maitruong.assessment.gradebook.tests import factories as make
from maitruong.assessment.gradebook.tests.test_twin import a_lived_year, move
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.kernel import clock
from maitruong.registry.enrolment.models import SchoolClass
from tests import factories as house

pytestmark = pytest.mark.django_db

RESULT = "term, student_id, grade, learning, learning_before, raised_by, conduct, title, missing, provisional, act"
BOOK = (
    "subject, subject_name, position, term, moment, grade, kind, periods_per_year, regular_needed, cluster, tested, act,"
    " settings_id"
)


def recompute(school: int, *, apply: bool = False) -> services.Differences:
    with house.as_system() as scope:
        return services.recompute(scope, school_year=2026, school_ids=[school], apply=apply)


# --- primary results -----------------------------------------------------------------------------------------------------


def a_primary_year() -> make.Classroom:
    """A fourth grade at the end of its year: every overall level, an exemption, empty cells, one who came from another class."""
    room = make.a_classroom(grade=4, name="4A", levels=("02",), pupils=tuple(f"Trần Thị Bé {n}" for n in range(9)))
    before = make.add_class(room.department, room.commune, room.school, room.principal, 4, "4B", ("Vũ Thị Hà",))
    chance = random.Random(5)
    assess(before, chance)
    move(before.pupils[0], before.class_id, room.class_id)
    room.pupils.append(before.pupils[0])
    assess(room, chance)
    with make.working_as(room.principal) as scope:
        services.set_basis(
            scope,
            book_id=room.book("GDTC", 4),
            student_ids=[room.pupils[1]],
            basis=3,
            reason="Miễn theo giấy bệnh viện",
        )
    return room


def assess(room: make.Classroom, chance: random.Random) -> None:
    """Levels and tests of the end of the year: the first pupils excellent, the last ones failing or without a level."""
    subjects = [subject for subject, moment in room.books if moment == 4 and subject != "quality"]
    tested = {"TV", "TOAN", "NN1", "LSDL", "KH", "THCN"}
    for subject in subjects:
        cells = []
        for place, pupil in enumerate(room.pupils):
            level, test = (("T", "10"), ("T", "8"), ("H", "6"), ("H", "5"))[place % 4]
            if place == 7 and subject == "TOAN":
                level, test = "C", "3"
            if (place == 8 and subject == "TV") or (place == 9 and subject == "NT"):
                continue  # nothing written; of who came from another class what was written there counts
            cells.append((pupil, "level", level))
            if subject in tested and not (place == 6 and subject == "KH"):
                cells.append((pupil, "test", test))
        teacher = make.teacher_of(room, subject)
        make.type_in(teacher, room.book(subject, 4), *cells, service=services.enter_primary)
    qualities = [
        (pupil, code, "Đ" if chance.random() < 0.05 else "T")
        for pupil in room.pupils
        for code in QUALITIES_AND_COMPETENCES
    ]
    make.type_in(make.homeroom_of(room), room.book("quality", 4), *qualities, service=services.enter_primary)


def test_primary_results_kept_by_the_saves_are_what_the_twin_makes_of_the_school() -> None:
    room = a_primary_year()

    found = recompute(room.school)

    assert (found.results, found.differences) == (10, 0)
    assert len(set(make.rows_of("gradebook_result", "learning"))) >= 4


def test_primary_results_that_were_lost_or_spoiled_are_made_again_as_they_were() -> None:
    room = a_primary_year()
    here = f"gradebook_result WHERE class_id = {room.class_id}"
    before = make.rows_of(here, RESULT, "student_id")
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gradebook_result SET learning = 3, title = 'excellent' WHERE learning = 1 AND class_id = %s",
            [room.class_id],
        )
        spoiled = cursor.rowcount

    told = recompute(room.school)
    put_right = recompute(room.school, apply=True)

    assert told.results_different == put_right.results_different == spoiled > 0
    assert make.rows_of(here, RESULT, "student_id") == before
    assert recompute(room.school).differences == 0


def test_first_results_of_a_primary_school_are_those_the_saves_made() -> None:
    room = a_primary_year()
    here = f"gradebook_result WHERE class_id = {room.class_id}"
    before = make.rows_of(here, RESULT, "student_id")
    with house.as_system() as scope, connection.cursor() as cursor:
        cursor.execute("DELETE FROM gradebook_result")

        made = services.make_results(scope, school_year=2026, school_ids=[room.school])

    says = [row for row in before if row[RESULT.split(", ").index("learning")] is not None]
    assert make.rows_of(here, RESULT, "student_id") == says
    assert (made.results, made.results_different) == (10, len(says))
    assert recompute(room.school).differences == 0


def test_a_primary_class_before_its_last_books_were_begun_gets_no_result() -> None:
    room = make.a_classroom(grade=4, name="4A", levels=("02",))
    teacher = make.teacher_of(room, "TOAN")
    make.type_in(teacher, room.book("TOAN", 1), (room.pupils[0], "level", "T"), service=services.enter_primary)

    assert recompute(room.school, apply=True).results == 0
    assert make.rows_of("gradebook_result") == []


# --- books and marks of a school at once ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grade", "chosen"),
    [
        (3, {}),
        (8, {}),
        (10, {"electives": ("VL", "HH", "SH", "TH"), "clusters": ("TOAN", "VL", "HH")}),
    ],
)
def test_books_opened_for_a_school_are_those_opened_class_by_class(
    grade: int, chosen: dict[str, tuple[str, ...]]
) -> None:
    level = "02" if grade <= 5 else "03" if grade <= 9 else "04"
    room = make.a_classroom(grade=grade, name="A", levels=(level,), **chosen)
    other, _ = house.a_class(room.school, "B", grade=grade)
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE enrolment_schoolclass SET (electives, clusters) = (SELECT electives, clusters FROM enrolment_schoolclass"
            " WHERE id = %s) WHERE id = %s",
            [room.class_id, other],
        )

    with house.as_system() as scope:
        made = services.open_year(scope, school_id=room.school, school_year=2026)
        again = services.open_year(scope, school_id=room.school, school_year=2026)

    one, two = (make.rows_of(f"gradebook_markbook WHERE class_id = {c}", BOOK, BOOK) for c in (room.class_id, other))
    assert (made, again) == (len(one), 0)
    assert one == two
    sheets = make.rows_of("gradebook_classsheet", "grade, subjects::text, act, settings_id", "class_id")
    assert sheets[0] == sheets[1]


def test_books_of_a_year_that_is_over_are_opened_closed() -> None:
    room = make.a_classroom()
    other, _ = house.a_class(room.school, "8A3")
    moment = dt.datetime(2027, 1, 20, 17, tzinfo=clock.VIETNAM)

    with house.as_system() as scope:
        services.open_year(scope, school_id=room.school, school_year=2026, closed={1: moment})

    closed = make.rows_of(f"gradebook_markbook WHERE class_id = {other}", "DISTINCT term, closed_at", "term")
    assert closed == [(0, None), (1, moment), (2, None)]


@pytest.mark.parametrize("by", ["class", "school"])
def test_a_class_of_a_centre_gets_the_books_of_the_continuing_programme(by: str) -> None:
    centre = house.a_school(house.a_department(), "Trung tâm GDTX Hải An", levels=("05",))
    other, _ = house.a_class(centre, "10C1", grade=10)

    with house.as_system() as scope:
        SchoolClass._base_manager.filter(pk=other).update(electives=["DL", "GDKTPL", "TH", "CNCN"])
        if by == "class":
            services.open_books(scope, class_id=other)
        else:
            services.open_year(scope, school_id=centre, school_year=2026)

    subjects = make.rows_of(f"gradebook_markbook WHERE class_id = {other}", "DISTINCT subject")
    continuing = {"NV", "TOAN", "LS", "HDTNHN", "GDDP", "DL", "GDKTPL", "TH", "CNCN"}
    assert {subject for (subject,) in subjects} == continuing | {""}


LOADED = """CREATE TEMP TABLE loaded (school_year smallint, class_id bigint, subject text, term smallint, student_id bigint,
  tx1 smallint, tx2 smallint, tx3 smallint, tx4 smallint, tx5 smallint, tx6 smallint, cd smallint, gk smallint, ck smallint,
  comment text) ON COMMIT DROP"""
CELLS = "tx1, tx2, tx3, tx4, tx5, tx6, cd, gk, ck"


def test_marks_loaded_for_a_school_have_the_averages_that_saves_would_have_made() -> None:
    room = a_lived_year()
    school = house.a_school(room.commune, name="THCS Thứ hai", levels=("03",))
    other, pupils = house.a_class(school, "8A2", pupils=tuple(f"Em {n}" for n in range(len(room.pupils))))
    twin_of = dict(zip(room.pupils, pupils, strict=True))
    # A pupil marked absent has no mark: what is loaded knows only marks and empty cells.
    cells = ", ".join(f"NULLIF({name}, -1)" for name in CELLS.split(", "))
    where = f"class_id = {room.class_id} AND basis = 0 AND NOT (subject = 'GDTC' AND term = 1)"

    with house.as_system() as scope, connection.cursor() as cursor:
        services.open_year(scope, school_id=school, school_year=2026)
        cursor.execute(LOADED)
        for old, new in twin_of.items():
            cursor.execute(
                f"INSERT INTO loaded SELECT 2026, %s, subject, term, %s, {cells}, comment FROM gradebook_mark"
                f" WHERE {where} AND student_id = %s",
                [other, new, old],
            )
        count = services.load_marks(
            scope, school_id=school, school_year=2026, source="loaded", at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
        )

    columns = f"subject, term, {cells}, average, outcome, provisional"
    saved = make.rows_of(f"gradebook_mark WHERE {where}", f"student_id, {columns}", "student_id, subject, term")
    loaded = make.rows_of(
        f"gradebook_mark WHERE class_id = {other}", f"student_id, {columns}", "student_id, subject, term"
    )
    assert count == len(loaded) > 100
    assert sorted(loaded) == sorted((twin_of[row[0]], *row[1:]) for row in saved)
    assert recompute(school).marks_different == 0


def test_nobody_but_the_house_opens_or_loads_a_school_at_once() -> None:
    room = make.a_classroom()

    with make.working_as(room.principal) as scope:
        with pytest.raises(NotFound):
            services.open_year(scope, school_id=room.school, school_year=2026)
        with pytest.raises(NotFound):
            services.load_marks(
                scope, school_id=room.school, school_year=2026, source="loaded", at=dt.datetime.now(dt.UTC)
            )

"""Whom another school knows comes by number and name only when that school let him go; page and list answer alike (ADR 0011)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.exchange.models import ImportProblem
from maitruong.foundation.exchange.tests.files import plain_workbook
from maitruong.foundation.people import services as people
from maitruong.foundation.people.models import Person
from maitruong.registry.enrolment.models import Enrolment
from maitruong.registry.students import services as students
from maitruong.registry.students.errors import NotLetGo
from maitruong.registry.students.models import Guardianship, Student
from tests import factories as make

from .lists import HEADER, check, take

CHILD, GROWN_UP = dt.date(2013, 9, 15), dt.date(2005, 9, 15)
NUMBER = {CHILD: "020213001234", GROWN_UP: "020205001234"}
NAME = "Nông Đức Dũng"
#: What the other school wrote: (born, the last place as grade, school year, status, ended; or no place).
STAYS = {
    "no place this year": (CHILD, (6, 2025, "enrolled", False)),
    "a place this year": (CHILD, (6, 2026, "enrolled", False)),
    "last year's place over with the year": (CHILD, (6, 2025, "enrolled", True)),
    "suspended for a while": (CHILD, (6, 2026, "suspended", True)),
    "never seated": (CHILD, None),
    "gone long ago and grown up": (GROWN_UP, (10, 2020, "transferred_out", True)),
    "through the last grade long ago and grown up": (GROWN_UP, (9, 2019, "enrolled", True)),
}
LEAVES = {
    "written as leaving this year": (CHILD, (6, 2026, "transferred_out", True)),
    "written as leaving years ago": (CHILD, (3, 2022, "TRANSFERRED_OUT", True)),
    "through the last grade last year": (CHILD, (5, 2025, "enrolled", False)),
    "grown up and just left": (GROWN_UP, (11, 2025, "dropped_out", True)),
}


def known_at_the_neighbour(place: SimpleNamespace, born: dt.date, last: tuple[Any, ...] | None) -> int:
    with make.as_system() as system:
        person = people.register_person(
            system, full_name=NAME, places=[place.neighbour], born_on=born, sex="male", citizen_number=NUMBER[born]
        )
        Student(person_id=person, places=[place.neighbour]).save()
    if last is not None:
        grade, year, status, ended = last
        class_id, _ = make.a_class(place.neighbour, "lớp cũ", grade=grade, year=year)
        with make.as_system():
            Enrolment(
                school_id=place.neighbour,
                school_year=year,
                school_class_id=class_id,
                student_id=person,
                status=status,
                starts_on=dt.date(year, 9, 5),
                ends_on=dt.date(year, 10, 1) if ended else None,
            ).save()
    return person


def by_the_page(place: SimpleNamespace, born: dt.date) -> str:
    with unit_of_work(place.clerk):
        _, problem = students.attempt_number(
            place.clerk,
            lambda: students.register_student(
                place.clerk, school_id=place.school, full_name=NAME, born_on=born, citizen_number=NUMBER[born]
            ),
            school_id=place.school,
        )
    return problem.code if problem else ""


def by_the_list(place: SimpleNamespace, born: dt.date, folder: Path) -> str:
    row = [1, NAME, f"{born:%d/%m/%Y}", "Nam", "8A2", NUMBER[born], "Tày", "", "", "", ""]
    batch_id = take(place.clerk, place.school, plain_workbook(folder / "a.xlsx", [HEADER, row]))
    check(place.clerk, batch_id)
    with make.as_system():
        codes = ImportProblem._base_manager.filter(batch_id=batch_id, severity="error").values_list("code", flat=True)
        return ", ".join(codes)


@pytest.mark.parametrize("way", ["page", "list"])
@pytest.mark.parametrize("case", STAYS)
def test_whom_another_school_knows_and_did_not_let_go_is_claimed_by_nobody(
    place: SimpleNamespace, tmp_path: Path, case: str, way: str
) -> None:
    born, last = STAYS[case]
    person = known_at_the_neighbour(place, born, last)

    told = by_the_page(place, born) if way == "page" else by_the_list(place, born, tmp_path)

    assert told == "students.not_let_go"
    with make.as_system():
        assert Person._base_manager.get(pk=person).places == [place.neighbour]
        assert Student._base_manager.get(pk=person).places == [place.neighbour]
        assert Entry._base_manager.filter(action="students.number_of_another", school_id=place.school).count() == 1
    with unit_of_work(place.clerk):
        assert not Person._base_manager.filter(pk=person).exists()


@pytest.mark.parametrize("way", ["page", "list"])
@pytest.mark.parametrize("case", LEAVES)
def test_whom_the_other_school_let_go_brings_his_dossier_along(
    place: SimpleNamespace, tmp_path: Path, case: str, way: str
) -> None:
    born, last = LEAVES[case]
    person = known_at_the_neighbour(place, born, last)

    told = by_the_page(place, born) if way == "page" else by_the_list(place, born, tmp_path)

    assert told == ""
    if way == "page":
        with make.as_system():
            assert Student._base_manager.get(pk=person).places == [place.neighbour, place.school]


def test_a_former_pupil_who_answers_for_a_child_now_is_nobodys_pupil(place: SimpleNamespace) -> None:
    person = known_at_the_neighbour(place, *LEAVES["grown up and just left"])
    with make.as_system():
        Guardianship(
            school_id=place.neighbour,
            student_id=place.their_pupil,
            guardian_id=person,
            relation="FATHER",
            starts_on=dt.date(2026, 9, 5),
        ).save()

    assert by_the_page(place, GROWN_UP) == NotLetGo.code


def test_the_answer_tells_a_pupil_who_stays_from_a_parent_by_no_word(place: SimpleNamespace) -> None:
    with make.as_system() as system:
        people.register_person(system, full_name=NAME, places=[place.neighbour], citizen_number=NUMBER[GROWN_UP])
    known_at_the_neighbour(place, *STAYS["a place this year"])

    assert by_the_page(place, GROWN_UP) == by_the_page(place, CHILD) == NotLetGo.code

"""A small real province for tests: a department, a commune, schools, people with posts. Names are invented."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from maitruong.foundation.access import queries as access
from maitruong.foundation.access import services as grants
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.identity.models import Account, Installation
from maitruong.foundation.kernel import vietnamese
from maitruong.foundation.organisations import services as organisations
from maitruong.foundation.people import services as people
from maitruong.registry.calendar.models import SchoolYear
from maitruong.registry.enrolment.models import Enrolment, SchoolClass
from maitruong.registry.schools.models import School
from maitruong.registry.staff.models import Employment
from maitruong.registry.students.models import Guardianship, Student
from maitruong.teaching.timetable.models import Assignment

FOUNDED = dt.date(2025, 7, 1)
TODAY = dt.date(2026, 11, 20)
SYSTEM = system_scope("test")
_numbers = itertools.count(1)


@contextmanager
def as_system() -> Iterator[Scope]:
    with unit_of_work(SYSTEM):
        yield SYSTEM


def a_department(kind: str = "demo") -> int:
    unit = organisations.found_unit(
        kind="department", code=f"S{next(_numbers)}", name="Sở GDĐT Hải Phòng", parent_id=None, on=FOUNDED
    )
    Installation.objects.get_or_create(
        pk=1, defaults={"kind": kind, "province_code": "31", "province_name": "Hải Phòng", "department_id": unit}
    )
    for year in (2025, 2026):
        SchoolYear.objects.get_or_create(
            year=year,
            defaults={
                "starts_on": dt.date(year, 9, 5),
                "ends_on": dt.date(year + 1, 5, 31),
                "term_two_starts_on": dt.date(year + 1, 1, 18),
            },
        )
    return unit


def a_commune(department: int, name: str = "Phường Lê Chân") -> int:
    return organisations.found_unit(
        kind="commune", code=f"C{next(_numbers)}", name=name, parent_id=department, on=FOUNDED
    )


def a_school(parent: int, name: str = "THCS Lê Chân", levels: tuple[str, ...] = ("03",)) -> int:
    unit = organisations.found_unit(kind="school", code=f"T{next(_numbers)}", name=name, parent_id=parent, on=FOUNDED)
    School.objects.create(pk=unit, levels=list(levels), school_type="THCS")
    return unit


def a_person(name: str, *places: int, born: dt.date | None = None, sex: str = "female") -> int:
    with as_system() as scope:
        return people.register_person(scope, full_name=name, places=places, born_on=born, sex=sex)


def a_post(person: int, role: str, unit: int, **limits: object) -> int:
    return grants.grant(person_id=person, role=role, unit_id=unit, valid_from=FOUNDED, **limits)  # type: ignore[arg-type]


def an_account(person: int, login: str | None = None, password: str | None = None) -> Account:
    account = Account(person_id=person, login=login or f"nguoi{next(_numbers)}")
    account.set_password(password)
    account.save()
    return account


def a_principal(school: int, name: str = "Đỗ Quang Minh") -> Account:
    person = a_person(name, school)
    a_post(person, "principal", school)
    return an_account(person)


def a_class(
    school: int, name: str = "8A2", *, pupils: tuple[str, ...] = (), grade: int = 8, year: int = 2026
) -> tuple[int, list[int]]:
    """A class with pupils; returns its id and the pupils' person ids in the given order."""
    with as_system() as scope:
        made = SchoolClass(school_id=school, school_year=year, grade=grade, name=name, sort_key=name)
        made.save()
        ids = []
        for pupil in pupils:
            person = people.register_person(
                scope, full_name=pupil, places=[school], born_on=dt.date(2018 - grade, 5, 4), sex="male"
            )
            Student(person_id=person, places=[school]).save()
            Enrolment(
                school_id=school, school_year=year, school_class=made, student_id=person, starts_on=dt.date(year, 9, 5)
            ).save()
            ids.append(person)
    return made.pk, ids


def a_teacher(school: int, name: str, *, class_id: int, subject: str, year: int = 2026) -> Account:
    person = a_person(name, school)
    a_post(person, "subject_teacher", school, class_ids=[class_id], subjects=[subject])
    with as_system():
        Assignment(
            school_id=school,
            school_year=year,
            class_id=class_id,
            subject=subject,
            teacher_id=person,
            starts_on=dt.date(year, 9, 5),
        ).save()
    return an_account(person)


def a_guardian(name: str, *, child: int, school: int) -> Account:
    person = a_person(name, school)
    a_post(person, "guardian", school, student_ids=[child])
    with as_system():
        Guardianship(
            school_id=school, student_id=child, guardian_id=person, relation="MOTHER", starts_on=FOUNDED
        ).save()
    return an_account(person)


def scope_of(account: Account, on: dt.date = TODAY) -> Scope:
    scope = access.scope_of(account.person_id, on=on, actor_name=vietnamese.tidy("Người thử"))
    assert scope is not None
    return scope


def an_employee(school: int, name: str, post: str = "teacher") -> int:
    """A person on the staff of a school; without any right yet."""
    person = a_person(name, school)
    with as_system():
        Employment(school_id=school, person_id=person, post=post, starts_on=FOUNDED).save()
    return person


def a_post_holder(unit: int, role: str, name: str, **limits: object) -> Account:
    """An account that holds one role at a unit."""
    person = a_person(name, unit)
    a_post(person, role, unit, **limits)
    return an_account(person)

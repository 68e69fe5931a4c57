"""A summer between two school years: classes whose pupils were sent somewhere, and the acts of the step on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.identity.models import Account
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.kernel import clock
from maitruong.registry.calendar import services as calendar
from maitruong.registry.enrolment import ports
from maitruong.registry.enrolment.models import Enrolment
from maitruong.registry.enrolment.ports import Fate
from maitruong.registry.enrolment.rollover.reversing import reverse_school
from maitruong.registry.enrolment.rollover.running import run_school
from maitruong.site.family.tests.test_family import signed_in
from tests import factories as make

YEAR = 2026


@pytest.fixture(autouse=True)
def july() -> Iterator[None]:
    with clock.standing_still(dt.datetime(2027, 7, 15, 8, 0, tzinfo=clock.VIETNAM)):
        yield


@pytest.fixture
def summer(place: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    made = a_summer(place)
    monkeypatch.setattr(ports, "_outcomes", lambda school_id, year: dict(made.fates))
    return made


def a_summer(place: SimpleNamespace) -> SimpleNamespace:
    """8A2 with one who goes up, one who repeats, one who waits; 9A1 with one who is done. The next year is opened."""
    last, (done,) = make.a_class(place.school, "9A1", pupils=("Hoàng Văn Dũng",), grade=9)
    up, repeats, waits = place.pupils
    fates = {up: Fate("up"), repeats: Fate("repeat"), waits: Fate("", "chờ kiểm tra lại"), done: Fate("done")}
    with make.as_system() as scope:
        calendar.open_year(
            scope,
            year=YEAR + 1,
            starts_on=dt.date(2027, 9, 6),
            term_two_starts_on=dt.date(2028, 1, 10),
            ends_on=dt.date(2028, 5, 31),
        )
    return SimpleNamespace(**vars(place), up=up, repeats=repeats, waits=waits, done=done, last=last, fates=fates)


def run(summer: SimpleNamespace) -> dict[str, int]:
    with unit_of_work(summer.principal):
        return run_school(summer.principal, school_id=summer.school, from_year=YEAR)


def reverse(summer: SimpleNamespace, why: str = "chạy nhầm") -> None:
    with unit_of_work(summer.principal):
        reverse_school(summer.principal, school_id=summer.school, from_year=YEAR, why=why)


def rolls() -> list[tuple]:
    """Every place of the province without the numbers of rows."""
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.school_year, c.name, c.grade, e.student_id, e.status, e.starts_on, e.ends_on, e.end_reason, e.name_key"
            " FROM enrolment_enrolment e JOIN enrolment_schoolclass c ON c.id = e.school_class_id"
            " ORDER BY 1, 2, 4, 6"
        )
        return cursor.fetchall()


def seat_of(student_id: int, year: int = YEAR + 1) -> tuple[str, str] | None:
    with make.as_system():
        row = Enrolment._base_manager.filter(student_id=student_id, school_year=year).first()
        return (row.school_class.name, row.status) if row else None


def browser(scope: Scope) -> Client:
    return signed_in(Account.objects.get(person_id=scope.actor_id))


def do_jobs() -> Job:
    """Do what waits; returns the last job as it ended."""
    with make.as_system():
        waiting = list(Job._base_manager.filter(ended_at__isnull=True).order_by("pk").values_list("pk", flat=True))
    for job_id in waiting:
        jobs.run(job_id)
    with make.as_system():
        return Job._base_manager.get(pk=waiting[-1])


def seat_elsewhere(summer: SimpleNamespace, student_id: int, class_name: str, grade: int) -> None:
    """The neighbour takes a pupil into its next year."""
    with make.as_system():
        theirs, _ = make.a_class(summer.neighbour, class_name, pupils=(), grade=grade, year=YEAR + 1)
        Enrolment(
            school_id=summer.neighbour,
            school_year=YEAR + 1,
            school_class_id=theirs,
            student_id=student_id,
            starts_on=dt.date(2027, 9, 6),
        ).save()

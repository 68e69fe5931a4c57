"""Who opened the child's file: the family reads it, whole, about its own child and nothing else of the audit."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit import services as audit
from maitruong.foundation.audit.models import LISTS, LOOKS
from maitruong.foundation.identity.models import Account
from maitruong.foundation.people import queries as people
from maitruong.registry.enrolment import services as enrolment
from maitruong.site.family import looks
from maitruong.site.family.tests.test_family import mother, signed_in
from tests import factories as make

__all__ = ["mother"]


def address(student: int) -> str:
    return f"/con-toi/{student}/ai-da-xem/"


def opened(place: SimpleNamespace, student: int, times: int = 1) -> None:
    for _ in range(times):
        with unit_of_work(place.principal):
            enrolment.open_dossier(place.principal, student_id=student)


def officer_opened(place: SimpleNamespace, student: int, why: str) -> None:
    officer = make.a_post_holder(place.department, "department_officer", "Lã Thị Sở")
    client = signed_in(Account.objects.get(person_id=officer.person_id))
    client.post(f"/hoc-sinh/{student}/", {"why": why})
    client.get(f"/hoc-sinh/{student}/")


def name_of(person_id: int | None) -> str:
    with make.as_system():
        return people.names([person_id or 0])[person_id or 0]


def test_the_family_reads_who_opened_the_file_from_where_and_what_for(place: SimpleNamespace, mother: Account) -> None:
    child = place.pupils[0]
    opened(place, child)
    officer_opened(place, child, "xác minh đơn xin học bổng")

    page = signed_in(mother).get(address(child)).content.decode()

    assert 0 < page.index("Lã Thị Sở") < page.index(name_of(place.principal.actor_id)), "the newest first"
    assert "xác minh đơn xin học bổng" in page and "việc thường ngày ở trường" in page
    assert "Chuyên viên Sở · Sở" in page and "Hiệu trưởng · THCS Lê Chân" in page
    assert page.count("Mở xem hồ sơ") == 2
    assert address(child) in signed_in(mother).get(f"/con-toi/{child}/").text


def test_a_file_nobody_opened_says_so_and_the_familys_own_looks_are_not_told(
    place: SimpleNamespace, mother: Account
) -> None:
    client, child = signed_in(mother), place.pupils[0]
    client.get(f"/con-toi/{child}/")
    with unit_of_work(make.scope_of(mother)):
        audit.record(
            make.scope_of(mother),
            "school_records.opened",
            school_id=place.school,
            object_type="record",
            object_id="x",
            subject_id=child,
        )

    page = client.get(address(child)).content.decode()

    assert "Chưa ai mở hồ sơ này" in page and "Trần Mỹ Hạnh" not in page.split("<main")[1]


def test_who_opened_anothers_file_is_nobodys_business(place: SimpleNamespace, mother: Account) -> None:
    opened(place, place.pupils[1])
    client = signed_in(mother)

    theirs, random = client.get(address(place.pupils[1])), client.get(address(987_654_321))

    assert theirs.status_code == random.status_code == 404
    assert "Chưa ai mở hồ sơ này" in client.get(address(place.pupils[0])).text


def test_behind_the_wall_a_family_finds_looks_at_its_own_child_and_no_other_entry(
    place: SimpleNamespace, mother: Account
) -> None:
    child, classmate = place.pupils[0], place.pupils[1]
    opened(place, child)
    opened(place, classmate)
    with unit_of_work(place.principal):
        for action in ("students.contact_changed", "students.guardian_added", "gradebook.marks_entered"):
            audit.record(
                place.principal,
                action,
                school_id=place.school,
                object_type="student",
                object_id=child,
                subject_id=child,
            )

    with unit_of_work(make.scope_of(mother)), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT subject_id, action FROM audit_entry")
        assert cursor.fetchall() == [(child, "students.dossier_opened")]


def test_many_looks_are_read_page_by_page_each_once_in_as_many_statements(
    place: SimpleNamespace, mother: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "PAGE", 4)
    child = place.pupils[0]
    opened(place, child, times=2)
    client = signed_in(mother)
    client.get(address(child))
    with CaptureQueriesContext(connection) as few:
        client.get(address(child))
    opened(place, child, times=7)

    seen, page, query = 0, "", ""
    with CaptureQueriesContext(connection) as many:
        page = client.get(address(child)).text
    while True:
        seen += page.count("Mở xem hồ sơ")
        if "?truoc=" not in page:
            break
        query = page.split('href="?truoc=')[1].split('"')[0]
        page = client.get(address(child), {"truoc": query}).text

    assert seen == 9
    assert len(many) == len(few)


def test_every_kind_of_look_has_its_words() -> None:
    assert set(looks._ACTS) == {*LOOKS, *LISTS}

"""The family's pages: today first, one's own children from every school, and nobody else's."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.test import Client

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.identity.models import Account
from maitruong.foundation.kernel import clock
from maitruong.teaching.attendance import services as attendance
from maitruong.teaching.attendance.types import Entry
from tests import factories as make

DAY = dt.date(2026, 11, 20)


@pytest.fixture
def mother(place: SimpleNamespace) -> Account:
    """Two children, in two schools."""
    account = make.a_guardian("Trần Mỹ Hạnh", child=place.pupils[0], school=place.school)
    make.a_post(account.person_id, "guardian", place.neighbour, student_ids=[place.their_pupil])
    return account


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    session = client.session
    session["seen"] = int(clock.now().timestamp()) + 10**9
    session.save()
    return client


def absent(place: SimpleNamespace, student: int, state: str = "unexcused") -> None:
    with unit_of_work(place.principal):
        attendance.enter_absences(
            place.principal, class_id=place.class_id, day=DAY, entries=[Entry(student, "morning", state, "ốm")]
        )


def test_children_of_two_schools_stand_on_one_page_with_today_first(place: SimpleNamespace, mother: Account) -> None:
    absent(place, place.pupils[0])

    page = signed_in(mother).get("/con-toi/").content.decode()

    assert "Nguyễn Minh Ánh" in page and "Lớp 8A2 · THCS Lê Chân" in page
    assert "Vũ Thị Hà" in page and "Lớp 6A1 · THCS Vĩnh Bảo" in page
    assert "Hôm nay vắng buổi sáng,</b> không phép" in page
    assert "Hôm nay không ghi vắng buổi nào.</b> Tính đến 08:00." in page


def test_a_classmate_is_the_same_404_as_a_random_id(place: SimpleNamespace, mother: Account) -> None:
    client = signed_in(mother)

    classmate = client.get(f"/con-toi/{place.pupils[1]}/")
    random = client.get("/con-toi/987654321/")

    assert classmate.status_code == random.status_code == 404
    assert b"L\xc3\xbd A S\xc3\xadnh" not in classmate.content


def test_the_childs_page_shows_absences_and_no_word_of_others(place: SimpleNamespace, mother: Account) -> None:
    absent(place, place.pupils[0], "excused")
    absent(place, place.pupils[1])

    page = signed_in(mother).get(f"/con-toi/{place.pupils[0]}/").content.decode()

    assert "20/11/2026, buổi sáng: vắng có phép" in page and "không phép" not in page
    assert "Lý A Sính" not in page and "Trần Thị Hòa" not in page


def test_access_that_ended_shows_the_child_no_longer(place: SimpleNamespace, mother: Account) -> None:
    from maitruong.foundation.access import services as grants

    client = signed_in(mother)
    assert client.get(f"/con-toi/{place.pupils[0]}/").status_code == 200

    grants.close_grants(
        person_id=mother.person_id, role="guardian", student_id=place.pupils[0], last_day=DAY - dt.timedelta(days=1)
    )

    assert client.get(f"/con-toi/{place.pupils[0]}/").status_code == 404
    assert client.get(f"/con-toi/{place.their_pupil}/").status_code == 200


@pytest.mark.parametrize("address", ["/hoc-sinh/", "/lop/", "/doi-ngu/", "/quyen/", "/nhat-ky/", "/diem-danh/"])
def test_a_guardian_finds_no_page_of_the_school(mother: Account, address: str) -> None:
    assert signed_in(mother).get(address).status_code == 404

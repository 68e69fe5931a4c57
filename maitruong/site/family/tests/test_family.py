"""The family's pages: today first, one's own children from every school, and nobody else's."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maitruong.assessment.gradebook import services as gradebook
from maitruong.assessment.gradebook.tests import factories as books
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.identity.models import Account
from maitruong.foundation.kernel import clock
from maitruong.foundation.people.models import Person
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.models import SchoolClass
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


@pytest.fixture
def led(place: SimpleNamespace) -> int:
    """A teacher for the class of each of the two children; the first one's person."""
    hoa, son = make.an_employee(place.school, "Nguyễn Thị Hoa"), make.an_employee(place.neighbour, "Đặng Thị Sen")
    with make.as_system():
        for class_id, teacher in ((place.class_id, hoa), (place.their_class, son)):
            SchoolClass._base_manager.filter(pk=class_id).update(homeroom_id=teacher)
    return hoa


def test_a_family_reads_who_leads_its_childs_class_and_nothing_more_of_her(
    place: SimpleNamespace, mother: Account, led: int
) -> None:
    client = signed_in(mother)
    pages = [client.get(address).content.decode() for address in ("/con-toi/", f"/con-toi/{place.pupils[0]}/")]

    assert "GVCN: Cô Đặng Thị Sen" in pages[0] and "Đặng Thị Sen" not in pages[1]
    for page in pages:
        assert "Lớp 8A2 · THCS Lê Chân · GVCN: Cô Nguyễn Thị Hoa" in page
        assert f'"{led}"' not in page and f"/{led}/" not in page


def test_who_leads_another_childs_class_is_told_to_nobody(place: SimpleNamespace, mother: Account, led: int) -> None:
    scope = make.scope_of(mother, on=DAY)
    with unit_of_work(scope):
        told = [
            enrolment.homeroom_teachers(scope, student_ids=[student_id], permission="family.view")
            for student_id in (place.pupils[1], 987654321, place.pupils[0])
        ]
        assert not Person._base_manager.filter(pk=led).exists()

    assert told == [{}, {}, {place.pupils[0]: "Cô Nguyễn Thị Hoa"}]


def test_the_names_cost_the_same_few_statements_for_one_child_and_for_two(
    place: SimpleNamespace, mother: Account, led: int
) -> None:
    scope = make.scope_of(mother, on=DAY)
    counted = []
    with unit_of_work(scope):
        for children in ([place.pupils[0]], [place.pupils[0], place.their_pupil]):
            with CaptureQueriesContext(connection) as asked:
                enrolment.homeroom_teachers(scope, student_ids=children, permission="family.view")
            counted.append(len(asked))

    assert counted[0] == counted[1] <= 7


@pytest.mark.parametrize("address", ["/hoc-sinh/", "/lop/", "/doi-ngu/", "/quyen/", "/nhat-ky/", "/diem-danh/"])
def test_a_guardian_finds_no_page_of_the_school(mother: Account, address: str) -> None:
    assert signed_in(mother).get(address).status_code == 404


def test_every_absence_can_be_read_though_the_page_begins_with_the_newest(
    place: SimpleNamespace, mother: Account
) -> None:
    with unit_of_work(place.principal):
        for n in range(14):
            day = DAY - dt.timedelta(days=n)
            if day.weekday() != 6:
                attendance.enter_absences(
                    place.principal,
                    class_id=place.class_id,
                    day=day,
                    entries=[Entry(place.pupils[0], session, "excused") for session in ("morning", "afternoon")],
                )

    page = signed_in(mother).get(f"/con-toi/{place.pupils[0]}/").content.decode()

    missed = [DAY - dt.timedelta(days=n) for n in range(14) if (DAY - dt.timedelta(days=n)).weekday() != 6]
    assert all(f"{day:%d/%m/%Y}, buổi chiều: vắng có phép" in page for day in missed)
    assert f"Xem {2 * len(missed) - 12} buổi vắng trước đó" in page


@pytest.mark.django_db
def test_a_family_reads_the_newest_term_first_and_what_its_short_words_mean() -> None:
    room = books.a_classroom()
    teacher, an = books.teacher_of(room), room.pupils[0]
    books.type_in(teacher, room.book("TOAN", 1), (an, "tx1", "8"))
    books.type_in(teacher, room.book("TOAN", 2), (an, "tx1", "9"))
    guardian = make.a_guardian("Trần Mỹ Hạnh", child=an, school=room.school)

    page = signed_in(guardian).get(f"/con-toi/{an}/").content.decode()

    assert 0 < page.index("Điểm, nhận xét: Học kì II") < page.index("Điểm, nhận xét: Học kì I<")
    assert "TX: thường xuyên" in page and "hoàn thành tốt" not in page


@pytest.mark.django_db
def test_a_primary_family_reads_qualities_and_what_its_letters_mean() -> None:
    room = books.a_classroom(grade=4, name="4A", levels=("02",))
    an = room.pupils[0]
    teacher, homeroom = books.teacher_of(room, "TOAN"), books.homeroom_of(room)
    books.type_in(teacher, room.book("TOAN", 4), (an, "level", "t"), service=gradebook.enter_primary)
    books.type_in(homeroom, room.book("quality", 4), (an, "giai_quyet_van_de", "Đ"), service=gradebook.enter_primary)
    guardian = make.a_guardian("Trần Mỹ Hạnh", child=an, school=room.school)

    page = signed_in(guardian).get(f"/con-toi/{an}/").content.decode()

    assert "Giải quyết vấn đề và sáng tạo</small>Đ" in page
    assert "T là hoàn thành tốt" in page and "C là cần cố gắng" in page and "TX: thường xuyên" not in page


@pytest.mark.django_db
def test_the_card_says_how_many_more_subjects_have_news() -> None:
    room = books.a_classroom()
    an = room.pupils[0]
    for subject in ("TOAN", "NV", "NN1", "GDCD", "LSDL", "KHTN"):
        books.type_in(books.teacher_of(room, subject, f"Lê Thị {subject}"), room.book(subject), (an, "tx1", "8"))
    guardian = make.a_guardian("Trần Mỹ Hạnh", child=an, school=room.school)

    page = signed_in(guardian).get("/con-toi/").content.decode()

    assert page.count("thường xuyên lần 1") == 4
    assert "Và 2 môn khác mới có điểm, nhận xét" in page


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        ("2026-11-23T01:40", "Hôm nay chưa đến giờ học."),
        ("2026-11-22T09:00", "Hôm nay là Chủ nhật."),
        ("2027-07-01T09:00", "Năm học 2026-2027 đã kết thúc."),
        ("2025-08-04T09:00", "Năm học bắt đầu ngày 05/09/2025."),
    ],
)
def test_nobody_is_said_to_be_present_while_there_is_no_school(
    place: SimpleNamespace, mother: Account, moment: str, sentence: str
) -> None:
    with clock.standing_still(dt.datetime.fromisoformat(moment).replace(tzinfo=clock.VIETNAM)):
        client = signed_in(mother)
        home, child = client.get("/con-toi/"), client.get(f"/con-toi/{place.pupils[0]}/")

    for page in (home.content.decode(), child.content.decode()):
        assert sentence in page and "không ghi vắng" not in page

"""Form 2C on paper: what the record holds in the form's order, the number in full only for its owner."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from maitruong.foundation.audit.models import Entry
from maitruong.foundation.people.models import Person, PersonIdentifier
from maitruong.registry.staff.types import POSTS
from tests import factories as make

from .test_record_pages import signed_in
from .test_records import CONTRACT, STEP, write

pytestmark = pytest.mark.django_db
NUMBER = "031185000017"


@pytest.fixture
def filled(place: SimpleNamespace) -> SimpleNamespace:
    write(place, "luong", STEP | {"position": "0,45"})
    write(place, "hop-dong", CONTRACT)
    for level, major in (("bachelor", "Sư phạm Toán"), ("master", "Toán giải tích")):
        write(place, "bang-cap", {"level": level, "major": major, "place": "ĐHSP Hà Nội", "starts_on": "15/06/2010"})
    before = {"post": "Giáo viên hợp đồng", "place": "THCS Cũ", "starts_on": "01/09/2008", "ends_on": "31/08/2012"}
    write(place, "cong-tac", before)
    write(place, "gia-dinh", {"relation": "Chồng", "full_name": "Lê Văn An", "birth_year": "1980", "work": "Kĩ sư"})
    write(place, "li-lich", {"native_place": "Kiến Thuỵ, Hải Phòng", "party_on": "03/02/2015"})
    with make.as_system():
        Person._base_manager.filter(pk=place.teacher).update(sex="female")
        PersonIdentifier(
            person_id=place.teacher, places=[place.school], scheme="CCCD", value=NUMBER, valid=DateRange(None, None)
        ).save()
    return place


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_form_tells_the_record_in_its_own_order(filled: SimpleNamespace) -> None:
    told = page_of(signed_in(filled.principal.actor_id), f"/doi-ngu/{filled.teacher}/so-yeu-li-lich/")
    in_order = [
        "1) Họ và tên khai sinh",
        "3) Chức vụ",
        POSTS["teacher"],
        "0,45",
        "6) Quê quán",
        "Kiến Thuỵ, Hải Phòng",
        "03/02/2015",
        "Thạc sĩ, Toán giải tích",  # the highest of two
        "19) Chức danh nghề nghiệp",
        "bậc",
        "25) Số căn cước",
        "26) Đào tạo",
        "27) Tóm tắt quá trình công tác",
        "Giáo viên hợp đồng, THCS Cũ",
        "30) Quan hệ gia đình",
        "Lê Văn An",
        "Quá trình lương",
        "Tôi xin cam đoan",
    ]
    places = [told.index(words) for words in in_order]
    assert places == sorted(places)


def test_the_number_is_in_full_for_its_owner_alone(filled: SimpleNamespace) -> None:
    office = page_of(signed_in(filled.clerk.actor_id), f"/doi-ngu/{filled.teacher}/so-yeu-li-lich/")
    make.a_post(filled.teacher, "subject_teacher", filled.school, class_ids=[filled.class_id], subjects=["TOAN"])
    make.an_account(filled.teacher)
    own = page_of(signed_in(filled.teacher), "/ho-so-cua-toi/so-yeu-li-lich/")

    assert NUMBER not in office and "031******017" in office
    assert NUMBER in own


def test_what_nobody_wrote_is_left_for_the_hand(place: SimpleNamespace) -> None:
    told = page_of(signed_in(place.principal.actor_id), f"/doi-ngu/{place.teacher}/so-yeu-li-lich/")

    assert "10) Thành phần gia đình xuất thân" in told and told.count("…………") > 20


def test_opening_it_is_told_and_a_neighbour_finds_nothing(place: SimpleNamespace) -> None:
    signed_in(place.principal.actor_id).get(f"/doi-ngu/{place.teacher}/so-yeu-li-lich/")
    neighbour = Client()
    neighbour.force_login(
        make.a_principal(make.a_school(make.a_commune(make.a_department()), "THCS Khác"), "Vũ Văn Xa")
    )

    assert neighbour.get(f"/doi-ngu/{place.teacher}/so-yeu-li-lich/").status_code == 404
    with make.as_system() as scope:
        told = Entry.objects.visible_to(scope, "").filter(action="staff.record_opened", subject_id=place.teacher)
        assert told.count() == 1

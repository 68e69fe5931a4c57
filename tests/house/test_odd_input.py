"""What no honest page sends: digits that are no digits, NUL, halves of letters. Each gets an answer, never a broken page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client

import maitruong
from maitruong.foundation.access.checks import described_routes
from tests import factories as make

pytestmark = pytest.mark.django_db
ODD = ["²", "①", "٧", "9" * 19, "9" * 5000, "-1", "\0", "a\0b"]
ASKED = [  # what follows is the odd thing
    "/nhat-ky/?don-vi=",
    "/nhat-ky/?truoc=",
    "/so-diem/?lop=",
    "/so-diem/?hk=",
    "/hoc-ba/?nam=",
    "/hoc-ba/?truong=",
    "/hoc-sinh/?q=",
    "/hoc-sinh/?sau=",
    "/dieu-hanh/truong/?trang=",
    "/dieu-hanh/truong/?xa=",
    "/dieu-hanh/truong/?xep=so&q=",
    "/dieu-hanh/truong/bang.xlsx?xa=",
    "/dieu-hanh/ket-qua/?khoi=",
    "/doi-ngu/?sau=",
    "/xac-thuc/",
]
SENT = {
    "/doi-ngu/nhan/": {"post": "teacher", "day": "01/09/2026", "full_name": "Ngô Văn Thử", "sex": "", "code": ""},
    "/quyen/giao/": {"role": "clerk", "person": "1", "class_id": "", "first": "", "last": "", "why": "việc"},
    "/hoc-ba/ky/phe-duyet/": {"block": "1"},
}


@pytest.fixture
def principal() -> Client:
    school = make.a_school(make.a_commune(make.a_department()))
    client = Client(raise_request_exception=False)
    client.force_login(make.a_principal(school))
    return client


@pytest.mark.parametrize("address", ASKED)
def test_odd_numbers_and_nul_in_an_address_break_no_page(principal: Client, address: str) -> None:
    broken = [odd[:20] for odd in ODD if principal.get(address + quote(odd)).status_code >= 500]

    assert broken == []


def test_a_whole_number_of_an_address_or_a_form_is_read_in_one_place() -> None:
    """The limit that keeps it within a bigint stands once; a row or column of a sheet is a number of another kind."""
    own = {"foundation/kernel/formats.py", "foundation/exchange/views/frame.py"}
    house = Path(maitruong.__file__).parent

    readers = {
        str(path.relative_to(house))
        for path in house.rglob("*.py")
        if "tests" not in path.parts and re.search(r"isdigit\(\) and len\(\w+\) <", path.read_text("utf-8"))
    }

    assert readers == own


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 10**30])
def test_a_number_no_row_can_have_is_not_found_wherever_an_address_takes_one(number: int) -> None:
    """Every address with an id, for every post that may open it: found out by walking them all."""
    department = make.a_department()
    commune = make.a_commune(department)
    school = make.a_school(commune)
    people = {
        "department": make.a_post_holder(department, "department_officer", "Lê Trung Kiên"),
        "commune": make.a_post_holder(commune, "commune_officer", "Bùi Thị Yến"),
        "school": make.a_principal(school),
        "administrator": make.a_post_holder(department, "it_admin", "Vũ Đình Bách"),
    }
    odd = []
    for who, account in people.items():
        client = Client(raise_request_exception=False)
        client.force_login(account)
        for route in described_routes():
            if "<int:" in route.path and "GET" in route.methods:
                address = re.sub(r"<int:\w+>", str(number), "/" + route.path)
                # One of them asks for the kind of a book before it looks for it.
                answer = client.get(re.sub(r"<\w+:\w+>", "x", address) + "?loai=score")
                if answer.status_code not in (404, 302):
                    odd.append((who, route.path, answer.status_code))

    assert odd == []


@pytest.mark.parametrize("address", SENT)
def test_odd_numbers_and_nul_in_a_form_break_no_page(principal: Client, address: str) -> None:
    broken = [
        (name, odd[:20])
        for name in SENT[address]
        for odd in ODD
        if principal.post(address, {**SENT[address], name: odd}).status_code >= 500
    ]

    assert broken == []


@pytest.mark.parametrize("day", ["01/01/0001", "01/09/0206", "31/12/9999"])
def test_a_year_that_slipped_is_told_by_every_form_and_breaks_no_page(day: str) -> None:
    school = make.a_school(make.a_commune(make.a_department()))
    class_id, (pupil,) = make.a_class(school, pupils=("Lê Minh An",))
    teacher = make.an_employee(school, "Vũ Thị Hiền")
    client = Client(raise_request_exception=False)
    client.force_login(make.a_principal(school))
    newcomer = {"full_name": "Ngô Văn Thử", "sex": "male", "status": "enrolled"}
    forms: dict[str, list[dict[str, object]]] = {
        f"/lop/{class_id}/them/": [
            {**newcomer, "born_on": "01/09/2013", "day": day},
            {**newcomer, "born_on": day, "day": "01/10/2026"},
        ],
        f"/lop/{class_id}/chu-nhiem/": [{"teacher": teacher, "day": day, "why": "việc"}],
        f"/hoc-sinh/{pupil}/giam-ho/": [{"full_name": "Lê Văn Cha", "relation": "FATHER", "day": day}],
        "/doi-ngu/nhan/": [{**SENT["/doi-ngu/nhan/"], "day": day}],
        "/quyen/giao/": [
            {"role": "homeroom_teacher", "person": teacher, "class_id": class_id, "first": day, "why": "x"}
        ],
        f"/phan-cong/lop/{class_id}/": [{"day": day, "homeroom": teacher, "why": "việc"}],
    }

    answers = [(path, client.post(path, form)) for path, sent in forms.items() for form in sent]

    assert {path: answer.status_code for path, answer in answers} == dict.fromkeys(forms, 422)
    assert all("không thể đúng" in answer.content.decode() for _, answer in answers)
    assert client.get(f"/diem-danh/{class_id}/?ngay={day}").status_code == 200
    assert client.post(f"/diem-danh/{class_id}/ghi/", {"ngay": day, "pupil": pupil, "state": "x"}).status_code == 422


def test_nobody_is_born_after_today() -> None:
    school = make.a_school(make.a_commune(make.a_department()))
    class_id, _ = make.a_class(school)
    client = Client()
    client.force_login(make.a_principal(school))
    form = {
        "full_name": "Ngô Văn Thử",
        "sex": "male",
        "status": "enrolled",
        "day": "01/10/2026",
        "born_on": "01/01/2099",
    }

    answer = client.post(f"/lop/{class_id}/them/", form)

    assert answer.status_code == 422 and "ở sau hôm nay" in answer.content.decode()


@pytest.mark.parametrize("odd", [{"value": "\ud800"}, {"column": "\ud800"}, {"column": "\0"}])
def test_json_that_no_text_of_a_database_can_hold_is_refused_as_a_whole(odd: dict[str, str]) -> None:
    school = make.a_school(make.a_commune(make.a_department()))
    class_id, (pupil,) = make.a_class(school, pupils=("Lê Minh An",))
    client = Client(raise_request_exception=False)
    client.force_login(make.a_teacher(school, "Ngô Bảo Châu", class_id=class_id, subject="TOAN"))
    cell = {"row": pupil, "column": "comment", "value": "chăm", "saw": "", **odd}

    answer = client.post(
        "/so-diem/1/diem/", json.dumps({"request_id": "a" * 8, "cells": [cell]}), content_type="application/json"
    )

    assert answer.status_code == 422 and answer.json()["code"] == "gradebook.unreadable_request"

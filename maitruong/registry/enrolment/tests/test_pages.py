"""The pages of the rolls, as people click them."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace

import openpyxl
import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from maitruong.foundation.audit.models import Entry
from maitruong.foundation.identity.models import Account
from maitruong.foundation.kernel import clock
from maitruong.foundation.people.models import Person, PersonIdentifier
from maitruong.registry.enrolment.models import Enrolment
from maitruong.registry.students.models import Guardianship, Student
from tests import factories as make

NUMBER = "031213001234"


def signed_in(person_id: int) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person_id=person_id))
    session = client.session
    session["seen"] = int(clock.now().timestamp()) + 10**9
    session.save()
    return client


@pytest.fixture
def clerk(place: SimpleNamespace) -> Client:
    return signed_in(place.clerk.actor_id)


def audited(action: str) -> int:
    with make.as_system() as scope:
        return Entry.objects.visible_to(scope, "").filter(action=action).count()


def test_a_number_is_masked_until_an_audited_click_with_a_reason_and_never_in_an_address(
    place: SimpleNamespace, clerk: Client
) -> None:
    child = place.pupils[0]
    with make.as_system():
        row = PersonIdentifier(
            person_id=child, places=[place.school], scheme="CCCD", value=NUMBER, valid=DateRange(None, None)
        )
        row.save()

    page = clerk.get(f"/hoc-sinh/{child}/").content.decode()
    silent = clerk.post(f"/hoc-sinh/{child}/so/{row.pk}/", {"why": " "})
    shown = clerk.post(f"/hoc-sinh/{child}/so/{row.pk}/", {"why": "làm thẻ bảo hiểm"})

    assert "031******234" in page and NUMBER not in page
    assert silent.status_code == 422 and NUMBER not in silent.content.decode()
    assert shown.status_code == 200 and NUMBER in shown.content.decode()
    assert audited("students.number_shown") == 1
    with make.as_system() as scope:
        assert not any(NUMBER in (entry.body or "") for entry in Entry.objects.visible_to(scope, ""))


def test_telephone_of_the_family_that_a_list_told_stands_on_the_pupils_file(
    place: SimpleNamespace, clerk: Client
) -> None:
    child, other = place.pupils[:2]
    with make.as_system():
        told = {"contact_phone": "+84912345678", "contact_email": "nha@vi-du.vn", "note": "ghi chú riêng"}
        Student._base_manager.filter(pk=child).update(details=told)

    page = clerk.get(f"/hoc-sinh/{child}/").text

    assert "Điện thoại liên hệ" in page and "0912 345 678" in page and "nha@vi-du.vn" in page
    assert "Điện thoại liên hệ" not in clerk.get(f"/hoc-sinh/{other}/").text


def test_a_conflict_shows_both_values_and_overwrites_nothing(place: SimpleNamespace, clerk: Client) -> None:
    child = place.pupils[0]
    address = f"/hoc-sinh/{child}/lien-lac/"
    assert clerk.post(address, {"version": 1, "phone": "0912345678", "email": "", "residence": ""}).status_code == 302

    answer = clerk.post(address, {"version": 1, "phone": "0987654321", "email": "", "residence": ""})

    page = answer.content.decode()
    assert answer.status_code == 422 and "0912 345 678" in page and "0987654321" in page and 'value="2"' in page
    with make.as_system() as scope:
        assert Person.objects.visible_to(scope, "").get(pk=child).phone == "+84912345678"


def test_a_refused_phone_keeps_what_was_typed(place: SimpleNamespace, clerk: Client) -> None:
    answer = clerk.post(
        f"/hoc-sinh/{place.pupils[0]}/lien-lac/", {"version": 1, "phone": "12345", "email": "", "residence": "Tổ 3"}
    )

    assert answer.status_code == 422 and "12345" in answer.content.decode() and "Tổ 3" in answer.content.decode()


def test_an_exported_list_is_audited_and_cannot_run(place: SimpleNamespace, clerk: Client) -> None:
    class_id, _ = make.a_class(place.school, "7A1", pupils=("=HYPERLINK(1)", "Nguyễn Thị Hòa"), grade=7)

    answer = clerk.get(f"/lop/{class_id}/danh-sach.xlsx")

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert {cell.value for cell in cells} >= {"=HYPERLINK(1)", "Nguyễn Thị Hòa"}
    assert all(cell.data_type != "f" for cell in cells)
    assert all(cell.quotePrefix for cell in cells if str(cell.value).startswith("="))
    assert audited("students.roster_exported") == 1


def test_a_teacher_cannot_export_and_a_family_cannot_see_the_list(place: SimpleNamespace) -> None:
    teacher = make.a_teacher(place.school, "Ngô Bảo Châu", class_id=place.class_id, subject="TOAN")

    client = signed_in(teacher.person_id)

    page = client.get(f"/lop/{place.class_id}/").content.decode()
    assert "Lý A Sính" in page and "Tải Excel" not in page and "/hoc-sinh/" not in page
    assert client.get(f"/lop/{place.class_id}/danh-sach.xlsx").status_code == 404


def test_a_new_pupil_is_written_and_seated_in_one_act_or_not_at_all(place: SimpleNamespace, clerk: Client) -> None:
    form = {"full_name": "Đinh Văn Bảo", "born_on": "04/05/2013", "sex": "male", "day": "20/11/2026"}

    refused = clerk.post(f"/lop/{place.class_id}/them/", {**form, "status": "nonsense"})
    assert refused.status_code == 422
    with make.as_system():
        assert not Person._base_manager.filter(full_name="Đinh Văn Bảo").exists()

    done = clerk.post(f"/lop/{place.class_id}/them/", {**form, "status": "new"})
    assert done.status_code == 302
    with make.as_system() as scope:
        child = Person._base_manager.get(full_name="Đinh Văn Bảo").pk
        assert Enrolment.objects.visible_to(scope, "").get(student_id=child).school_class_id == place.class_id
    assert audited("students.registered") == 1


def test_every_way_to_the_facts_of_a_file_is_audited(place: SimpleNamespace, clerk: Client) -> None:
    """Also the form of its contacts, and the file shown under a refusal: a question without a reason, a day that is none."""
    child = place.pupils[0]
    with make.as_system() as scope:
        number = PersonIdentifier(
            person_id=child, places=[place.school], scheme="CCCD", value="031213001234", valid=DateRange(None, None)
        )
        number.save()
        guardian = make.a_guardian("Trần Mỹ Hạnh", child=child, school=place.school).person_id
        answers = Guardianship.objects.visible_to(scope, "").get(guardian_id=guardian).pk

    assert clerk.get(f"/hoc-sinh/{child}/lien-lac/").status_code == 200
    assert audited("students.dossier_opened") == 1
    assert clerk.post(f"/hoc-sinh/{child}/so/{number.pk}/", {"why": ""}).status_code == 422
    assert audited("students.dossier_opened") == 2
    assert clerk.post(f"/hoc-sinh/{child}/giam-ho/{answers}/thoi/", {"day": "31/02/2027"}).status_code == 422
    assert audited("students.dossier_opened") == 3


def test_the_officer_walks_from_schools_to_a_pupils_file(place: SimpleNamespace) -> None:
    officer = make.a_post_holder(place.department, "department_officer", "Lã Thị Sở")
    client = signed_in(officer.person_id)

    assert "THCS Lê Chân" in client.get("/truong/?q=le chan").content.decode()
    assert "8A2" in client.get(f"/truong/{place.school}/lop/").content.decode()
    found = client.get("/hoc-sinh/?q=ly a sinh").content.decode()
    assert f"/hoc-sinh/{place.pupils[1]}/" in found and "Vũ Thị Hà" not in found

    address = f"/hoc-sinh/{place.pupils[1]}/"
    asked, silent = client.get(address), client.post(address, {"why": " "})
    assert "Mở để làm gì" in asked.text and "Ngày sinh" not in asked.text
    assert silent.status_code == 422 and "Chưa ghi mở hồ sơ này để làm gì" in silent.text
    assert audited("students.dossier_opened") == 0

    assert client.post(address, {"why": f"xác minh đơn, căn cước {NUMBER}"}).url == address
    assert "Ngày sinh" in client.get(address).text and "Ngày sinh" in client.get(address).text
    with make.as_system() as scope:
        told = Entry.objects.visible_to(scope, "").filter(action="students.dossier_opened")
        assert [json.loads(entry.body)["why"] for entry in told] == ["xác minh đơn, căn cước 031******234"] * 2


def test_what_a_file_is_opened_for_holds_for_that_file_and_that_session(place: SimpleNamespace) -> None:
    officer = make.a_post_holder(place.department, "department_officer", "Lã Thị Sở")
    client, address = signed_in(officer.person_id), f"/hoc-sinh/{place.pupils[0]}/"
    client.post(address, {"why": "kiểm tra hồ sơ chuyển trường"})

    assert "Ngày sinh" in client.get(address).text
    assert "Mở để làm gì" in client.get(f"/hoc-sinh/{place.pupils[1]}/").text
    assert "Mở để làm gì" in signed_in(officer.person_id).get(address).text


def test_the_school_itself_is_not_asked_and_a_stranger_is_told_nothing(place: SimpleNamespace, clerk: Client) -> None:
    address = f"/hoc-sinh/{place.pupils[0]}/"
    stranger = signed_in(make.a_principal(make.a_school(make.a_commune(place.department), "THCS Khác")).person_id)

    assert "Ngày sinh" in clerk.get(address).text
    for answer in (stranger.get(address), stranger.post(address, {"why": "xem"}), clerk.post("/hoc-sinh/987654/", {})):
        assert answer.status_code == 404

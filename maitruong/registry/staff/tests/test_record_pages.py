"""The pages of a colleague's record: with data, with none, refused, and asked for by who may not."""

from __future__ import annotations

import tempfile
from types import SimpleNamespace

import openpyxl
import pytest
from django.test import Client

from maitruong.foundation.audit.models import Entry
from maitruong.foundation.identity.models import Account
from tests import factories as make

from .test_records import CONTRACT, STEP, steps, write


def signed_in(person_id: int) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person_id=person_id))
    return client


@pytest.fixture
def principal(place: SimpleNamespace) -> Client:
    return signed_in(place.principal.actor_id)


def test_an_empty_record_offers_every_part_and_no_pay(place: SimpleNamespace, principal: Client) -> None:
    page = principal.get(f"/doi-ngu/{place.teacher}/ho-so/").content.decode()

    assert page.count("Ghi mục này") == 12 and "Ghi mới" not in page
    assert "nên chưa tính được" in page


def test_the_clerk_writes_a_step_and_the_page_explains_the_pay(place: SimpleNamespace) -> None:
    clerk = signed_in(place.clerk.actor_id)
    address = f"/doi-ngu/{place.teacher}/ho-so/luong/"
    assert "Giáo viên trung học cơ sở hạng III" in clerk.get(address).content.decode()

    answer = clerk.post(address, STEP)

    assert (answer.status_code, answer["Location"]) == (302, f"/doi-ngu/{place.teacher}/ho-so/")
    page = clerk.get(answer["Location"]).content.decode()
    for words in ("9.829.050 đ", "Bảng lương số 3", "Nghị định 161/2026/NĐ-CP", "Nâng bậc lần sau", "01/01/2028"):
        assert words in page


def test_a_refused_form_keeps_what_was_typed(place: SimpleNamespace, principal: Client) -> None:
    answer = principal.post(f"/doi-ngu/{place.teacher}/ho-so/luong/", STEP | {"step": "12", "decision": "Số 9"})

    page = answer.content.decode()
    assert answer.status_code == 422 and "không có bậc 12" in page
    assert 'value="Số 9"' in page and steps() == []


def test_a_row_is_corrected_and_withdrawn_from_its_page(place: SimpleNamespace, principal: Client) -> None:
    row_id = write(place, "luong", STEP | {"position": "0,45"})
    address = f"/doi-ngu/{place.teacher}/ho-so/luong/{row_id}/"
    assert 'value="0,45"' in principal.get(address).content.decode()

    unsaid = principal.post(address, STEP | {"step": "5", "version": "1", "act": "save"})
    saved = principal.post(address, STEP | {"step": "5", "version": "1", "act": "save", "why": "nhầm"})
    stale = principal.post(address, STEP | {"version": "1", "act": "withdraw", "why": "nhầm"})
    assert (unsaid.status_code, saved.status_code, stale.status_code) == (422, 302, 422)
    assert [step for step, *_ in steps()] == [5]

    assert principal.post(address, {"version": "2", "act": "withdraw", "why": "nhầm người"}).status_code == 302
    assert principal.get(address).status_code == 404


def test_a_teacher_reads_her_own_record_and_nobody_elses(place: SimpleNamespace) -> None:
    teacher = make.a_teacher(place.school, "Ngô Bảo Châu", class_id=place.class_id, subject="TOAN")
    write(place, "luong", STEP, who=place.teacher)
    client = signed_in(teacher.person_id)

    own = client.get("/ho-so-cua-toi/").content.decode()

    assert "Hồ sơ của tôi" in own and "nên chưa tính được" in own and "Ghi mục này" not in own
    assert client.get(f"/doi-ngu/{place.teacher}/ho-so/").status_code == 404


def test_a_teacher_sees_what_she_is_paid_this_month(place: SimpleNamespace) -> None:
    make.a_post(place.teacher, "subject_teacher", place.school, class_ids=[place.class_id], subjects=["TOAN"])
    make.an_account(place.teacher)
    write(place, "luong", STEP)
    write(place, "hop-dong", CONTRACT)

    page = signed_in(place.teacher).get("/ho-so-cua-toi/").content.decode()

    assert "9.829.050 đ" in page and "Hợp đồng làm việc xác định thời hạn" in page and "Sửa mục này" not in page


def test_a_neighbour_is_told_what_a_random_id_is_told(place: SimpleNamespace) -> None:
    row_id = write(place, "luong", STEP)
    client = signed_in(place.stranger.actor_id)

    for tail in ("", "luong/", f"luong/{row_id}/"):
        assert client.get(f"/doi-ngu/{place.teacher}/ho-so/{tail}").status_code == 404
    assert client.post(f"/doi-ngu/{place.teacher}/ho-so/luong/", STEP).status_code == 404
    assert len(steps()) == 1


def test_an_unknown_part_is_not_there_and_ones_own_is_refused(place: SimpleNamespace, principal: Client) -> None:
    assert principal.get(f"/doi-ngu/{place.teacher}/ho-so/khac/").status_code == 404
    person = make.an_employee(place.school, "Lê Thị Thư", "clerk")
    make.a_post(person, "clerk", place.school)
    make.an_account(person)

    answer = signed_in(person).get(f"/doi-ngu/{person}/ho-so/luong/")

    assert answer.status_code == 422 and "do người khác ghi" in answer.content.decode()


def test_the_list_is_narrowed_for_whoever_reads_pay(place: SimpleNamespace, principal: Client) -> None:
    write(place, "hop-dong", CONTRACT)
    make.an_employee(place.school, "Vũ Minh Khôi")

    due = principal.get("/doi-ngu/?viec=contract").content.decode()

    assert "Phạm Thu Lan" in due and "Vũ Minh Khôi" not in due
    commune = make.a_post_holder(place.commune, "commune_officer", "Trần Văn Xã")
    page = signed_in(commune.person_id).get("/doi-ngu/?viec=contract").content.decode()
    assert "Vũ Minh Khôi" in page and "Cần làm" not in page


def test_the_staff_is_taken_along_as_text_and_that_is_audited(place: SimpleNamespace, principal: Client) -> None:
    write(place, "luong", STEP | {"decision": "=1+1"})
    write(place, "hop-dong", CONTRACT)

    answer = principal.get("/doi-ngu/xuat/")

    with tempfile.NamedTemporaryFile(suffix=".xlsx") as out:
        out.write(answer.content)
        out.flush()
        sheet = openpyxl.load_workbook(out.name).worksheets[0]
        told = [[str(cell) for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    (row,) = [row for row in told if "Phạm Thu Lan" in row]
    assert row[-6:] == [
        "V.07.04.32 · Giáo viên trung học cơ sở hạng III", "3", "01/01/2025", "01/01/2028",
        "Hợp đồng làm việc xác định thời hạn", "31/12/2026",
    ]  # fmt: skip
    with make.as_system() as scope:
        assert Entry.objects.visible_to(scope, "").filter(action="staff.exported").count() == 1
    deputy = make.a_post_holder(place.school, "deputy_principal", "Tạ Văn Phó")
    assert signed_in(deputy.person_id).get("/doi-ngu/xuat/").status_code == 404

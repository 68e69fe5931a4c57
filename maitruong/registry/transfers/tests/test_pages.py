"""The pages: a family's, both schools', the department's; with data, with none, with a refusal, and for neighbours."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.files.models import StoredFile
from maitruong.foundation.identity.models import Account
from maitruong.registry.enrolment.models import Enrolment
from maitruong.registry.transfers.models import Paper, Transfer
from maitruong.registry.transfers.queries import PAGE
from maitruong.site.family.tests.test_family import signed_in
from tests import factories as make

from .factories import applied, received, released, seats_of, state_of

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF\n"


def browser(scope: Scope):
    return signed_in(Account.objects.get(person_id=scope.actor_id))


def test_a_family_applies_on_its_own_page_with_papers_and_follows(two: SimpleNamespace) -> None:
    page = browser(two.mother)
    start = f"/con-toi/{two.pupil}/chuyen-truong/"
    assert start in page.get(f"/con-toi/{two.pupil}/").text
    assert "Tìm trường" in page.get(start).text
    assert "Không có trường nào" in page.get(f"{start}?q=Zzz").text
    form = f"{start}{two.neighbour}/"
    assert form in page.get(f"{start}?q=vĩnh bảo").text
    assert page.get(form).status_code == 200
    refused = page.post(form, {"why": ""})
    assert refused.status_code == 422 and "lí do" in refused.text.lower()
    scan = SimpleUploadedFile("khai-sinh.exe", b"MZ nothing", content_type="application/pdf")
    wrong = page.post(form, {"why": "chuyển nhà", "papers": scan})
    assert wrong.status_code == 422 and "khai-sinh.exe" in wrong.text
    with make.as_system():
        assert not Transfer._base_manager.exists(), "a refused paper takes the application back with it"

    scan = SimpleUploadedFile("ho-khau.pdf", PDF, content_type="application/pdf")
    sent = page.post(form, {"why": "chuyển nhà", "wished_on": "2026-12-01", "papers": scan})

    assert sent.status_code == 302
    shown = page.get(sent.headers["Location"]).text
    assert "Chờ trường nhận trả lời" in shown and "ho-khau.pdf" in shown and "25/11/2026" in shown
    assert "Nộp đơn mới" not in page.get(start).text
    with make.as_system():
        made = Transfer._base_manager.get()
        assert StoredFile._base_manager.get(purpose="transfer_paper").school_id == two.neighbour
    at_school = browser(two.stranger).get(f"/chuyen-truong/{made.pk}/").text
    assert "Đồng ý tiếp nhận" in at_school and "Tải về" in at_school
    assert "Tải về" not in browser(two.principal).get(f"/chuyen-truong/{made.pk}/").text
    back = page.post(f"/con-toi/chuyen-truong/{made.pk}/rut/", {"why": "đổi ý"})
    assert back.status_code == 302 and state_of(made.pk) == "withdrawn"


def test_both_schools_take_their_steps_on_the_page(two: SimpleNamespace) -> None:
    made = applied(two)
    address = f"/chuyen-truong/{made}/"
    ours, theirs, desk = browser(two.principal), browser(two.stranger), browser(two.their_clerk)
    assert theirs.post(f"{address}dong-y/", {"why": ""}).status_code == 422
    assert theirs.post(f"{address}dong-y/", {"why": "số 12"}).status_code == 302
    assert "Cho chuyển</" in ours.get(address).text
    assert ours.post(f"{address}cho-chuyen/", {"why": "số 7"}).status_code == 302
    assert "8B1: 1 em" in desk.get(address).text
    early = desk.post(f"{address}nhan/", {"class_id": two.class_b, "day": "01/11/2026"})
    assert early.status_code == 422 and "sớm hơn" in early.text
    assert desk.post(f"{address}nhan/", {"class_id": two.class_b, "day": "23/11/2026"}).status_code == 302
    assert f"/hoc-sinh/{two.pupil}/" in desk.get(address).text
    assert len(seats_of(two.pupil)) == 2
    assert desk.get(f"/hoc-sinh/{two.pupil}/").status_code == 200


def test_a_neighbour_a_teacher_and_another_family_find_nothing(two: SimpleNamespace) -> None:
    made = applied(two)
    address = f"/chuyen-truong/{made}/"
    third = make.a_school(two.commune, "THCS Thứ Ba")
    head = browser(make.scope_of(make.a_principal(third, "Lê Văn Ba")))
    teacher = browser(make.scope_of(make.a_teacher(two.school, "Cô Dạy", class_id=two.class_id, subject="TOAN")))
    other = browser(make.scope_of(make.a_guardian("Mẹ Khác", child=two.pupils[1], school=two.school)))
    for page in (head, teacher, other):
        assert page.get(address).status_code == 404
        for act in ("dong-y", "tu-choi", "cho-chuyen", "cho-di", "nhan", "rut", "giay-to/1"):
            assert page.post(f"{address}{act}/", {"why": "x", "day": "23/11/2026"}).status_code == 404
    assert head.get("/chuyen-truong/").text.count("<tr>") <= 1
    assert other.get(f"/con-toi/chuyen-truong/{made}/").status_code == 404
    assert other.post(f"/con-toi/chuyen-truong/{made}/rut/", {"why": "x"}).status_code == 404
    for tail in ("", f"{two.neighbour}/", "di-tinh-khac/"):
        assert other.get(f"/con-toi/{two.pupil}/chuyen-truong/{tail}").status_code == 404
    assert head.get(f"/chuyen-truong/di-tinh-khac/{two.pupil}/").status_code == 404
    assert state_of(made) == "applied"


def test_a_released_pupils_dossier_is_not_there_for_the_receiving_school(two: SimpleNamespace) -> None:
    released(two)
    desk = browser(two.their_clerk)
    for address in (f"/hoc-sinh/{two.pupil}/", f"/hoc-sinh/{two.pupil}/lien-lac/"):
        assert desk.get(address).status_code == 404


def test_to_another_province_and_from_there(two: SimpleNamespace) -> None:
    ours = browser(two.clerk)
    form = f"/chuyen-truong/di-tinh-khac/{two.pupil}/"
    with make.as_system():
        seat_id = Enrolment._base_manager.get(student_id=two.pupil).pk
    assert form in ours.get(f"/hoc-sinh/{two.pupil}/lop/{seat_id}/").text
    assert "Nguyễn Minh Ánh" in ours.get(form).text
    assert ours.post(form, {"school": "", "province": "", "why": "x"}).status_code == 422
    sent = ours.post(form, {"school": "THCS Lê Lợi", "province": "Huế", "why": "bố mẹ chuyển công tác"})
    address = sent.headers["Location"]
    head = browser(two.principal)
    assert "Cho chuyển đi tỉnh khác" in head.get(address).text
    assert head.post(f"{address}cho-di/", {"day": "20/11/2026", "why": "giấy giới thiệu số 7"}).status_code == 302
    assert seats_of(two.pupil) == [(two.school, dt.date(2026, 9, 5), dt.date(2026, 11, 20), "transferred_out")]
    assert "Đã chuyển đi tỉnh khác" in head.get(address).text

    desk = browser(two.their_clerk)
    assert desk.get("/chuyen-truong/tu-tinh-khac/").status_code == 200
    comer = {"full_name": "Hồ Thị Huế", "born_on": "04/05/2012", "sex": "female", "grade": "8"}
    comer |= {"school": "THCS A", "province": "Nghệ An"}
    assert desk.post("/chuyen-truong/tu-tinh-khac/", {**comer, "school": "", "why": "x"}).status_code == 422
    address = desk.post("/chuyen-truong/tu-tinh-khac/", {**comer, "why": "theo bố mẹ"}).headers["Location"]
    assert browser(two.stranger).post(f"{address}dong-y/", {"why": "số 13"}).status_code == 302
    assert desk.post(f"{address}nhan/", {"class_id": two.class_b, "day": "23/11/2026"}).status_code == 302
    with make.as_system():
        row = Transfer._base_manager.get(kind="in")
        assert Enrolment._base_manager.get(student_id=row.student_id).status == "transferred_in"
        assert row.number == ""


def test_the_list_costs_the_same_however_long_and_leaves_as_excel_with_an_entry(
    two: SimpleNamespace, django_assert_max_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    officer = browser(make.scope_of(make.a_post_holder(two.department, "department_officer", "Lã Thị Sở")))
    assert "Không có đơn nào" in officer.get("/chuyen-truong/").text

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as told:
            assert officer.get("/chuyen-truong/?xem=qua").status_code == 200
        return len(told)

    few(two, 1)
    asked()
    one = asked()
    few(two, PAGE + 5)
    assert asked() == one
    assert "truoc=" in officer.get("/chuyen-truong/?xem=qua").text
    answer = officer.get("/chuyen-truong/xuat/?xem=qua")
    assert answer.content[:2] == b"PK" and answer.status_code == 200
    with make.as_system():
        assert Entry._base_manager.filter(action="transfers.exported").count() == 1


def few(two: SimpleNamespace, count: int) -> None:
    with make.as_system():
        Transfer.objects.bulk_create(
            Transfer(
                kind="in", school_ids=[two.neighbour], to_school_id=two.neighbour, elsewhere="THCS Xa", elsewhere_province="Huế",
                school_year=2026, grade=8, full_name=f"Em Số {n}", reason="x", state="applied", due_on=dt.date(2026, 11, 1),
                due_school_id=two.neighbour,
            )
            for n in range(count)
        )  # fmt: skip


def test_the_plan_of_the_next_year_names_who_is_on_the_way(two: SimpleNamespace) -> None:
    applied(two)
    shown = browser(two.principal).get(f"/len-lop/{two.school}/").text
    assert "Đang xin chuyển trường" in shown and "đang xin chuyển đến THCS Vĩnh Bảo" in shown


def test_papers_of_an_application_leave_with_an_entry(two: SimpleNamespace) -> None:
    page = browser(two.mother)
    scan = SimpleUploadedFile("don.pdf", PDF, content_type="application/pdf")
    page.post(f"/con-toi/{two.pupil}/chuyen-truong/{two.neighbour}/", {"why": "chuyển nhà", "papers": scan})
    with make.as_system():
        paper = Paper._base_manager.get(kind="attached")
    address = f"/chuyen-truong/{paper.transfer_id}/giay-to/{paper.pk}/"
    assert browser(two.principal).post(address).status_code == 404
    ticket = browser(two.their_clerk).post(address)
    assert ticket.status_code == 302
    with make.as_system():
        assert Entry._base_manager.filter(action="transfers.paper_downloaded").count() == 1


def test_after_receipt_the_old_school_reads_the_application_and_no_new_place(two: SimpleNamespace) -> None:
    made = received(two)
    ours = browser(two.principal)
    assert "Đã nhận vào lớp" in ours.get(f"/chuyen-truong/{made}/").text
    assert "8B1" not in ours.get(f"/hoc-sinh/{two.pupil}/").text

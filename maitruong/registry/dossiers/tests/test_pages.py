"""The pages: with data, with none, refused, and for who may see less; each costs a fixed number of statements."""

from __future__ import annotations

import datetime as dt
import io
import re
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.test import Client

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.people.models import Person
from maitruong.registry.dossiers import services
from maitruong.registry.dossiers.models import ClassProfile, LearnerYear, Measurement, Recognition, SchoolProfile
from maitruong.registry.dossiers.tests.test_services import (
    a_campus,
    learner,
    measure,
    recognise,
    save_rooms,
    save_school,
)
from maitruong.registry.students.models import Standing
from maitruong.site.family.tests.test_family import signed_in
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def head(place: SimpleNamespace) -> Client:
    return signed_in(make.a_principal(place.school, "Nguyễn Thị Hiệu Trưởng"))


def seen_in(text: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', text)
    assert found
    return found[1]


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def test_a_schools_dossier_is_empty_in_words_then_filled_by_its_forms(place: SimpleNamespace, head: Client) -> None:
    address = f"/truong/{place.school}/ho-so/"
    text = page(head, address)
    assert "chưa ghi mục nào trong" in text.lower() and "Hiện không có quyết định công nhận nào còn hiệu lực." in text

    form = f"{address}sua/?nam=2026&phan=vesinh"
    text = page(head, form)
    saved = head.post(form, {"seen": seen_in(text), "clean_water": "1", "health_room": "0"})

    assert saved.status_code == 302 and saved["Location"].endswith("?nam=2026")
    text = page(head, saved["Location"])
    assert "Có nước sạch" in text and "Còn " in text
    assert page(head, "/truong/cua-toi/ho-so/", 302) == ""


def test_who_was_overtaken_sees_what_stands_and_keeps_what_she_typed(place: SimpleNamespace, head: Client) -> None:
    form = f"/truong/{place.school}/ho-so/sua/?nam=2026&phan=thietbi"
    seen = seen_in(page(head, form))
    save_school(place, {"internet": "1", "computers": "45"}, group="thietbi")

    answer = head.post(form, {"seen": seen, "internet": "0", "computers": "45"})

    text = answer.content.decode()
    assert answer.status_code == 422 and "vừa được người khác sửa" in text
    assert "Người khác vừa lưu: có." in text and text.count("Người khác vừa lưu") == 1
    assert '<option value="0" selected>' in text, "what was typed stays"
    again = head.post(form, {"seen": seen_in(text), "internet": "0", "computers": "45"})
    assert again.status_code == 302
    with make.as_system():
        assert SchoolProfile._base_manager.get().internet is False


def test_a_value_that_cannot_be_is_told_above_the_form_and_stays_typed(place: SimpleNamespace, head: Client) -> None:
    form = f"/truong/{place.school}/ho-so/sua/?nam=2026&phan=thietbi"

    answer = head.post(form, {"seen": seen_in(page(head, form)), "computers": "nhiều"})

    text = answer.content.decode()
    assert answer.status_code == 422 and "Số máy tính dùng cho học sinh: chưa nhận được “nhiều”." in text
    assert 'value="nhiều"' in text


@pytest.mark.parametrize("query", ["phan=khong-co", "phan=vesinh&nam=99999999999999999999", "phan=<script>"])
def test_an_odd_address_of_a_form_is_not_there_or_means_this_year(
    place: SimpleNamespace, head: Client, query: str
) -> None:
    assert head.get(f"/truong/{place.school}/ho-so/sua/?{query}").status_code in (200, 404)


def test_recognitions_are_written_shown_and_withdrawn_into_what_was(place: SimpleNamespace, head: Client) -> None:
    address = f"/truong/{place.school}/cong-nhan/"
    given = {"what": "accreditation.2", "number": "77/QĐ-SGDĐT", "day": "15/03/2024", "decided_by": "Sở GDĐT Hải Phòng"}
    refused = head.post(address, {**given, "what": "accreditation.9"})
    assert refused.status_code == 422 and "chưa nhận được" in refused.content.decode()

    assert head.post(address, given).status_code == 302

    text = page(head, f"/truong/{place.school}/ho-so/")
    assert "Kiểm định chất lượng giáo dục, cấp độ 2" in text and "14/03/2029" in text
    with make.as_system():
        row = Recognition._base_manager.get().pk
    refused = head.post(f"{address}{row}/thu-hoi/", {"day": "20/11/2026", "why": ""})
    assert refused.status_code == 422 and "Chưa ghi lí do." in refused.content.decode()
    assert head.post(f"{address}{row}/thu-hoi/", {"day": "20/11/2026", "why": "QĐ 90"}).status_code == 302
    text = page(head, f"/truong/{place.school}/ho-so/")
    assert "Trước đây (1)" in text and "thu hồi: QĐ 90" in text


def test_a_campus_and_its_rooms_are_written_and_counted(place: SimpleNamespace, head: Client) -> None:
    given = {"code": "DT09", "name": "Điểm trường Bản Pho", "address": "Bản Pho", "day": "01/09/2026"}
    added = head.post(f"/truong/{place.school}/diem-truong/them/", given)
    assert added.status_code == 302
    assert head.post(f"/truong/{place.school}/diem-truong/them/", given).status_code == 422
    campus = added["Location"]
    assert "Chưa ghi phòng nào" in page(head, campus)

    form = f"{campus}phong/?nam=2026"
    rooms = {"indicator": "CLASSROOM", "version": "0", "permanent": "12", "permanent_m2": "640,5"}
    assert head.post(form, {**rooms, "permanent": "-1"}).status_code == 422
    assert head.post(form, rooms).status_code == 302
    assert head.post(form, rooms).status_code == 422, "somebody wrote it since"

    assert "640,5 m²" in page(head, campus)
    assert 'value="640,5"' in page(head, f"{form}&loai=CLASSROOM")
    assert "Điểm trường Bản Pho" in page(head, f"/truong/{place.school}/ho-so/")
    edit = f"{campus}sua/"
    assert (
        head.post(edit, {"seen": seen_in(page(head, edit)), "distance_km": "7,5", "transport": "foot"}).status_code
        == 302
    )
    assert "7,5 km" in page(head, campus) and "Đường đi bộ" in page(head, campus)
    assert head.post(f"{campus}dong/", {"day": "20/11/2026", "why": ""}).status_code == 422
    assert head.post(f"{campus}dong/", {"day": "20/11/2026", "why": "sáp nhập"}).status_code == 302
    assert "Điểm trường đã đóng" in page(head, campus)


def test_a_year_is_copied_by_one_button_that_goes_when_there_is_something(place: SimpleNamespace, head: Client) -> None:
    with make.as_system():
        SchoolProfile(school_id=place.school, school_year=2025, clean_water=True).save()
    address = f"/truong/{place.school}/ho-so/"
    assert "Chép từ năm học trước" in page(head, address)

    assert head.post(f"{address}chep/?nam=2026").status_code == 302

    assert "Chép từ năm học trước" not in page(head, address)
    assert head.post(f"{address}chep/?nam=2026").status_code == 422


def test_a_commune_reads_a_schools_dossier_and_edits_nothing(place: SimpleNamespace) -> None:
    officer = signed_in(make.a_post_holder(place.commune, "commune_officer", "Trần Văn Xã"))
    recognise(place)
    save_school(place, {"clean_water": "1"})

    text = page(officer, f"/truong/{place.school}/ho-so/")

    assert "Có nước sạch" in text and ">Sửa<" not in text and "Ghi quyết định" not in text
    for address in ("ho-so/sua/", "cong-nhan/", "diem-truong/them/"):
        page(officer, f"/truong/{place.school}/{address}", 404)


def test_a_class_shows_its_level_and_takes_it(place: SimpleNamespace, head: Client) -> None:
    address = f"/lop/{place.class_id}/ho-so/"
    text = page(head, address)
    assert "Ngoại ngữ" in text and "Chương trình giáo dục mầm non" not in text

    form = f"{address}sua/?phan=ngoaingu"
    given = {"seen": seen_in(page(head, form)), "language_1": "en", "language_1_periods": "3"}
    refused = head.post(form, {**given, "language_2": "en"})
    assert refused.status_code == 422 and "không đi cùng nhau" in refused.content.decode()
    assert head.post(form, given).status_code == 302
    assert "Tiếng Anh" in page(head, address) and "3 tiết" in page(head, address)
    with make.as_system():
        assert ClassProfile._base_manager.get().school_class_id == place.class_id


def test_a_subject_teacher_reads_the_class_and_changes_nothing(place: SimpleNamespace) -> None:
    teacher = signed_in(make.a_teacher(place.school, "Ngô Bảo Châu", class_id=place.class_id, subject="TOAN"))

    assert ">Sửa<" not in page(teacher, f"/lop/{place.class_id}/ho-so/")
    page(teacher, f"/lop/{place.class_id}/ho-so/sua/?phan=ngoaingu", 404)
    page(teacher, f"/lop/{place.class_id}/ho-so-nam.xlsx", 404)


def test_the_year_of_a_class_leaves_as_a_workbook_with_the_catalogues_columns(
    place: SimpleNamespace, head: Client
) -> None:
    learner(place, place.pupils[0], "hoctap", {"can_swim": "1", "two_sessions": "0"})

    answer = head.get(f"/lop/{place.class_id}/ho-so-nam.xlsx")

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    header = next(row for row in rows if row[0] == "STT")
    swims = header.index("Biết bơi")
    named = {row[2]: row[swims] for row in rows if isinstance(row[0], int) or str(row[0]).isdigit()}
    assert named["Nguyễn Minh Ánh"] == "có" and not named["Lý A Sính"] and len(named) == 3
    assert "Mới ra lớp mầm non lần đầu" not in header, "another level's"


def test_a_pupils_year_is_written_part_by_part(place: SimpleNamespace, head: Client) -> None:
    address = f"/hoc-sinh/{place.pupils[0]}/ho-so/"
    assert "chưa ghi mục nào trong" in page(head, address).lower()
    form = f"{address}sua/?nam=2026&phan=hotro"
    seen = seen_in(page(head, form))

    refused = head.post(form, {"seen": seen, "tuition_exempt": "1", "tuition_reduced": "1"})
    assert refused.status_code == 422 and "Miễn là không phải nộp" in refused.content.decode()
    assert head.post(form, {"seen": seen, "tuition_exempt": "1"}).status_code == 302

    assert "Được miễn học phí" in page(head, f"{address}?nam=2026")
    page(head, f"{address}?nam=2025", 404)
    with make.as_system():
        assert LearnerYear._base_manager.get().tuition_exempt is True


def test_a_poor_household_is_written_ended_and_stands_under_what_was(place: SimpleNamespace, head: Client) -> None:
    pupil = place.pupils[0]
    address = f"/hoc-sinh/{pupil}/chinh-sach/"
    given = {
        "what": "policy.POOR",
        "starts_on": "01/01/2026",
        "ends_on": "31/12/2026",
        "paper_number": "12/GCN",
        "paper_by": "UBND phường Lê Chân",
    }
    refused = head.post(address, {**given, "ends_on": ""})
    assert refused.status_code == 422 and "được xét lại hằng năm" in refused.content.decode()
    assert 'value="12/GCN"' in refused.content.decode(), "what was typed stays"
    assert head.post(address, given).status_code == 302

    record = f"/hoc-sinh/{pupil}/ho-so/?phan=chinh-sach"
    assert "số 12/GCN, UBND phường Lê Chân" in page(head, record)
    assert "Hộ nghèo" in page(head, f"/hoc-sinh/{pupil}/"), "the file everybody reads says the same"
    with make.as_system():
        row = Standing._base_manager.get().pk
    assert head.post(f"{address}{row}/thoi/", {"day": "31/10/2026", "why": ""}).status_code == 422
    assert head.post(f"{address}{row}/thoi/", {"day": "31/10/2026", "why": "thoát nghèo"}).status_code == 302
    text = page(head, record)
    assert "Trước đây" in text and "thoát nghèo" in text
    assert "Hộ nghèo" not in page(head, f"/hoc-sinh/{pupil}/")


def test_a_disability_written_by_mistake_is_gone(place: SimpleNamespace, head: Client) -> None:
    address = f"/hoc-sinh/{place.pupils[0]}/chinh-sach/"
    given = {"what": "disability.SIGHT", "starts_on": "01/03/2024", "paper_day": "01/03/2024", "paper_by": "UBND xã"}
    assert head.post(address, given).status_code == 422, "no level"
    assert head.post(address, {**given, "level": "MILD"}).status_code == 302
    with make.as_system():
        row = Standing._base_manager.get().pk

    assert head.post(f"{address}{row}/bo/", {"why": "ghi nhầm em"}).status_code == 302

    assert "không ghi khuyết tật" in page(head, f"/hoc-sinh/{place.pupils[0]}/ho-so/?phan=chinh-sach")


def test_health_is_written_and_read_by_who_may_and_hidden_from_others(place: SimpleNamespace, head: Client) -> None:
    pupil = place.pupils[0]
    form = f"/hoc-sinh/{pupil}/suc-khoe/"
    given = {"day": "15/09/2026", "height_cm": "150", "weight_kg": "45", "eyes": "1"}
    assert head.post(form, {**given, "height_cm": "1500"}).status_code == 422
    assert head.post(form, given).status_code == 302
    assert head.post(form, given).status_code == 422, "a second time on one day"

    record = f"/hoc-sinh/{pupil}/ho-so/?phan=suc-khoe"
    text = page(head, record)
    assert "Chỉ số khối cơ thể (BMI)" in text and "<dd>20,0</dd>" in text and "Bệnh về mắt" in text
    officer = signed_in(make.a_post_holder(place.department, "department_officer", "Lã Thị Sở"))
    assert officer.post(f"/hoc-sinh/{pupil}/", {"why": "thanh tra"}).status_code == 302
    told = page(officer, record)
    assert "Sức khoẻ" not in told and "Chỉ số khối" not in told
    page(officer, form, 404)
    with make.as_system():
        row = Measurement._base_manager.get().pk
    assert head.post(f"/hoc-sinh/{pupil}/ho-so/suc-khoe/{row}/bo/", {"why": "nhầm"}).status_code == 302
    assert "Chưa ghi lần đo" in page(head, record)


def test_who_governs_the_school_is_asked_what_for_first(place: SimpleNamespace) -> None:
    officer = signed_in(make.a_post_holder(place.department, "department_officer", "Lã Thị Sở"))

    answer = officer.get(f"/hoc-sinh/{place.pupils[0]}/ho-so/")

    assert answer.status_code == 302 and answer["Location"] == f"/hoc-sinh/{place.pupils[0]}/"


def test_papers_and_awards_are_written_shown_and_taken_back(place: SimpleNamespace, head: Client) -> None:
    pupil = place.pupils[0]
    record = f"/hoc-sinh/{pupil}/ho-so/?phan=giay-to"
    paper = {
        "kind": "PASSPORT",
        "number": "C1234567",
        "issued_on": "01/05/2024",
        "issued_at": "Cục Quản lí xuất nhập cảnh",
    }
    assert head.post(f"/hoc-sinh/{pupil}/giay-to/", {**paper, "number": ""}).status_code == 422
    assert head.post(f"/hoc-sinh/{pupil}/giay-to/", paper).status_code == 302
    award = {"content": "Giải nhì môn Toán", "level": "province", "day": "10/11/2026", "subject": "Toán"}
    assert head.post(f"/hoc-sinh/{pupil}/khen-thuong/", {**award, "level": ""}).status_code == 422
    assert head.post(f"/hoc-sinh/{pupil}/khen-thuong/", award).status_code == 302

    text = page(head, record)
    assert "C1••••67" in text and "C1234567" not in text and "Giải nhì môn Toán" in text
    number = re.search(r"/giay-to/(\d+)/so/", text)
    assert number
    shown = head.post(f"/hoc-sinh/{pupil}/giay-to/{number[1]}/so/", {"why": ""})
    assert shown.status_code == 422 and "C1234567" not in shown.content.decode()
    shown = head.post(f"/hoc-sinh/{pupil}/giay-to/{number[1]}/so/", {"why": "làm thủ tục"})
    assert shown.status_code == 200 and "C1234567" in shown.content.decode()
    assert head.post(f"/hoc-sinh/{pupil}/ho-so/giay-to/{number[1]}/bo/", {"why": "nhầm"}).status_code == 302
    assert "Chưa ghi giấy tờ nào" in page(head, record)


def test_custody_changes_by_the_form_and_the_former_stands_under_what_was(place: SimpleNamespace, head: Client) -> None:
    pupil = place.pupils[0]
    make.a_guardian("Trần Mỹ Hạnh", child=pupil, school=place.school)
    with unit_of_work(place.principal):
        tie = services.custody.families.guardians(pupil)[0].id
    form = f"/hoc-sinh/{pupil}/doi-giam-ho/"
    assert "Trần Mỹ Hạnh, mẹ" in page(head, form)
    given = {"why_kind": "judgment", "document": "Bản án 12/2026", "day": "20/11/2026", "ends": str(tie)}

    refused = head.post(form, given)
    assert refused.status_code == 422 and "không còn ai giám hộ" in refused.content.decode()
    assert "checked" in refused.content.decode(), "who was marked stays marked"
    assert head.post(form, {**given, "full_name": "Nguyễn Văn Bách", "relation": "FATHER"}).status_code == 302

    text = page(head, f"/hoc-sinh/{pupil}/ho-so/?phan=gia-dinh")
    assert "Nguyễn Văn Bách" in text and "Trước đây" in text and "Bản án 12/2026" in text


def test_a_grown_pupils_family_part_says_since_when(place: SimpleNamespace, head: Client) -> None:
    with make.as_system():
        Person._base_manager.filter(pk=place.pupils[0]).update(born_on=dt.date(2008, 11, 1))

    assert "Em đã đủ 18 tuổi từ 01/11/2026" in page(head, f"/hoc-sinh/{place.pupils[0]}/ho-so/?phan=gia-dinh")


@pytest.mark.parametrize("part", ["nam-hoc", "chinh-sach", "suc-khoe", "giay-to", "gia-dinh", "khong-co"])
def test_a_part_of_a_record_costs_a_fixed_number_of_statements(
    place: SimpleNamespace, head: Client, part: str, django_assert_max_num_queries: Any
) -> None:
    for day in range(1, 8):
        measure(place, on=dt.date(2026, 9, day))
    address = f"/hoc-sinh/{place.pupils[0]}/ho-so/?phan={part}"
    page(head, address)

    with django_assert_max_num_queries(24):
        page(head, address)


def test_a_schools_dossier_costs_a_fixed_number_of_statements(
    place: SimpleNamespace, head: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        campus = a_campus(place, code=f"DT{number}")
        save_rooms(place, campus, permanent="3")
        recognise(place, number=f"{number}/QĐ")
    address = f"/truong/{place.school}/ho-so/"
    page(head, address)

    with django_assert_max_num_queries(22):
        page(head, address)


def test_a_neighbour_finds_no_page_of_ours(place: SimpleNamespace) -> None:
    neighbour = signed_in(make.a_principal(place.neighbour, "Lê Thị Láng Giềng"))

    for address in (
        f"/truong/{place.school}/ho-so/",
        f"/truong/{place.school}/ho-so/sua/?phan=vesinh",
        f"/truong/{place.school}/diem-truong/{place.school}/",
        f"/lop/{place.class_id}/ho-so/",
        f"/hoc-sinh/{place.pupils[0]}/ho-so/",
        f"/hoc-sinh/{place.pupils[0]}/doi-giam-ho/",
    ):
        page(neighbour, address, 404)

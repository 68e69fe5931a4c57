"""The pages of the norm: who sees which school, with data and without, at a fixed number of statements."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maitruong.foundation.audit.models import Entry
from maitruong.registry.enrolment.models import SchoolClass
from maitruong.registry.staff.models import Employment
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def province() -> dict[str, int]:
    department = make.a_department()
    commune = make.a_commune(department)
    ours, theirs = make.a_school(commune), make.a_school(make.a_commune(department, "Xã Vĩnh Bảo"), "THCS Vĩnh Bảo")
    make.a_class(ours, "8A1")
    make.a_class(ours, "8A2")
    make.a_class(theirs, "6A1", grade=6)
    for name in ("Nguyễn Thị Lan", "Trần Văn Bình", "Lê Thị Cúc", "Phạm Văn Đức", "Vũ Thị Êm"):
        teacher(ours, name, "TOAN")
    return {"department": department, "commune": commune, "ours": ours, "theirs": theirs}


def teacher(school: int, name: str, *subjects: str) -> int:
    made = make.an_employee(school, name)
    with make.as_system():
        Employment._base_manager.filter(person_id=made).update(subjects=list(subjects))
    return made


def as_who(role: str, unit: int) -> Client:
    client = Client()
    client.force_login(make.a_post_holder(unit, role, "Lê Trung Kiên"))
    return client


def test_the_department_sees_who_is_short_first(province: dict[str, int]) -> None:
    page = as_who("department_officer", province["department"]).get("/dinh-muc-giao-vien/").content.decode()

    # Theirs needs 2 for its one class and has none; ours needs 4 for two and has five.
    assert page.index("THCS Vĩnh Bảo") < page.index("THCS Lê Chân")
    assert "thiếu 2" in page and "thừa 1" in page
    assert "cần 6, hiện có 5 · thiếu 2" in page


def test_a_head_comes_straight_to_her_own_school_and_to_no_other(province: dict[str, int]) -> None:
    head = as_who("principal", province["ours"])

    own = head.get("/dinh-muc-giao-vien/", follow=True).content.decode()

    assert "Lớp THCS" in own and "thừa 1" in own and "Toán" in own
    assert head.get(f"/dinh-muc-giao-vien/truong/{province['theirs']}/").status_code == 404
    assert head.get("/dinh-muc-giao-vien/truong/999999/").status_code == 404
    assert head.get(f"/dinh-muc-giao-vien/truong/{province['commune']}/").status_code == 404


def test_a_commune_sees_its_own_schools(province: dict[str, int]) -> None:
    make.a_class(make.a_school(province["commune"], "THCS Hai"), "6A", grade=6)
    page = as_who("commune_officer", province["commune"]).get("/dinh-muc-giao-vien/").content.decode()

    assert "THCS Lê Chân" in page and "THCS Hai" in page and "THCS Vĩnh Bảo" not in page


def test_a_teacher_finds_nothing_there(province: dict[str, int]) -> None:
    with make.as_system():
        school_class = SchoolClass._base_manager.filter(school_id=province["ours"]).first()
    client = Client()
    client.force_login(make.a_teacher(province["ours"], "Đào Thị Gấm", class_id=school_class.pk, subject="TOAN"))

    for address in ("", "mon/", f"truong/{province['ours']}/", "bang.xlsx"):
        assert client.get(f"/dinh-muc-giao-vien/{address}").status_code == 404


def test_by_subject_with_the_periods_asked(province: dict[str, int]) -> None:
    officer = as_who("department_officer", province["department"])

    usual = officer.get("/dinh-muc-giao-vien/mon/").content.decode()
    asked = officer.get("/dinh-muc-giao-vien/mon/?thcs=4").content.decode()
    odd = officer.get("/dinh-muc-giao-vien/mon/?thcs=0&thpt=abc").content.decode()

    assert 'value="19"' in usual and 'value="4"' in asked and 'value="19"' in odd
    assert "Ngữ văn" in usual and "thiếu" in usual.lower()


def test_electives_of_a_class_are_read_as_they_were_written(province: dict[str, int]) -> None:
    school = make.a_school(province["commune"], "THPT Ngô Quyền", levels=("04",))
    class_id, _ = make.a_class(school, "10A1", grade=10)
    teacher(school, "Hoàng Văn Lý", "VL")
    officer = as_who("department_officer", province["department"])

    def page() -> str:
        return officer.get(f"/dinh-muc-giao-vien/truong/{school}/").content.decode()

    assert "1 lớp THPT chưa ghi môn lựa chọn" in page()
    with make.as_system():
        SchoolClass._base_manager.filter(pk=class_id).update(electives=["VL", "HH", "SH", "TH"], clusters=["VL"])
    told = page()
    assert (
        "chưa ghi môn lựa chọn" not in told and "Hóa học" in told and ">3,0<" in told
    )  # 70 + 35 of physics, over 35 weeks


def test_a_centre_of_continuing_education_has_no_norm_here(province: dict[str, int]) -> None:
    centre = make.a_school(province["commune"], "TTGDTX Hải An", levels=("05",))
    make.a_class(centre, "10A", grade=10)
    teacher(centre, "Hoàng Văn Toán", "TOAN")
    officer = as_who("department_officer", province["department"])

    assert "không có định mức" in officer.get("/dinh-muc-giao-vien/").content.decode()
    assert (
        "1 lớp giáo dục thường xuyên không thuộc"
        in officer.get(f"/dinh-muc-giao-vien/truong/{centre}/").content.decode()
    )


def test_an_empty_school_says_so(province: dict[str, int]) -> None:
    empty = make.a_school(province["commune"], "THCS Mới")
    page = as_who("department_officer", province["department"]).get(f"/dinh-muc-giao-vien/truong/{empty}/")

    assert "Trường chưa có lớp nào" in page.content.decode()


def test_the_file_tells_the_same_and_the_audit_is_told(province: dict[str, int]) -> None:
    officer = as_who("department_officer", province["department"])

    book = openpyxl.load_workbook(io.BytesIO(officer.get("/dinh-muc-giao-vien/bang.xlsx").content))

    rows = [list(row) for row in book.active.values]
    assert any(row[0] == "THCS Vĩnh Bảo" and row[1:5] == [1, 2, 0, -2] for row in rows), rows
    with make.as_system() as scope:
        assert Entry.objects.visible_to(scope, "").filter(action="insight.staffing_exported").count() == 1


def test_the_list_costs_the_same_however_many_schools(province: dict[str, int]) -> None:
    officer = as_who("department_officer", province["department"])

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            officer.get("/dinh-muc-giao-vien/")
        return len(seen)

    statements()  # the first page of a process asks more
    few = statements()
    for number in range(6):
        make.a_class(make.a_school(province["commune"], f"THCS số {number}"), "6A1", grade=6)
    assert statements() == few


def test_a_class_of_nine_sessions_counts_as_two_a_day_whatever_the_school_says(province: dict[str, int]) -> None:
    school = make.a_school(province["commune"], "TH Kim Đồng", levels=("02",))
    class_id, _ = make.a_class(school, "1A", grade=1)
    officer = as_who("department_officer", province["department"])

    def page() -> str:
        return officer.get(f"/dinh-muc-giao-vien/truong/{school}/").content.decode()

    assert "Lớp tiểu học một buổi" in page()
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dossiers_classprofile (school_class_id, school_id, school_year, sessions, version)"
            " SELECT id, school_id, school_year, '9-10', 1 FROM enrolment_schoolclass WHERE id = %s",
            [class_id],
        )
    assert "Lớp tiểu học hai buổi" in page()

"""The pages: with data, with none, refused, and as who must not see them."""

from __future__ import annotations

import datetime as dt
import io
import re
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maitruong.foundation.audit.models import Entry
from maitruong.foundation.signing.demo_keys import DEMO_PIN
from maitruong.registry.enrolment.models import Enrolment
from maitruong.registry.periods.models import Movement, Period, Snapshot
from maitruong.registry.periods.ports import Finding, Findings
from maitruong.site.family.tests.test_family import signed_in
from tests import factories as make

from .conftest import accept, close, correct, freeze
from .test_checking import everybody_is_taken

pytestmark = pytest.mark.django_db


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


@pytest.fixture
def head(report: SimpleNamespace) -> Client:
    return signed_in(report.head)


@pytest.fixture
def department(report: SimpleNamespace) -> Client:
    return signed_in(report.so_account)


def here(report: SimpleNamespace, school: int | None = None) -> str:
    return f"/ki-bao-cao/{report.start.id}/truong/{school or report.school}/"


def kinds() -> list[str]:
    with make.as_system():
        return list(Movement._base_manager.order_by("id").values_list("kind", flat=True))


def test_a_principal_makes_signs_and_asks_to_correct(report: SimpleNamespace, head: Client) -> None:
    assert head.get("/ki-bao-cao/")["Location"] == here(report)
    text = page(head, here(report))
    assert "đang nhập" in text and "Số liệu tạm tính" in text and "Không còn lỗi hay cảnh báo" in text
    assert "Thông tư 25/2024/TT-BGDĐT" in text and "30/10/2026" in text

    assert head.post(f"{here(report)}lap/").status_code == 302
    text = page(head, here(report))
    assert "chờ hiệu trưởng ký" in text and "Ký chốt số liệu" in text
    asked = head.post(f"{here(report)}ky/")
    text = page(head, asked["Location"])
    assert "số liệu ngày 30/09/2026" in text
    code = re.search(r"Mã xác nhận của lượt này là <strong class=\"num\">(\d+)", text)
    assert code
    wrong = head.post(asked["Location"], {"pin": "000000", "code": code[1]})
    assert wrong.status_code == 422 and kinds() == ["frozen"]
    done = head.post(asked["Location"], {"pin": DEMO_PIN, "code": code[1]})
    assert done.status_code == 302 and kinds() == ["frozen", "signed"]
    assert "Đã ký." in page(head, done["Location"])

    refused = head.post(f"{here(report)}xin-sua/", {"why": "Đếm thiếu", "wanted": ""})
    assert refused.status_code == 422 and "Chưa ghi chỗ cần sửa." in refused.content.decode()
    assert 'value="Đếm thiếu"' in refused.content.decode()
    assert head.post(f"{here(report)}xin-sua/", {"why": "Đếm thiếu", "wanted": "8A2 có 4 em"}).status_code == 302
    assert "đang chờ Sở GDĐT quyết định" in page(head, here(report))


def test_what_is_in_the_way_is_listed_with_where_it_is_mended(report: SimpleNamespace, head: Client) -> None:
    report.checks.found = Findings(
        blocking=(Finding("x", "2 em chưa ghi dân tộc.", "/hoc-sinh/"),), unexplained=(Finding("y", "Lớp 8A2 đông."),)
    )

    text = page(head, here(report))
    refused = head.post(f"{here(report)}lap/")

    assert 'href="/hoc-sinh/"' in text and "2 em chưa ghi dân tộc." in text and "Lớp 8A2 đông." in text
    assert refused.status_code == 422 and "Còn 1 lỗi dữ liệu chưa sửa" in refused.content.decode()


def test_changed_data_is_told_before_the_principal_signs(report: SimpleNamespace, head: Client) -> None:
    freeze(report)
    assert "Dữ liệu đã đổi" not in page(head, here(report))

    with make.as_system():
        Enrolment._base_manager.filter(student_id=report.pupils[0]).update(ends_on=dt.date(2026, 9, 10))

    assert "Dữ liệu đã đổi từ lúc lập số liệu." in page(head, here(report))


def test_before_its_day_a_period_shows_figures_and_no_button(report: SimpleNamespace, head: Client) -> None:
    text = page(head, f"/ki-bao-cao/{report.end.id}/truong/{report.school}/")

    assert "Chốt được từ ngày 31/05/2027" in text and "Lập số liệu để ký" not in text


def test_the_department_ticks_returns_and_closes(report: SimpleNamespace, department: Client) -> None:
    board = f"/ki-bao-cao/{report.start.id}/"
    assert department.get("/ki-bao-cao/")["Location"] == board
    assert "THCS Vĩnh Bảo" in page(department, board)
    close(report)
    accept(report, report.xa)

    done = department.post(f"{board}kiem-tra/", {"school": [report.school, report.neighbour]})
    text = done.content.decode()
    assert done.status_code == 200 and "Đã nhận số liệu 1 trường." in text
    refused = department.post(f"{board}chot/")
    assert (
        refused.status_code == 422 and "Còn 1 trường chưa được nhận số liệu: THCS Vĩnh Bảo." in refused.content.decode()
    )
    close(report, report.other_scope, report.neighbour)
    theirs = here(report, report.neighbour)
    assert department.post(f"{theirs}kiem-tra/", {"act": "tra", "why": ""}).status_code == 422
    assert department.post(f"{theirs}kiem-tra/", {"act": "tra", "why": "Sai sĩ số"}).status_code == 302
    assert "bị trả lại" in page(department, theirs)
    close(report, report.other_scope, report.neighbour)
    assert department.post(f"{theirs}kiem-tra/", {"act": "nhan", "why": ""}).status_code == 422
    assert department.post(f"{theirs}kiem-tra/", {"act": "nhan", "why": "Nhận thay xã"}).status_code == 302
    assert department.post(f"{board}chot/").status_code == 302
    assert "Sẵn sàng gửi Bộ." in page(department, board)


def test_the_board_filters_and_finds(report: SimpleNamespace, department: Client) -> None:
    close(report)
    board = f"/ki-bao-cao/{report.start.id}/"

    signed = page(department, f"{board}?buoc=signed")
    assert f"truong/{report.school}/" in signed and f"truong/{report.neighbour}/" not in signed
    found = page(department, f"{board}?q=vinh bao")
    assert f"truong/{report.neighbour}/" in found and f"truong/{report.school}/" not in found
    assert "Không có trường nào ở đây" in page(department, f"{board}?q=khong-co")
    assert page(department, f"{board}?buoc=%3Cscript%3E&trang=9999999")


def test_a_commune_sees_and_passes_on_its_own_schools(report: SimpleNamespace) -> None:
    officer, board = signed_in(report.xa_account), f"/ki-bao-cao/{report.start.id}/"
    close(report)

    text = page(officer, board)
    assert f"truong/{report.school}/" in text and f"truong/{report.neighbour}/" not in text
    assert "Chốt toàn tỉnh" not in text
    done = officer.post(f"{board}kiem-tra/", {"school": [report.school]})
    assert "Đã chuyển Sở số liệu 1 trường." in done.content.decode() and kinds()[-1] == "checked"
    assert officer.get(here(report, report.neighbour)).status_code == 404
    assert officer.post(f"{here(report, report.neighbour)}kiem-tra/", {"act": "nhan"}).status_code == 404
    assert officer.post(f"{board}chot/").status_code == 404


def test_a_correction_is_decided_and_both_versions_stay_to_be_read(
    report: SimpleNamespace, head: Client, department: Client
) -> None:
    close(report)
    head.post(f"{here(report)}xin-sua/", {"why": "Đếm thiếu", "wanted": "8A2 có 2 em"})
    assert "8A2 có 2 em" in page(department, here(report))
    assert department.post(f"{here(report)}xet/", {"act": "dong-y", "why": ""}).status_code == 422
    assert department.post(f"{here(report)}xet/", {"act": "dong-y", "why": "Có biên bản"}).status_code == 302
    with make.as_system():
        Enrolment._base_manager.filter(student_id=report.pupils[0]).update(ends_on=dt.date(2026, 9, 10))
    close(report)

    first, second = (page(head, f"{here(report)}ban/{number}/") for number in (1, 2))
    assert "Còn nguyên vẹn từng byte, chữ ký đúng." in first and "Còn nguyên vẹn từng byte" in second
    assert "Khác bản 1" in second and "Bớt: Nguyễn Minh Ánh" in second and "Khác bản" not in first
    assert page(head, f"{here(report)}ban/3/", 404)
    taken = head.get(f"{here(report)}ban/1/ban-ke.xml")
    assert taken.status_code == 200 and taken.content.startswith(b"<snapshot ")
    assert "attachment" in taken["Content-Disposition"]
    with make.as_system():
        assert Entry._base_manager.filter(action="periods.manifest_downloaded").count() == 1


def test_the_department_who_reads_names_of_a_version_is_told_to_the_audit(
    report: SimpleNamespace, head: Client, department: Client
) -> None:
    close(report)
    page(head, f"{here(report)}ban/1/")
    page(department, f"{here(report)}ban/1/")

    with make.as_system():
        (entry,) = Entry._base_manager.filter(action="periods.version_opened")
        assert entry.actor_id == report.so_account.person_id


def test_figures_are_taken_along_as_a_spreadsheet(report: SimpleNamespace, head: Client, department: Client) -> None:
    assert head.get(f"{here(report)}so-lieu.xlsx").status_code == 404
    close(report)

    for client, address in (
        (head, f"{here(report)}so-lieu.xlsx"),
        (department, f"/ki-bao-cao/{report.start.id}/so-lieu.xlsx"),
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
        assert any(row[1:5] in (("Học sinh", "Tất cả", 3, 0), ("Học sinh", "Tất cả", "3", "0")) for row in rows), rows[
            :6
        ]
    with make.as_system():
        assert Entry._base_manager.filter(action="periods.exported").count() == 2


def test_totals_of_the_province_stand_beside_the_period_before(report: SimpleNamespace, department: Client) -> None:
    empty = page(department, f"/ki-bao-cao/{report.start.id}/so-lieu/")
    assert "Chưa có số liệu" in empty
    everybody_is_taken(report)
    text = page(department, f"/ki-bao-cao/{report.start.id}/so-lieu/")
    assert "Lớp 8" in text and "Kì trước" not in text

    text = page(department, f"/ki-bao-cao/{report.end.id}/so-lieu/")
    assert "Đầu năm học" in text, "beside what was signed before, also while nobody has signed"


def test_the_optional_period_is_opened_with_its_days_and_act(report: SimpleNamespace, department: Client) -> None:
    form = "/ki-bao-cao/nam/2026/MID/"
    assert "31/01/2027" in page(department, form)
    given = {"as_of": "15/01/2027", "due_on": "15/02/2027", "basis": "Công văn 12/SGDĐT-KHTC"}
    assert department.post(form, {**given, "as_of": "32/01/2027"}).status_code == 422
    assert department.post(form, {**given, "basis": ""}).status_code == 422

    assert department.post(form, given).status_code == 302

    assert Period.objects.get(kind="MID").due_on == dt.date(2027, 2, 15)
    assert page(department, "/ki-bao-cao/nam/2026/KHAC/", 404) and page(department, "/ki-bao-cao/nam/1999/MID/", 404)


def test_a_school_page_costs_a_fixed_number_of_statements(report: SimpleNamespace, head: Client) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(head, here(report))
        return len(seen)

    statements()
    few = statements()
    make.a_class(report.school, "7A1", pupils=("Nguyễn Văn A", "Trần Văn B", "Lê Thị C", "Vũ Thị D"), grade=7)

    assert statements() == few


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_neighbour_gets_nothing_and_changes_nothing(report: SimpleNamespace, method: str) -> None:
    close(report)
    correct(report)
    before, stranger = kinds(), signed_in(report.other)

    for part in ("", "lap/", "ky/", "xin-sua/", "xet/", "kiem-tra/", "so-lieu.xlsx", "ban/1/", "ban/1/ban-ke.xml"):
        ours: Any = getattr(stranger, method)(f"{here(report)}{part}", {"why": "x", "wanted": "y", "act": "nhan"})
        assert ours.status_code in (404, 405), part
    with make.as_system():
        assert kinds() == before and Snapshot._base_manager.count() == 1


def test_a_commune_sends_back_ticked_schools_with_one_reason(report: SimpleNamespace) -> None:
    officer, board = signed_in(report.xa_account), f"/ki-bao-cao/{report.start.id}/"
    close(report)
    given = {"school": [report.school], "act": "tra"}

    refused = officer.post(f"{board}kiem-tra/", {**given, "why": " "})
    assert refused.status_code == 422 and "Chưa ghi lí do." in refused.content.decode() and kinds()[-1] == "signed"
    assert officer.post(f"{board}kiem-tra/", {**given, "school": [report.neighbour], "why": "x"}).status_code == 404

    done = officer.post(f"{board}kiem-tra/", {**given, "why": "Sĩ số chưa khớp"})
    assert "Đã trả lại số liệu 1 trường." in done.content.decode() and kinds()[-1] == "returned"
    again = officer.post(f"{board}kiem-tra/", {**given, "why": "Sĩ số chưa khớp"})
    assert "Đã trả lại số liệu 0 trường." in again.content.decode() and "bị trả lại" in again.content.decode()

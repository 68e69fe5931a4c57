"""Two stories in a real browser: a family changes its child's school, and a teacher is posted to another one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from maitruong.assessment.gradebook.tests.conftest import complaints, site, visit
from maitruong.registry.staff.models import Employment
from maitruong.teaching.timetable import services as timetable
from tests import factories as make
from tests.journeys.hands import follow, picture, serious

from .factories import seats_of

__all__ = ["complaints", "site", "visit"]
pytestmark = pytest.mark.journey
WIDTHS = (1366, 390)


@pytest.fixture
def world(transactional_db: None) -> SimpleNamespace:
    department = make.a_department()
    commune, other = make.a_commune(department), make.a_commune(department, "Xã Vĩnh Bảo")
    school, neighbour = make.a_school(commune), make.a_school(other, "THCS Vĩnh Bảo")
    class_id, pupils = make.a_class(school, pupils=("Nguyễn Phạm Khánh Huyền", "Lý A Sính"))
    make.a_class(neighbour, "8B1", pupils=("Vũ Thị Hà",))
    teacher = make.an_employee(school, "Phạm Thu Lan")
    with make.as_system() as scope:
        timetable.assign_teaching(
            scope, class_id=class_id, subject="TOAN", teacher_id=teacher, starts_on=dt.date(2026, 9, 5)
        )
    return SimpleNamespace(
        school=school, neighbour=neighbour, pupil=pupils[0], teacher=teacher,
        mother=make.a_guardian("Nguyễn Thị Mẹ", child=pupils[0], school=school),
        head=make.a_principal(school), their_head=make.a_principal(neighbour, "Bùi Thị Hoa"),
        officer=make.a_post_holder(department, "department_officer", "Lã Thị Sở"),
    )  # fmt: skip


def looked_at(page: Any, name: str) -> None:
    picture(page, f"transfers-{name}")
    assert serious(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} scrolls sideways"


def press(page: Any, name: str) -> None:
    follow(page.get_by_role("button", name=name, exact=True))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_family_asks_both_schools_answer_and_the_child_arrives(
    world: SimpleNamespace, visit: Callable[..., Any], width: int
) -> None:
    page = visit(world.mother, f"/con-toi/{world.pupil}/", width=width)
    follow(page.get_by_role("link", name="Chuyển trường"))
    page.get_by_label("Tên trường hoặc xã, phường").fill("vĩnh bảo")
    press(page, "Tìm trường")
    looked_at(page, "family-search")
    follow(page.get_by_role("link", name="THCS Vĩnh Bảo"))
    page.get_by_label("Lí do xin chuyển").fill("Gia đình chuyển chỗ ở về Vĩnh Bảo")
    looked_at(page, "family-form")
    press(page, "Nộp đơn")
    looked_at(page, "family-follows")
    assert "Chờ trường nhận trả lời" in page.locator("main").inner_text()

    theirs = visit(world.their_head, "/chuyen-truong/", width=width)
    looked_at(theirs, "list")
    follow(theirs.get_by_role("link", name="Nguyễn Phạm Khánh Huyền"))
    looked_at(theirs, "to-accept")
    theirs.get_by_label("Số văn bản hoặc ý kiến").fill("Giấy tiếp nhận số 12")
    press(theirs, "Đồng ý tiếp nhận")
    address = theirs.url

    ours = visit(world.head, address[address.index("/chuyen-truong/") :], width=width)
    ours.get_by_label("Số giấy giới thiệu chuyển trường hoặc ý kiến").fill("Giấy giới thiệu số 7")
    looked_at(ours, "to-release")
    press(ours, "Cho chuyển")

    theirs.reload()
    theirs.get_by_label("Lớp").select_option(label="8B1: 1 em")
    looked_at(theirs, "to-receive")
    press(theirs, "Nhận vào lớp")
    looked_at(theirs, "received")
    follow(theirs.get_by_role("link", name="Mở hồ sơ của em"))
    assert "THCS Vĩnh Bảo" in theirs.locator("main").inner_text()
    page.reload()
    assert "Đã nhận vào lớp" in page.locator("main").inner_text()
    assert [school for school, *_ in seats_of(world.pupil)] == [world.school, world.neighbour]
    officer = visit(world.officer, "/chuyen-truong/?xem=xong", width=width)
    looked_at(officer, "department")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_teacher_is_posted_and_received(world: SimpleNamespace, visit: Callable[..., Any], width: int) -> None:
    ours = visit(world.head, f"/doi-ngu/{world.teacher}/", width=width)
    follow(ours.get_by_role("link", name="Điều động đến trường khác"))
    ours.get_by_label("Tên trường hoặc xã, phường").fill("vĩnh bảo")
    press(ours, "Tìm trường")
    follow(ours.get_by_role("link", name="THCS Vĩnh Bảo"))
    ours.get_by_label("Số quyết định").fill("125/QĐ-SGDĐT")
    ours.get_by_role("textbox", name="Làm việc ở trường mới từ ngày").fill("01/12/2026")
    looked_at(ours, "posting-form")
    press(ours, "Cho đi theo quyết định")
    assert "Toán, lớp 8A2" in ours.locator("main").inner_text()
    looked_at(ours, "posting")

    theirs = visit(world.their_head, "/dieu-dong/", width=width)
    looked_at(theirs, "postings")
    follow(theirs.get_by_role("link", name="Phạm Thu Lan"))
    press(theirs, "Tiếp nhận")
    looked_at(theirs, "posting-received")
    with make.as_system():
        rows = Employment._base_manager.filter(person_id=world.teacher).order_by("starts_on")
        assert [row.school_id for row in rows] == [world.school, world.neighbour]

"""Journey: the head writes a pupil's whole record, the school's year and its rooms, on the desk and on the phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import WIDTHS, House
from tests.journeys.hands import follow, picture, serious

pytestmark = pytest.mark.journey
HEAD = "Hiệu trưởng"
PUPIL = "Nguyễn Phạm Khánh Huyền"


@pytest.mark.parametrize("width", WIDTHS)
def test_the_head_writes_a_pupils_whole_record(house: House, enter: Callable[..., Any], width: int) -> None:
    stage = house.stage(f"8D{width}")
    page = enter(HEAD, width=width)
    page.goto(f"{house.url}/hoc-sinh/{stage['pupils'][PUPIL]}/")
    follow(page.get_by_role("link", name="Hồ sơ đầy đủ"))
    page.get_by_role("heading", level=1, name=PUPIL).wait_for()
    picture(page, "dossier-pupil-empty")
    when_a_group_of_the_year_is_saved(page)
    when_a_paper_of_a_poor_household_comes(page)
    when_the_nurse_measured(page)
    when_the_care_changes_hands(page)


def when_a_group_of_the_year_is_saved(page: Any) -> None:
    follow(page.locator(".card", has_text="Hỗ trợ, miễn giảm").get_by_role("link", name="Sửa"))
    page.get_by_label("Được miễn học phí").select_option("có")
    page.get_by_label("Được giảm học phí").select_option("có")
    follow(page.get_by_role("button", name="Lưu"))
    assert "Miễn là không phải nộp" in page.locator("main").inner_text()
    picture(page, "dossier-refused")
    assert serious(page) == []
    page.get_by_label("Được giảm học phí").select_option("không")
    follow(page.get_by_role("button", name="Lưu"))
    assert "Được miễn học phí" in page.locator("main").inner_text()
    picture(page, "dossier-pupil-year")
    assert serious(page) == []


def when_a_paper_of_a_poor_household_comes(page: Any) -> None:
    follow(page.get_by_role("link", name="Chính sách, khuyết tật"))
    follow(page.get_by_role("link", name="Ghi thêm"))
    page.get_by_label("Diện chính sách hoặc dạng khuyết tật").select_option(label="Hộ nghèo")
    page.locator("[name=starts_on]").fill("01/01/2026")
    page.locator("[name=ends_on]").fill("31/12/2026")
    page.locator("[name=paper_number]").fill("12/GCN-HN")
    page.locator("[name=paper_by]").fill("UBND phường Lê Chân")
    picture(page, "dossier-standing-form")
    assert serious(page) == []
    follow(page.get_by_role("button", name="Ghi"))
    assert "số 12/GCN-HN, UBND phường Lê Chân" in page.locator("main").inner_text()
    picture(page, "dossier-standings")
    assert serious(page) == []


def when_the_nurse_measured(page: Any) -> None:
    follow(page.get_by_role("link", name="Sức khoẻ"))
    follow(page.get_by_role("link", name="Ghi lần mới"))
    page.locator("[name=height_cm]").fill("152,5")
    page.locator("[name=weight_kg]").fill("43")
    follow(page.get_by_role("button", name="Ghi"))
    said = page.locator("main").inner_text()
    assert "152,5 cm" in said and "18,5" in said
    picture(page, "dossier-health")
    assert serious(page) == []


def when_the_care_changes_hands(page: Any) -> None:
    follow(page.get_by_role("link", name="Gia đình"))
    follow(page.get_by_role("link", name="Thay đổi"))
    page.get_by_label("Vì sao").select_option("appointed")
    page.get_by_label("Văn bản").fill("Quyết định 45/QĐ-UBND ngày 10/11/2026")
    page.get_by_label("Họ và tên").fill("Lò Thị Bà Ngoại")
    page.get_by_label("Quan hệ với em").select_option("GUARDIAN")
    picture(page, "dossier-custody-form")
    assert serious(page) == []
    follow(page.get_by_role("button", name="Ghi thay đổi"))
    said = page.locator("main").inner_text()
    assert "Lò Thị Bà Ngoại" in said and "Quyết định 45/QĐ-UBND" in said
    picture(page, "dossier-family")
    assert serious(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_head_writes_the_schools_year_its_rooms_and_a_decision(
    house: House, enter: Callable[..., Any], width: int
) -> None:
    page = enter(HEAD, width=width)
    page.goto(f"{house.url}/truong/cua-toi/ho-so/")
    picture(page, "dossier-school-before")
    follow(page.locator(".card", has_text="Nước sạch, vệ sinh, y tế").get_by_role("link", name="Sửa"))
    page.get_by_label("Có nước sạch").select_option("có")
    picture(page, "dossier-school-form")
    assert serious(page) == []
    follow(page.get_by_role("button", name="Lưu"))

    follow(page.get_by_role("link", name="Ghi quyết định"))
    page.get_by_label("Công nhận").select_option("national.1")
    page.get_by_label("Số quyết định").fill(f"{width}/QĐ-UBND")
    page.locator("[name=day]").fill("15/03/2024")
    page.get_by_label("Cơ quan quyết định").fill("UBND thành phố Hải Phòng")
    picture(page, "dossier-recognise")
    assert serious(page) == []
    follow(page.get_by_role("button", name="Ghi"))
    assert "14/03/2029" in page.locator("main").inner_text()

    follow(page.locator("a.item", has_text="Điểm trường chính").first)
    follow(page.get_by_role("link", name="Ghi phòng"))
    page.get_by_label("Loại phòng").select_option("CLASSROOM" if width > 768 else "LIBRARY")
    page.locator("[name=permanent]").fill("18")
    page.locator("[name=permanent_m2]").fill("972,5")
    picture(page, "dossier-rooms-form")
    assert serious(page) == []
    follow(page.get_by_role("button", name="Lưu"))
    picture(page, "dossier-campus")
    assert "18" in page.locator("main").inner_text()
    assert serious(page) == []

    page.goto(f"{house.url}/truong/cua-toi/ho-so/")
    picture(page, "dossier-school")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_head_writes_how_a_class_works(house: House, enter: Callable[..., Any], width: int) -> None:
    stage = house.stage(f"8E{width}")
    page = enter(HEAD, width=width)
    page.goto(f"{house.url}/lop/{stage['class_id']}/ho-so/")
    follow(page.locator(".card", has_text="Ngoại ngữ").get_by_role("link", name="Sửa"))
    page.get_by_label("Ngoại ngữ 1", exact=True).select_option("en")
    page.locator("[name=language_1_periods]").fill("3")
    follow(page.get_by_role("button", name="Lưu"))
    assert "Tiếng Anh" in page.locator("main").inner_text() and "3 tiết" in page.locator("main").inner_text()
    picture(page, "dossier-class")
    assert serious(page) == []

"""Journey 5: the principal closes the last book; teacher, homeroom teacher, principal and seal sign in order; anyone verifies.

Four records of last year wait for the principal in the demo: the story narrows her list to its own class.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import House
from tests.journeys.hands import at, column_of, follow, picture, serious, type_in, until

pytestmark = pytest.mark.journey
TEACHER, HOMEROOM, PRINCIPAL = "Giáo viên Toán", "Chủ nhiệm 8A2", "Hiệu trưởng ·"
DEPUTY = "Phó hiệu trưởng"
PUPIL = "Lý A Sính"


@pytest.fixture(scope="module")
def stage(house: House) -> dict[str, Any]:
    """A class of two whose year is written and closed, but for the final test of mathematics and conduct."""
    return house.stage("8A8", leave="TOAN")


def test_record_is_signed_in_order_and_anyone_can_verify_it(
    stage: dict[str, Any], house: House, enter: Callable[..., Any], tmp_path: Path
) -> None:
    teacher, homeroom, principal = enter(TEACHER), enter(HOMEROOM), enter(PRINCIPAL)
    records = f"{house.url}/hoc-ba/lop/{stage['class_id']}/"

    then_nothing_can_be_prepared_yet(principal, records)
    when_the_final_marks_and_conduct_are_written(teacher, homeroom, house, stage)
    when_the_principal_closes_what_is_open(principal, house, stage)
    when_she_prepares_the_records(principal, records)
    then_only_the_teachers_may_sign_now(homeroom, principal, house, stage)

    when_all_waiting_parts_are_signed(teacher, f"{house.url}/hoc-ba/ky/mon-hoc/", parts=24)
    when_all_waiting_parts_are_signed(homeroom, f"{house.url}/hoc-ba/ky/chu-nhiem/", parts=2)
    when_all_waiting_parts_are_signed(principal, approvals(house, stage), parts=2)
    when_the_records_are_sealed_and_issued(principal, records)
    pdf, xml = when_she_downloads(principal, tmp_path)

    public = principal.context.browser.new_context(locale="vi-VN").new_page()
    then_the_files_are_valid(public, house, pdf, xml)
    then_a_changed_file_is_refused(public, house, xml, tmp_path)
    then_the_command_says_the_same(house, pdf, xml, tmp_path)
    public.context.close()


def test_on_the_first_day_last_years_records_wait_for_the_principal_and_for_the_deputy_who_acts(
    house: House, enter: Callable[..., Any]
) -> None:
    for who in (PRINCIPAL, DEPUTY):
        page = enter(who)
        follow(page.get_by_role("link", name="4 học bạ chờ ký"))
        page.get_by_role("heading", level=1, name="Học bạ chờ phê duyệt").wait_for()

        assert page.locator("input[name=block]").count() == 4
        assert page.get_by_role("heading", name="Lớp 7A2").is_visible()


def then_nothing_can_be_prepared_yet(page: Any, records: str) -> None:
    page.goto(records)
    page.get_by_role("button", name="Lập học bạ").click()
    page.get_by_text("chưa khoá").first.wait_for()


def when_the_final_marks_and_conduct_are_written(teacher: Any, homeroom: Any, house: House, stage: dict) -> None:
    teacher.goto(f"{house.url}/so-diem/{stage['books']['TOAN/1']}/")
    final = column_of(teacher, "CK")
    type_in(teacher, 1, final, "9")
    type_in(teacher, 2, final, "6.5")
    assert until(teacher, lambda: "Đã lưu hết" in teacher.locator("[data-grid-sync]").inner_text())
    for term in (1, 2):
        homeroom.goto(f"{house.url}/so-diem/{stage['books'][f'conduct/{term}']}/")
        conduct, comment = column_of(homeroom, "Rèn luyện"), column_of(homeroom, "Nhận xét")
        type_in(homeroom, 1, conduct, "T")
        type_in(homeroom, 2, conduct, "K")
        homeroom.locator(at(2, comment)).focus()
        homeroom.keyboard.type("Chăm học, cần mạnh dạn phát biểu hơn.")
        homeroom.keyboard.press("Tab")
        assert until(homeroom, lambda: "Đã lưu hết" in homeroom.locator("[data-grid-sync]").inner_text())


def when_the_principal_closes_what_is_open(page: Any, house: House, stage: dict) -> None:
    for key in ("TOAN/1", "conduct/1", "conduct/2", "conduct/0"):
        page.goto(f"{house.url}/so-diem/{stage['books'][key]}/")
        page.locator("[data-dialog=khoa]").first.click()
        dialog = page.get_by_role("dialog")
        if key == "TOAN/1":
            picture(page, "record-1-close")
            assert serious(page) == []
        if key == "conduct/0":
            dialog.get_by_label("Khoá, để trống").check()
            dialog.get_by_label("Lí do").fill("Nhận xét cả năm ghi trong học bạ")
        dialog.get_by_role("button", name="Khoá sổ").click()
        page.get_by_role("button", name="Mở lại sổ").first.wait_for()


def when_she_prepares_the_records(page: Any, records: str) -> None:
    page.goto(records)
    page.get_by_role("button", name="Lập học bạ").click()
    page.get_by_text("Đã lập 2 học bạ.").wait_for()
    picture(page, "record-2-prepared")
    assert serious(page) == []


def approvals(house: House, stage: dict[str, Any]) -> str:
    return f"{house.url}/hoc-ba/ky/phe-duyet/?lop={stage['class_id']}"


def then_only_the_teachers_may_sign_now(homeroom: Any, principal: Any, house: House, stage: dict[str, Any]) -> None:
    homeroom.goto(f"{house.url}/hoc-ba/ky/chu-nhiem/")
    assert homeroom.get_by_role("heading", name="Chưa có học bạ nào đến lượt").is_visible()
    principal.goto(approvals(house, stage))
    assert principal.get_by_role("heading", name="Lớp này không còn học bạ nào chờ ký").is_visible()


def when_all_waiting_parts_are_signed(page: Any, waiting: str, *, parts: int) -> None:
    """One consent for the batch: the list once more, PIN and second step; a wrong PIN signs nothing."""
    page.goto(waiting)
    name = waiting.partition("/hoc-ba/ky/")[2].split("/")[0]
    picture(page, f"record-3-waiting-{name}")
    assert serious(page) == []
    page.get_by_role("button", name="Xem lại và ký lượt này", exact=True).click()
    page.get_by_role("heading", name="Danh sách ký").wait_for()
    assert page.locator("main ol li").count() == parts
    assert PUPIL in page.locator("main").inner_text()
    pin, code = page.locator("main strong.num").all_inner_texts()
    picture(page, f"record-4-consent-{name}")
    assert serious(page) == []

    unit = "phần" if name == "mon-hoc" else "học bạ"
    sign_with(page, "000000", code, f"Ký {parts} {unit}")
    page.get_by_role("alert").wait_for()
    sign_with(page, pin, code, f"Ký {parts} {unit}")

    page.get_by_text(f"Đã ký {parts} {unit}.").wait_for(timeout=60_000)
    assert page.get_by_role("heading", name="không còn học bạ nào chờ ký").is_visible()


def sign_with(page: Any, pin: str, code: str, button: str) -> None:
    page.get_by_label("Mã PIN của khoá ký").fill(pin)
    page.get_by_label("Mã xác nhận của lượt ký").fill(code)
    page.get_by_role("button", name=button).click()


def when_the_records_are_sealed_and_issued(page: Any, records: str) -> None:
    page.goto(records)
    page.get_by_role("button", name="Đóng dấu số 2 học bạ").click()
    page.get_by_role("button", name="Phát hành 2 học bạ").wait_for(timeout=60_000)
    page.get_by_role("button", name="Phát hành 2 học bạ").click()
    page.get_by_text("Đã phát hành 2 học bạ").wait_for()
    picture(page, "record-5-issued")
    assert serious(page) == []


def when_she_downloads(page: Any, folder: Path) -> tuple[Path, Path]:
    follow(page.get_by_role("link", name=PUPIL))
    picture(page, "record-6-one")
    assert serious(page) == []
    kept = []
    for kind in ("PDF", "XML"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=f"Tải {kind}").click()
        kept.append(folder / f"hoc-ba.{kind.lower()}")
        waiting.value.save_as(kept[-1])
    return kept[0], kept[1]


def drop(page: Any, house: House, path: Path) -> str:
    page.goto(f"{house.url}/xac-thuc/")
    page.set_input_files("input[type=file]", str(path))
    page.get_by_role("button", name="Kiểm tra tệp").click()
    page.get_by_text("Tệp vừa thả không được lưu lại.").wait_for()
    return str(page.locator("main").inner_text())


def then_the_files_are_valid(page: Any, house: House, pdf: Path, xml: Path) -> None:
    for path in (pdf, xml):
        said = drop(page, house, path)
        assert "đang có hiệu lực" in said and "L. A. S." in said and PUPIL not in said
    picture(page, "record-7-valid")
    assert serious(page) == []


def then_a_changed_file_is_refused(page: Any, house: House, xml: Path, folder: Path) -> None:
    changed = folder / "sua.xml"
    changed.write_bytes(xml.read_bytes().replace(PUPIL.encode(), b"L\xc3\xbd B S\xc3\xadnh", 1))
    assert changed.read_bytes() != xml.read_bytes()

    said = drop(page, house, changed)

    assert "Chỗ không khớp" in said and "đang có hiệu lực" not in said
    picture(page, "record-8-altered")
    assert serious(page) == []


def then_the_command_says_the_same(house: House, pdf: Path, xml: Path, folder: Path) -> None:
    for path, exit_code in ((pdf, 0), (xml, 0), (folder / "sua.xml", 1)):
        told = house.command("verify", str(path), "--json", check=False)
        assert told.returncode == exit_code, told.stdout
        assert json.loads(told.stdout.splitlines()[-1])

"""Journey 2: the clerk's messy list, from the file on her desk to pupils in classes, and back again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maitruong.site.demo import messy_list
from tests.journeys.conftest import WIDTHS

pytestmark = pytest.mark.journey
CLERK = "Văn thư"
#: A folder to keep pictures of every step in, for people to look at.
PICTURES = os.environ.get("MT_PICTURES", "")


def picture(page: Any, name: str, width: int) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"list-{name}-{width}.png"), full_page=True)


def serious(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['target']}" for v in found if v["impact"] in ("serious", "critical")]


def given_a_messy_list(folder: Path, seed: int) -> messy_list.MessyList:
    return messy_list.write(folder / "danh-sach-hoc-sinh.xlsx", rows=60, classes=("6A8", "6A9"), seed=seed)


def when_she_uploads(page: Any, path: Path) -> None:
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + "/nhap-danh-sach/")
    page.set_input_files("input[type=file]", str(path))
    page.get_by_role("button", name="Tải lên").click()
    page.get_by_role("heading", name="Ghép cột").wait_for()


def when_she_confirms_the_columns(page: Any) -> None:
    page.get_by_label("Mở các lớp chưa có").check()
    page.get_by_role("button", name="Kiểm tra danh sách").click()


def when_the_check_has_ended(page: Any) -> None:
    page.locator("#danh-sach:not([hx-trigger])").wait_for(timeout=60_000)


def when_she_corrects(page: Any, cell: str, text: str) -> None:
    row = page.locator("tr", has=page.get_by_role("rowheader", name=cell, exact=True)).first
    row.get_by_label(f"Nội dung đúng của ô {cell}").fill(text)
    row.get_by_role("button", name="Sửa").click()
    row.get_by_text("chờ kiểm tra lại").wait_for()


@pytest.mark.parametrize("width", WIDTHS)
def test_messy_list_comes_in_once_and_is_taken_back_exactly(
    width: int, enter: Callable[..., Any], tmp_path: Path
) -> None:
    list_ = given_a_messy_list(tmp_path, seed=width)
    page = enter(CLERK, width=width)
    when_she_uploads(page, list_.path)
    picture(page, "1-columns", width)
    assert serious(page) == []

    when_she_confirms_the_columns(page)
    when_the_check_has_ended(page)
    picture(page, "2-checked", width)
    assert serious(page) == []
    assert page.get_by_text("không có trong lịch").first.is_visible()
    impossible = next(planted for planted in list_.truth if planted.kind == "date_impossible")
    when_she_corrects(page, impossible.cell, "28/02/2015")
    picture(page, "3-corrected", width)
    page.reload()
    page.get_by_role("button", name="Kiểm tra lại").click()
    when_the_check_has_ended(page)
    assert page.get_by_role("rowheader", name=impossible.cell, exact=True).count() == 0

    page.get_by_role("button", name="Nhập ").click()
    page.get_by_text("Đã nhập xong").wait_for(timeout=60_000)
    picture(page, "4-imported", width)
    assert serious(page) == []
    imported = page.url

    when_she_uploads(page, list_.path)
    when_she_confirms_the_columns(page)
    when_the_check_has_ended(page)
    assert page.locator(".figure", has_text="Sẽ thêm mới").get_by_text("0", exact=True).is_visible()
    picture(page, "5-second-time", width)

    page.goto(imported)
    page.get_by_text("Hoàn tác lần nhập này").click()
    page.get_by_role("button", name="Hoàn tác").click()
    page.get_by_text("Đã hoàn tác lúc").wait_for(timeout=60_000)
    picture(page, "6-undone", width)
    assert serious(page) == []


def test_clerk_downloads_her_own_sheet_with_the_problems_marked(enter: Callable[..., Any], tmp_path: Path) -> None:
    import openpyxl

    list_ = given_a_messy_list(tmp_path, seed=7)
    page = enter(CLERK)
    when_she_uploads(page, list_.path)
    when_she_confirms_the_columns(page)
    when_the_check_has_ended(page)
    page.get_by_role("button", name="Làm tệp có ghi chú").click()
    link = page.get_by_role("link", name="Tải tệp có ghi chú")
    link.wait_for(timeout=60_000)

    with page.expect_download() as waiting:
        link.click()
    waiting.value.save_as(tmp_path / "back.xlsx")

    book = openpyxl.load_workbook(tmp_path / "back.xlsx")
    impossible = next(planted for planted in list_.truth if planted.kind == "date_impossible")
    assert "không có trong lịch" in book[list_.sheet][impossible.cell].comment.text

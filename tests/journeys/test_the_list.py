"""Journey 2: the clerk's messy list, from the file on her desk to pupils in classes, and back again."""

from __future__ import annotations

import http.client
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from maitruong.site.demo import messy_list
from tests.journeys.conftest import WIDTHS, House
from tests.journeys.hands import follow

pytestmark = pytest.mark.journey
CLERK = "Văn thư"
#: A folder to keep pictures of every step in, for people to look at.
PICTURES = os.environ.get("MT_PICTURES", "")
#: What a thumb would miss: links in a sentence and boxes inside a label count by what holds them.
SMALL = """() => [...document.querySelectorAll('main a, main button, main input, main select, main summary')].filter(part => {
  const box = (part.closest('label') || part).getBoundingClientRect();
  return box.width && box.height && box.height < 43.5 && !part.closest('p') && getComputedStyle(part).opacity != 0;
}).map(part => part.outerHTML.slice(0, 120))"""


def seen(page: Any, name: str, width: int) -> None:
    """A step of the clerk's: nothing sticks out sideways, a thumb hits everything, no serious complaint; a picture if asked."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"list-{name}-{width}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    if width < 768:
        assert page.evaluate(SMALL) == [], name
    assert serious(page) == [], name


def serious(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['target']}" for v in found if v["impact"] in ("serious", "critical")]


def given_a_messy_list(folder: Path, seed: int, rows: int = 60, classes: tuple[str, ...] = ("6A8", "6A9")) -> Any:
    return messy_list.write(folder / "danh-sach-hoc-sinh.xlsx", rows=rows, classes=classes, seed=seed)


def when_she_uploads(page: Any, path: Path) -> None:
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + "/nhap-danh-sach/")
    page.set_input_files("input[type=file]", str(path))
    page.get_by_role("button", name="Tải lên").click()
    page.get_by_role("heading", name="Ghép cột").wait_for()


def when_she_confirms_the_columns(page: Any) -> None:
    page.get_by_label("Mở các lớp chưa có").check()
    page.get_by_role("button", name="Kiểm tra danh sách").click()


def when_the_work_has_ended(page: Any) -> None:
    page.locator("#danh-sach:not([hx-trigger])").wait_for(timeout=120_000)


def when_she_imports(page: Any) -> None:
    page.get_by_role("button", name="Nhập ").click()
    page.get_by_text("Đã nhập xong").wait_for(timeout=120_000)


def when_she_takes_it_back(page: Any) -> None:
    page.get_by_text("Hoàn tác lần nhập này").click()
    page.get_by_role("button", name="Hoàn tác").click()
    page.get_by_text("Đã hoàn tác lúc").wait_for(timeout=120_000)


def when_she_corrects(page: Any, cell: str, text: str) -> None:
    finding = page.locator(".finding", has=page.get_by_text(cell, exact=True)).first
    finding.get_by_label(f"Nội dung đúng của ô {cell}").fill(text)
    finding.get_by_role("button", name="Sửa").click()
    finding.get_by_text("chờ kiểm tra lại").wait_for()


def figure(page: Any, label: str) -> str:
    text: str = page.locator(".figure", has_text=label).inner_text()
    return text.split("\n")[1]


@pytest.mark.parametrize("width", WIDTHS)
def test_messy_list_comes_in_once_and_is_taken_back_exactly(
    width: int, enter: Callable[..., Any], tmp_path: Path
) -> None:
    list_ = given_a_messy_list(tmp_path, seed=width)
    page = enter(CLERK, width=width)
    when_she_uploads(page, list_.path)
    page.get_by_text("Xem hoặc đổi từng cột").click()
    page.locator("summary", has_text="dòng đầu của trang tính").click()
    seen(page, "1-columns", width)

    when_she_confirms_the_columns(page)
    when_the_work_has_ended(page)
    seen(page, "2-checked", width)
    for kind in ("date_impossible", "name_formula_text"):
        planted = next((p for p in list_.truth if p.kind == kind), None)
        assert planted is None or page.locator(".finding", has=page.get_by_text(planted.cell, exact=True)).count()
    for tab in ("Nên xem", "Đã sửa giúp", "Dòng bỏ qua", "Phải sửa"):
        page.locator(".tab", has_text=tab).click()
        page.locator(".tab[aria-current]", has_text=tab).wait_for()
        seen(page, f"2-{tab}", width)
    impossible = next(planted for planted in list_.truth if planted.kind == "date_impossible")
    when_she_corrects(page, impossible.cell, "28/02/2015")
    seen(page, "3-corrected", width)
    page.reload()
    page.locator(".tab", has_text="Thầy/cô đã sửa").click()
    page.get_by_label(f"Nội dung đúng của ô {impossible.cell}").wait_for()
    seen(page, "3-typed", width)
    page.get_by_role("button", name="Bỏ danh sách này").click()
    page.get_by_text("và 1 ô đã sửa trên trang").wait_for()
    seen(page, "3-question", width)
    page.get_by_role("button", name="Để lại").click()
    page.get_by_role("button", name="Kiểm tra lại").first.click()
    when_the_work_has_ended(page)
    assert page.locator(".finding", has=page.get_by_text(impossible.cell, exact=True)).count() == 0

    when_she_imports(page)
    seen(page, "4-imported", width)
    imported = page.url

    when_she_uploads(page, list_.path)
    when_she_confirms_the_columns(page)
    when_the_work_has_ended(page)
    assert (figure(page, "Sẽ thêm mới"), figure(page, "Sẽ thay đổi")) == ("0", "0")
    seen(page, "5-second-time", width)

    page.goto(imported)
    when_she_takes_it_back(page)
    seen(page, "6-undone", width)
    follow(page.get_by_role("link", name="Nhập danh sách khác"))
    seen(page, "7-lists", width)


def test_sheet_with_marks_is_mended_at_home_and_comes_in_again(enter: Callable[..., Any], tmp_path: Path) -> None:
    import openpyxl

    list_ = given_a_messy_list(tmp_path, seed=7, rows=30, classes=("7A8",))
    page = enter(CLERK)
    when_she_uploads(page, list_.path)
    when_she_confirms_the_columns(page)
    when_the_work_has_ended(page)
    left = int(figure(page, "Chưa nhập được"))
    page.get_by_role("button", name="Làm tệp có ghi chú").click()
    link = page.get_by_role("link", name="Tải tệp có ghi chú")
    link.wait_for(timeout=60_000)
    with page.expect_download() as waiting:
        link.click()
    waiting.value.save_as(tmp_path / "back.xlsx")
    when_she_imports(page)
    came = int(figure(page, "Thêm mới"))

    book = openpyxl.load_workbook(tmp_path / "back.xlsx")
    impossible = next(planted for planted in list_.truth if planted.kind == "date_impossible")
    assert "không có trong lịch" in book[list_.sheet][impossible.cell].comment.text
    book[list_.sheet][impossible.cell].value = "28/02/2014"
    book.save(tmp_path / "mended.xlsx")
    when_she_uploads(page, tmp_path / "mended.xlsx")
    when_she_confirms_the_columns(page)
    when_the_work_has_ended(page)

    # The formula came back as the plain text it showed, so that row is mended as well.
    assert (figure(page, "Sẽ thêm mới"), figure(page, "Chưa nhập được")) == ("2", str(left - 2))
    assert int(figure(page, "Đã có, giữ nguyên")) == came


def test_long_list_is_stopped_in_the_middle_taken_up_again_and_taken_back(
    enter: Callable[..., Any], tmp_path: Path
) -> None:
    rows = 8_000  # several seconds of work, so that a hand at a slow browser finds it still running
    list_ = given_a_messy_list(tmp_path, seed=11, rows=rows, classes=("8B8", "8B9"))
    page = enter(CLERK)
    when_she_uploads(page, list_.path)
    when_she_confirms_the_columns(page)
    when_the_work_has_ended(page)
    page.get_by_role("button", name="Nhập ").click()
    page.get_by_text("Đã ghi ").first.wait_for(timeout=60_000)
    page.get_by_role("button", name="Dừng lại").click()  # at once: looking closely takes longer than a short list takes
    page.get_by_text("Việc nhập đã dừng giữa chừng").wait_for(timeout=60_000)
    seen(page, "9-stopped", 1366)
    written = int(figure(page, "Thêm mới").replace(".", ""))
    assert 0 < written < rows

    page.get_by_role("button", name="Nhập tiếp").click()
    page.get_by_text("Đã ghi ").first.wait_for(timeout=60_000)
    seen(page, "8-running", 1366)
    page.get_by_text("Đã nhập xong").wait_for(timeout=120_000)
    everyone = figure(page, "Thêm mới")
    assert int(everyone.replace(".", "")) > written

    when_she_takes_it_back(page)
    assert f"lấy lại {everyone} dòng" in page.locator("#danh-sach").inner_text()


@pytest.mark.parametrize("width", WIDTHS)
def test_rows_touched_since_wait_for_her_decision(width: int, enter: Callable[..., Any], tmp_path: Path) -> None:
    class_name = f"9A{width % 7 + 3}"  # a class of its own for each width: the other one keeps a pupil
    list_ = given_a_messy_list(tmp_path, seed=width + 1, rows=30, classes=(class_name,))
    page = enter(CLERK, width=width)
    when_she_uploads(page, list_.path)
    when_she_confirms_the_columns(page)
    when_the_work_has_ended(page)
    when_she_imports(page)
    imported, came = page.url, int(figure(page, "Thêm mới"))
    root = imported.split("/nhap-danh-sach/")[0]
    page.goto(f"{root}/lop/")
    follow(page.get_by_role("link", name=class_name).first)
    files = [link.get_attribute("href") for link in page.locator("main a[href*='/hoc-sinh/']").all()][:2]
    for file in files:
        page.goto(f"{root}{file}lien-lac/")
        page.get_by_label("Nơi ở hiện nay").fill("Thôn mới, sửa sau khi nhập")
        follow(page.get_by_role("button", name="Lưu"))

    page.goto(imported)
    when_she_takes_it_back(page)
    assert f"lấy lại {came - 2} dòng" in page.locator("#danh-sach").inner_text()
    seen(page, "10-kept", width)
    page.get_by_role("button", name="Giữ dòng").first.click()
    page.get_by_text("đã quyết định giữ lúc").wait_for()
    follow(page.get_by_role("link", name="Vẫn lấy lại dòng"))
    page.get_by_role("button", name="Lấy lại, bỏ cả phần đã sửa").click()
    page.get_by_text(f"lấy lại {came - 1} dòng").wait_for()
    seen(page, "11-decided", width)
    there = [page.request.get(f"{root}{file}").status for file in files]
    assert sorted(there) == [200, 404]


@pytest.mark.parametrize("width", WIDTHS)
def test_file_that_is_no_list_is_refused_where_she_stands(
    width: int, enter: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "danh-sach.xls").write_bytes(b"<html><table><tr><td>Nong Duc Dung</td></tr></table></html>")
    page = enter(CLERK, width=width)
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + "/nhap-danh-sach/")
    with page.expect_response(lambda answer: answer.request.method == "POST") as waiting:
        page.set_input_files("input[type=file]", str(tmp_path / "danh-sach.xls"))
        page.get_by_role("button", name="Tải lên").click()

    assert waiting.value.status == 422
    page.get_by_role("alert").get_by_text("một trang web (HTML)").wait_for()
    seen(page, "12-refused", width)


def test_upload_whose_connection_drops_leaves_nothing_and_the_next_one_comes_in(
    enter: Callable[..., Any], house: House, tmp_path: Path
) -> None:
    list_ = given_a_messy_list(tmp_path, seed=13, rows=2_000, classes=("9A8",))
    page = enter(CLERK)
    page.goto(f"{house.url}/nhap-danh-sach/")
    before = page.locator(".item").count()
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    body = multipart(list_.path.read_bytes(), token)

    send_half(house.url, cookies, body)
    page.reload()

    assert page.locator(".item").count() == before
    assert not list(Path(house.environment["MT_VAR"]).rglob("*.new"))
    when_she_uploads(page, list_.path)
    page.goto(f"{house.url}/nhap-danh-sach/")
    assert page.locator(".item").count() == before + 1


def multipart(data: bytes, token: str) -> bytes:
    parts = [("csrfmiddlewaretoken", token.encode()), ("kind", b"students"), ("year", b"2026")]
    lines = b"".join(
        b'--ranh\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in parts
    )
    head = b'--ranh\r\nContent-Disposition: form-data; name="file"; filename="ds.xlsx"\r\n\r\n'
    return lines + head + data + b"\r\n--ranh--\r\n"


def send_half(url: str, cookies: dict[str, str], body: bytes) -> None:
    """As a phone does that leaves the room: the header promises all, half comes, the line is cut without a goodbye."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=30)
    connection.putrequest("POST", "/nhap-danh-sach/")
    connection.putheader("Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items()))
    connection.putheader("Content-Type", "multipart/form-data; boundary=ranh")
    connection.putheader("Origin", url)
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders()
    connection.send(body[: len(body) // 2])
    assert connection.sock is not None
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()

"""The pages of a list, from the file to the written list."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from django.test import Client

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.exchange import work
from maitruong.foundation.exchange.errors import TooCostly
from maitruong.foundation.exchange.models import ImportBatch, ImportProblem, ImportState
from maitruong.foundation.exchange.tests.files import messy_list, plain_workbook
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.people.models import Person
from tests import factories as make

from .lists import HEADER, ONE, TWO, mapped, quiet, upload


def test_clerk_walks_from_the_file_to_the_written_list_and_back(clerk: Client, tmp_path: Path) -> None:
    answer = upload(clerk, messy_list(tmp_path / "messy.xlsx"))
    columns = answer["Location"]
    assert columns.endswith("/cot/")
    page = clerk.get(columns).content.decode()
    assert "Số CCCD" in page and "theo tiêu đề" in page

    answer = clerk.post(columns, {**mapped(clerk, columns), "chon-create_classes": "1"})
    address = answer["Location"]
    assert "Đang chờ đến lượt" in clerk.get(address).content.decode()
    batch_id = int(address.strip("/").split("/")[-1])
    work.check_list(clerk.scope, batch_id, quiet)  # type: ignore[attr-defined]
    page = clerk.get(address).content.decode()
    assert "Ngày “31/02/2015” không có trong lịch" in page and "Nhập 4 học sinh" in page
    assert "Dòng bỏ qua" in page and "Lạng Sơn, ngày 05" in clerk.get(f"{address}?muc=bo-qua").content.decode()

    fixed = clerk.post(f"{address}sua/", {"row": 12, "column": 2, "text": "28/02/2015"}, headers={"HX-Request": "true"})
    assert "đọc là 28/02/2015" in fixed.content.decode()
    assert 'id="viec-tiep" hx-swap-oob="true"' in fixed.text and "1 ô đã sửa" in fixed.text
    assert "Kiểm tra lại" in fixed.text and "Nhập 4 học sinh" not in fixed.text
    assert (
        "1 ô đã sửa, chờ kiểm tra lại" in fixed.text and 'class="note' not in fixed.text
    )  # a note would push the list down
    assert "1 ô đã sửa" in clerk.get(address).content.decode()
    clerk.post(f"{address}kiem-tra/")
    work.check_list(clerk.scope, batch_id, quiet)  # type: ignore[attr-defined]
    assert "Nhập 5 học sinh" in clerk.get(address).content.decode()

    clerk.post(f"{address}nhap/")
    work.import_list(clerk.scope, batch_id, quiet)  # type: ignore[attr-defined]
    page = clerk.get(address).content.decode()
    assert "Đã nhập xong" in page and "Hoàn tác" in page and "Còn 30 ngày" in page
    clerk.post(f"{address}hoan-tac/")
    work.undo_import(clerk.scope, batch_id, quiet)  # type: ignore[attr-defined]
    assert "lấy lại 5 dòng" in clerk.get(address).content.decode()


def test_refused_file_is_answered_on_the_page_with_what_to_do(clerk: Client, tmp_path: Path) -> None:
    page = tmp_path / "a.xls"
    page.write_bytes(b"<html><table></table></html>")

    answer = upload(clerk, page, "danh-sach.xls")

    assert answer.status_code == 422
    assert "một trang web (HTML)" in answer.content.decode() and "Save as" in answer.content.decode()
    assert clerk.post("/nhap-danh-sach/", {"kind": "students"}).status_code == 422
    with make.as_system():
        assert not ImportBatch._base_manager.exists()


def test_check_that_was_refused_says_why_beside_the_columns(
    clerk: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = upload(clerk, plain_workbook(tmp_path / "a.xlsx", [HEADER, ONE]))["Location"]
    address = clerk.post(columns, mapped(clerk, columns))["Location"]

    def too_costly(*_: object, **__: object) -> None:
        raise TooCostly(what="thời gian")

    monkeypatch.setattr("maitruong.foundation.exchange.workbook.read_rows", too_costly)
    with make.as_system():
        job_id = Job._base_manager.latest("pk").pk
    jobs.run(job_id)
    page = clerk.get(address, follow=True).content.decode()

    assert "Lần kiểm tra vừa rồi chưa xong" in page and "vượt quá thời gian cho phép" in page
    assert 'name="cot-1"' in page


def test_missing_column_is_refused_and_what_was_chosen_stays(clerk: Client, tmp_path: Path) -> None:
    columns = upload(clerk, plain_workbook(tmp_path / "a.xlsx", [HEADER, ONE]))["Location"]
    sent = {key: value for key, value in mapped(clerk, columns).items() if value != "born_on"}

    answer = clerk.post(columns, sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Chưa chỉ ra cột nào trong tệp là Ngày sinh" in page
    assert "Tệp không có cột này thì thêm cột vào tệp và tải lên lại" in page


def test_a_list_without_the_column_of_ethnic_groups_is_given_one_for_all_rows(clerk: Client, tmp_path: Path) -> None:
    at = HEADER.index("Dân tộc")
    rows = [[*row[:at], *row[at + 1 :]] for row in (HEADER, ONE, TWO)]
    columns = upload(clerk, plain_workbook(tmp_path / "a.xlsx", rows))["Location"]
    assert 'name="chung-ethnic_group"' in clerk.get(columns).text

    assert "Chưa thấy cột nào của tệp là: Dân tộc." in clerk.get(columns).text
    refused = clerk.post(columns, mapped(clerk, columns))
    assert "Tệp không có cột này thì điền một giá trị cho mọi dòng" in refused.text
    assert "Tệp chưa có cột này: điền ở đây" in refused.text
    address = clerk.post(columns, {**mapped(clerk, columns), "chung-ethnic_group": "Tày"})["Location"]

    assert refused.status_code == 422 and "Dân tộc" in refused.text
    batch_id = int(address.strip("/").split("/")[-1])
    assert work.check_list(clerk.scope, batch_id, quiet)["new"] == 2  # type: ignore[attr-defined]
    clerk.post(f"{address}nhap/")
    work.import_list(clerk.scope, batch_id, quiet)  # type: ignore[attr-defined]
    with make.as_system():
        assert set(
            Person._base_manager.filter(full_name__startswith="Nông ").values_list("full_name", "ethnic_group")
        ) >= {
            ("Nông Đức Dũng", "TAY"),
            ("Nông Thị Hoa", "TAY"),
        }


def test_only_columns_that_may_be_one_for_all_take_one_for_all(clerk: Client, tmp_path: Path) -> None:
    columns = upload(clerk, plain_workbook(tmp_path / "a.xlsx", [HEADER, ONE]))["Location"]
    sent = {key: value for key, value in mapped(clerk, columns).items() if value != "born_on"}

    assert clerk.post(columns, {**sent, "chung-born_on": "01/01/2013"}).status_code == 422


def test_a_list_not_yet_checked_says_so_instead_of_counting_nothing(clerk: Client, tmp_path: Path) -> None:
    upload(clerk, plain_workbook(tmp_path / "a.xlsx", [HEADER, ONE]))

    page = clerk.get("/nhap-danh-sach/").content.decode()

    assert "chưa kiểm tra" in page and "sẽ thêm" not in page


def test_the_lists_say_what_a_checked_one_would_do_and_what_an_imported_one_did(clerk: Client, tmp_path: Path) -> None:
    columns = upload(clerk, plain_workbook(tmp_path / "a.xlsx", [HEADER, ONE, [*TWO[:2], "31/02/2013", *TWO[3:]]]))[
        "Location"
    ]
    address = clerk.post(columns, mapped(clerk, columns))["Location"]
    batch_id = int(address.strip("/").split("/")[-1])
    work.check_list(clerk.scope, batch_id, quiet)  # type: ignore[attr-defined]
    assert "vẫn nhập được. Xem lại từng ô" in clerk.get(f"{address}?muc=xem").text
    assert "sẽ thêm 1, sẽ thay đổi 0, 1 dòng còn lỗi" in clerk.get("/nhap-danh-sach/").text

    clerk.post(f"{address}nhap/")
    work.import_list(clerk.scope, batch_id, quiet)  # type: ignore[attr-defined]
    assert "đã thêm 1, đã thay đổi 0" in clerk.get("/nhap-danh-sach/").text
    assert "1 dòng còn lỗi chưa được nhập" in clerk.get(address).text
    late = clerk.post(f"{address}nhap/")
    assert late.status_code == 422 and "đang ở bước “đã nhập”" in late.text and "Tải lại trang" not in late.text

    clerk.post(f"{address}hoan-tac/")
    work.undo_import(clerk.scope, batch_id, quiet)  # type: ignore[attr-defined]
    assert "đã lấy lại 1 dòng" in clerk.get("/nhap-danh-sach/").text


def test_a_file_with_nothing_below_its_header_is_refused_by_its_name(clerk: Client, tmp_path: Path) -> None:
    answer = upload(clerk, plain_workbook(tmp_path / "a.xlsx", [HEADER]), "mau con trong.xlsx")

    assert answer.status_code == 422
    assert "mau con trong.xlsx: Trang tính “Sheet1” chỉ có dòng tiêu đề" in answer.text


def test_the_head_of_the_sheet_shows_a_title_whole_and_the_letters_of_the_columns(
    clerk: Client, tmp_path: Path
) -> None:
    title = "DANH SÁCH HỌC SINH KHỐI 8 NĂM HỌC 2026-2027"
    columns = upload(clerk, plain_workbook(tmp_path / "a.xlsx", [[title, *[""] * 10], HEADER, ONE]))["Location"]

    page = clerk.get(columns).text

    assert f'<td colspan="11">{title}</td>' in page and '<th scope="col" class="num">K</th>' in page


def test_other_sheet_and_other_header_rows_may_be_pointed_at(clerk: Client, tmp_path: Path) -> None:
    columns = upload(clerk, messy_list(tmp_path / "messy.xlsx"))["Location"]

    page = clerk.get(f"{columns}?sheet=DS khối 6&header_from=6&data_from=9").content.decode()
    wrong = clerk.get(f"{columns}?sheet=Không có")

    assert 'name="data_from" value="9"' in page
    assert wrong.status_code == 422 and "không có trang tính" in wrong.content.decode()


def test_template_has_the_54_columns(clerk: Client) -> None:
    answer = clerk.get("/nhap-danh-sach/mau/students.xlsx")

    assert answer["Content-Disposition"] == 'attachment; filename="mau-students.xlsx"'
    assert answer.content.startswith(b"PK")
    assert clerk.get("/nhap-danh-sach/mau/khac.xlsx").status_code == 404


def test_the_same_file_again_is_told_before_its_columns_are_confirmed(clerk: Client, tmp_path: Path) -> None:
    path = plain_workbook(tmp_path / "a.xlsx", [HEADER, ONE])
    columns = upload(clerk, path)["Location"]
    assert "Đúng tệp này" not in clerk.get(columns).text
    address = clerk.post(columns, mapped(clerk, columns))["Location"]
    batch_id = int(address.strip("/").split("/")[-1])
    work.check_list(clerk.scope, batch_id, quiet)  # type: ignore[attr-defined]
    clerk.post(f"{address}nhap/")
    work.import_list(clerk.scope, batch_id, quiet)  # type: ignore[attr-defined]

    assert "Đúng tệp này đã được nhập lúc" in clerk.get(upload(clerk, path)["Location"]).text


def test_an_import_that_broke_says_how_many_rows_it_wrote_before(clerk: Client, tmp_path: Path) -> None:
    columns = upload(clerk, plain_workbook(tmp_path / "a.xlsx", [HEADER, ONE, TWO]))["Location"]
    address = clerk.post(columns, mapped(clerk, columns))["Location"]
    batch_id = int(address.strip("/").split("/")[-1])
    work.check_list(clerk.scope, batch_id, quiet)  # type: ignore[attr-defined]
    clerk.post(f"{address}nhap/")

    def breaks(*_: object) -> None:
        raise RuntimeError("the machine lost its power")

    with pytest.raises(RuntimeError):
        work.import_list(clerk.scope, batch_id, breaks)  # type: ignore[attr-defined]
    work.put_back(clerk.scope, batch_id, ImportState.IMPORTING)  # type: ignore[attr-defined]
    page = clerk.get(address).text

    assert "Việc nhập đã dừng giữa chừng" in page and "Hoàn tác 2 dòng đã ghi" in page
    assert "Nhập tiếp" in page and "Thêm mới" in page


def test_no_page_of_a_list_shows_a_personal_number_in_its_address(clerk: Client, tmp_path: Path) -> None:
    columns = upload(clerk, plain_workbook(tmp_path / "a.xlsx", [HEADER, [*ONE[:5], "02021300123", *ONE[6:]]]))[
        "Location"
    ]
    address = clerk.post(columns, mapped(clerk, columns))["Location"]
    work.check_list(clerk.scope, int(address.strip("/").split("/")[-1]), quiet)  # type: ignore[attr-defined]

    page = clerk.get(address).content.decode()

    links = [part.split('"')[0] for part in page.split('href="')[1:]] + [
        part.split('"')[0] for part in page.split('action="')[1:]
    ]
    assert not [link for link in links if "02021300123" in link]
    with unit_of_work(clerk.scope):  # type: ignore[attr-defined]
        assert ImportProblem._base_manager.filter(shown="02021300123").exists()


def test_hidden_rows_are_told_beside_the_columns_and_before_the_import(clerk: Client, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.load_workbook(plain_workbook(path, [["Lớp 8A2"], HEADER, ONE, TWO]))
    for row in (1, 4):
        book.worksheets[0].row_dimensions[row].hidden = True
    book.save(path)
    told = "Trang tính có 1 dòng đang bị ẩn (dòng 4), vẫn được đọc như các dòng khác."

    columns = upload(clerk, path)["Location"]
    assert told in clerk.get(columns).text
    address = clerk.post(columns, mapped(clerk, columns))["Location"]
    assert work.check_list(clerk.scope, int(address.strip("/").split("/")[-1]), quiet)["new"] == 2  # type: ignore[attr-defined]
    page = clerk.get(address).text

    assert told in page and "bỏ ẩn hoặc bỏ lọc trong tệp" in page
    columns = upload(clerk, plain_workbook(path, [HEADER, ONE, TWO]))["Location"]
    assert "đang bị ẩn" not in clerk.get(columns).text


@pytest.mark.parametrize(("merge", "shown"), [("E2:E4", 3), ("L1:L4", 1)])
def test_the_page_of_the_columns_shows_a_merged_class_in_each_row_it_counts_for(
    clerk: Client, tmp_path: Path, merge: str, shown: int
) -> None:
    rows = [[*row[:4], "" if at else row[4], *row[5:]] for at, row in enumerate((ONE, TWO, TWO))]
    book = openpyxl.load_workbook(plain_workbook(tmp_path / "a.xlsx", [[*HEADER, "Khác"], *rows]))
    book.worksheets[0].merge_cells(merge)
    book.save(tmp_path / "a.xlsx")

    page = clerk.get(upload(clerk, tmp_path / "a.xlsx")["Location"]).text

    assert page.count("<td>8A2</td>") == shown
    assert ("8A2 · 8A2 · 8A2" in page) == (shown == 3)
    assert page.count("<td>Khác</td>") == 1

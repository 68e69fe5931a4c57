"""What is wrong in a list, on its pages and in the annotated sheet: looked at, typed anew, made afresh."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from maitruong.foundation.exchange import work
from maitruong.foundation.exchange.models import ImportProblem
from maitruong.foundation.exchange.tests.files import messy_list, plain_workbook
from tests import factories as make

from .lists import HEADER, ONE, TWO, clerk_checks_again, mapped, quiet, upload


def test_annotated_sheet_is_made_and_downloaded_by_a_ticket(clerk: Client, tmp_path: Path) -> None:
    columns = upload(clerk, messy_list(tmp_path / "messy.xlsx"))["Location"]
    address = clerk.post(columns, mapped(clerk, columns))["Location"]
    batch_id = int(address.strip("/").split("/")[-1])
    work.check_list(clerk.scope, batch_id, quiet)  # type: ignore[attr-defined]

    clerk.post(f"{address}tep/")
    work.annotate(clerk.scope, batch_id, quiet)  # type: ignore[attr-defined]
    ticket = clerk.get(f"{address}tep/")
    file = clerk.get(ticket["Location"])

    body = b"".join(file.streaming_content) if file.streaming else file.content
    assert body.startswith(b"PK")
    (tmp_path / "back.xlsx").write_bytes(body)
    import openpyxl

    assert openpyxl.load_workbook(tmp_path / "back.xlsx").sheetnames == ["Cần sửa", "DS khối 6"]


def test_annotated_sheet_has_what_was_typed_on_the_page_and_is_made_anew_after_each_cell(
    clerk: Client, tmp_path: Path
) -> None:
    import openpyxl

    wrong = [[*ONE[:2], "31/02/2013", "X", *ONE[4:]], [*TWO[:2], "30/02/2013", *TWO[3:]]]
    columns = upload(clerk, plain_workbook(tmp_path / "a.xlsx", [HEADER, *wrong]))["Location"]
    address = clerk.post(columns, mapped(clerk, columns))["Location"]
    batch_id = int(address.strip("/").split("/")[-1])
    work.check_list(clerk.scope, batch_id, quiet)  # type: ignore[attr-defined]
    clerk.post(f"{address}sua/", {"row": 2, "column": 2, "text": "28/02/2013"})
    clerk.post(f"{address}tep/")
    work.annotate(clerk.scope, batch_id, quiet)  # type: ignore[attr-defined]

    file = clerk.get(clerk.get(f"{address}tep/")["Location"])
    (tmp_path / "back.xlsx").write_bytes(b"".join(file.streaming_content) if file.streaming else file.content)
    back = openpyxl.load_workbook(tmp_path / "back.xlsx")
    sheet = back.worksheets[1]
    told = [row[2] for row in back["Cần sửa"].iter_rows(values_only=True)]

    assert (sheet["C2"].value, sheet["D2"].value, sheet["C3"].value) == ("28/02/2013", "X", "30/02/2013")
    assert [line for line in told if "C2" in line] == ["Ô C2 (Ngày sinh): đã gõ lại trên trang thành “28/02/2013”."]
    assert any("D2" in line for line in told) and any("C3" in line for line in told)
    assert "Tải tệp có ghi chú" in clerk.get(address).text
    answer = clerk.post(f"{address}sua/", {"row": 2, "column": 3, "text": "Nam"}, headers={"HX-Request": "true"})
    assert "Làm tệp có ghi chú" in answer.text and "Tải tệp có ghi chú" not in answer.text


def test_problem_pages_go_on_where_the_last_one_ended(clerk: Client, tmp_path: Path) -> None:
    rows = [[n, f"Nông Văn {'ABCDE'[n // 26]}{chr(97 + n % 26)}", "ngày nào", *ONE[3:]] for n in range(120)]
    columns = upload(clerk, plain_workbook(tmp_path / "a.xlsx", [HEADER, *rows]))["Location"]
    address = clerk.post(columns, mapped(clerk, columns))["Location"]
    work.check_list(clerk.scope, int(address.strip("/").split("/")[-1]), quiet)  # type: ignore[attr-defined]
    with make.as_system():
        errors = ImportProblem._base_manager.filter(severity="error").count()

    seen, next_page = 0, address
    for _ in range(9):
        page = clerk.get(next_page).content.decode()
        seen += page.count('class="num">')
        if 'rel="next" href="' not in page:
            break
        next_page = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")

    assert seen == errors > 200


def test_problems_are_looked_at_a_column_at_a_time_and_one_word_is_corrected_in_every_cell(
    clerk: Client, tmp_path: Path
) -> None:
    rows = [[n, f"Nông Văn {'ABCDEFGHIK'[n]}", "31/02/2013", "Nam", "8A2", "", "Kinhh", *ONE[7:]] for n in range(6)]
    columns = upload(clerk, plain_workbook(tmp_path / "a.xlsx", [HEADER, *rows]))["Location"]
    address = clerk.post(columns, mapped(clerk, columns))["Location"]
    batch_id = int(address.strip("/").split("/")[-1])
    work.check_list(clerk.scope, batch_id, quiet)  # type: ignore[attr-defined]
    page, days = clerk.get(address).text, clerk.get(f"{address}?muc=loi&cot=born_on").text

    assert page.count('class="finding"') == 12 and "Sửa cả 6 ô cùng ghi “Kinhh”" in page
    assert "<option>Tày</option>" in page and 'value="Kinhh"' not in page
    assert days.count('class="finding"') == 6 and "Kinhh" not in days and "Mọi cột" in days
    assert "Sửa cả" not in days  # a day is each pupil's own: one wrong day twice is two mistakes

    sent = {"row": 3, "column": 6, "text": "Tày", "giong": "1"}
    answer = clerk.post(f"{address}sua/", sent, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")
    assert clerk.post(f"{address}sua/", {**sent, "column": 2}).status_code == 404
    assert "6 ô đã sửa" in clerk.get(address).text
    work.check_list(clerk.scope, clerk_checks_again(clerk, address), quiet)  # type: ignore[attr-defined]

    page, typed = clerk.get(address).text, clerk.get(f"{address}?muc=da-go").text
    assert page.count('class="finding"') == 6 and "Thầy/cô đã sửa" in page
    assert typed.count('class="finding"') == 6 and typed.count("<option selected>Tày</option>") == 6


def test_a_cell_that_must_be_filled_is_not_called_corrected_when_it_is_emptied(clerk: Client, tmp_path: Path) -> None:
    columns = upload(clerk, plain_workbook(tmp_path / "a.xlsx", [HEADER, [*ONE[:2], "31/02/2013", *ONE[3:]]]))[
        "Location"
    ]
    address = clerk.post(columns, mapped(clerk, columns))["Location"]
    work.check_list(clerk.scope, int(address.strip("/").split("/")[-1]), quiet)  # type: ignore[attr-defined]

    answer = clerk.post(f"{address}sua/", {"row": 2, "column": 2, "text": ""}, headers={"HX-Request": "true"})

    assert "Ngày sinh không được để trống" in answer.text and "để trống, chờ" not in answer.text


@pytest.mark.parametrize("alike", ["", "1"])
def test_a_cell_of_a_column_that_is_not_read_is_refused_in_words_when_the_list_takes_no_corrections_any_more(
    clerk: Client, tmp_path: Path, alike: str
) -> None:
    columns = upload(clerk, plain_workbook(tmp_path / "a.xlsx", [HEADER, ONE]))["Location"]
    sent = {"row": 2, "column": 99, "text": "x", "giong": alike}

    answer = clerk.post(columns.replace("cot/", "sua/"), sent, headers={"HX-Request": "true"})

    assert answer.status_code == 422 and "đang" in answer.text


def test_a_list_with_typed_cells_is_thrown_away_only_after_a_question(clerk: Client, tmp_path: Path) -> None:
    columns = upload(clerk, plain_workbook(tmp_path / "a.xlsx", [HEADER, [*ONE[:2], "31/02/2013", *ONE[3:]]]))[
        "Location"
    ]
    address = clerk.post(columns, mapped(clerk, columns))["Location"]
    work.check_list(clerk.scope, int(address.strip("/").split("/")[-1]), quiet)  # type: ignore[attr-defined]
    clerk.post(f"{address}sua/", {"row": 2, "column": 2, "text": "28/02/2013"})

    page = clerk.get(address).text
    question = page.partition('<dialog class="dialog" id="hoi-bo"')[2].partition("</dialog>")[0]

    assert "và 1 ô đã sửa trên trang" in question and f'action="{address}bo/"' in question
    assert page.count(f'action="{address}bo/"') == 1

"""The pages and the grid's addresses over HTTP: rights, shapes, statements, bytes, one commit."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maitruong.assessment.gradebook import reading, services, storage
from maitruong.assessment.gradebook.tests import factories as make
from maitruong.assessment.gradebook.tests.conftest import signed_in
from maitruong.assessment.gradebook.types import Book, Sheet
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from tests import factories as house

pytestmark = pytest.mark.django_db


def post(client: Client, url: str, *cells: tuple[Any, ...], request_id: str = "yeu-cau-1") -> Any:
    sent = [{"row": str(r), "column": c, "value": v, "saw": s} for r, c, v, s in cells]
    return client.post(url, json.dumps({"request_id": request_id, "cells": sent}), content_type="application/json")


def test_the_grid_saves_and_is_answered_cell_by_cell(room: make.Classroom) -> None:
    client, an = signed_in(make.teacher_of(room)), room.pupils[2]

    answer = post(client, f"/so-diem/{room.book()}/diem/", (an, "tx1", "7,5", ""), (an, "gk", "12", ""))

    told = answer.json()
    assert answer.status_code == 200
    assert told["etag"] == '"1"' and told["at"].endswith("+07:00")
    assert [(c["row"], c["column"], c["value"], c["state"]) for c in told["cells"]] == [
        (str(an), "tx1", "7,5", "saved"),
        (str(an), "gk", "12", "refused"),
    ]
    assert told["rows"] == {str(an): {"average": ""}}


def test_a_closed_book_answers_409_with_a_sentence(room: make.Classroom) -> None:
    with make.working_as(room.principal) as scope:
        services.close_book(scope, book_id=room.book(), missing="leave", reason="Chờ kiểm tra bù tuần sau")

    answer = post(signed_in(make.teacher_of(room)), f"/so-diem/{room.book()}/diem/", (room.pupils[0], "tx1", "7", ""))

    assert answer.status_code == 409
    assert answer.json()["code"] == "gradebook.book_closed" and "đã khoá" in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        "", "[]", "{}", "null", '{"request_id": "x", "cells": []}', '{"request_id": "yeu-cau-1", "cells": []}',
        '{"request_id": "yeu-cau-1", "cells": [{"row": "1; DROP", "column": "tx1", "value": "7", "saw": ""}]}',
        '{"request_id": "yeu-cau-1", "cells": [{"row": "1", "column": "tx1", "value": 7, "saw": ""}]}',
        '{"request_id": 5, "cells": [{"row": "1", "column": "tx1", "value": "7", "saw": ""}]}',
        "[" * 5000,
    ],
)  # fmt: skip
def test_a_request_of_another_shape_is_refused_in_words(room: make.Classroom, body: str) -> None:
    client = signed_in(make.teacher_of(room))

    answer = client.post(f"/so-diem/{room.book()}/diem/", body, content_type="application/json")

    assert answer.status_code == 422
    assert "không đúng dạng" in answer.json()["message"]
    assert not make.rows_of("gradebook_mark")


def test_each_kind_of_book_is_saved_at_its_own_address(room: make.Classroom) -> None:
    client, an = signed_in(make.homeroom_of(room)), room.pupils[2]

    right = post(client, f"/so-diem/{room.book('conduct')}/ren-luyen/", (an, "level", "T", ""))
    wrong = post(client, f"/so-diem/{room.book('conduct')}/pham-chat/", (an, "level", "T", ""))
    marks = post(client, f"/so-diem/{room.book()}/diem/", (an, "tx1", "7", ""))

    assert (right.status_code, wrong.status_code, marks.status_code) == (200, 404, 404)


def test_a_save_tells_the_version_it_came_upon_so_that_a_page_sees_what_was_written_just_before(
    room: make.Classroom,
) -> None:
    lan, hoa, an = make.teacher_of(room), make.teacher_of(room, name="Trần Thị Hoa"), room.pupils[2]
    client, url = signed_in(lan), f"/so-diem/{room.book()}/thay-doi/?loai=score"
    first = post(client, f"/so-diem/{room.book()}/diem/", (an, "tx1", "7", "")).json()

    make.type_in(hoa, room.book(), (an, "tx2", "9"))
    second = post(client, f"/so-diem/{room.book()}/diem/", (an, "tx3", "8", ""), request_id="yeu-cau-2").json()
    again = post(client, f"/so-diem/{room.book()}/diem/", (an, "tx3", "8", ""), request_id="yeu-cau-2").json()

    assert [(told["since"], told["etag"]) for told in (first, second)] == [('"0"', '"1"'), ('"2"', '"3"')]
    assert again == second
    news = client.get(url, headers={"If-None-Match": first["etag"]}).json()
    assert {cell["column"]: cell["by"] for cell in news["cells"]} == {"tx2": "Trần Thị Hoa", "tx3": "Nguyễn Thị Lan"}


def test_news_are_304_until_somebody_else_writes(room: make.Classroom) -> None:
    lan, hoa, an = make.teacher_of(room), make.teacher_of(room, name="Trần Thị Hoa"), room.pupils[2]
    client, url = signed_in(lan), f"/so-diem/{room.book()}/thay-doi/?loai=score"
    etag = post(client, f"/so-diem/{room.book()}/diem/", (an, "tx1", "7", "")).json()["etag"]

    quiet = client.get(url, headers={"If-None-Match": etag})
    make.type_in(hoa, room.book(), (an, "tx2", "9"))
    news = client.get(url, headers={"If-None-Match": etag})

    assert (quiet.status_code, quiet.content, quiet["ETag"]) == (304, b"", '"1"')
    assert news.status_code == 200 and news["ETag"] == '"2"'
    assert [(c["column"], c["value"], c["by"]) for c in news.json()["cells"]] == [("tx2", "9", "Trần Thị Hoa")]


def in_view(queries: CaptureQueriesContext) -> list[str]:
    """The statements of the view itself: after the scope was set, before the COMMIT, without savepoints of the test."""
    texts = [q["sql"] for q in queries.captured_queries]
    begun = next(i for i, text in enumerate(texts) if "set_config('role'" in text)
    return [
        text
        for text in texts[begun + 1 :]
        if not text.startswith("SELECT set_config") and "SAVEPOINT" not in text and "identity_session" not in text
    ]


@pytest.mark.parametrize("pupils", [5, 45])
def test_the_page_takes_three_statements_and_few_bytes_whatever_the_class(pupils: int) -> None:
    room = make.a_classroom(pupils=tuple(f"Nguyễn Phạm Thị Khánh Huyền {n}" for n in range(pupils)))
    lan = make.teacher_of(room)
    columns = ("tx1", "tx2", "tx3", "tx4", "gk", "ck")
    make.type_in(lan, room.book(), *[(p, c, "7,5") for p in room.pupils for c in columns])
    client = signed_in(lan)
    client.get(f"/so-diem/{room.book()}/")

    with CaptureQueriesContext(connection) as seen:
        page = client.get(f"/so-diem/{room.book()}/")

    assert page.status_code == 200
    assert len(in_view(seen)) == 3
    quiet = ("set_config", "current_setting", "SAVEPOINT")  # the scope itself, and what only a test's nesting asks
    before = [q["sql"] for q in seen.captured_queries if not any(word in q["sql"] for word in quiet)]
    assert len(before) - 3 <= 3  # session, account, rights; the scope is the fourth
    assert len(page.content) <= 60_000


def test_asking_for_news_is_one_statement(room: make.Classroom) -> None:
    client = signed_in(make.teacher_of(room))
    url = f"/so-diem/{room.book()}/thay-doi/?loai=score"
    client.get(url)

    with CaptureQueriesContext(connection) as seen:
        assert client.get(url, headers={"If-None-Match": '"0"'}).status_code == 304

    assert len(in_view(seen)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_save_of_forty_five_marks_is_one_commit() -> None:
    room = make.a_classroom(pupils=tuple(f"Trần Thị Bé {n}" for n in range(45)))
    client = signed_in(make.teacher_of(room))
    cells = [(p, "tx1", "7,5", "") for p in room.pupils]
    client.get("/so-diem/")

    with CaptureQueriesContext(connection) as seen:
        answer = post(client, f"/so-diem/{room.book()}/diem/", *cells)

    texts = [q["sql"] for q in seen.captured_queries]
    assert answer.status_code == 200
    assert texts.count("BEGIN") == texts.count("COMMIT") == 1
    assert len([t for t in in_view(seen) if t != "COMMIT"]) == 5


@pytest.mark.parametrize("pupils", [1, reading.FEW + 3])
def test_a_save_refused_after_it_wrote_leaves_nothing(pupils: int, monkeypatch: pytest.MonkeyPatch) -> None:
    room = make.a_classroom(pupils=tuple(f"Trần Thị Bé {n}" for n in range(pupils)))
    lock = storage.lock

    def lock_in_vain(book_id: int) -> tuple[Book, Sheet] | None:
        found = lock(book_id)
        return found and (replace(found[0], version=found[0].version + 7), found[1])

    monkeypatch.setattr(storage, "lock", lock_in_vain)
    cells = [(pupil, "tx1", "7,5", "") for pupil in room.pupils]

    answer = post(signed_in(make.teacher_of(room)), f"/so-diem/{room.book()}/diem/", *cells)

    assert (answer.status_code, answer.json()["code"]) == (422, "gradebook.saved_meanwhile")
    with unit_of_work(system_scope("test")), connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM gradebook_mark), (SELECT count(*) FROM gradebook_markhistory),"
            " (SELECT count(*) FROM audit_entry WHERE action = 'gradebook.marks_entered'), version FROM gradebook_markbook"
            " WHERE id = %s",
            [room.book()],
        )
        assert cursor.fetchone() == (0, 0, 0, 0)


@pytest.mark.parametrize("who", ["stranger", "neighbour", "guardian", "clerk"])
def test_who_has_no_part_in_a_book_gets_the_page_of_nothing(room: make.Classroom, who: str) -> None:
    person = house.a_person("Ngô Văn Thư", room.school)
    house.a_post(person, "clerk", room.school)
    accounts = {
        "stranger": lambda: make.teacher_of(room, "NV"),
        "neighbour": lambda: make.a_classroom(name="8B").principal,
        "guardian": lambda: house.a_guardian("Trần Mỹ Hạnh", child=room.pupils[0], school=room.school),
        "clerk": lambda: house.an_account(person),
    }
    client = signed_in(accounts[who]())
    book, pupil = room.book(), room.pupils[0]
    nothing = client.get("/so-diem/99999999/")

    for path in (
        f"/so-diem/{book}/",
        f"/so-diem/{book}/thay-doi/?loai=score",
        f"/so-diem/{book}/vi-sao/{pupil}/",
        f"/so-diem/{book}/lich-su/",
        f"/so-diem/{book}/xuat/",
        f"/so-diem/lop/{room.class_id}/",
        f"/so-diem/lop/{room.class_id}/vi-sao/{pupil}/",
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.content) == (404, nothing.content), path
    for path in (f"/so-diem/{book}/khoa/", f"/so-diem/{book}/mo-lai/", f"/so-diem/lop/{room.class_id}/mo-so/"):
        assert client.post(path, {"li_do": "Chấm phúc tra bài cuối kì"}).status_code == 404
    assert not make.rows_of("audit_entry WHERE action LIKE 'gradebook.%' AND action <> 'gradebook.books_opened'")


def test_nobody_signed_in_is_shown_the_door(room: make.Classroom) -> None:
    answer = Client().get(f"/so-diem/{room.book()}/")

    assert answer.status_code == 302 and "tiep=" in answer["Location"]


def test_the_principal_looks_and_cannot_write(room: make.Classroom) -> None:
    client = signed_in(room.principal)

    page = client.get(f"/so-diem/{room.book()}/").content.decode()

    assert 'aria-readonly="true"' in page and "chỉ xem" in page
    assert "data-grid-sync" not in page
    assert post(client, f"/so-diem/{room.book()}/diem/", (room.pupils[0], "tx1", "7", "")).status_code == 404


def test_the_department_reads_a_book_and_that_is_told_to_the_audit(room: make.Classroom) -> None:
    officer = house.a_person("Lê Trung Kiên", room.department)
    house.a_post(officer, "department_officer", room.department)
    client = signed_in(house.an_account(officer))

    page = client.get(f"/so-diem/{room.book()}/")
    choose = client.get("/so-diem/?hk=1").content.decode()
    of_class = client.get(f"/so-diem/?hk=1&lop={room.class_id}").content.decode()

    assert page.status_code == 200 and b'aria-readonly="true"' in page.content
    assert "Chọn một trường" in choose and "Toán 8A2" not in choose
    assert "Toán 8A2" in of_class
    assert len(make.rows_of("audit_entry WHERE action = 'gradebook.book_opened'")) == 1


def test_closing_asks_what_to_do_with_what_is_owed_and_keeps_what_was_typed(room: make.Classroom) -> None:
    client, url = signed_in(room.principal), f"/so-diem/{room.book()}/khoa/"

    refused = client.post(url, {"thieu": "refuse", "li_do": "Đã hết hạn nhập điểm"})
    done = client.post(url, {"thieu": "leave", "li_do": "Đã hết hạn nhập điểm"})
    page = client.get(f"/so-diem/{room.book()}/").content.decode()

    assert refused.status_code == 422
    assert "bắt buộc chưa có" in refused.content.decode() and "Đã hết hạn nhập điểm" in refused.content.decode()
    assert (done.status_code, done["Location"]) == (302, f"/so-diem/{room.book()}/")
    assert "Mở lại sổ" in page and "đã khoá" in page


def test_an_export_is_a_workbook_without_formulas_and_is_told_to_the_audit() -> None:
    room = make.a_classroom(pupils=("=HYPERLINK(1)", "Trần Minh An"))
    lan = make.teacher_of(room)
    make.type_in(lan, room.book(), (room.pupils[1], "tx1", "7,5"), (room.pupils[1], "comment", "=1+1"))

    answer = signed_in(lan).get(f"/so-diem/{room.book()}/xuat/")

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    cells = {c.value: c.data_type for row in sheet.iter_rows() for c in row if c.value is not None}
    assert (cells["=HYPERLINK(1)"], cells["=1+1"], cells[7.5]) == ("s", "s", "n")
    assert "so-diem-toan-8a2-hoc-ki-i-2026-2027.xlsx" in answer["Content-Disposition"]
    assert len(make.rows_of("audit_entry WHERE action = 'gradebook.book_exported'")) == 1


def test_why_is_a_fragment_with_the_formula_and_the_article(room: make.Classroom) -> None:
    lan, an = make.teacher_of(room), room.pupils[2]
    marks = (("tx1", "8"), ("tx2", "9"), ("tx3", "7"), ("tx4", "10"), ("gk", "8"), ("ck", "7,5"))
    make.type_in(lan, room.book(), *[(an, c, v) for c, v in marks])

    told = signed_in(lan).get(f"/so-diem/{room.book()}/vi-sao/{an}/").content.decode()

    assert "8,1" in told and "2 × 8" in told and "Điều 9, khoản 1" in told
    assert "<html" not in told


def test_why_a_level_opens_alone_and_inside_the_page_and_is_told_to_the_audit(room: make.Classroom) -> None:
    client = signed_in(make.homeroom_of(room))
    url = f"/so-diem/lop/{room.class_id}/vi-sao/{room.pupils[0]}/?hk=1"

    page = client.get(url).content.decode()
    fragment = client.get(url, headers={"HX-Request": "true"}).content.decode()

    assert "<html" in page and "<html" not in fragment
    assert "Chưa có kết quả" in fragment and "Toán" in fragment
    assert [row[0] for row in make.rows_of("audit_entry WHERE action = 'gradebook.result_opened'", "subject_id")] == [
        room.pupils[0]
    ] * 2


def test_the_principal_opens_the_books_of_a_new_class(room: make.Classroom) -> None:
    class_id, _ = house.a_class(room.school, "6A1", pupils=("Vũ Thị Hà",), grade=6)
    client = signed_in(room.principal)
    before = client.get("/so-diem/?hk=1").content.decode()

    done = client.post(f"/so-diem/lop/{class_id}/mo-so/")
    page = client.get(f"/so-diem/?hk=1&lop={class_id}").content.decode()

    assert "Mở sổ lớp 6A1" in before
    assert done.status_code == 302
    assert "Ngữ văn 6A1" in page and "chưa phân công" in page


def test_an_exemption_is_made_by_the_principal_and_shown_beside_the_name(room: make.Classroom) -> None:
    client, an = signed_in(room.principal), room.pupils[2]
    url = f"/so-diem/{room.book()}/dien-danh-gia/"

    refused = client.post(url, {"em": str(an), "dien": "3", "li_do": "ốm"})
    client.post(url, {"em": str(an), "dien": "3", "li_do": "Quyết định số 12 của hiệu trưởng"})

    assert refused.status_code == 422
    assert "được miễn" in client.get(f"/so-diem/{room.book()}/").content.decode()

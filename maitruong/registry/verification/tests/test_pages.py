"""The pages: the school's list, one person, a correction that waits and is decided, an appeal; and who never sees them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from maitruong.foundation.audit.models import Entry
from maitruong.foundation.exchange.tests.files import plain_workbook
from maitruong.foundation.identity.models import Account
from maitruong.foundation.people.models import Person
from maitruong.foundation.people.queries import numbers_in_force
from maitruong.insight.indicators import services as indicators
from maitruong.registry.enrolment.tests import lists
from maitruong.registry.verification import queries, running
from maitruong.registry.verification.models import Check, Correction
from maitruong.site.family.tests.test_family import signed_in
from tests import factories as make

from .registers import Paper, give_number, joined
from .test_exchange import NUMBERS, exchange, state

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 giay khai sinh"


@pytest.fixture
def school(place: SimpleNamespace) -> Iterator[SimpleNamespace]:
    """Two matched, Trần Thị Hòa written otherwise in the register; all asked about already."""
    paper = Paper()
    people = [give_number(pupil, number) for pupil, number in zip(place.pupils, NUMBERS, strict=True)]
    paper.knows(*people[:2], dataclasses.replace(people[2], full_name="Trần Thị Hoà"))
    with joined(paper):
        exchange(place.principal)
        who = {
            "head": Account.objects.get(person_id=place.principal.actor_id),
            "their_head": Account.objects.get(person_id=place.stranger.actor_id),
            "officer": make.a_post_holder(place.department, "department_officer", "Lã Thị Sở"),
            "homeroom": make.a_post_holder(place.school, "homeroom_teacher", "Phạm Lan", class_ids=[place.class_id]),
        }
        browsers = {name: signed_in(account) for name, account in who.items()}
        yield SimpleNamespace(**vars(place), paper=paper, people=people, **browsers)


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("khai sinh.pdf", PDF)


def asks(browser: Client, person: int, **given: object) -> object:
    return browser.post(f"/dinh-danh/nguoi/{person}/sua/", {"why": "giấy khai sinh số 12", "file": paper(), **given})


def test_the_school_sees_who_differs_what_to_do_and_until_when(school: SimpleNamespace) -> None:
    page = school.head.get("/dinh-danh/").text
    assert "Trần Thị Hòa" in page and "Họ và tên: Trần Thị Hoà" in page and "05/12/2026" in page
    assert "So họ tên với giấy khai sinh" in page and "Lý A Sính" not in page
    assert "50,00" in page, "two matched of three pupils and a teacher without a number"
    matched = school.head.get("/dinh-danh/?nhom=khop").text
    assert "Lý A Sính" in matched and "Trần Thị Hòa" not in matched
    assert "Phạm Thu Lan" in school.head.get("/dinh-danh/?nhom=chua-so").text
    assert "Không có ai ở mục này" in school.head.get("/dinh-danh/?nhom=cho").text


def test_the_department_sees_every_school_the_lowest_share_first(school: SimpleNamespace) -> None:
    assert "Chưa có trường nào" in school.officer.get("/dinh-danh/").text, "nothing was counted yet"
    indicators.recount([school.school, school.neighbour], 2026)
    page = school.officer.get("/dinh-danh/").text
    assert page.index("THCS Vĩnh Bảo") < page.index("THCS Lê Chân") and "Học sinh THCS" in page


def test_the_board_of_the_figures_is_what_the_schools_own_pages_count(school: SimpleNamespace) -> None:
    indicators.recount([school.school, school.neighbour], 2026)
    with make.as_system() as scope:
        board = queries.board(scope)
        for row in board.schools:
            live = queries.total(queries.levels(row.id))
            assert (row.active, row.matched, row.foreigners, row.open, row.late) == (
                live.active, live.matched, live.foreigners, live.open, live.late,
            )  # fmt: skip
        assert queries.total(board.schools).open == queries.total(board.levels).open == 1
        assert board.as_of is None or board.as_of.tzinfo


def test_the_department_opens_a_school(school: SimpleNamespace) -> None:
    assert "Trần Thị Hòa" in school.officer.get(f"/dinh-danh/truong/{school.school}/").text
    assert school.officer.get("/dinh-danh/truong/999999/").status_code == 404


def test_neighbours_and_teachers_find_nothing(school: SimpleNamespace) -> None:
    asks(school.head, school.pupils[0], full_name="Nguyễn Minh Anh")
    with make.as_system():
        request_id = Correction._base_manager.get().pk
    person = f"/dinh-danh/nguoi/{school.pupils[0]}/"
    for browser in (school.their_head, school.homeroom):
        for address in (
            person,
            f"{person}sua/",
            f"{person}khieu-nai/",
            f"{person}trang-thai/",
            f"/dinh-danh/truong/{school.school}/",
            f"/dinh-danh/de-nghi/{request_id}/",
            f"/dinh-danh/de-nghi/{request_id}/giay-to/",
        ):
            assert browser.get(address).status_code == 404, address
        assert browser.post(f"{person}hoi/").status_code == 404
        assert asks(browser, school.pupils[0], full_name="Kẻ Khác").status_code == 404
    assert "Nguyễn Minh" not in school.their_head.get("/dinh-danh/de-nghi/").text
    assert "Không có đề nghị nào" in school.their_head.get("/dinh-danh/de-nghi/").text


def test_a_question_waits_in_the_queue_and_the_page_says_so(school: SimpleNamespace) -> None:
    asked_before = len(school.paper.asked)
    address = f"/dinh-danh/nguoi/{school.pupils[2]}/"
    assert school.head.post(f"{address}hoi/").status_code == 302
    page = school.head.get(address).text
    assert "Đang hỏi cơ sở dữ liệu dân cư" in page and "every 2s" in page
    assert len(school.paper.asked) == asked_before, "no page asks the register"
    fragment = school.head.get(f"{address}trang-thai/", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in fragment
    running.ask_wanted(None, school.principal)
    assert school.head.get(f"{address}trang-thai/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    with joined(None):
        page = school.head.post(f"{address}hoi/")
        assert page.status_code == 422 and "chưa được nối" in page.text


def test_the_school_puts_right_what_nothing_confirmed_and_asks_again(school: SimpleNamespace) -> None:
    pupil = school.pupils[2]
    form = school.head.get(f"/dinh-danh/nguoi/{pupil}/sua/").text
    assert "Dữ liệu dân cư ghi: Trần Thị Hoà" in form and 'value="Trần Thị Hòa"' in form
    refused = asks(school.head, pupil, full_name="Trần Thị Hoà", why=" ")
    assert refused.status_code == 422 and "Chưa ghi căn cứ" in refused.text
    assert "không có trong lịch" in asks(school.head, pupil, born_on="31/02/2010").text
    assert "Chưa có mục nào khác" in asks(school.head, pupil).text
    assert asks(school.head, pupil, full_name="Trần Thị Hoà").status_code == 302
    assert state(pupil) == "NOT_SENT"
    exchange(school.principal)
    assert state(pupil) == "MATCHED"
    with make.as_system():
        told = Entry._base_manager.get(action="verification.corrected", subject_id=pupil)
        assert "Trần Thị Hoà" in str(told.body)


def test_what_is_confirmed_changes_by_the_departments_decision_only(school: SimpleNamespace) -> None:
    pupil = school.pupils[0]
    page = school.head.get(f"/dinh-danh/nguoi/{pupil}/").text
    assert "Đề nghị điều chỉnh" in page and "Đã xác thực" in page
    assert "Chưa kèm giấy tờ" in asks(school.head, pupil, full_name="Nguyễn Minh Anh", file="").text
    answer = asks(school.head, pupil, full_name="Nguyễn Minh Anh", number="031213004321")
    assert "đang chờ quyết định" in asks(school.head, pupil, full_name="Nguyễn Minh Anh").text
    with make.as_system():
        assert Person._base_manager.get(pk=pupil).full_name == "Nguyễn Minh Ánh", "asked is not done"

    address = answer["Location"]
    assert "Quyết định</h2>" not in school.head.get(address).text
    assert school.head.post(address, {"act": "agree", "why": "tự"}).status_code == 404
    shown = school.officer.get(address).text
    assert "Nguyễn Minh Anh" in shown and "031213004321" not in shown and "031******321" in shown
    ticket = school.officer.get(f"{address}giay-to/")["Location"]
    file = school.officer.get(ticket)
    assert (b"".join(file.streaming_content) if file.streaming else file.content) == PDF
    assert "Chưa ghi căn cứ" in school.officer.post(address, {"act": "agree", "why": ""}).text
    assert school.officer.post(address, {"act": "agree", "why": "đúng như khai sinh"}).status_code == 302

    with make.as_system():
        person, row = Person._base_manager.get(pk=pupil), Correction._base_manager.get()
        assert (person.full_name, person.frozen_since) == ("Nguyễn Minh Anh", None)
        assert numbers_in_force(pupil)["CCCD"] == "031213004321"
        assert (row.decision, row.wanted["number"]) == ("agreed", "031******321")
    assert state(pupil) == "NOT_SENT"
    again = school.officer.post(address, {"act": "agree", "why": "lần nữa"})
    assert again.status_code == 422 and "đã được quyết định" in again.text


def test_a_refused_request_leaves_everything_as_it_stands(school: SimpleNamespace) -> None:
    address = asks(school.head, school.pupils[0], full_name="Nguyễn Minh Anh")["Location"]
    school.officer.post(address, {"act": "refuse", "why": "khai sinh ghi Ánh"})
    assert state(school.pupils[0]) == "MATCHED"
    page = school.head.get(address).text
    assert "Không đồng ý" in page and "khai sinh ghi Ánh" in page


def test_a_number_somebody_else_holds_is_refused_and_told(school: SimpleNamespace) -> None:
    answer = asks(school.head, school.pupils[2], number=NUMBERS[0])
    assert answer.status_code == 422 and "đã ghi cho một người tên khác" in answer.text
    with make.as_system():
        assert Entry._base_manager.filter(action="students.number_of_another").count() == 1
        assert numbers_in_force(school.pupils[2])["CCCD"] == NUMBERS[2]


def test_an_appeal_stops_the_clock_but_matches_nobody(school: SimpleNamespace) -> None:
    pupil = school.pupils[2]
    address = f"/dinh-danh/nguoi/{pupil}/khieu-nai/"
    assert "Trần Thị Hoà" in school.head.get(address).text
    sent = school.head.post(address, {"why": "khai sinh ghi Hòa", "file": paper()})
    assert sent.status_code == 302
    assert "có đề nghị đang chờ" in school.head.get("/dinh-danh/").text
    assert "05/12/2026" in school.officer.get("/dinh-danh/de-nghi/").text
    school.officer.post(sent["Location"], {"act": "agree", "why": "đã xem bản chính"})
    with make.as_system():
        row = Check._base_manager.get(person_id=pupil)
    assert (row.state, row.due_on) == ("MISMATCH_NAME", None)
    nothing = school.head.post(f"/dinh-danh/nguoi/{school.pupils[0]}/khieu-nai/", {"why": "x", "file": paper()})
    assert nothing.status_code == 422 and "không có chỗ lệch nào" in nothing.text


def test_a_paper_that_is_no_picture_is_refused(school: SimpleNamespace) -> None:
    bad = SimpleUploadedFile("khai sinh.pdf", b"MZ program")
    answer = asks(school.head, school.pupils[0], full_name="Nguyễn Minh Anh", file=bad)
    assert answer.status_code == 422
    with make.as_system():
        assert not Correction._base_manager.exists()


def test_a_list_writes_nothing_over_what_is_confirmed(school: SimpleNamespace, tmp_path: Path) -> None:
    """The same number, the name without its mark: the row is refused and says by which way it can change."""
    row = [1, "Nguyễn Minh Anh", "04/05/2010", "Nam", "8A2", NUMBERS[0], "", "", "", "", ""]
    path = plain_workbook(tmp_path / "a.xlsx", [lists.HEADER, row])
    _, result = lists.bring_in(school.clerk, school.school, path)
    del result
    with make.as_system():
        from maitruong.foundation.exchange.models import ImportProblem

        (problem,) = ImportProblem._base_manager.filter(code="people.confirmed")
        assert "đề nghị điều chỉnh" in problem.text
        assert Person._base_manager.get(pk=school.pupils[0]).full_name == "Nguyễn Minh Ánh"


def test_a_list_of_many_costs_a_few_statements(school: SimpleNamespace, django_assert_max_num_queries: object) -> None:
    for browser, address in ((school.head, "/dinh-danh/?nhom=khop"), (school.officer, "/dinh-danh/")):
        with django_assert_max_num_queries(20):  # type: ignore[operator]
            assert browser.get(address).status_code == 200


def test_a_pupils_file_does_not_know_the_register(school: SimpleNamespace) -> None:
    """Down, slow or not there at all: the page of a pupil asks nobody and draws the same."""
    address = f"/hoc-sinh/{school.pupils[0]}/"
    pages = []

    def stops() -> None:
        raise AssertionError("a page asked the register")

    school.paper.during = stops
    for register in (school.paper, None):
        with joined(register):
            pages.append(school.head.get(address).status_code)
    assert pages == [200, 200]


def test_days_to_fix_are_the_provinces_to_say(school: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MT_POPULATION_DAYS_TO_FIX", "30")
    asks(school.head, school.pupils[0], full_name="Nguyễn Minh Anh")
    with make.as_system():
        assert Correction._base_manager.get().due_on == dt.date(2026, 12, 20)

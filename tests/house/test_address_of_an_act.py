"""The address of a button, opened like a page: words and a way back for a person, the bare 405 for a program."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from django.test import Client
from django.urls import resolve

from maitruong.foundation.access.checks import described_routes, methods_of
from tests import factories as make

pytestmark = pytest.mark.django_db
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
OF_A_LIST = "/nhap-danh-sach/{}/hoan-tac/"


@pytest.fixture
def clerk(client: Client) -> Client:
    school = make.a_school(make.a_commune(make.a_department()))
    client.force_login(make.a_post_holder(school, "clerk", "Mai Văn Thư"))
    return client


def test_a_person_who_opens_the_address_of_an_act_reads_what_it_is_and_goes_on(clerk: Client) -> None:
    answer = clerk.get(OF_A_LIST.format(7), headers=BROWSER)

    text = answer.content.decode()
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "chỉ nhận việc từ một nút bấm" in text and "không ghi thêm gì" in text
    assert re.search(r'href="\.\./"[^>]*>\s*Về trang của việc này', text)


def test_the_page_is_the_same_for_every_row_there_or_not(clerk: Client) -> None:
    first, second = (clerk.get(OF_A_LIST.format(n), headers=BROWSER) for n in (7, 987_654_321))

    assert first.content == second.content


def test_without_a_page_above_the_way_on_is_the_day(clerk: Client) -> None:
    text = clerk.get("/dang-xuat/", headers=BROWSER).content.decode()

    assert re.search(r'href="/"[^>]*>\s*Về Hôm nay', text)


@pytest.mark.parametrize(
    "asked",
    [
        {"accept": "application/json"},
        {"accept": "*/*"},
        {"accept": "text/html", "hx-request": "true"},
    ],
)
def test_a_program_gets_the_bare_answer(clerk: Client, asked: dict[str, str]) -> None:
    answer = clerk.get(OF_A_LIST.format(7), headers=asked)

    assert (answer.status_code, answer["Allow"], answer.content) == (405, "POST", b"")
    head = clerk.head(OF_A_LIST.format(7), headers=BROWSER)
    assert (head.status_code, head["Allow"], head.content) == (405, "POST", b"")


def test_who_may_not_do_the_act_is_told_nothing_of_it(client: Client) -> None:
    school = make.a_school(make.a_commune(make.a_department()))
    client.force_login(make.an_account(make.a_person("Không Vai Trò", school)))

    assert client.get(OF_A_LIST.format(7), headers=BROWSER).status_code == 404


def test_every_act_leads_to_a_page_that_can_be_opened(client: Client) -> None:
    """Walks every route that takes no GET; who may not do the act gets the one 404 and is left out here."""
    client.force_login(make.a_principal(make.a_school(make.a_commune(make.a_department()))))
    seen = 0
    for route in described_routes():
        if "GET" in route.methods:
            continue
        address = "/" + re.sub(r"<(\w+):\w+>", lambda kind: {"int": "7"}.get(kind[1], "x" * 20), route.path)
        answer = client.get(address, headers=BROWSER)
        if answer.status_code != 405:
            continue
        seen += 1
        up = re.findall(r'href="([./]+)"', answer.content.decode())[-1]
        assert "GET" in methods_of(resolve(urljoin(address, up)).func), address
    assert seen > 10

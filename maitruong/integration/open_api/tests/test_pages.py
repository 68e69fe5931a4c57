"""The department's pages of connections, and the command that does the same."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from maitruong.foundation.audit.models import Entry
from maitruong.foundation.organisations import queries as organisations
from maitruong.integration.open_api.models import Client, Secret
from maitruong.integration.open_api.types import CORE, Given
from tests import factories as make

from .conftest import Machine, World, let_in
from .test_csv import signed_in

FORM = {
    "name": "Lớp học số",
    "contact": "Bà Lê Thị Tư, giám đốc",
    "email": "tu@vidu.vn",
    "purpose": "Mở lớp trực tuyến",
    "basis": "Hợp đồng 12/HĐ",
    "scopes": [CORE],
    "valid_to": "",
}


def acts() -> list[str]:
    with make.as_system():
        return list(Entry._base_manager.filter(action__startswith="open_api.").values_list("action", flat=True))


def shown(page: str) -> Given:
    secret = re.search(r'name="client_secret"[^>]*value="([^"]+)"', page)
    key = re.search(r'name="client_id"[^>]*value="([^"]+)"', page)
    assert secret and key
    return Given(Client.objects.get().pk, key[1], secret[1])


def test_an_officer_lets_a_program_in_and_sees_its_secret_once(world: World) -> None:
    browser = signed_in(world.officer)
    assert "Chưa có phần mềm nào kết nối" in browser.get("/ket-noi/").content.decode()
    code = organisations.unit(world.school).code

    page = browser.post("/ket-noi/lap/", {**FORM, "units": code}).content.decode()

    given = shown(page)
    machine = Machine(given)
    assert machine.get("users").status_code == 200
    for address in ("/ket-noi/", f"/ket-noi/{given.client_id}/"):
        later = browser.get(address).content.decode()
        assert "Lớp học số" in later and given.secret not in later
    assert "Hợp đồng 12/HĐ" in later and f"…{given.secret[-4:]}" in later
    assert "open_api.client_registered" in acts()
    with make.as_system():
        entry = Entry._base_manager.get(action="open_api.client_registered")
    assert given.secret not in (entry.body or "") and entry.school_id == world.department


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": " "}, "tên phần mềm"),
        ({"purpose": ""}, "mục đích"),
        ({"basis": ""}, "căn cứ"),
        ({"scopes": []}, "dữ liệu được lấy"),
        ({"scopes": ["x"]}, "dữ liệu được lấy"),
        ({"units": ""}, "đơn vị"),
        ({"units": "khong-co"}, "Không có đơn vị nào mang mã khong-co"),
        ({"valid_to": "01/01/2020"}, "đã qua"),
        ({"valid_to": "31/02/2027"}, "31/02/2027"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_made(world: World, change: dict[str, Any], words: str) -> None:
    code = organisations.unit(world.school).code
    answer = signed_in(world.officer).post("/ket-noi/lap/", {**FORM, "units": code, **change})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Client.objects.exists() and not Secret.objects.exists() and acts() == []


def test_a_secret_is_replaced_and_a_client_put_out(world: World) -> None:
    given = let_in(world, world.school)
    browser = signed_in(world.officer)
    old = Machine(given)

    new = Machine(shown(browser.post(f"/ket-noi/{given.client_id}/khoa-moi/").content.decode()))
    assert old.get("orgs").status_code == new.get("orgs").status_code == 200

    no_reason = browser.post(f"/ket-noi/{given.client_id}/ngung/", {"why": " "})
    assert no_reason.status_code == 422 and "lí do" in no_reason.content.decode()
    assert new.get("orgs").status_code == 200
    assert browser.post(f"/ket-noi/{given.client_id}/ngung/", {"why": "Hết hợp đồng"}).status_code == 302
    assert {old.get("orgs").status_code, new.get("orgs").status_code} == {401}
    page = browser.get(f"/ket-noi/{given.client_id}/").content.decode()
    assert "Hết hợp đồng" in page and "Không còn khoá nào mở" in page
    again = browser.post(f"/ket-noi/{given.client_id}/khoa-moi/")
    assert again.status_code == 422 and "đã ngừng" in again.content.decode()


def test_the_page_counts_calls_by_day(world: World) -> None:
    given = let_in(world, world.school)
    machine = Machine(given)
    machine.get("students")
    machine.get("khong-co")
    machine.get("users/x")

    page = signed_in(world.officer).get(f"/ket-noi/{given.client_id}/").content.decode()

    assert re.search(r'<td class="is-num">2</td><td class="is-num">3</td><td class="is-num">1</td>', page)


def test_only_the_department_sees_connections(world: World) -> None:
    given = let_in(world, world.school)
    for account in (make.a_principal(world.school), world.teacher):
        browser = signed_in(account)
        for address in ("/ket-noi/", "/ket-noi/lap/", f"/ket-noi/{given.client_id}/"):
            assert browser.get(address).status_code == 404
        assert browser.post(f"/ket-noi/{given.client_id}/ngung/", {"why": "x"}).status_code == 404
    assert Client.objects.get().disabled_at is None
    assert signed_in(world.officer).get("/ket-noi/987654321/").status_code == 404


def test_a_family_reads_which_program_took_the_class_list(world: World) -> None:
    mother = signed_in(make.a_guardian("Mẹ An", child=world.pupils[0], school=world.school))
    address = f"/con-toi/{world.pupils[0]}/ai-da-xem/"
    found = mother.get(address)
    assert found.status_code == 200 and "Lớp học trực tuyến" not in found.content.decode()

    Machine(let_in(world, world.school)).get("students")
    Machine(let_in(world, world.neighbour, name="Phần mềm khác")).get("students")

    page = mother.get(address).content.decode()
    assert "Lớp học trực tuyến" in page and "Hợp đồng số 12/HĐ-2026" in page
    assert "Phần mềm khác" not in page


def test_the_command_does_what_the_pages_do(world: World, tmp_path: Path) -> None:
    def run(*words: str, **more: str) -> dict[str, Any]:
        out = io.StringIO()
        call_command("connections", *words, stdout=out, **more)
        return json.loads(out.getvalue())

    code = organisations.unit(world.school).code
    file = tmp_path / "lms.json"
    file.write_text(json.dumps({**FORM, "units": [code]}, ensure_ascii=False))
    made = run("add", str(file))
    machine = Machine(Given(0, made["client_id"], made["client_secret"]))
    assert machine.get("orgs").status_code == 200
    assert run("rotate", made["client_id"])["client_secret"] != made["client_secret"]
    assert [row["client_id"] for row in run("list")["connections"]] == [made["client_id"]]
    with pytest.raises(CommandError, match=r"open_api\.why_missing"):
        run("disable", made["client_id"])
    assert run("disable", made["client_id"], why="Thử xong") == {"disabled": made["client_id"]}
    assert machine.get("orgs").status_code == 401
    with pytest.raises(CommandError):
        run("rotate", "khong-co")

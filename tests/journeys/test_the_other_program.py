"""Journey: a program is let in, reads a school over plain HTTP, and is put out; a head takes her files along."""

from __future__ import annotations

import base64
import csv
import io
import json
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import WIDTHS, House
from tests.journeys.hands import follow, picture, serious, until

pytestmark = pytest.mark.journey
HEAD, OFFICER = "Hiệu trưởng", "Chuyên viên · Sở GDĐT"


def asked(address: str, token: str) -> Any:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def token_for(page: Any) -> tuple[str, str]:
    """As the other house does it with what the page told. Returns the token and the base address."""
    told = {name: page.locator(f"[name={name}]").input_value() for name in
            ("client_id", "client_secret", "token_url", "base_url")}  # fmt: skip
    pair = base64.b64encode(f"{told['client_id']}:{told['client_secret']}".encode()).decode()
    request = urllib.request.Request(  # noqa: S310
        told["token_url"], b"grant_type=client_credentials", {"Authorization": f"Basic {pair}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)["access_token"], told["base_url"]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_program_is_let_in_reads_and_is_put_out(house: House, enter: Callable[..., Any], width: int) -> None:
    wide = enter(OFFICER)  # a phone's list leaves the codes out
    wide.goto(f"{house.url}/truong/")
    code = wide.evaluate("document.querySelector('main').innerText.match(/\\b\\d\\dT\\d+\\b|\\b[0-9A-Z]{6,}\\b/)[0]")
    page = enter(OFFICER, width=width)
    page.goto(f"{house.url}/ket-noi/lap/")
    picture(page, "connections-new")
    assert serious(page) == []
    for label, text in {
        "Tên phần mềm": f"Lớp học số {width}",
        "Người chịu trách nhiệm": "Bà Lê Thị Tư, giám đốc",
        "Thư điện tử liên hệ": "tu@vidu.vn",
        "Mục đích": "Mở lớp học trực tuyến cho học sinh",
        "Căn cứ": "Hợp đồng số 12/HĐ-2026",
        "Đơn vị": code,
    }.items():
        page.get_by_label(label, exact=True).fill(text)
    follow(page.get_by_role("button", name="Lập kết nối"))
    picture(page, "connections-secret")
    assert serious(page) == []

    token, base = token_for(page)
    students = asked(f"{base}/students?limit=5", token)["users"]
    assert len(students) > 0
    assert asked(students[0]["roles"][0]["org"]["href"], token)["org"]["identifier"] == code

    follow(page.get_by_role("link", name="Đã chép xong"))
    picture(page, "connections-client")
    assert serious(page) == []
    page.get_by_role("button", name="Ngừng kết nối").click()
    page.get_by_label("Lí do").fill("Hết hợp đồng")
    follow(page.get_by_role("dialog").get_by_role("button", name="Ngừng kết nối"))
    assert "Không còn khoá nào mở" in page.locator("main").inner_text()
    with pytest.raises(urllib.error.HTTPError, match="401"):
        asked(f"{base}/students", token)
    page.goto(f"{house.url}/ket-noi/")
    picture(page, "connections-list")
    assert serious(page) == []


def test_a_head_takes_the_files_of_her_school_along(house: House, enter: Callable[..., Any], tmp_path: Path) -> None:
    page = enter(HEAD, width=1366)
    page.goto(f"{house.url}/ket-noi/xuat/")
    picture(page, "connections-export")
    assert serious(page) == []
    follow(page.get_by_role("button", name="Xuất tệp"))
    until(page, lambda: page.get_by_role("link", name="Tải tệp").count() == 1)
    picture(page, "connections-exported")
    assert serious(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải tệp").click()
    kept = tmp_path / "oneroster.zip"
    download.value.save_as(kept)
    with zipfile.ZipFile(kept) as made, made.open("users.csv") as file:
        users = list(csv.DictReader(io.TextIOWrapper(file, "utf-8", newline="")))
    assert len(users) > 100 and all(row["familyName"] for row in users)

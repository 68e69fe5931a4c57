"""What people and programs send that they should not: the items of the list "Bad input" that no module's own tests hold.

docs/security.md names the test of every item.
"""

from __future__ import annotations

import contextlib
import errno
import http.client
import io
import json
import logging
import os
import re
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, RequestFactory

from maitruong.assessment.school_records import queries
from maitruong.foundation.access.checks import described_routes
from maitruong.foundation.identity.models import Account, SignInTry
from maitruong.site.logs import JsonFormatter
from maitruong.site.middleware import TextMiddleware
from maitruong.site.uploads import NamelessFileUploadHandler
from tests import factories as make
from tools import serve
from tools.places import CHECKOUT
from tools.roles import Addresses

PASSWORD = "bầu trời xanh trên mái trường"
NUMBER = "031213001234"


@pytest.fixture
def principal(db: None) -> Account:
    account = make.a_principal(make.a_school(make.a_commune(make.a_department())))
    account.set_password(PASSWORD)
    account.save()
    return account


# --- sign-in by GET ------------------------------------------------------------------------------------------------------


def test_sign_in_by_get_signs_nobody_in(client: Client, principal: Account) -> None:
    answer = client.get("/dang-nhap/", {"login": principal.login, "password": PASSWORD})

    assert answer.status_code == 200 and "_auth_user_id" not in client.session
    assert client.get("/").status_code == 302
    assert PASSWORD not in answer.content.decode()


# --- forged Host ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8000", "localhost@evil.example"]
)
def test_a_forged_host_is_refused_on_every_kind_of_page(client: Client, host: str) -> None:
    for path in ("/dang-nhap/", "/xac-thuc/khong-co/", "/bat-dau/khong-co/"):
        answer = client.get(path, headers={"host": host, "x-forwarded-host": host})
        assert answer.status_code == 400 and "evil.example" not in answer.content.decode()


def test_a_forwarded_host_never_makes_an_address(client: Client, principal: Account) -> None:
    answer = client.get("/hoc-sinh/", headers={"x-forwarded-host": "evil.example"})

    assert "evil.example" not in answer.headers["Location"]


# --- password guesses spread over all web workers ------------------------------------------------------------------------


class Served:
    """The whole program in several processes, as `./dev up` starts it, on a database of its own."""

    def __init__(self, addresses: Addresses, var: Path) -> None:
        listener = serve.listen("127.0.0.1", 0)
        self.port = listener.getsockname()[1]
        environment = {
            "MT_APP_URL": addresses.app,
            "MT_OWNER_URL": addresses.owner,
            "MT_VAR": str(var),
            "MT_PUBLIC_ADDRESS": f"http://127.0.0.1:{self.port}",
            "DJANGO_SETTINGS_MODULE": "maitruong.site.settings",
            "PYTHONPATH": str(CHECKOUT),
        }
        (var / "static").mkdir(parents=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.serve", "--fd", str(listener.fileno()), "--processes", "3"],
            env=os.environ | environment,
            pass_fds=[listener.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        listener.close()

    def guess(self, login: str) -> str:
        """One wrong password on a connection and in a session of its own; the page that came back."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)) as connection:
            connection.request("GET", "/dang-nhap/")
            page = connection.getresponse()
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
            cookie = (page.headers["Set-Cookie"] or "").split(";")[0]
            assert token is not None
            form = {"csrfmiddlewaretoken": token.group(1), "login": login, "password": "đoán mò"}
            connection.request(
                "POST",
                "/dang-nhap/",
                urllib.parse.urlencode(form),
                {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie},
            )
            return connection.getresponse().read().decode()

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(60)


@pytest.fixture
def served(fresh_database: Callable[[], Addresses], tmp_path: Path) -> Iterator[tuple[Served, Addresses]]:
    addresses = fresh_database()
    started = Served(addresses, tmp_path / "var")
    yield started, addresses
    started.end()


def test_password_guesses_sent_at_once_through_every_web_worker_are_all_counted(
    served: tuple[Served, Addresses],
) -> None:
    house, addresses = served
    pages: list[str] = []
    guesses = [threading.Thread(target=lambda: pages.append(house.guess("hieu.truong"))) for _ in range(12)]

    for guess in guesses:
        guess.start()
    for guess in guesses:
        guess.join()

    judged = sum("mật khẩu chưa đúng" in page for page in pages)
    assert len(pages) == 12 and judged + sum("phải chờ 15 phút" in page for page in pages) == 12
    assert judged <= 5
    with psycopg.connect(addresses.app) as db:
        found = db.execute("SELECT count(*) FROM identity_signintry").fetchone()
    assert found == (2 * judged,)


# --- characters no XML can hold -----------------------------------------------------------------------------------------


def test_characters_no_xml_can_hold_are_left_out_of_a_form_before_a_page_reads_it() -> None:
    asked = RequestFactory().post("/", {"why": ["toà giao\x0bcho bố\uffff", "một\ndòng"], "day": "15/01/2027"})

    TextMiddleware(lambda _: HttpResponse()).process_view(asked, None, (), {})

    assert asked.POST.getlist("why") == ["toà giao cho bố", "một\ndòng"] and asked.POST["day"] == "15/01/2027"


# --- a personal number in an address, a log line, a referrer -------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("query", [f"q={NUMBER}", "q=031%20213%20001234", f"q=an&tiep=/x/{NUMBER}/", f"{NUMBER}"])
def test_a_personal_number_in_an_address_is_refused_before_any_page_sees_it(client: Client, query: str) -> None:
    answer = client.get(f"/hoc-sinh/?{query}")

    assert answer.status_code == 400
    assert "số định danh" in answer.content.decode() and NUMBER not in answer.content.decode()
    assert "Location" not in answer.headers and answer.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(f"/hoc-sinh/{NUMBER}/").status_code == 400


def test_no_route_takes_a_personal_number() -> None:
    taken = {name for route in described_routes() for name in re.findall(r"<(?:\w+:)?(\w+)>", route.path)}

    assert taken and not {name for name in taken if re.search(r"cccd|number|personal|identifier_value", name)}


def test_an_identifier_that_happens_to_hold_twelve_digits_is_no_personal_number(client: Client, db: None) -> None:
    for path in ("/hoc-ba/ky/luot/6f1c2d3e-aaaa-4bbb-8ccc-031213001234/", "/static/ab031213001234cd/ui.css"):
        assert client.get(path).status_code != 400


def test_a_personal_number_is_masked_in_every_log_line_whatever_part_of_it_it_stands_in() -> None:
    words = io.StringIO()
    handler = logging.StreamHandler(words)
    handler.setFormatter(JsonFormatter())
    logger = logging.Logger("thử")
    logger.addHandler(handler)

    logger.warning("tìm %s", NUMBER, extra={"path": f"/x/{NUMBER}/"})
    try:
        raise ValueError(f"không đọc được {NUMBER}")
    except ValueError:
        logger.exception("hỏng")

    assert NUMBER not in words.getvalue() and "031******234" in words.getvalue()
    assert all(json.loads(line) for line in words.getvalue().splitlines())


def test_a_refused_address_leaves_no_number_in_the_log_of_requests(
    client: Client, db: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    client.get(f"/hoc-sinh/?q={NUMBER}")

    assert NUMBER not in caplog.text and all(NUMBER not in str(record.__dict__) for record in caplog.records)


# --- page visible by Back after sign-out: tests/journeys/test_signing_out.py ---------------------------------------------


def test_every_page_of_a_signed_in_person_and_every_refusal_says_no_store(client: Client, principal: Account) -> None:
    client.force_login(principal)
    for path in ("/", "/hoc-sinh/", "/doi-ngu/", "/khong-co-trang-nay/", f"/hoc-sinh/?q={NUMBER}"):
        assert client.get(path).headers["Cache-Control"] == "no-store", path


def test_guesses_are_forgiven_after_the_right_pair(client: Client, principal: Account) -> None:
    for _ in range(4):
        Client().post("/dang-nhap/", {"login": principal.login, "password": "đoán mò"})

    assert client.post("/dang-nhap/", {"login": principal.login, "password": PASSWORD}).status_code == 302
    assert SignInTry.objects.count() == 4  # the address's own guesses stay counted


def test_a_full_disk_anywhere_in_a_request_is_told_in_words(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where Django keeps an upload in a temporary file, before any page of ours is asked."""

    def full(*args: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("maitruong.site.uploads.TemporaryFile", full)
    client.raise_request_exception = False

    answer = client.post("/dang-nhap/", {"login": "ai", "tep": io.BytesIO(b"x" * 3_000_000)})

    assert answer.status_code == 507
    assert "Máy chủ đang hết chỗ" in answer.text and "dọn ổ đĩa" in answer.text


@pytest.mark.parametrize("name", ["a." + "x" * 250, "a" * 300 + ".xml", "a.漢" * 60, '".xml', "a.xml\0.pdf"])
@pytest.mark.django_db
def test_a_file_of_any_name_is_taken_by_the_page_anyone_reaches(client: Client, name: str) -> None:
    client.raise_request_exception = False
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'

    answer = client.post(
        "/xac-thuc/", head.encode() + b"<a></a>\r\n--x--\r\n", content_type="multipart/form-data; boundary=x"
    )

    assert answer.status_code == 200 and "Không có học bạ nào" in answer.content.decode()


@pytest.mark.django_db
def test_what_is_uploaded_never_has_a_name_on_the_disk(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    """A process that is killed in the middle of a request leaves nothing of the file behind."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    seen = []

    def judge(data: bytes) -> queries.Verification:
        seen.append((len(data), list(tmp_path.iterdir())))
        return queries.Verification("unknown", "")

    def write(handler: NamelessFileUploadHandler, data: bytes, start: int) -> None:
        handler.file.write(data)
        seen.append((len(data), list(tmp_path.iterdir())))

    monkeypatch.setattr(queries, "verify_upload", judge)
    monkeypatch.setattr(NamelessFileUploadHandler, "receive_data_chunk", write)

    client.post("/xac-thuc/", {"file": SimpleUploadedFile("a.xml", b"<a></a>")})

    assert seen == [(7, []), (7, [])]

"""The package to another province and from there: sealed, read with limits, everything wrong told in words."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.files import queries as files
from maitruong.foundation.people.models import Person
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.errors import KeyMissing
from maitruong.registry.transfers import package, queries, services
from maitruong.registry.transfers.errors import PackageRefused, StepPassed
from maitruong.registry.transfers.models import Paper, Transfer
from tests import factories as make

from .factories import WISH, do, seats_of
from .test_pages import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(two: SimpleNamespace) -> SimpleNamespace:
    with make.as_system() as scope:
        signing.issue_demo_certificates(
            scope, school_id=two.school, titles={}, pin="246810",
            valid_from=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), valid_to=dt.datetime(2028, 1, 1, tzinfo=dt.UTC),
        )  # fmt: skip
    return two


def left(two: SimpleNamespace) -> int:
    made = do(
        two.mother, services.apply_out_as_family, student_id=two.pupil, school="THCS Lê Lợi", province="Huế", wish=WISH
    )
    do(two.principal, services.let_leave, transfer_id=made, last_day=dt.date(2026, 11, 20), why="giấy giới thiệu số 7")
    return made


def packed(two: SimpleNamespace) -> bytes:
    made = left(two)
    paper_id = do(two.principal, services.make_package, transfer_id=made)
    with make.as_system():
        paper = Paper._base_manager.get(pk=paper_id)
        return files.read(paper.file_id or 0)[1]


def changed(data: bytes, name: str, content: bytes | None) -> bytes:
    """The same zip with one file written anew, or left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        if content is not None:
            new.writestr(name, content)
    return out.getvalue()


def test_a_package_is_sealed_holds_the_least_and_is_made_once(sealed: SimpleNamespace) -> None:
    data = packed(sealed)
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        assert sorted(bundle.namelist()) == ["ho-so.json", "ke-khai.xml", "ket-qua.json"]
        dossier = json.loads(bundle.read("ho-so.json"))
    assert (dossier["schema"], dossier["full_name"], dossier["grade"]) == (
        "maitruong.transfer/1",
        "Nguyễn Minh Ánh",
        8,
    )
    assert dossier["last_day"] == "2026-11-20" and "phone" not in dossier and "residence" not in dossier
    with make.as_system():
        row = Transfer._base_manager.get()
    again = do(sealed.principal, services.make_package, transfer_id=row.pk)
    with make.as_system():
        assert Paper._base_manager.filter(kind="package").get().pk == again
        assert Entry._base_manager.filter(action="transfers.packed").count() == 1
    with unit_of_work(sealed.principal):
        assert services.paper_ticket(sealed.principal, transfer_id=row.pk, paper_id=again)
    assert seats_of(sealed.pupil)[0][2] == dt.date(2026, 11, 20)


def test_a_package_needs_the_school_the_end_and_the_seal(two: SimpleNamespace) -> None:
    made = do(
        two.mother, services.apply_out_as_family, student_id=two.pupil, school="THCS Lê Lợi", province="Huế", wish=WISH
    )
    with pytest.raises(StepPassed):
        do(two.principal, services.make_package, transfer_id=made)
    with pytest.raises(NotFound):
        do(two.stranger, services.make_package, transfer_id=made)
    do(two.principal, services.let_leave, transfer_id=made, last_day=dt.date(2026, 11, 20), why="số 7")
    with pytest.raises(KeyMissing):
        do(two.principal, services.make_package, transfer_id=made)


def test_a_package_becomes_an_application_and_nobody_is_found_by_it(sealed: SimpleNamespace) -> None:
    data = packed(sealed)
    with make.as_system():
        people_before = Person._base_manager.count()

    made = do(sealed.their_clerk, services.apply_with_package, to_school_id=sealed.neighbour, data=data, wish=WISH)

    with make.as_system():
        row = Transfer._base_manager.get(pk=made)
        assert (row.kind, row.full_name, row.grade, row.student_id) == ("in", "Nguyễn Minh Ánh", 8, None)
        assert Person._base_manager.count() == people_before
    with unit_of_work(sealed.their_clerk):
        page = queries.page(sealed.their_clerk, transfer_id=made)
        assert [(paper.kind, paper.is_valid, paper.problems) for paper in page.papers] == [("package", True, ())]
        assert page.results is not None and page.results["class_name"] == "8A2"


def test_what_was_changed_in_a_package_is_told_in_words(sealed: SimpleNamespace) -> None:
    data = packed(sealed)
    other = changed(data, "ket-qua.json", b'{"subjects": []}')
    other = changed(other, "chay.exe", b"MZ")
    made = do(sealed.their_clerk, services.apply_with_package, to_school_id=sealed.neighbour, data=other, wish=WISH)
    with unit_of_work(sealed.their_clerk):
        page = queries.page(sealed.their_clerk, transfer_id=made)
        (paper,) = page.papers
    assert paper.is_valid is False and page.results is None
    assert "ket-qua.json: nội dung khác bảng kê" in paper.problems
    assert "chay.exe: có trong gói nhưng không có trong bảng kê" in paper.problems


def test_a_list_of_files_that_was_changed_breaks_its_signature(sealed: SimpleNamespace) -> None:
    data = packed(sealed)
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        manifest = bundle.read("ke-khai.xml")
    forged = changed(data, "ke-khai.xml", manifest.replace("THCS Lê Chân".encode(), "THCS Giả Mạo".encode()))
    made = do(sealed.their_clerk, services.apply_with_package, to_school_id=sealed.neighbour, data=forged, wish=WISH)
    with unit_of_work(sealed.their_clerk):
        (paper,) = queries.page(sealed.their_clerk, transfer_id=made).papers
    assert paper.is_valid is False and "Chữ ký của trường gửi" in paper.problems[0]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("ke-khai.xml", b"\0" * (package.MOST_FILE_BYTES + 10))
    return out.getvalue()


def crowd() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        for n in range(package.MOST_FILES + 1):
            bundle.writestr(f"{n}.xml", b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("make_data", "words"),
    [
        (lambda good: b"PK\x03\x04 nothing", "không phải gói zip"),
        (lambda good: good[: len(good) // 2], "không phải gói zip"),
        (lambda good: bomb(), "lớn hơn mức cho phép khi giải nén"),
        (lambda good: crowd(), "quá nhiều tệp"),
        (lambda good: changed(good, "ke-khai.xml", None), "không có bảng kê"),
        (lambda good: changed(good, "ke-khai.xml", b"<!DOCTYPE a><a/>"), "bảng kê không đọc được"),
        (lambda good: changed(good, "ke-khai.xml", b"<a></a>"), "không phải của một gói chuyển trường"),
        (lambda good: changed(good, "ho-so.json", b"[1]"), "hồ sơ của em bị thiếu hoặc đã bị sửa"),
    ],
)
def test_what_is_no_package_is_refused_in_words(sealed: SimpleNamespace, make_data: object, words: str) -> None:
    data = make_data(packed(sealed))  # type: ignore[operator]
    with pytest.raises(PackageRefused) as refused:
        do(sealed.their_clerk, services.apply_with_package, to_school_id=sealed.neighbour, data=data, wish=WISH)
    assert words in refused.value.text
    with make.as_system():
        assert not Transfer._base_manager.filter(kind="in").exists()


def test_the_pages_make_it_and_read_it(sealed: SimpleNamespace) -> None:
    made = left(sealed)
    head, desk = browser(sealed.principal), browser(sealed.their_clerk)
    assert "Tạo gói hồ sơ" in head.get(f"/chuyen-truong/{made}/").text
    assert head.post(f"/chuyen-truong/{made}/dong-goi/").status_code == 302
    assert "Tạo gói hồ sơ" not in head.get(f"/chuyen-truong/{made}/").text
    with make.as_system():
        data = files.read(Paper._base_manager.get(kind="package").file_id or 0)[1]
    assert desk.get("/chuyen-truong/goi-ho-so/").status_code == 200
    assert desk.post("/chuyen-truong/goi-ho-so/", {"why": "x"}).status_code == 422
    wrong = SimpleUploadedFile("a.zip", b"PK\x03\x04")
    assert desk.post("/chuyen-truong/goi-ho-so/", {"why": "x", "package": wrong}).status_code == 422
    sent = desk.post("/chuyen-truong/goi-ho-so/", {"why": "x", "package": SimpleUploadedFile("a.zip", data)})
    assert sent.status_code == 302
    assert "mọi tệp còn nguyên" in desk.get(sent.headers["Location"]).text
    assert browser(sealed.stranger).post(f"/chuyen-truong/{made}/dong-goi/").status_code == 404

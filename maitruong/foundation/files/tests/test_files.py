"""Both stores, what is accepted, and how it goes out again."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.files import media, queries, services, stores
from maitruong.foundation.files.errors import FileDamaged, StoreUnavailable, TooLarge, WrongType
from maitruong.foundation.files.models import StoredFile
from maitruong.foundation.files.stores import FolderStore, S3Store
from maitruong.foundation.files.views import disposition
from tests import factories as make

PDF = b"%PDF-1.7\nnoi dung"
NAME = hashlib.sha256(PDF).hexdigest()


class FakeS3(BaseHTTPRequestHandler):
    """As much of the S3 protocol as a store of whole objects uses: PUT, GET, DELETE of bucket/key, signed by the caller."""

    objects: dict[str, bytes]

    def log_message(self, *args: object) -> None:
        pass

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256")
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "aws-chunked" or "X-Amz-Decoded-Content-Length" in self.headers:
            size, _, rest = data.partition(b"\r\n")
            data = rest[: int(size.split(b";")[0], 16)]
        self.objects[self.path] = data
        self._answer(200)

    def do_GET(self) -> None:
        found = self.objects.get(self.path)
        if found is None:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        else:
            self._answer(200, found)

    def do_DELETE(self) -> None:
        self.objects.pop(self.path, None)
        self._answer(204)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[S3Store, dict[str, bytes]]]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "thu")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "thu-bi-mat")
    kept: dict[str, bytes] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Fake", (FakeS3,), {"objects": kept}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield S3Store("hoc-ba", "tep", endpoint=f"http://127.0.0.1:{server.server_port}"), kept
    server.shutdown()
    server.server_close()


def test_a_folder_keeps_bytes_under_their_hash_for_its_owner_alone(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "files")
    store.put(NAME, PDF)
    store.put(NAME, PDF)

    kept = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert [path.name for path in kept] == [NAME] and kept[0].stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0
    assert store.get(NAME) == PDF and store.get("0" * 64) is None
    store.remove(NAME)
    assert store.get(NAME) is None


def test_a_full_disk_leaves_no_half_written_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("maitruong.foundation.files.stores.os.fsync", full)

    with pytest.raises(StoreUnavailable):
        FolderStore(tmp_path).put(NAME, PDF)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, NAME + "/x", ""])
def test_no_name_leaves_the_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        FolderStore(tmp_path).get(name)


def test_an_s3_store_keeps_gives_and_forgets(s3: tuple[S3Store, dict[str, bytes]]) -> None:
    store, kept = s3
    store.put(NAME, PDF)

    assert kept == {f"/hoc-ba/tep/{NAME}": PDF}
    assert store.get(NAME) == PDF and store.get("0" * 64) is None
    store.remove(NAME)
    assert kept == {}


def test_an_s3_store_that_does_not_answer_is_a_refusal_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "thu")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "thu-bi-mat")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    with pytest.raises(StoreUnavailable, match="Kho tệp chưa trả lời"):
        S3Store("hoc-ba", endpoint="http://127.0.0.1:9").get(NAME)


def test_the_setting_chooses_the_store(settings, s3) -> None:
    settings.FILE_STORE, settings.FILE_STORE_ENDPOINT = "s3://hoc-ba/kho", "http://127.0.0.1:9"
    chosen = stores.store()
    assert isinstance(chosen, S3Store) and (chosen.bucket, chosen.prefix) == ("hoc-ba", "kho")
    settings.FILE_STORE = ""
    assert isinstance(stores.store(), FolderStore)


@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        (media.PNG, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        (media.JPEG, b"<!DOCTYPE html><script>alert(1)</script>"),
        (media.XML, b"<html><body onload=alert(1)>"),
        (media.XML, b"  <svg onload=alert(1)>"),
        (media.PDF, b"MZ\x90\x00"),
        (media.XLSX, b"\xd0\xcf\x11\xe0"),
        ("image/svg+xml", b"<svg/>"),
        ("text/html", b"<p>"),
    ],
)
@pytest.mark.django_db
def test_html_or_a_drawing_that_calls_itself_something_else_is_refused(media_type: str, data: bytes) -> None:
    school = a_school()
    with make.as_system() as scope, pytest.raises(WrongType):
        services.keep(scope, school_id=school, data=data, media_type=media_type, name="anh.png", purpose="photo")
    with make.as_system():
        assert StoredFile._base_manager.count() == 0


@pytest.mark.django_db
def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "LARGEST_BYTES", 10)
    school = a_school()
    with make.as_system() as scope, pytest.raises(TooLarge):
        services.keep(scope, school_id=school, data=PDF, media_type=media.PDF, name="a.pdf", purpose="x")


@pytest.mark.django_db
def test_a_school_opens_its_own_files_and_no_neighbours() -> None:
    ours, theirs = a_school(), a_school()
    head = make.a_principal(ours)
    with make.as_system() as scope:
        own, foreign = (
            services.keep(scope, school_id=s, data=PDF, media_type=media.PDF, name="a.pdf", purpose="x")
            for s in (ours, theirs)
        )

    scope = make.scope_of(head)
    with unit_of_work(scope):
        assert queries.open_file(scope, "students.view", own.id)[1] == PDF
        for wanted in (foreign.id, 10**9):
            with pytest.raises(NotFound):
                queries.open_file(scope, "students.view", wanted)
            with pytest.raises(NotFound):
                queries.read(wanted)
        with pytest.raises(NotFound):
            queries.open_file(scope, "nothing.like_this", own.id)


@pytest.mark.django_db
def test_a_file_changed_in_the_store_is_not_given_out() -> None:
    school = a_school()
    data = PDF + b" rieng"
    with make.as_system() as scope:
        kept = services.keep(scope, school_id=school, data=data, media_type=media.PDF, name="a.pdf", purpose="x")
        path = stores.store()._path(kept.sha256)  # type: ignore[attr-defined]
        path.write_bytes(data[:-1] + b"!")
        with pytest.raises(FileDamaged):
            queries.read(kept.id)
        path.unlink()
        with pytest.raises(FileDamaged):
            queries.read(kept.id)


@pytest.mark.django_db
def test_what_is_past_its_day_goes_with_its_bytes_unless_another_row_needs_them() -> None:
    import datetime as dt

    school = a_school()
    shared, alone = PDF + b" chung", PDF + b" rieng le"
    with make.as_system() as scope:
        late = dt.date(2020, 1, 1)
        for data, until in ((shared, late), (shared, None), (alone, late)):
            services.keep(
                scope, school_id=school, data=data, media_type=media.PDF, name="a.pdf", purpose="x", kept_until=until
            )
        removed = services.remove_expired(scope)

    store = stores.store()
    assert removed == 2
    assert store.get(hashlib.sha256(shared).hexdigest()) == shared
    assert store.get(hashlib.sha256(alone).hexdigest()) is None


def test_a_name_cannot_break_out_of_its_header() -> None:
    assert disposition("漢.pdf").isascii()  # a header with anything else is written so that no browser reads it
    told = disposition('học bạ"\r\nSet-Cookie: a=b;.pdf')

    assert "\r" not in told and "\n" not in told and told.count('"') == 2
    assert told.startswith('attachment; filename="hoc-ba')


def a_school() -> int:
    return make.a_school(make.a_commune(make.a_department()))

"""One exchange: an end to its time and size, no redirect, no open line to anybody but this machine."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from maitruong.foundation.kernel.wire import NotUnderstood, Unreachable, exchange, may_be_asked


class Doors(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        with contextlib.suppress(OSError):
            getattr(self, self.path.strip("/").replace("-", "_"))()

    def fine(self) -> None:
        self.say(200, b'{"a": 1}')

    def broken(self) -> None:
        self.say(503, b"")

    def elsewhere(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/fine")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def huge(self) -> None:
        self.say(200, b"x" * 5000)

    def cut_off(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"half")

    def drips_head(self) -> None:
        for _ in range(60):
            self.wfile.write(b"H")
            time.sleep(0.05)

    def drips_body(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(60):
            self.wfile.write(b"x")
            time.sleep(0.05)

    def say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Doors)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_what_is_fine_comes_as_it_is(address: str) -> None:
    answer = exchange("GET", f"{address}/fine", seconds=5)

    assert answer.status == 200 and answer.json() == {"a": 1}


@pytest.mark.parametrize("door", ["broken", "cut-off", "drips-head", "drips-body"])
def test_what_does_not_come_whole_and_in_time_did_not_come(address: str, door: str) -> None:
    began = time.monotonic()
    with pytest.raises(Unreachable):
        exchange("GET", f"{address}/{door}", seconds=0.4)
    assert time.monotonic() - began < 2


def test_what_is_too_large_is_not_read_to_its_end(address: str) -> None:
    with pytest.raises(NotUnderstood):
        exchange("GET", f"{address}/huge", seconds=5, largest=1000)


def test_a_redirect_is_told_and_not_followed(address: str) -> None:
    assert exchange("GET", f"{address}/elsewhere", seconds=5).status == 302


def test_nobody_there_is_told_at_once() -> None:
    with pytest.raises(Unreachable):
        exchange("GET", "http://127.0.0.1:1/", seconds=2)


@pytest.mark.parametrize(
    "address",
    [
        "http://register.vn/x",
        "ftp://127.0.0.1/",
        "https://user:secret@register.vn/",
        "https://register.vn:notaport/",
        "https:///x",
        "javascript:alert(1)",
        "http://127.0.0.1.evil.vn/",
    ],
)
def test_an_open_line_is_refused(address: str) -> None:
    assert not may_be_asked(address)
    with pytest.raises(NotUnderstood):
        exchange("GET", address, seconds=1)

"""Who asks for the head of a page gets no body, and the next answer on the connection is whole."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator

import pytest
from waitress import wasyncore
from waitress.server import create_server


@pytest.fixture
def port() -> Iterator[int]:
    """The program as a web process serves it, without a database: the pages asked for here need none."""
    from maitruong.site.wsgi import application

    server, ended = create_server(application, host="127.0.0.1", port=0, threads=1), threading.Event()

    def serve() -> None:
        while not ended.is_set():
            wasyncore.loop(timeout=0.05, map=server._map, count=1)

    serving = threading.Thread(target=serve)
    serving.start()
    yield server.effective_port
    ended.set()
    serving.join()
    server.task_dispatcher.shutdown()
    server.close()


@pytest.mark.parametrize("path", ["/healthz", "/khong-co-trang-nay/", "/static/khong-co.css"])
def test_the_answer_after_a_head_is_its_own(port: int, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    lengths = []
    for method in ("HEAD", "GET", "HEAD", "GET"):
        connection.request(method, path)
        answer = connection.getresponse()
        assert answer.getheader("Connection") is None  # one connection for all four
        lengths.append((answer.status, answer.getheader("Content-Length"), len(answer.read())))
    connection.close()

    (status, told, nothing), (_, again, length) = lengths[:2]
    assert lengths[2:] == lengths[:2]
    assert status in (200, 404) and told == again == str(length) and length > 0 and nothing == 0

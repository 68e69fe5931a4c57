"""The gradebook while 200 uploads trickle and 200 connections idle, in the very configuration `./dev up` starts."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import measure
from benchmarks.books import books, teacher_at
from benchmarks.run import Bench
from benchmarks.targets import Figure

AREA = "slow_clients"
UPLOADS = IDLE = 200
HEAD = (
    "POST /dang-nhap/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: 1000000\r\n\r\n"
)


def run(bench: Bench) -> list[Figure]:
    book = books(bench.house)[0]
    visitor = teacher_at(bench.house, book)
    times = bench.turns(lambda: visitor.get(book.page))
    lost = 0

    def quiet() -> float:
        return measure.percentile(times(), 0.95)

    def held() -> float:
        nonlocal lost
        with slow_clients(bench.house.port) as connections:
            p95 = measure.percentile(times(), 0.95)
            lost += sum(map(is_closed, connections))
        return p95

    samples = measure.alternate(bench.rounds, quiet=quiet, held=held)
    more = {"uploads": UPLOADS, "idle": IDLE, "connections_lost": lost}
    return [Figure(AREA, "p95_held_by_quiet", measure.ratio(samples, "held", "quiet"), samples, "ms p95", more)]


@contextmanager
def slow_clients(port: int) -> Iterator[list[socket.socket]]:
    """Each upload sends one byte a second, as long as the block runs."""
    uploads = [_connect(port, HEAD) for _ in range(UPLOADS)]
    idle = [_connect(port) for _ in range(IDLE)]
    stop = threading.Event()

    def trickle() -> None:
        while not stop.is_set():
            for upload in uploads:
                with contextlib.suppress(OSError):  # counted as lost at the end
                    upload.sendall(b"x")
                if stop.wait(1 / UPLOADS):
                    return

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        yield [*uploads, *idle]
    finally:
        stop.set()
        thread.join()
        for connection in (*uploads, *idle):
            connection.close()


def _connect(port: int, words: str = "") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.sendall(words.encode())
    return connection


def is_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True

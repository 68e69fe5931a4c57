"""Clients over HTTP: one signed-in visitor on a kept connection, and many of them in processes of their own."""

from __future__ import annotations

import contextlib
import http.client
import json
import multiprocessing
import re
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

CSRF = "b" * 32
PATIENCE_SECONDS = 60


class Visitor:
    """A person at a browser, as far as speed goes: cookies, one connection kept open."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.port, self.cookie = port, cookie
        self.connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        """The body of an answer 200. Raises RuntimeError for every other status."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        self.connection.request(method, path, body, {"Cookie": self.cookie} | (headers or {}))
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:200]!r}")
        return content

    def get(self, path: str) -> bytes:
        return self.ask("GET", path)

    def send(self, path: str, given: Any) -> Any:
        """POST JSON as the grid does, and read the answer."""
        headers = {
            "Content-Type": "application/json",
            "X-CSRFToken": CSRF,
            "Cookie": f"{self.cookie}; mt_csrf={CSRF}",
        }
        return json.loads(self.ask("POST", path, json.dumps(given).encode(), headers))

    def close(self) -> None:
        if self.connection:
            self.connection.close()
            self.connection = None


class LightVisitor(Visitor):
    """The same over a bare socket, one write a request. Many clients share the two cores with the server they ask: pgbench, with
    which they are compared, is a program in C, and the library's client took a tenth of both cores."""

    line: socket.socket | None = None

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        if self.line is None:
            self.line = socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS)
        told = {"Host": f"127.0.0.1:{self.port}", "Content-Length": str(len(body or b"")), "Cookie": self.cookie}
        lines = "".join(f"{name}: {value}\r\n" for name, value in (told | (headers or {})).items())
        self.line.sendall(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + (body or b""))
        head, content = self._answer(self.line)
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"{method} {path}: {head[:60]!r} {content[:200]!r}")
        return content

    def _answer(self, line: socket.socket) -> tuple[bytes, bytes]:
        found = line.recv(65536)
        while b"\r\n\r\n" not in found:
            found += self._more(line)
        head, _, content = found.partition(b"\r\n\r\n")
        length = re.search(rb"\r\nContent-Length: (\d+)", head, re.IGNORECASE)
        if length is None:
            raise RuntimeError(f"an answer without its length: {head[:200]!r}")
        while len(content) < int(length[1]):
            content += self._more(line)
        return head, content

    @staticmethod
    def _more(line: socket.socket) -> bytes:
        if not (found := line.recv(65536)):
            raise RuntimeError("the server hung up")
        return found

    def close(self) -> None:
        if self.line:
            self.line.close()
            self.line = None


Work = Callable[[], None]


def together(makers: Sequence[Callable[[], Work]], seconds: float, processes: int = 0) -> list[list[float]]:
    """Each maker makes a work and repeats it for so many seconds, all beginning at once: in a process of its own, or as threads
    of so many processes.

    Returns the milliseconds of every repetition, by client. Raises RuntimeError when one of them failed.
    """
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(len(makers))
    answers: Any = context.SimpleQueue()
    count = min(processes or len(makers), len(makers))
    started = [
        context.Process(target=_side_by_side, args=(group, gate, seconds, answers), daemon=True)
        for group in (list(enumerate(makers))[number::count] for number in range(count))
    ]
    for process in started:
        process.start()
    found = dict(answers.get() for _ in makers)
    for process in started:
        process.join()
    failed = [times for times in found.values() if isinstance(times, str)]
    if failed:
        raise RuntimeError(failed[0])
    return [found[place] for place in range(len(makers))]


def _side_by_side(group: Sequence[tuple[int, Callable[[], Work]]], gate: Any, seconds: float, answers: Any) -> None:
    threads = [threading.Thread(target=_repeat, args=(*one, gate, seconds, answers)) for one in group]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _repeat(place: int, maker: Callable[[], Work], gate: Any, seconds: float, answers: Any) -> None:
    try:
        work = maker()
        work()  # connections are made, statements prepared
        gate.wait(PATIENCE_SECONDS)
        times, end = [], time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            work()
            times.append((time.perf_counter() - began) * 1000)
        answers.put((place, times))
    except Exception as problem:
        with contextlib.suppress(Exception):
            gate.abort()
        answers.put((place, f"{type(problem).__name__}: {problem}"))

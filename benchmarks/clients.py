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

from tools import serve

CSRF = "b" * 32
PATIENCE_SECONDS = 60
WARMING_SECONDS = 0.2
"""Connections are made meanwhile, statements prepared."""


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


def together(makers: Sequence[Callable[[], Work]], seconds: float) -> list[list[float]]:
    """Each maker makes a work in a process of its own and repeats it for so many seconds, all beginning at once.

    Returns the milliseconds of every repetition, by client. Raises RuntimeError when one of them failed.
    """
    gate = _FORK.Barrier(len(makers))
    return _gathered([(1, _repeat, (place, maker, gate, seconds)) for place, maker in enumerate(makers)])


def as_served(
    makers: Sequence[Callable[[], Work]], seconds: float, processes: int = serve.PROCESSES
) -> list[list[float]]:
    """The same by as many processes as the web server has, each with the server's own dispatcher: whoever is done with a
    repetition queues up for the next."""
    count = min(processes, len(makers))
    gate = _FORK.Barrier(count)
    groups = [list(enumerate(makers))[number::count] for number in range(count)]
    return _gathered([(len(group), _serve, (group, gate, seconds)) for group in groups])


_FORK = multiprocessing.get_context("fork")


def _gathered(programs: Sequence[tuple[int, Callable[..., None], tuple[Any, ...]]]) -> list[list[float]]:
    """Run each program in a process; it answers so many times with (place, times or what went wrong)."""
    answers: Any = _FORK.SimpleQueue()
    started = [_FORK.Process(target=program, args=(*given, answers), daemon=True) for _, program, given in programs]
    for process in started:
        process.start()
    found = dict(answers.get() for _ in range(sum(count for count, _, _ in programs)))
    for process in started:
        process.join()
    failed = [times for times in found.values() if isinstance(times, str)]
    if failed:
        raise RuntimeError(failed[0])
    return [found[place] for place in sorted(found)]


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


class _Customer:
    """Somebody who comes back as soon as he was served, until it is closing time."""

    def __init__(self, work: Work, dispatcher: serve.Dispatcher) -> None:
        self.work, self.dispatcher = work, dispatcher
        self.times: list[float] = []
        self.problem = ""
        self.gone = threading.Event()

    def come(self, until: float) -> None:
        self.until = until
        self.gone.clear()
        self._queue_up()

    def _queue_up(self) -> None:
        self.came = time.perf_counter()
        self.dispatcher.add_task(self)

    def service(self) -> None:
        try:
            self.work()
            self.times.append((time.perf_counter() - self.came) * 1000)
        except Exception as problem:
            self.problem = f"{type(problem).__name__}: {problem}"
        if self.problem or time.perf_counter() >= self.until:
            self.gone.set()
        else:
            self._queue_up()

    def cancel(self) -> None:
        self.problem = "the dispatcher went away"
        self.gone.set()


def _serve(group: Sequence[tuple[int, Callable[[], Work]]], gate: Any, seconds: float, answers: Any) -> None:
    try:
        dispatcher = serve.Dispatcher(serve.THREADS)
        customers = [_Customer(maker(), dispatcher) for _, maker in group]
        _visit(customers, WARMING_SECONDS)
        gate.wait(PATIENCE_SECONDS)
        for customer in customers:
            customer.times.clear()
        _visit(customers, seconds)
        for (place, _), customer in zip(group, customers, strict=True):
            answers.put((place, customer.problem or customer.times))
    except Exception as problem:
        with contextlib.suppress(Exception):
            gate.abort()
        for place, _ in group:
            answers.put((place, f"{type(problem).__name__}: {problem}"))


def _visit(customers: Sequence[_Customer], seconds: float) -> None:
    until = time.perf_counter() + seconds
    for customer in customers:
        customer.come(until)
    for customer in customers:
        if not customer.gone.wait(seconds + PATIENCE_SECONDS):
            raise TimeoutError("somebody is never served")

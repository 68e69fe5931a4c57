"""Clients over HTTP: one signed-in visitor on a kept connection, and many of them in processes of their own."""

from __future__ import annotations

import contextlib
import http.client
import json
import multiprocessing
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


Work = Callable[[], None]


def together(makers: Sequence[Callable[[], Work]], seconds: float) -> list[list[float]]:
    """Each maker in a process of its own makes a work and repeats it for so many seconds, all beginning at once.

    Returns the milliseconds of every repetition, by client. Raises RuntimeError when one of them failed.
    """
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(len(makers))
    answers: Any = context.SimpleQueue()
    processes = [
        context.Process(target=_repeat, args=(place, maker, gate, seconds, answers), daemon=True)
        for place, maker in enumerate(makers)
    ]
    for process in processes:
        process.start()
    found = dict(answers.get() for _ in makers)
    for process in processes:
        process.join()
    failed = [times for times in found.values() if isinstance(times, str)]
    if failed:
        raise RuntimeError(failed[0])
    return [found[place] for place in range(len(makers))]


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

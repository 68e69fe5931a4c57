"""Two people at once, made certain: the second acts while the first's transaction is still open."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, connections, transaction

_SECONDS = 15


def second_meets_first(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """What each gave back or raised. The first commits once the second waits for it, or has ended without waiting."""
    told: dict[str, Any] = {}
    wrote, ended = threading.Event(), threading.Event()

    def go_first() -> Any:
        try:
            with transaction.atomic():
                done = first()
                wrote.set()
                _until_somebody_waits(told, ended)
            return done
        finally:
            wrote.set()

    def go_second() -> Any:
        wrote.wait(_SECONDS)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                told["pid"] = cursor.fetchone()[0]
            return second()
        finally:
            ended.set()

    found: dict[str, Any] = {}
    both = [threading.Thread(target=_run, args=[found, act]) for act in (go_first, go_second)]
    for one in both:
        one.start()
    for one in both:
        one.join(2 * _SECONDS)
    return found["go_first"], found["go_second"]


def _run(found: dict[str, Any], act: Callable[[], Any]) -> None:
    try:
        found[act.__name__] = act()
    except Exception as problem:  # given back: the test says which it wants
        found[act.__name__] = problem
    finally:
        connections.close_all()


def _until_somebody_waits(told: dict[str, Any], ended: threading.Event) -> None:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until and not ended.wait(0.02):
        if "pid" not in told:
            continue
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [told["pid"]])
            if cursor.fetchone()[0]:
                return

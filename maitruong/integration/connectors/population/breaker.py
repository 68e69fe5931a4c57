"""Leaves a register alone for a while after it failed several times running, so that nobody queues behind its time-outs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol


class BreakerLike(Protocol):
    """What the client asks before and tells after an exchange."""

    def may_call(self) -> bool: ...
    def succeeded(self) -> None: ...
    def failed(self) -> None: ...


class Breaker:
    """Opens after `failures` in a row; after `rest` seconds lets one call try, and closes when that one succeeds."""

    def __init__(self, *, failures: int = 5, rest: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = failures
        self._rest = rest
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._open_until = 0.0

    def may_call(self) -> bool:
        with self._lock:
            if self._failed < self._most:
                return True
            now = self._clock()
            if now < self._open_until:
                return False
            self._open_until = now + self._rest  # this caller tries, the others go on waiting
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        with self._lock:
            self._failed += 1
            if self._failed >= self._most:
                self._open_until = self._clock() + self._rest

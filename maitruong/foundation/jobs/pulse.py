"""The steady work of the worker process: deliver facts, seal the audit, take up what stalled."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import OperationalError, close_old_connections, connection

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events import services as events

from . import services

logger = logging.getLogger(__name__)


@dataclass
class Beat:
    """Something done again and again: `do` says how much it found; with none, rest `every` seconds."""

    name: str
    every: float
    do: Callable[[], int]
    due: float = 0.0


def _seal() -> int:
    """Never more at once: a seal takes all there is, and where people write all the time a second would find something again."""
    with unit_of_work(system_scope("seal the audit")):
        audit.seal()
    return 0


def _deliver() -> int:
    """More only when a batch was full: on a busy day facts come all the time, and taking each up alone costs more than its act."""
    found = max(events.fan_out(), events.deliver())
    return found if found >= events.BATCH else 0


_beats = [Beat("deliver", 0.3, _deliver), Beat("seal", 15, _seal), Beat("stalled", 30, services.take_up_stalled)]


def every(seconds: float, name: str, do: Callable[[], int]) -> None:
    """Let a module above add steady work; called by the roof."""
    _beats.append(Beat(name, seconds, do))


def run(stop: threading.Event) -> None:
    """Beat until told to stop. A lost database is waited for; one failing beat does not stop the others."""
    while not stop.is_set():
        busy = False
        for beat in _beats:
            if stop.is_set():
                break
            if time.monotonic() < beat.due:
                continue
            busy |= _once(beat)
        if not busy:
            stop.wait(0.2)
    connection.close()


def _once(beat: Beat) -> bool:
    found = 0
    try:
        found = beat.do()
    except OperationalError:
        logger.warning("database is away", extra={"beat": beat.name})
        close_old_connections()
        connection.close()
        time.sleep(1)
    except Exception:
        logger.exception("beat failed", extra={"beat": beat.name})
    beat.due = time.monotonic() + (0 if found else beat.every)
    return found > 0

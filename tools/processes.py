"""Processes that end with their parent, however it ends."""

from __future__ import annotations

import ctypes
import os
import signal
from pathlib import Path

PR_SET_PDEATHSIG = 1


def is_alive(pid: int) -> bool:
    """Whether a process runs. A dead one that nobody reaped still has its number, but is not alive."""
    try:
        state = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def die_with_parent(parent: int, sign: signal.Signals = signal.SIGTERM) -> None:
    """Called in a child: the kernel sends `sign` when the thread that made it ends. Ends at once if it already has."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, sign)
    if os.getppid() != parent:
        os._exit(1)

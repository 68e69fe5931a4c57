"""Processes that end with their parent, however it ends."""

from __future__ import annotations

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, sign: signal.Signals = signal.SIGTERM) -> None:
    """Called in a child: the kernel sends `sign` when the thread that made it ends. Ends at once if it already has."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, sign)
    if os.getppid() != parent:
        os._exit(1)

"""Who implements which port, and who reacts to which fact."""

from __future__ import annotations


def join() -> None:
    """Called once when the program starts."""

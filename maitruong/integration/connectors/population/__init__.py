"""The client of the population register: its answers are distrusted, its failures are answers."""

from .client import Client

__all__ = ["Client"]

"""The client of the population register: its answers are distrusted, its failures are answers."""

from .client import Client
from .joining import from_environment

__all__ = ["Client", "from_environment"]

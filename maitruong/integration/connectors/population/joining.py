"""The line to the population register as the environment says it; none said, none joined."""

from __future__ import annotations

import os
from collections.abc import Mapping

from .breaker import BreakerLike
from .client import Client


def from_environment(breaker: BreakerLike, environ: Mapping[str, str] | None = None) -> Client | None:
    """MT_POPULATION_URL, and MT_POPULATION_SECONDS for one exchange. Raises AddressRefused."""
    env = os.environ if environ is None else environ
    address = env.get("MT_POPULATION_URL", "")
    if not address:
        return None
    return Client(address, seconds=float(env.get("MT_POPULATION_SECONDS") or 30), breaker=breaker)

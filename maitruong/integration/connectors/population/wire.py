"""One exchange of JSON with the register, over a line nobody else reads."""

from __future__ import annotations

import json
from typing import Any

from maitruong.foundation.kernel.wire import NotUnderstood, Unreachable, exchange, may_be_asked
from maitruong.registry.verification.errors import AddressRefused

__all__ = ["NotUnderstood", "Unreachable", "post", "refuse_open_line"]


def refuse_open_line(address: str) -> None:
    """Raises AddressRefused: numbers and names of people travel over TLS, or stay on this machine."""
    if not may_be_asked(address):
        raise AddressRefused


def post(address: str, body: dict[str, Any], *, headers: dict[str, str], seconds: float) -> Any:
    """Post JSON and read JSON. Raises AddressRefused, Unreachable, NotUnderstood."""
    refuse_open_line(address)
    answer = exchange(
        "POST",
        address,
        body=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **headers},
        seconds=seconds,
    )
    if answer.status != 200:
        raise NotUnderstood
    return answer.json()

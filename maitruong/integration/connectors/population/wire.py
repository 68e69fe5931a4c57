"""One HTTP exchange of JSON with an end to its time and its size."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from maitruong.registry.verification.errors import AddressRefused

LONGEST_ANSWER = 2_000_000
_PIECE = 65_536


class Unreachable(Exception):
    """Nothing came, too late, or the register says it cannot now. Asking again may help."""


class NotUnderstood(Exception):
    """What came is not what was agreed. Asking again the same way does not help."""


def refuse_open_line(address: str) -> None:
    """Raises AddressRefused: numbers and names of people travel over TLS, or stay on this machine."""
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme != "http" or parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise AddressRefused


def post(address: str, body: dict[str, Any], *, headers: dict[str, str], seconds: float) -> Any:
    """Post JSON and read JSON. The whole exchange ends within about `seconds`, however slowly single bytes drip in.

    A time-out of the socket holds for each wait by itself, and headers are read in many: so a clock of our own hangs up.
    """
    refuse_open_line(address)
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    end = time.monotonic() + seconds
    connection = kind(str(parts.hostname), parts.port, timeout=seconds)
    hang_up: threading.Timer | None = None
    try:
        connection.connect()
        hang_up = threading.Timer(max(0.0, end - time.monotonic()), _hang_up, [connection.sock])
        hang_up.daemon = True
        hang_up.start()
        connection.request(
            "POST", parts.path or "/", json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
        )
        text = _read(connection.getresponse())
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable from error
    finally:
        if hang_up is not None:
            hang_up.cancel()
        connection.close()
    if time.monotonic() > end:
        raise Unreachable
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood from error


def _read(answer: http.client.HTTPResponse) -> bytes:
    if answer.status >= 500 or answer.status in (408, 429):
        raise Unreachable
    if answer.status != 200:
        raise NotUnderstood
    text = b""
    while piece := answer.read1(_PIECE):
        text += piece
        if len(text) > LONGEST_ANSWER:
            raise NotUnderstood
    if answer.length:
        raise Unreachable  # cut off in the middle
    return text


def _hang_up(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)

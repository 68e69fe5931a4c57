"""One HTTP exchange with somebody outside, with an end to its time and to its size. No redirect is followed.

Whoever answers is not believed: it may be slow, huge, or somebody else.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

LONGEST_ANSWER = 2_000_000
_PIECE = 65_536


class Unreachable(Exception):
    """Nothing came, too late, or the other side says it cannot now. Asking again may help."""


class NotUnderstood(Exception):
    """What came is not what was agreed. Asking again the same way does not help."""


@dataclass(frozen=True)
class Answer:
    """status: of HTTP, below 500; body: at most as many bytes as were allowed."""

    status: int
    body: bytes

    def json(self) -> Any:
        """Raises NotUnderstood."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise NotUnderstood from error


def may_be_asked(address: str) -> bool:
    """Whether this is an address to send secrets to: https, or http on this machine alone.

    >>> may_be_asked("https://example.vn/x"), may_be_asked("http://127.0.0.1:8900"), may_be_asked("http://example.vn")
    (True, True, False)
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.password or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(host))


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def exchange(
    method: str,
    address: str,
    *,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    seconds: float,
    largest: int = LONGEST_ANSWER,
) -> Answer:
    """Ask once. The whole exchange ends within about `seconds`, however slowly single bytes of head or body drip in.

    Raises Unreachable (also for 408, 429 and every 5xx), NotUnderstood (too large, or an address that must not be asked).
    """
    if not may_be_asked(address):
        raise NotUnderstood
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    end: threading.Timer | None = None
    began = time.monotonic()
    try:
        connection.connect()
        # The socket itself: the connection lets go of it as soon as the other side says it will close.
        end = threading.Timer(max(0.0, began + seconds - time.monotonic()), _cut, [connection.sock])
        end.daemon = True
        end.start()
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body, {"Connection": "close", **(headers or {})})
        answer = connection.getresponse()
        if answer.status >= 500 or answer.status in (408, 429):
            raise Unreachable
        text = _read(answer, largest)
        if answer.length or time.monotonic() - began > seconds:
            raise Unreachable  # cut off in the middle
        return Answer(answer.status, text)
    except (OSError, ssl.SSLError, http.client.HTTPException, ValueError) as error:
        raise Unreachable from error
    finally:
        if end is not None:
            end.cancel()
        connection.close()


def _read(answer: http.client.HTTPResponse, largest: int) -> bytes:
    text = b""
    while piece := answer.read1(_PIECE):
        text += piece
        if len(text) > largest:
            raise NotUnderstood
    return text


def _cut(held: socket.socket) -> None:
    """End of time: a read that waits for the next byte comes back with nothing."""
    with contextlib.suppress(OSError):  # closed meanwhile
        held.shutdown(socket.SHUT_RDWR)

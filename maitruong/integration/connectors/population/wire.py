"""One HTTP exchange of JSON with an end to its time and its size."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

LONGEST_ANSWER = 2_000_000
_PIECE = 65_536


class Unreachable(Exception):
    """Nothing came, too late, or the register says it cannot now. Asking again may help."""


class NotUnderstood(Exception):
    """What came is not what was agreed. Asking again the same way does not help."""


def post(address: str, body: dict[str, Any], *, headers: dict[str, str], seconds: float) -> Any:
    """Post JSON and read JSON. The whole exchange ends within about `seconds`, however slowly single bytes drip in."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotUnderstood
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    end = time.monotonic() + seconds
    connection = kind(parts.hostname, parts.port, timeout=seconds)
    try:
        connection.request(
            "POST", parts.path or "/", json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
        )
        socket = connection.sock
        answer = connection.getresponse()
        if answer.status >= 500 or answer.status in (408, 429):
            raise Unreachable
        if answer.status != 200:
            raise NotUnderstood
        text = b""
        while piece := answer.read1(_PIECE):
            text += piece
            if len(text) > LONGEST_ANSWER:
                raise NotUnderstood
            left = end - time.monotonic()
            if left <= 0:
                raise Unreachable
            if socket is not None and socket.fileno() >= 0:
                socket.settimeout(left)
        if answer.length:
            raise Unreachable  # cut off in the middle
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable from error
    finally:
        connection.close()
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood from error

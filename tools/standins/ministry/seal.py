"""Checks a detached JWS (RFC 7515, RFC 7797) by ES256, with nothing but arithmetic: a receiver's own eyes, not the sender's library."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
Point = tuple[int, int] | None


def is_sealed(key: dict[str, Any], body: bytes, seal: str) -> bool:
    """Whether `header..signature` is this key's over exactly these bytes."""
    try:
        head, payload, signature = seal.split(".")
        header = json.loads(_bytes(head))
        point, raw = (_number(key["x"]), _number(key["y"])), _bytes(signature)
    except (ValueError, KeyError, TypeError):
        return False
    if payload or header.get("alg") != "ES256" or header.get("b64") is not False or header.get("crit") != ["b64"]:
        return False
    if len(raw) != 64 or not _on_curve(point):
        return False
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    if not (0 < r < _N and 0 < s < _N):
        return False
    told = int.from_bytes(hashlib.sha256(head.encode() + b"." + body).digest(), "big")
    back = pow(s, -1, _N)
    found = _add(_times(told * back % _N, _G), _times(r * back % _N, point))
    return found is not None and found[0] % _N == r


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(text: str) -> int:
    return int.from_bytes(_bytes(text), "big")


def _on_curve(point: tuple[int, int]) -> bool:
    x, y = point
    return (y * y - (x * x * x - 3 * x + _B)) % _P == 0


def _add(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % _P == 0:
        return None
    slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, _P) if one == other else (y2 - y1) * pow(x2 - x1, -1, _P)
    x = (slope * slope - x1 - x2) % _P
    return x, (slope * (x1 - x) - y1) % _P


def _times(factor: int, point: Point) -> Point:
    found: Point = None
    while factor:
        if factor & 1:
            found = _add(found, point)
        point = _add(point, point)
        factor >>= 1
    return found

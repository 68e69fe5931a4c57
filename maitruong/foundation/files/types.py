"""What crosses the wall about a stored file."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class FileRef:
    """A kept file: its row's id, the SHA-256 of its bytes (hex), its size in bytes, its type and the name people gave it."""

    id: int
    school_id: int
    sha256: str
    size_bytes: int
    media_type: str
    name: str
    purpose: str
    kept_until: dt.date | None

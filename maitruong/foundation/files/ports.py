"""What a store of bytes must do. Names are SHA-256 in hex, made by the caller from the bytes."""

from __future__ import annotations

from typing import Protocol


class Store(Protocol):
    def put(self, sha256: str, data: bytes) -> None:
        """Keep the bytes under their hash; keeping the same again changes nothing. Raises StoreUnavailable."""
        ...

    def get(self, sha256: str) -> bytes | None:
        """The bytes, or None when there are none. Raises StoreUnavailable."""
        ...

    def remove(self, sha256: str) -> None:
        """Forget the bytes; nothing happens when there are none. Raises StoreUnavailable."""
        ...

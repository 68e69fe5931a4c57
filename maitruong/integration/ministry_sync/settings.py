"""What connects this installation to the ministry's gate: an address, who we are there, and a key of our own."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from joserfc.jwk import ECKey

from maitruong.foundation.kernel.wire import may_be_asked

from .errors import NotConfigured


@dataclass(frozen=True)
class Gate:
    address: str
    sender: str
    key: ECKey
    seconds: float = 30.0


def gate() -> Gate:
    """Raises NotConfigured, also for an address that secrets must not be sent to."""
    config = settings.CONFIG
    if not config.ministry_address or not config.ministry_sender or not may_be_asked(config.ministry_address):
        raise NotConfigured
    try:
        key = ECKey.import_key(json.loads(_path().read_text()))
    except (OSError, ValueError) as error:
        raise NotConfigured from error
    return Gate(config.ministry_address.rstrip("/"), config.ministry_sender, key)


def is_configured() -> bool:
    try:
        gate()
    except NotConfigured:
        return False
    return True


def make_key() -> dict[str, object]:
    """The public half of the key, to be registered at the ministry; the key is made where there is none yet. 0600, never a column."""
    path = _path()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = ECKey.generate_key("P-256", auto_kid=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            json.dump(key.as_dict(private=True), file)
    return dict(ECKey.import_key(json.loads(path.read_text())).as_dict(private=False))


def _path() -> Path:
    folder: Path = settings.CONFIG.keys
    return folder / "ministry" / "key.json"

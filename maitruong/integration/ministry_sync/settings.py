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

KEY, GATE = "key.json", "gate.json"


@dataclass(frozen=True)
class Gate:
    address: str
    sender: str
    key: ECKey
    seconds: float = 30.0


def gate() -> Gate:
    """Raises NotConfigured, also for an address that secrets must not be sent to. The environment goes before what was written."""
    config = settings.CONFIG
    address, sender = config.ministry_address, config.ministry_sender
    if not address:
        address, sender = _written()
    if not sender or not may_be_asked(address):
        raise NotConfigured
    try:
        key = ECKey.import_key(json.loads(_path(KEY).read_text()))
    except (OSError, ValueError) as error:
        raise NotConfigured from error
    return Gate(address.rstrip("/"), sender, key)


def is_configured() -> bool:
    try:
        gate()
    except NotConfigured:
        return False
    return True


def make_key() -> dict[str, object]:
    """The public half of the key, to be registered at the ministry; the key is made where there is none yet. 0600, never a column."""
    path = _path(KEY)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = ECKey.generate_key("P-256", auto_kid=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            json.dump(key.as_dict(private=True), file)
    return dict(ECKey.import_key(json.loads(path.read_text())).as_dict(private=False))


def connect(address: str, sender: str) -> None:
    """Write down the gate beside the key; every process finds it at its next look. Raises NotConfigured for an address that must
    not be asked."""
    if not sender or not may_be_asked(address):
        raise NotConfigured
    make_key()
    draft = _path(GATE).with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        json.dump({"address": address, "sender": sender}, file)
    draft.replace(_path(GATE))


def disconnect() -> None:
    _path(GATE).unlink(missing_ok=True)


def _written() -> tuple[str, str]:
    try:
        told = json.loads(_path(GATE).read_text())
        return str(told["address"]), str(told["sender"])
    except (OSError, ValueError, KeyError):
        return "", ""


def _path(name: str) -> Path:
    folder: Path = settings.CONFIG.keys
    return folder / "ministry" / name

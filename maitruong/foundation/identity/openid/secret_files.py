"""Client secrets, one file each beside the installation's other keys: keys/openid/KEY.secret, 0600."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from .errors import ProviderNotUnderstood


def read(key: str) -> str:
    """Raises ProviderNotUnderstood where the file is missing: nobody signs in that way until it is back."""
    try:
        return _path(key).read_text().strip()
    except OSError as error:
        raise ProviderNotUnderstood from error


def write(key: str, secret: str) -> None:
    _path(key).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _path(key).with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(secret)
    draft.replace(_path(key))


def remove(key: str) -> None:
    _path(key).unlink(missing_ok=True)


def _path(key: str) -> Path:
    return settings.CONFIG.keys / "openid" / f"{key}.secret"

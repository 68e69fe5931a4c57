"""Secrets of second factors, sealed before they reach the database: who reads a table or a dump of it has no codes.

    keys/second-factor/0001.key    32 random bytes of this installation, 0600; the highest number seals, every one opens
    token                          v1.<number of the key>.<base64url of nonce and AES-256-GCM>

A token is bound to its place (the account, the link), so that it cannot be moved to another. Keys are files of their own, only
ever added: a backup that copies them beside a snapshot of the database has the key of every row.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from .errors import SecondFactorUnreadable
from .models import Account

_NONCE = 12
_TOKEN = re.compile(r"v1\.(\d{4})\.([\w-]+=*)")
_KEY_FILE = re.compile(r"\d{4}\.key")


def seal(secret: str, *, place: str) -> str:
    """A token only this installation can open again, at this place only."""
    number, key = _newest()
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(key).encrypt(nonce, secret.encode(), place.encode())
    return f"v1.{number:04d}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def open_token(token: str, *, place: str) -> str:
    """The secret in a token. One in clear, from before secrets were sealed, is given back as it is. Raises SecondFactorUnreadable."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return token
    path = _folder() / f"{found[1]}.key"
    if not path.exists():
        raise SecondFactorUnreadable
    raw = base64.urlsafe_b64decode(found[2])
    try:
        return AESGCM(path.read_bytes()).decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode()
    except InvalidTag:
        raise SecondFactorUnreadable from None


def of_account(account: Account) -> str:
    """The second factor of an account, in clear, for one check."""
    return open_token(account.totp_secret, place=_place(account))


def give(account: Account, secret: str) -> None:
    """Put a second factor into an account; the caller saves it."""
    account.totp_secret = seal(secret, place=_place(account))


def seal_again(most: int = 500) -> int:
    """Seal what lies in clear or under an older key with the newest one, `most` at a time. Returns how many.

    Rows that cannot be opened (their key is missing) are passed over, however many: the others do not wait behind them.
    """
    if not Account.objects.exclude(totp_secret="").exists():
        return 0
    newest = f"v1.{_newest()[0]:04d}."
    done, last = 0, 0
    while done < most:
        with transaction.atomic():
            rows = Account.objects.select_for_update(skip_locked=True).exclude(totp_secret="")
            rows = rows.exclude(totp_secret__startswith=newest).filter(pk__gt=last)
            batch = list(rows.order_by("pk")[: most - done])
            done += sum(_seal_one(row) for row in batch)
        if not batch:
            break
        last = batch[-1].pk
    return done


def _seal_one(account: Account) -> bool:
    """False for one whose key is missing, or that no key opens."""
    try:
        give(account, of_account(account))
    except SecondFactorUnreadable:
        return False
    account.save(update_fields=["totp_secret"])
    return True


def new_key() -> int:
    """Begin a new key; from now on it seals. Returns its number. seal_again brings the rest under it."""
    numbers = _numbers()
    return _make((numbers[-1] if numbers else 0) + 1)


def unused_keys() -> list[int]:
    """Keys that seal no row any more and are not the newest: what a backup of before needs, and nobody else."""
    used = {
        int(m[1])
        for t in Account.objects.exclude(totp_secret="").values_list("totp_secret", flat=True)
        if (m := _TOKEN.fullmatch(t))
    }
    return [number for number in _numbers()[:-1] if number not in used]


def _place(account: Account) -> str:
    if account.pk is None:
        raise ValueError("an account is saved before it gets a second factor")
    return f"account:{account.pk}"


def _folder() -> Path:
    return settings.CONFIG.keys / "second-factor"


def _numbers() -> list[int]:
    if not _folder().is_dir():
        return []
    return sorted(int(path.stem) for path in _folder().iterdir() if _KEY_FILE.fullmatch(path.name))


def _newest() -> tuple[int, bytes]:
    numbers = _numbers()
    number = numbers[-1] if numbers else _make(1)
    return number, (_folder() / f"{number:04d}.key").read_bytes()


def _make(number: int) -> int:
    """Written whole under another name and then linked: another process sees all of a key or none, and the first one wins."""
    _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _folder() / f".{secrets.token_hex(8)}"
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(AESGCM.generate_key(bit_length=256))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, _folder() / f"{number:04d}.key")
    except FileExistsError:
        pass  # another process was quicker; its key is the key
    finally:
        draft.unlink()
    return number

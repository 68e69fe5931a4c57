"""Software keys of a demo database: made, encrypted under a PIN, opened. Every door here first asks what the database is."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings

from maitruong.foundation.identity.errors import OnlyInDemo
from maitruong.foundation.identity.services import is_demo
from maitruong.foundation.kernel import clock

from .authority import DemoAuthority, Issued, read_certificate
from .certificates import TrustStore
from .errors import PinTooWeak, WrongPin
from .keys import PIN_LENGTH, SoftwareSigner
from .models import PersonKey

# Before the first school year a demo tells about, so that records of its closed year could be signed then.
AUTHORITY_BORN: Final = dt.datetime(2024, 1, 1, tzinfo=clock.VIETNAM)

DEMO_PIN: Final = "246810"
"""Of every person's key in a demo, told on the page that asks for it."""


def refuse_in_real() -> None:
    """Raises OnlyInDemo unless the database itself was born a demo. The environment has no say."""
    if not is_demo():
        raise OnlyInDemo


def folder() -> Path:
    return settings.CONFIG.keys / "demo-authority"


def authority() -> DemoAuthority:
    """The demo's own authority, made the first time it is asked for. Raises OnlyInDemo."""
    refuse_in_real()
    if not (folder() / "demo-issuing.crt").exists():
        return DemoAuthority.create(folder(), pin=house_pin("authority"), at=AUTHORITY_BORN)
    return _authority(folder(), (folder() / "demo-issuing.crt").stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _authority(where: Path, _changed: int) -> DemoAuthority:
    return DemoAuthority.load(where, pin=house_pin("authority"))


def demo_trust() -> TrustStore:
    if not (folder() / "demo-issuing.crt").exists():
        return TrustStore(roots=())
    return _trust(folder(), (folder() / "demo-issuing.crt").stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _trust(where: Path, _changed: int) -> TrustStore:
    root, issuing = (read_certificate(where / f"{name}.crt") for name in ("demo-root", "demo-issuing"))
    return TrustStore(roots=(root,), intermediates=(issuing,))


def house_pin(purpose: str) -> str:
    """The PIN of keys the demo installation itself holds (its authority, its schools' seals); from its secret key."""
    return hmac.new(settings.SECRET_KEY.encode(), f"pin:{purpose}".encode(), hashlib.sha256).hexdigest()[:32]


def encrypted(issued: Issued, pin: str) -> str:
    """Raises PinTooWeak."""
    least, most = PIN_LENGTH
    if not least <= len(pin) <= most:
        raise PinTooWeak(least=least, most=most)
    return issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(pin.encode())).decode()


def open_key(row: PersonKey, pin: str) -> SoftwareSigner:
    """A signer ready for one batch. Raises OnlyInDemo, WrongPin."""
    refuse_in_real()
    try:
        key = load_pem_private_key(row.encrypted_pem.encode(), pin.encode() or b"\0")
    except (ValueError, TypeError):
        raise WrongPin from None
    certificate = x509.load_pem_x509_certificate(row.certificate.pem.encode())
    return SoftwareSigner(key, certificate, demo_trust().intermediates)  # type: ignore[arg-type]

"""Software keys: one encrypted PKCS#8 file each, opened by a PIN. The demo's stand-in for tokens and remote signing."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from .certificates import algorithm_for, common_name
from .errors import KeyFileUnsafe, KeyMissing, PinTooWeak, SignerFailed, WrongPin
from .types import KeyKind, SignatureAlgorithm

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Chain = tuple[x509.Certificate, ...]
PIN_LENGTH: Final = (6, 64)
KEYS_KEPT_OPEN: Final = 256
_SHA256: Final = Prehashed(hashes.SHA256())


def make_key(kind: KeyKind) -> PrivateKey:
    if kind is KeyKind.RSA_2048:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True, slots=True)
class SoftwareSigner:
    """An opened key with its certificate; fulfils `ports.Signer`. Hold it for one batch, never longer than a request."""

    key: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def algorithm(self) -> SignatureAlgorithm:
        return algorithm_for(self.certificate)

    def sign(self, digest: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(digest, PKCS1v15(), _SHA256)
        return self.key.sign(digest, ec.ECDSA(_SHA256))


class KeyFolder:
    """Key files of one installation, in a folder only its owner may enter.

    Opening an encrypted key costs tens of milliseconds, a signature half of one: opened keys stay in memory, found again
    only by whoever gives the same PIN for the same, unchanged file.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._opened: OrderedDict[tuple[str, int, bytes], PrivateKey] = OrderedDict()
        self._pepper = secrets.token_bytes(32)

    def save(self, name: str, key: PrivateKey, *, pin: str) -> Path:
        """Write a key under a name, readable by the owner only (0600). Replaces an earlier file in one step."""
        least, most = PIN_LENGTH
        if not least <= len(pin) <= most:
            raise PinTooWeak(least=least, most=most)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(pin.encode()))
        path = self.path_of(name)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        return path

    def open(self, name: str, *, pin: str, certificate: x509.Certificate, chain: Chain = ()) -> SoftwareSigner:
        """A signer ready to use. Raises KeyMissing, KeyFileUnsafe, WrongPin, SignerFailed (key of another person)."""
        key = self._key(name, pin=pin, owner=common_name(certificate))
        if key.public_key() != certificate.public_key():
            raise SignerFailed(name=common_name(certificate))
        return SoftwareSigner(key, certificate, chain)

    def path_of(self, name: str) -> Path:
        """Names come from ids of the house; hashed, so that no name can leave the folder or tell whose key it is."""
        return self.folder / f"{hashlib.sha256(name.encode()).hexdigest()[:40]}.pem"

    def _key(self, name: str, *, pin: str, owner: str) -> PrivateKey:
        path = self.path_of(name)
        try:
            found = path.stat()
        except FileNotFoundError:
            raise KeyMissing(name=owner) from None
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise KeyFileUnsafe()
        handle = (path.name, found.st_mtime_ns, hmac.digest(self._pepper, pin.encode(), "sha256"))
        key = self._opened.get(handle) or _decrypt(path.read_bytes(), pin)
        self._remember(handle, key)
        return key

    def _remember(self, handle: tuple[str, int, bytes], key: PrivateKey) -> None:
        self._opened[handle] = key
        self._opened.move_to_end(handle)
        while len(self._opened) > KEYS_KEPT_OPEN:
            self._opened.popitem(last=False)


def _decrypt(pem: bytes, pin: str) -> PrivateKey:
    try:
        key = load_pem_private_key(pem, pin.encode())
    except (ValueError, TypeError):
        raise WrongPin() from None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise WrongPin()
    return key

"""What others supply: a key that signs (software now; token, HSM or remote signing later), and who held what when."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from cryptography import x509

from .types import Claim, HeldCertificate, SignatureAlgorithm


class Signer(Protocol):
    """One unlocked signing key and its certificate.

    It signs a SHA-256 digest, not a document: that is what tokens (PKCS#11), HSMs and remote services (CSC signHash)
    all can do, and the document never leaves the house.
    """

    @property
    def certificate(self) -> x509.Certificate: ...

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The certificates above, nearest issuer first, without the root."""
        ...

    @property
    def algorithm(self) -> SignatureAlgorithm: ...

    def sign(self, digest: bytes) -> bytes:
        """Sign 32 bytes. RSA: PKCS#1 v1.5; ECDSA: a DER sequence of r and s. Raises a SigningRefused."""
        ...


class CertificateDirectory(Protocol):
    """Which person a certificate belonged to, and which role that person held on a day."""

    def certificate(self, fingerprint: str) -> HeldCertificate | None:
        """By the SHA-256 of the DER form, lower-case hex; None when the house never registered it."""
        ...

    def was_entitled(self, claim: Claim, *, on: dt.date) -> bool:
        """Did the holder have this role, at this unit, for this class and subject, on this Vietnamese day?"""
        ...

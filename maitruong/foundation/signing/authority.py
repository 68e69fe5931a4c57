"""The demonstration certificate authority: root, issuing authority, certificates of persons and organisations.

It exists so that the whole signing path is walked for real before a province has its tokens. Everything it issues says
"BẢN THỬ" in the issuer's name, and a database born real never loads it.

Keys: persons get EC P-256, organisations RSA-2048. A province demo makes thousands of persons' keys (0.05 ms each,
against 60 ms and more for RSA) and a record carries some sixteen certificates (a third smaller); the seal keeps RSA-2048
because that is what the Government Cipher Committee puts on seal tokens and what every PDF reader knows. So both
algorithms a real province will meet are exercised every day.
"""

from __future__ import annotations

import datetime as dt
import os
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from .certificates import TrustStore
from .keys import KeyFolder, PrivateKey, SoftwareSigner, make_key
from .types import Holder, HolderKind, KeyKind

DEMO_MARK: Final = "BẢN THỬ"
ROOT_NAME: Final = f"{DEMO_MARK} - Mái Trường - Chứng thực gốc"
ISSUING_NAME: Final = f"{DEMO_MARK} - Mái Trường - Chứng thực cấp phát"
KEY_KIND_OF: Final = {HolderKind.PERSON: KeyKind.EC_P256, HolderKind.ORGANISATION: KeyKind.RSA_2048}
AUTHORITY_LIFE: Final = dt.timedelta(days=20 * 365)
CLOCK_SLACK: Final = dt.timedelta(minutes=5)
LONGEST_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh certificate with its key, not yet put away."""

    key: PrivateKey
    certificate: x509.Certificate


class DemoAuthority:
    """Root and issuing authority of one demo installation. `create` once, `load` afterwards."""

    def __init__(self, root: x509.Certificate, issuing: x509.Certificate, issuing_key: PrivateKey) -> None:
        self.root = root
        self.issuing = issuing
        self._issuing_key = issuing_key

    @classmethod
    def create(cls, folder: Path, *, pin: str, at: dt.datetime) -> DemoAuthority:
        """Make both authorities; certificates and encrypted keys are written into the folder (0700)."""
        root_key, issuing_key = make_key(KeyKind.RSA_2048), make_key(KeyKind.RSA_2048)
        until = at + AUTHORITY_LIFE
        root = _authority(ROOT_NAME, root_key, issuer=None, issuer_key=root_key, at=at, until=until, below=1)
        issuing = _authority(ISSUING_NAME, issuing_key, issuer=root, issuer_key=root_key, at=at, until=until, below=0)
        keys = KeyFolder(folder)
        keys.save("demo-root", root_key, pin=pin)
        keys.save("demo-issuing", issuing_key, pin=pin)
        for name, certificate in (("demo-root", root), ("demo-issuing", issuing)):
            _write_certificate(folder / f"{name}.crt", certificate)
        return cls(root, issuing, issuing_key)

    @classmethod
    def load(cls, folder: Path, *, pin: str) -> DemoAuthority:
        """Open what `create` wrote. Raises FileNotFoundError when there is none, WrongPin, KeyFileUnsafe."""
        root = read_certificate(folder / "demo-root.crt")
        issuing = read_certificate(folder / "demo-issuing.crt")
        signer = KeyFolder(folder).open("demo-issuing", pin=pin, certificate=issuing)
        return cls(root, issuing, signer.key)

    @cached_property
    def trust(self) -> TrustStore:
        return TrustStore(roots=(self.root,), intermediates=(self.issuing,))

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        return (self.issuing,)

    def issue(
        self, holder: Holder, *, valid_from: dt.datetime, valid_to: dt.datetime, kind: KeyKind | None = None
    ) -> Issued:
        """A key and a signing certificate for a holder; times are aware moments."""
        key = make_key(kind or KEY_KIND_OF[holder.kind])
        certificate = self.certify(holder, key, valid_from=valid_from, valid_to=valid_to)
        return Issued(key, certificate)

    def certify(
        self, holder: Holder, key: PrivateKey, *, valid_from: dt.datetime, valid_to: dt.datetime
    ) -> x509.Certificate:
        builder = _builder(_subject(holder), key, issuer=self.issuing, at=valid_from, until=valid_to)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(sign_documents=True), critical=True)
        return builder.sign(self._issuing_key, hashes.SHA256())

    def signer(self, issued: Issued) -> SoftwareSigner:
        return SoftwareSigner(issued.key, issued.certificate, self.chain)


def read_certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _write_certificate(path: Path, certificate: x509.Certificate) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(certificate.public_bytes(Encoding.PEM))


def _subject(holder: Holder) -> x509.Name:
    """Vietnamese names, cut to what X.509 allows. UID carries the id of the house: never a citizen number."""
    names = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        _named(NameOID.ORGANIZATION_NAME, holder.unit_name),
        _named(NameOID.COMMON_NAME, holder.name),
        x509.NameAttribute(NameOID.USER_ID, f"{holder.kind}:{holder.id}"),
    ]
    if holder.title:
        names.insert(2, _named(NameOID.TITLE, holder.title))
    return x509.Name(names)


def _named(oid: x509.ObjectIdentifier, text: str) -> x509.NameAttribute:
    """At most 64 characters (RFC 5280). The library would count bytes, and cut the names of half our schools."""
    cut = text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1].rstrip() + "…"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it counts bytes again, and warns where it was told not to refuse
        return x509.NameAttribute(oid, cut, _validate=False)


def _authority(
    name: str,
    key: PrivateKey,
    *,
    issuer: x509.Certificate | None,
    issuer_key: PrivateKey,
    at: dt.datetime,
    until: dt.datetime,
    below: int,
) -> x509.Certificate:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"Mái Trường {DEMO_MARK}"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    builder = _builder(subject, key, issuer=issuer, at=at, until=until)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=below), critical=True)
    builder = builder.add_extension(_usage(sign_documents=False), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def _builder(
    subject: x509.Name, key: PrivateKey, *, issuer: x509.Certificate | None, at: dt.datetime, until: dt.datetime
) -> x509.CertificateBuilder:
    public = key.public_key()
    above = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value if issuer else None
    own = x509.SubjectKeyIdentifier.from_public_key(public)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - CLOCK_SLACK)
        .not_valid_after(until)
        .add_extension(own, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above or own), critical=False)
    )


def _usage(*, sign_documents: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=sign_documents,
        content_commitment=sign_documents,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not sign_documents,
        crl_sign=not sign_documents,
        encipher_only=False,
        decipher_only=False,
    )

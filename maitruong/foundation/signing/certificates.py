"""Whether a certificate could be trusted at a moment: chain to a known root, validity, key usage, strength."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeVar

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from .types import SignatureAlgorithm, SignatureVerdict

T = TypeVar("T", bound=x509.ExtensionType)
LONGEST_CHAIN = 4
CHAINS_REMEMBERED = 10_000
STRONG_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
UNDERSTOOD_EXTENSIONS = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    ExtensionOID.CERTIFICATE_POLICIES,
}
DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
SIGNING_PURPOSES = {
    DOCUMENT_SIGNING,
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ExtendedKeyUsageOID.CLIENT_AUTH,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
}


class CertificateProblem(Exception):
    """Why a certificate was not accepted; `reason` completes a Vietnamese sentence."""

    def __init__(self, verdict: SignatureVerdict, reason: str) -> None:
        super().__init__(reason)
        self.verdict = verdict
        self.reason = reason


@lru_cache(maxsize=4096)
def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the DER form, lower-case hex: the name by which the directory knows a certificate."""
    return certificate.fingerprint(hashes.SHA256()).hex()


@lru_cache(maxsize=4096)
def common_name(certificate: x509.Certificate) -> str:
    """The holder's name. Read from the DER: x509.Name warns at every name of more than 64 bytes, which is 40 Vietnamese letters."""
    subject = asn1_x509.Certificate.load(_der(certificate)).subject.native
    name = subject.get("common_name", "")
    return str(name[0] if isinstance(name, list) else name)


@lru_cache(maxsize=4096)
def algorithm_for(certificate: x509.Certificate) -> SignatureAlgorithm:
    """The one algorithm a key may sign with here. Raises CertificateProblem for weak or unknown keys."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048:
        return SignatureAlgorithm.RSA_SHA256
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return SignatureAlgorithm.ECDSA_SHA256
    raise CertificateProblem(SignatureVerdict.UNTRUSTED, "khoá của chứng thư quá yếu hoặc thuộc loại không được dùng")


@dataclass(frozen=True)
class TrustStore:
    """The roots this province trusts and the issuing authorities under them."""

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    _chains: dict[str, tuple[x509.Certificate, ...]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def known_der(self) -> frozenset[bytes]:
        """DER of every authority known here; nothing else may travel in a signature beside the signer's own."""
        return frozenset(_der(certificate) for certificate in (*self.roots, *self.intermediates))

    def check(self, leaf: x509.Certificate, *, at: dt.datetime) -> None:
        """Accept a signer's certificate at the moment of signing. Raises CertificateProblem, else returns nothing."""
        chain = self._chain_above(leaf)
        for depth, certificate in enumerate((leaf, *chain)):
            _check_validity(certificate, at, is_leaf=depth == 0)

    def _chain_above(self, leaf: x509.Certificate) -> tuple[x509.Certificate, ...]:
        """The authorities above a certificate fit for signing. Remembered: a teacher signs the records of whole classes."""
        handle = fingerprint(leaf)
        if handle not in self._chains:
            if len(self._chains) >= CHAINS_REMEMBERED:
                self._chains.clear()
            _check_leaf(leaf)
            self._chains[handle] = self._walk(self._issuer_of(leaf))
        return self._chains[handle]

    def _walk(self, authority: x509.Certificate) -> tuple[x509.Certificate, ...]:
        chain = [authority]
        while chain[-1] not in self.roots:
            if len(chain) >= LONGEST_CHAIN:
                raise _untrusted("chuỗi chứng thư dài quá mức cho phép")
            chain.append(self._issuer_of(chain[-1]))
        for below, certificate in enumerate(chain):
            _check_authority(certificate, authorities_below=below)
        return tuple(chain)

    def _issuer_of(self, certificate: x509.Certificate) -> x509.Certificate:
        for authority in (*self.intermediates, *self.roots):
            if authority.subject == certificate.issuer and _was_issued_by(certificate, authority):
                return authority
        raise _untrusted("chứng thư không do tổ chức chứng thực được tin cậy cấp")


def _was_issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    if not isinstance(certificate.signature_hash_algorithm, STRONG_HASHES):
        return False
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _check_leaf(leaf: x509.Certificate) -> None:
    algorithm_for(leaf)
    _check_extensions(leaf)
    constraints = _extension(leaf, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise _untrusted("chứng thư của tổ chức chứng thực không được dùng để ký hồ sơ")
    usage = _extension(leaf, x509.KeyUsage)
    if usage is None or not (usage.digital_signature and usage.content_commitment):
        raise _untrusted("chứng thư không được cấp để ký văn bản (thiếu mục đích chống chối bỏ)")
    purposes = _extension(leaf, x509.ExtendedKeyUsage)
    if purposes is not None and not SIGNING_PURPOSES & set(purposes):
        raise _untrusted("chứng thư không được cấp để ký văn bản")


def _check_authority(certificate: x509.Certificate, *, authorities_below: int) -> None:
    algorithm_for(certificate)
    _check_extensions(certificate)
    constraints = _extension(certificate, x509.BasicConstraints)
    usage = _extension(certificate, x509.KeyUsage)
    if constraints is None or not constraints.ca or usage is None or not usage.key_cert_sign:
        raise _untrusted("nơi cấp chứng thư không phải tổ chức chứng thực")
    if constraints.path_length is not None and constraints.path_length < authorities_below:
        raise _untrusted("chuỗi chứng thư dài hơn mức tổ chức chứng thực gốc cho phép")


def _check_extensions(certificate: x509.Certificate) -> None:
    try:
        extensions = list(certificate.extensions)
    except (ValueError, x509.DuplicateExtension) as problem:
        raise _untrusted("chứng thư hỏng") from problem
    if any(extension.critical and extension.oid not in UNDERSTOOD_EXTENSIONS for extension in extensions):
        raise _untrusted("chứng thư có ràng buộc mà hệ thống không hiểu")


def _check_validity(certificate: x509.Certificate, at: dt.datetime, *, is_leaf: bool) -> None:
    if certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        return
    whose = "chứng thư của người ký" if is_leaf else "chứng thư của tổ chức chứng thực"
    raise CertificateProblem(SignatureVerdict.EXPIRED, f"{whose} không còn hoặc chưa có hiệu lực lúc ký")


def _extension(certificate: x509.Certificate, kind: type[T]) -> T | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _untrusted(reason: str) -> CertificateProblem:
    return CertificateProblem(SignatureVerdict.UNTRUSTED, reason)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)

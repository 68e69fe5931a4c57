"""XAdES-B-B signatures on elements of a canonical XML document (ETSI EN 319 132-1), in ONE exact shape.

The shape has three variable values: certificate, signing time, signature value. Checking a signature means writing down
the signature this element must have and comparing bytes; only then is the key asked. There is no reference to resolve, no
transform to run and no algorithm to choose, so wrapping, unexpected references, added transforms and weak algorithms have
nothing to hold on to. The general readers (xmlsec1, signxml) accept the same signatures: the tests ask both.

The signature is the last child of the element it signs (enveloped). A later signer signs an element around it, so it
never disturbs an earlier one, and covers the earlier signature too.

Canonicalization is inclusive C14N 1.0: exclusive C14N makes SignedProperties that verifiers disagree about, and 1.1 is
unknown to the .NET libraries many partner systems use.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from maitruong.foundation.kernel.clock import VIETNAM

from .canonical import canonical_bytes
from .certificates import CertificateProblem, TrustStore, algorithm_for, common_name
from .entitlement import report_on
from .errors import AlreadySigned, CertificateNotUsable, ElementNotSignable, SignerFailed
from .ports import CertificateDirectory, Signer
from .types import Claim, Role, SignatureAlgorithm, SignatureReport, SignatureVerdict

DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XADES: Final = "http://uri.etsi.org/01903/v1.3.2#"
C14N: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
SIGNATURE: Final = f"{{{DS}}}Signature"
METHODS: Final = {
    SignatureAlgorithm.RSA_SHA256: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    SignatureAlgorithm.ECDSA_SHA256: "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
}
SAFE_ID: Final = re.compile(r"[a-z][A-Za-z0-9._-]{0,63}")
CLOCK_SLACK: Final = dt.timedelta(minutes=5)
_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SHA256: Final = Prehashed(hashes.SHA256())
_NAMESPACES: Final = f' xmlns:ds="{DS}" xmlns:xades="{XADES}"'

_DIGEST: Final = (
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>'
    "<ds:DigestValue>{value}</ds:DigestValue>"
)
_SIGNED_INFO: Final = (
    "<ds:SignedInfo{namespaces}>"
    f'<ds:CanonicalizationMethod Algorithm="{C14N}"></ds:CanonicalizationMethod>'
    '<ds:SignatureMethod Algorithm="{method}"></ds:SignatureMethod>'
    '<ds:Reference Id="ref-{id}" URI="#{id}"><ds:Transforms>'
    f'<ds:Transform Algorithm="{DS}enveloped-signature"></ds:Transform>'
    f'<ds:Transform Algorithm="{C14N}"></ds:Transform>'
    "</ds:Transforms>{element_digest}</ds:Reference>"
    '<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#props-{id}">{properties_digest}</ds:Reference>'
    "</ds:SignedInfo>"
)
_PROPERTIES: Final = (
    '<xades:SignedProperties{namespaces} Id="props-{id}"><xades:SignedSignatureProperties>'
    "<xades:SigningTime>{time}</xades:SigningTime>"
    "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>{certificate_digest}</xades:CertDigest></xades:Cert>"
    "</xades:SigningCertificateV2>"
    "<xades:SignerRoleV2><xades:ClaimedRoles><xades:ClaimedRole>{role}</xades:ClaimedRole></xades:ClaimedRoles>"
    "</xades:SignerRoleV2></xades:SignedSignatureProperties>"
    '<xades:SignedDataObjectProperties><xades:DataObjectFormat ObjectReference="#ref-{id}">'
    "<xades:MimeType>text/xml</xades:MimeType></xades:DataObjectFormat></xades:SignedDataObjectProperties>"
    "</xades:SignedProperties>"
)
_SIGNATURE: Final = (
    '<ds:Signature{namespaces} Id="sig-{id}">{signed_info}<ds:SignatureValue>{value}</ds:SignatureValue>'
    "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    '<ds:Object><xades:QualifyingProperties Target="#sig-{id}">{properties}</xades:QualifyingProperties></ds:Object>'
    "</ds:Signature>"
)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Everything of a signature but its value, ready to be digested and to be written."""

    node_id: str
    scope: str
    properties: str
    signed_info: str
    certificate: str

    @classmethod
    def of(
        cls, node_id: str, scope: str, content: bytes, certificate: x509.Certificate, role: Role, time: str
    ) -> _Shape:
        """`scope`: default namespace declaration around the element; `content`: canonical bytes without the signature."""
        der = certificate.public_bytes(Encoding.DER)
        within = {"id": node_id, "role": role.value, "time": time, "certificate_digest": _digest_xml(der)}
        properties = _PROPERTIES.format(namespaces=scope + _NAMESPACES, **within)
        signed_info = _SIGNED_INFO.format(
            namespaces="{namespaces}",
            id=node_id,
            method=METHODS[algorithm_for(certificate)],
            element_digest=_digest_xml(content),
            properties_digest=_digest_xml(properties.encode()),
        )
        inside = _PROPERTIES.format(namespaces="", **within)
        return cls(node_id, scope, inside, signed_info, _b64(der))

    @property
    def to_sign(self) -> bytes:
        """SHA-256 of the canonical SignedInfo: the 32 bytes the key signs."""
        return hashlib.sha256(self.signed_info.format(namespaces=self.scope + _NAMESPACES).encode()).digest()

    def written(self, value: bytes) -> bytes:
        """The whole signature in canonical form."""
        return _SIGNATURE.format(
            namespaces=_NAMESPACES,
            id=self.node_id,
            signed_info=self.signed_info.format(namespaces=""),
            value=_b64(value),
            certificate=self.certificate,
            properties=self.properties,
        ).encode()


@dataclass(frozen=True, slots=True)
class PendingSignature:
    """A signature that waits for its value, so that a remote service can sign a whole batch of digests at once."""

    element: etree._Element
    certificate: x509.Certificate
    shape: _Shape

    @property
    def digest(self) -> bytes:
        return self.shape.to_sign

    def complete(self, raw: bytes) -> None:
        """Write the signature into the element. Raises SignerFailed when the value is not of this certificate's key."""
        value = _signature_value(raw, self.certificate)
        if not _key_accepts(self.certificate, self.digest, value):
            raise SignerFailed(name=common_name(self.certificate))
        self.element.append(etree.fromstring(self.shape.written(value)))


def prepare_signature(
    element: etree._Element, certificate: x509.Certificate, *, role: Role, at: dt.datetime
) -> PendingSignature:
    """Everything but the key's own work, for one element that carries an Id.

    Raises ElementNotSignable, AlreadySigned, CertificateNotUsable (weak key, or not valid at the moment).
    """
    node_id = element.get("Id", "")
    if not SAFE_ID.fullmatch(node_id):
        raise ElementNotSignable(node_id=node_id)
    if element.find(SIGNATURE) is not None:
        raise AlreadySigned(node_id=node_id)
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise CertificateNotUsable(name=common_name(certificate), reason="hết hạn hoặc chưa có hiệu lực")
    try:
        content, time = canonical_bytes(element), signing_time_text(at)
        shape = _Shape.of(node_id, _scope_of(element), content, certificate, role, time)
    except CertificateProblem as problem:
        raise CertificateNotUsable(name=common_name(certificate), reason=problem.reason) from None
    return PendingSignature(element, certificate, shape)


def sign_element(document: etree._Element, node_id: str, signer: Signer, *, role: Role, at: dt.datetime) -> None:
    """Sign the one element of a document with this Id; the signature becomes its last child."""
    found = document.xpath("//*[@Id=$node_id]", node_id=node_id)
    if len(found) != 1:
        raise ElementNotSignable(node_id=node_id)
    pending = prepare_signature(found[0], signer.certificate, role=role, at=at)
    pending.complete(signer.sign(pending.digest))


def verify_element(
    element: etree._Element,
    claim: Claim,
    *,
    trust: TrustStore,
    directory: CertificateDirectory,
    now: dt.datetime,
) -> SignatureReport:
    """Check the signature an element carries as its last child; the caller found the element by its PLACE.

    The report's `verified` is that same element. Never raises for what a file may contain.
    """
    node_id = element.get("Id", "")
    signature = _own_signature(element)
    if signature is None:
        return SignatureReport(node_id, SignatureVerdict.MISSING, "chưa có chữ ký")
    try:
        found = _read(element, signature, claim.role)
        if found.moment > now + CLOCK_SLACK:
            raise _Refused(SignatureVerdict.MALFORMED, "thời điểm ký nằm ở tương lai")
        trust.check(found.certificate, at=found.moment)
    except _Refused as refused:
        return SignatureReport(node_id, refused.verdict, refused.sentence)
    except ElementNotSignable:
        return SignatureReport(node_id, SignatureVerdict.MALFORMED, "phần này được ghi bằng không gian tên lạ")
    except CertificateProblem as problem:
        return SignatureReport(node_id, problem.verdict, problem.reason)
    return report_on(
        node_id,
        found.certificate,
        claim,
        at=found.moment,
        directory=directory,
        verified=element,
        sentence="chữ ký đúng",
    )


def without_signature(element: etree._Element) -> bytes:
    """Canonical bytes of an element without its own signature; signatures further inside stay."""
    signature = _own_signature(element)
    if signature is None:
        return canonical_bytes(element)
    element.remove(signature)
    try:
        return canonical_bytes(element)
    finally:
        element.append(signature)


def signing_time_text(at: dt.datetime) -> str:
    """The one way a moment is written: to the second, in Vietnamese time."""
    return at.astimezone(VIETNAM).isoformat(timespec="seconds")


class _Refused(Exception):
    def __init__(self, verdict: SignatureVerdict, sentence: str) -> None:
        super().__init__(sentence)
        self.verdict = verdict
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class _Found:
    certificate: x509.Certificate
    moment: dt.datetime


def _read(element: etree._Element, signature: etree._Element, role: Role) -> _Found:
    """Certificate and time of a signature whose every byte is as it must be. Raises _Refused, CertificateProblem."""
    certificate = _certificate(signature)
    time, moment = _signing_time(signature)
    value = _from_b64(signature.findtext(f"{{{DS}}}SignatureValue"))
    shape = _Shape.of(element.get("Id", ""), _scope_of(element), without_signature(element), certificate, role, time)
    if canonical_bytes(signature) != shape.written(value):
        raise _difference(signature, shape)
    if not _key_accepts(certificate, shape.to_sign, value):
        raise _Refused(SignatureVerdict.ALTERED, "chữ ký không khớp với chứng thư của người ký")
    return _Found(certificate, moment)


def _difference(signature: etree._Element, shape: _Shape) -> _Refused:
    """Tell changed content (its digest differs) from a changed signature."""
    stated = signature.findtext(f"{{{DS}}}SignedInfo/{{{DS}}}Reference/{{{DS}}}DigestValue") or ""
    if f"<ds:DigestValue>{stated}</ds:DigestValue>" not in shape.signed_info:
        return _Refused(SignatureVerdict.ALTERED, "nội dung đã bị sửa sau khi ký")
    return _Refused(SignatureVerdict.ALTERED, "chính chữ ký đã bị sửa")


def _certificate(signature: etree._Element) -> x509.Certificate:
    der = _from_b64(signature.findtext(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate"))
    try:
        return _read_certificate(der)
    except Exception:  # whatever a hostile certificate makes the parser raise, the answer is the same
        raise _Refused(SignatureVerdict.MALFORMED, "chứng thư trong chữ ký không đọc được") from None


@lru_cache(maxsize=4096)
def _read_certificate(der: bytes) -> x509.Certificate:
    """A certificate whose parts were all read once: the library reads them lazily, and late surprises help nobody."""
    certificate = x509.load_der_x509_certificate(der)
    _ = certificate.subject, certificate.issuer, certificate.extensions, certificate.public_key()
    return certificate


def _signing_time(signature: etree._Element) -> tuple[str, dt.datetime]:
    element = next(signature.iter(f"{{{XADES}}}SigningTime"), None)
    text = (element.text if element is not None else None) or ""
    try:
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is None or signing_time_text(moment) != text:
            raise ValueError
    except (ValueError, OverflowError):
        raise _Refused(SignatureVerdict.MALFORMED, "thời điểm ký ghi sai cách") from None
    return text, moment


def _own_signature(element: etree._Element) -> etree._Element | None:
    """The signature of this element: its last child. One anywhere else among the children is none of ours."""
    last = element[-1] if len(element) else None
    return last if last is not None and last.tag == SIGNATURE else None


def _scope_of(element: etree._Element) -> str:
    """The default namespace, the only one that may be in scope around a signed element."""
    if set(element.nsmap) != {None}:
        raise ElementNotSignable(node_id=element.get("Id", ""))
    return f' xmlns="{element.nsmap[None]}"'


def _signature_value(raw: bytes, certificate: x509.Certificate) -> bytes:
    """The bytes XML Signature wants: for ECDSA r and s side by side, s in the lower half (one signature, one spelling)."""
    if algorithm_for(certificate) is SignatureAlgorithm.RSA_SHA256:
        return raw
    try:
        r, s = decode_dss_signature(raw)
    except ValueError:
        raise SignerFailed(name=common_name(certificate)) from None
    return r.to_bytes(32, "big") + min(s, _P256_ORDER - s).to_bytes(32, "big")


def _key_accepts(certificate: x509.Certificate, digest: bytes, value: bytes) -> bool:
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(value, digest, PKCS1v15(), _SHA256)
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and len(value) == 64:
            r, s = int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big")
            key.verify(encode_dss_signature(r, s), digest, ec.ECDSA(_SHA256))
            return s <= _P256_ORDER // 2
    except (InvalidSignature, ValueError):
        return False
    return False


def _digest_xml(data: bytes) -> str:
    return _DIGEST.format(value=_b64(hashlib.sha256(data).digest()))


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _from_b64(text: str | None) -> bytes:
    try:
        return base64.b64decode(text or "", validate=True)
    except (binascii.Error, ValueError):
        raise _Refused(SignatureVerdict.MALFORMED, "chữ ký hỏng") from None

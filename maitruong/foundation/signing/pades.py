"""One PAdES seal over a whole PDF (ETSI EN 319 142-1, baseline B-B), made with pyHanko, checked byte for byte.

Checking goes from the outside in: first the cut the signature names must leave out exactly its own value and nothing
else, then the CMS must be the very bytes a seal of ours has, then key, chain and time. Only a file that came from a
trusted key is handed to a PDF parser at all, so a hostile PDF never meets one.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from asn1crypto import algos, cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator.registry import SimpleCertificateStore

from .certificates import CertificateProblem, TrustStore, algorithm_for, common_name, fingerprint
from .entitlement import report_on
from .errors import PdfNotSealable
from .ports import CertificateDirectory, Signer
from .types import Claim, SignatureAlgorithm, SignatureReport, SignatureVerdict

LARGEST_PDF_BYTES: Final = 10_000_000
FIELD_NAME: Final = "ConDauSo"
BYTES_RESERVED: Final = 12_288
CLOCK_SLACK: Final = dt.timedelta(minutes=5)
_RANGE: Final = re.compile(rb"/ByteRange \[0 (\d{1,9}) (\d{1,9}) (\d{1,9})\]")
_PADDING: Final = re.compile(r"0*")
_CMS_ALGORITHM: Final = {
    SignatureAlgorithm.RSA_SHA256: "sha256_rsa",
    SignatureAlgorithm.ECDSA_SHA256: "sha256_ecdsa",
}


@dataclass(frozen=True, slots=True)
class SealedPdf:
    """What a seal that holds covers: `sha256` of all bytes but the seal's own value, and the document's own statements."""

    sha256: str
    keywords: str
    title: str


def seal_pdf(pdf: bytes, signer: Signer, *, at: dt.datetime, reason: str) -> bytes:
    """The PDF with one invisible certifying signature that allows no later change. Raises PdfNotSealable."""
    try:
        writer = _PlainWriter(BytesIO(pdf))
        if writer.prev.embedded_signatures:
            raise PdfNotSealable(reason="tệp đã có chữ ký")
        output = BytesIO()
        asyncio.run(
            _pdf_signer(signer, at, reason).async_sign_pdf(writer, bytes_reserved=BYTES_RESERVED, output=output)
        )
    except (ValueError, OSError) as problem:
        raise PdfNotSealable(reason="tệp PDF hỏng") from problem
    return output.getvalue()


def verify_pdf(
    data: bytes,
    claim_of: Callable[[SealedPdf], Claim | None],
    *,
    trust: TrustStore,
    directory: CertificateDirectory,
    now: dt.datetime,
) -> SignatureReport:
    """Check the one seal of a PDF. `claim_of` reads from the sealed statements who must have sealed it.

    The report's `verified` is the SealedPdf. Never raises for what a file may contain.
    """
    try:
        return _verify(data, claim_of, trust, directory, now)
    except _Refused as refused:
        return SignatureReport(FIELD_NAME, refused.verdict, refused.sentence)
    except CertificateProblem as problem:
        return SignatureReport(FIELD_NAME, problem.verdict, problem.reason)
    except Exception:  # parsers of hostile ASN.1 and PDF raise almost anything; all of it means the same
        return SignatureReport(FIELD_NAME, SignatureVerdict.MALFORMED, "tệp PDF hỏng hoặc bị sửa")


class _PortSigner(signers.Signer):
    """pyHanko's signer, with the private key behind our port."""

    def __init__(self, signer: Signer) -> None:
        store = SimpleCertificateStore()
        store.register_multiple(_to_asn1(certificate) for certificate in signer.chain)
        super().__init__(signing_cert=_to_asn1(signer.certificate), cert_registry=store)
        self._port = signer

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return bytes(256) if dry_run else self._port.sign(hashlib.sha256(data).digest())


class _PlainWriter(IncrementalPdfFileWriter):
    """Adds the seal and nothing else: the document's own metadata stays as it was written, with its own time."""

    def _update_meta(self) -> None:
        return


class _ClockedPdfSigner(signers.PdfSigner):
    """pyHanko asks the machine's clock; the house has one clock, and the moment is part of what is sealed."""

    moment: dt.datetime

    def init_signing_session(self, pdf_out, existing_fields_only=False):
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.moment
        return session


def _pdf_signer(signer: Signer, at: dt.datetime, reason: str) -> _ClockedPdfSigner:
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD_NAME,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        name=common_name(signer.certificate),
        reason=reason,
    )
    made = _ClockedPdfSigner(metadata, signer=_PortSigner(signer))
    made.moment = at
    return made


class _Refused(Exception):
    def __init__(self, verdict: SignatureVerdict, sentence: str) -> None:
        super().__init__(sentence)
        self.verdict = verdict
        self.sentence = sentence


def _verify(
    data: bytes,
    claim_of: Callable[[SealedPdf], Claim | None],
    trust: TrustStore,
    directory: CertificateDirectory,
    now: dt.datetime,
) -> SignatureReport:
    covered, value = _cut(data)
    leaf = _check_cms(value, hashlib.sha256(covered).digest(), trust)
    if directory.certificate(fingerprint(leaf)) is None:
        # Anybody can seal a file with a key of one's own: only what we ourselves sealed is given to the parser to unpack.
        raise _Refused(SignatureVerdict.UNTRUSTED, "chứng thư chưa được đăng kí trong hệ thống")
    moment, sealed = _read_inside(data, covered, leaf, value)
    if moment > now + CLOCK_SLACK:
        raise _Refused(SignatureVerdict.MALFORMED, "thời điểm đóng dấu nằm ở tương lai")
    trust.check(leaf, at=moment)
    claim = claim_of(sealed)
    if claim is None:
        raise _Refused(SignatureVerdict.MALFORMED, "tệp PDF không ghi là học bạ của trường nào")
    return report_on(
        FIELD_NAME, leaf, claim, at=moment, directory=directory, verified=sealed, sentence="con dấu số đúng"
    )


def _cut(data: bytes) -> tuple[bytes, bytes]:
    """The covered bytes and the DER of the seal; refuses every other shape of the cut, and anything after the end."""
    if len(data) > LARGEST_PDF_BYTES:
        raise _Refused(SignatureVerdict.MALFORMED, f"tệp lớn hơn {LARGEST_PDF_BYTES // 1_000_000} MB")
    if not data.startswith(b"%PDF-1."):
        raise _Refused(SignatureVerdict.MALFORMED, "tệp không phải PDF")
    ranges = _RANGE.findall(data)
    if not ranges:
        raise _Refused(SignatureVerdict.MISSING, "bản PDF không có con dấu số")
    if len(ranges) != 1 or data.count(b"/ByteRange") != 1:
        raise _Refused(SignatureVerdict.ALTERED, "bản PDF có thêm chữ ký hoặc phần nối sau khi đóng dấu")
    first, second, rest = (int(number) for number in ranges[0])
    if second + rest != len(data) or not first < second <= len(data):
        raise _Refused(SignatureVerdict.ALTERED, "con dấu số không phủ toàn bộ tệp: có phần được thêm hoặc bị cắt")
    return data[:first] + data[second:], _seal_value(data[first:second])


def _seal_value(gap: bytes) -> bytes:
    """The DER inside `<hex, then zeros>`, in the one spelling pyHanko writes: capitals, nothing between."""
    text = gap[1:-1].decode("ascii", "replace")
    if gap[:1] != b"<" or gap[-1:] != b">" or len(text) != BYTES_RESERVED:
        raise _Refused(SignatureVerdict.ALTERED, "vùng chứa con dấu số bị sửa")
    raw = bytes.fromhex(text)
    length = _der_length(raw)
    if raw[:length].hex().upper() != text[: 2 * length] or not _PADDING.fullmatch(text[2 * length :]):
        raise _Refused(SignatureVerdict.ALTERED, "vùng chứa con dấu số bị sửa")
    return raw[:length]


def _der_length(raw: bytes) -> int:
    """Whole length of the DER sequence at the start (long form of two or more length bytes, as a CMS always has)."""
    if raw[0] != 0x30 or raw[1] not in (0x82, 0x83):
        raise _Refused(SignatureVerdict.ALTERED, "con dấu số hỏng")
    count = raw[1] & 0x7F
    return 2 + count + int.from_bytes(raw[2 : 2 + count], "big")


def _check_cms(value: bytes, digest: bytes, trust: TrustStore) -> x509.Certificate:
    """The sealer's certificate, when the seal holds for these covered bytes and is spelled exactly as ours are."""
    signed = cms.ContentInfo.load(value, strict=True)["content"]
    info = signed["signer_infos"][0]
    certificates = [choice.chosen for choice in signed["certificates"]]
    leaf = next(found for found in certificates if found.serial_number == info["sid"].chosen["serial_number"].native)
    certificate = x509.load_der_x509_certificate(leaf.dump())
    if any(other is not leaf and other.dump() not in trust.known_der for other in certificates):
        raise _Refused(SignatureVerdict.ALTERED, "con dấu số mang theo chứng thư lạ")
    if _rebuilt(certificates, leaf, certificate, info).dump() != value:
        raise _Refused(SignatureVerdict.ALTERED, "chính con dấu số đã bị sửa")
    if not _key_accepts(certificate, info["signature"].native, info["signed_attrs"].untag().dump()):
        raise _Refused(SignatureVerdict.ALTERED, "con dấu số không khớp với chứng thư của nhà trường")
    _check_attributes(info["signed_attrs"], leaf, digest)
    return certificate


def _rebuilt(
    certificates: list[asn1_x509.Certificate],
    leaf: asn1_x509.Certificate,
    certificate: x509.Certificate,
    info: cms.SignerInfo,
) -> cms.ContentInfo:
    """The CMS a seal of ours with these certificates, attributes and value must be."""
    signer_info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {"issuer_and_serial_number": {"issuer": leaf.issuer, "serial_number": leaf.serial_number}}
            ),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "signature_algorithm": algos.SignedDigestAlgorithm(
                {"algorithm": _CMS_ALGORITHM[algorithm_for(certificate)]}
            ),
            "signed_attrs": info["signed_attrs"],
            "signature": info["signature"],
        }
    )
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": cms.DigestAlgorithms([{"algorithm": "sha256"}]),
            "encap_content_info": {"content_type": "data"},
            "certificates": certificates,
            "signer_infos": [signer_info],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": signed})


def _check_attributes(attributes: cms.CMSAttributes, leaf: asn1_x509.Certificate, digest: bytes) -> None:
    found = {attribute["type"].native: attribute["values"] for attribute in attributes}
    if len(found) != len(attributes) or set(found) != {"content_type", "message_digest", "signing_certificate_v2"}:
        raise _Refused(SignatureVerdict.ALTERED, "con dấu số thiếu hoặc thừa thông tin được ký")
    if found["message_digest"][0].native != digest:
        raise _Refused(SignatureVerdict.ALTERED, "nội dung PDF đã bị sửa sau khi đóng dấu")
    named = found["signing_certificate_v2"][0]["certs"][0]["cert_hash"].native
    if found["content_type"][0].native != "data" or named != hashlib.sha256(leaf.dump()).digest():
        raise _Refused(SignatureVerdict.ALTERED, "con dấu số không gắn với chứng thư của nhà trường")


def _read_inside(data: bytes, covered: bytes, leaf: x509.Certificate, value: bytes) -> tuple[dt.datetime, SealedPdf]:
    """Moment and statements of a PDF whose seal already holds; the parser must see the very same single seal."""
    reader = PdfFileReader(BytesIO(data), strict=True)
    embedded = reader.embedded_signatures
    if len(embedded) != 1 or embedded[0].field_name != FIELD_NAME or reader.xrefs.total_revisions != 2:
        raise _Refused(SignatureVerdict.ALTERED, "bản PDF có thêm chữ ký hoặc phần nối sau khi đóng dấu")
    seal = embedded[0]
    if seal.evaluate_signature_coverage() is not SignatureCoverageLevel.ENTIRE_FILE:
        raise _Refused(SignatureVerdict.ALTERED, "con dấu số không phủ toàn bộ tệp")
    moment = seal.self_reported_timestamp
    if moment is None or moment.tzinfo is None or not seal.pkcs7_content.startswith(value):
        raise _Refused(SignatureVerdict.MALFORMED, "con dấu số không ghi thời điểm")
    information = reader.trailer_view["/Info"]
    text = {name: str(information.get(name, "")) for name in ("/Keywords", "/Title")}
    return moment, SealedPdf(hashlib.sha256(covered).hexdigest(), text["/Keywords"], text["/Title"])


def _key_accepts(certificate: x509.Certificate, value: bytes, message: bytes) -> bool:
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(value, message, PKCS1v15(), hashes.SHA256())
            return True
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, message, ec.ECDSA(hashes.SHA256()))
            return True
    except InvalidSignature:
        return False
    return False


def _to_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))

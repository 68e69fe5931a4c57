"""Whether the certificate belonged to the person who had to sign, in the role that person held on that day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cryptography import x509

from maitruong.foundation.kernel.clock import day_of

from .certificates import common_name, fingerprint
from .ports import CertificateDirectory
from .types import Claim, HolderKind, Role, SignatureReport, SignatureVerdict


def problem_with_holder(
    certificate: x509.Certificate, claim: Claim, *, at: dt.datetime, directory: CertificateDirectory
) -> tuple[SignatureVerdict, str] | None:
    """None when holder, unit and role fit; else the verdict and a Vietnamese half-sentence. `at`: moment of signing."""
    held = directory.certificate(fingerprint(certificate))
    if held is None:
        return SignatureVerdict.UNTRUSTED, "chứng thư chưa được đăng kí trong hệ thống"
    if held.revoked_at is not None and held.revoked_at <= at:
        return SignatureVerdict.REVOKED, "chứng thư đã bị thu hồi trước lúc ký"
    kind = HolderKind.ORGANISATION if claim.role is Role.ORGANISATION else HolderKind.PERSON
    if held.holder.kind is not kind or held.holder.id != claim.holder_id:
        return SignatureVerdict.WRONG_SIGNER, "người ký không phải người được ghi trong hồ sơ"
    if not directory.was_entitled(claim, on=day_of(at)):
        return SignatureVerdict.WRONG_SIGNER, f"người ký không giữ vai trò {claim.role.label} vào ngày ký"
    return None


def report_on(
    node_id: str,
    certificate: x509.Certificate,
    claim: Claim,
    *,
    at: dt.datetime,
    directory: CertificateDirectory,
    verified: Any,
    sentence: str,
) -> SignatureReport:
    """The last question to a signature that holds: was it this person's to give? `verified` only goes out if so."""
    problem = problem_with_holder(certificate, claim, at=at, directory=directory)
    verdict, words = problem or (SignatureVerdict.VALID, sentence)
    return SignatureReport(
        node_id,
        verdict,
        words,
        signer_name=common_name(certificate),
        fingerprint=fingerprint(certificate),
        holder_id="" if problem else claim.holder_id,
        signed_at=at,
        verified=None if problem else verified,
    )

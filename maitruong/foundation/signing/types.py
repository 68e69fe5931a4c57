"""What signing speaks about: who holds a certificate, what is claimed, what a check of one signature found."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class HolderKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


class Role(StrEnum):
    """In what capacity somebody signs. A person may hold several on one day; the certificate says none of them."""

    SUBJECT_TEACHER = "subject_teacher"
    HOMEROOM_TEACHER = "homeroom_teacher"
    PRINCIPAL = "principal"
    ORGANISATION = "organisation"

    @property
    def label(self) -> str:
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.SUBJECT_TEACHER: "giáo viên bộ môn",
    Role.HOMEROOM_TEACHER: "giáo viên chủ nhiệm",
    Role.PRINCIPAL: "hiệu trưởng hoặc người được uỷ quyền",
    Role.ORGANISATION: "con dấu số của nhà trường",
}


class KeyKind(StrEnum):
    EC_P256 = "ec-p256"
    RSA_2048 = "rsa-2048"


class SignatureAlgorithm(StrEnum):
    RSA_SHA256 = "rsa-sha256"
    ECDSA_SHA256 = "ecdsa-sha256"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose certificate it is: one person or one organisation, by the id the house uses (never a personal number)."""

    kind: HolderKind
    id: str
    name: str
    unit_code: str
    unit_name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class HeldCertificate:
    """What the directory knows of one certificate: its holder and, when it was revoked, from which moment."""

    holder: Holder
    revoked_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a signature says about its signer: this holder acted in this role at this unit (for this class, subject)."""

    holder_id: str
    role: Role
    unit_code: str
    school_year: int
    school_class: str | None = None
    subject: str | None = None


class SignatureVerdict(StrEnum):
    VALID = "valid"
    MISSING = "missing"
    MALFORMED = "malformed"
    ALTERED = "altered"
    UNTRUSTED = "untrusted"
    EXPIRED = "expired"
    REVOKED = "revoked"
    WRONG_SIGNER = "wrong_signer"


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """What the check of one signature found.

    `sentence` is Vietnamese, for people. `signed_at` is the moment the signer claims (no time stamp token in B-B).
    `verified` is the very element, or the bytes, the digest was computed over; only set when the verdict is VALID.
    """

    node_id: str
    verdict: SignatureVerdict
    sentence: str
    signer_name: str = ""
    fingerprint: str = ""
    holder_id: str = ""
    signed_at: dt.datetime | None = None
    verified: Any = field(default=None, repr=False, compare=False)

    @property
    def is_valid(self) -> bool:
        return self.verdict is SignatureVerdict.VALID

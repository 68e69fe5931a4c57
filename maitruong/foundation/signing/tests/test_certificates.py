"""Which certificates are good for signing: each wrong one differs from a right one in one point."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from maitruong.foundation.signing.authority import DemoAuthority, Issued
from maitruong.foundation.signing.certificates import CertificateProblem, TrustStore, algorithm_for
from maitruong.foundation.signing.keys import make_key
from maitruong.foundation.signing.types import Holder, HolderKind, KeyKind, SignatureAlgorithm, SignatureVerdict

from .conftest import BORN

DURING = BORN + dt.timedelta(days=10)
UNTIL = BORN + dt.timedelta(days=30)
LAN = Holder(HolderKind.PERSON, "17", "Nguyễn Thị Lan", "56000708", "Trường THCS Nguyễn Huệ")
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nguyễn Thị Lan")])


def usage(**changes: bool) -> x509.KeyUsage:
    flags = {
        "digital_signature": True, "content_commitment": True, "key_encipherment": False, "data_encipherment": False,
        "key_agreement": False, "key_cert_sign": False, "crl_sign": False, "encipher_only": False, "decipher_only": False,
    }  # fmt: skip
    return x509.KeyUsage(**(flags | changes))


def a_leaf(authority, *, key=None, key_usage=None, ca=False, extra=(), digest=None, issuer=None, issuer_key=None):
    key = key or make_key(KeyKind.EC_P256)
    builder = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name((issuer or authority.issuing).subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BORN)
        .not_valid_after(UNTIL)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True)
    )
    if key_usage is not False:
        builder = builder.add_extension(key_usage or usage(), critical=True)
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer_key or authority._issuing_key, digest or hashes.SHA256())


def test_ordinary_certificate_is_accepted_while_it_lasts(authority):
    leaf = a_leaf(authority)

    for moment in (BORN, DURING, UNTIL):
        authority.trust.check(leaf, at=moment)


@pytest.mark.parametrize("moment", [BORN - dt.timedelta(seconds=1), UNTIL + dt.timedelta(seconds=1)])
def test_certificate_outside_its_days_is_expired(authority, moment):
    with pytest.raises(CertificateProblem) as problem:
        authority.trust.check(a_leaf(authority), at=moment)

    assert problem.value.verdict is SignatureVerdict.EXPIRED


UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")


@pytest.mark.parametrize(
    "wrong",
    [
        {"key_usage": usage(content_commitment=False)},
        {"key_usage": usage(digital_signature=False)},
        {"key_usage": False},
        {"ca": True},
        {"extra": [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)]},
        {"extra": [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)]},
        {"extra": [(UNKNOWN, True)]},
        {"key": rsa.generate_private_key(65537, 1024)},  # noqa: S505
        {"key": ec.generate_private_key(ec.SECP384R1())},
    ],
    ids=["không chống chối bỏ", "không ký", "không mục đích", "CA", "timestamp", "server", "lạ", "rsa-1024", "p-384"],
)
def test_certificate_not_made_for_signing_documents_is_refused(authority, wrong):
    with pytest.raises(CertificateProblem) as problem:
        authority.trust.check(a_leaf(authority, **wrong), at=DURING)

    assert problem.value.verdict is SignatureVerdict.UNTRUSTED


def test_purpose_of_signing_documents_and_unknown_notes_are_accepted(authority):
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])

    authority.trust.check(a_leaf(authority, extra=[(purposes, False), (UNKNOWN, False)]), at=DURING)


def test_certificate_signed_by_a_persons_key_is_refused(authority):
    """A teacher cannot issue certificates: her certificate is no authority, even when it is handed over as one."""
    teacher_key = make_key(KeyKind.EC_P256)
    teacher = a_leaf(authority, key=teacher_key)
    forged = a_leaf(authority, issuer=teacher, issuer_key=teacher_key)
    generous = TrustStore(roots=authority.trust.roots, intermediates=(*authority.trust.intermediates, teacher))

    for trust in (authority.trust, generous):
        with pytest.raises(CertificateProblem):
            trust.check(forged, at=DURING)


def test_certificate_with_the_right_issuers_name_but_another_key_is_refused(authority, tmp_path):
    twin = DemoAuthority.create(tmp_path / "twin", pin="271828", at=BORN)
    forged = twin.issue(LAN, valid_from=BORN, valid_to=UNTIL)

    with pytest.raises(CertificateProblem):
        authority.trust.check(forged.certificate, at=DURING)


def test_authority_below_an_authority_that_allows_none_is_refused(authority):
    below_key = make_key(KeyKind.EC_P256)
    below = a_leaf(authority, key=below_key, ca=True, key_usage=usage(key_cert_sign=True))
    leaf = a_leaf(authority, issuer=below, issuer_key=below_key)
    trust = TrustStore(roots=authority.trust.roots, intermediates=(*authority.trust.intermediates, below))

    with pytest.raises(CertificateProblem) as problem:
        trust.check(leaf, at=DURING)

    assert "chuỗi chứng thư" in str(problem.value)


def test_without_the_root_nothing_is_trusted(authority):
    stranger = TrustStore(roots=(), intermediates=authority.trust.intermediates)

    with pytest.raises(CertificateProblem):
        stranger.check(a_leaf(authority), at=DURING)


def test_each_key_has_its_one_algorithm(authority):
    rsa_leaf = a_leaf(authority, key=make_key(KeyKind.RSA_2048))

    assert algorithm_for(a_leaf(authority)) is SignatureAlgorithm.ECDSA_SHA256
    assert algorithm_for(rsa_leaf) is SignatureAlgorithm.RSA_SHA256
    assert isinstance(authority.issue(LAN, valid_from=BORN, valid_to=UNTIL), Issued)

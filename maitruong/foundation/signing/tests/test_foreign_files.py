"""Signed files of other makers are no files of ours: told so calmly.

Give the folder of a larger collection (W3C interop signatures as *.xml, signed *.pdf) in MT_SIGNATURE_VECTORS to try every
file of it too; without it the small ones written here are tried.
"""

from __future__ import annotations

import datetime as dt
import os
from io import BytesIO
from pathlib import Path

import pytest
import typst
from lxml import etree
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from signxml.xades import XAdESSigner

from maitruong.foundation.signing import pades
from maitruong.foundation.signing.canonical import NotCanonical, canonical_bytes, parse
from maitruong.foundation.signing.pades import _PortSigner, seal_pdf, verify_pdf
from maitruong.foundation.signing.types import Claim, HeldCertificate, Holder, HolderKind, Role, SignatureVerdict
from maitruong.foundation.signing.xades import verify_element

from .conftest import BORN

NOW = BORN + dt.timedelta(days=20)
CLAIM = Claim("708", Role.ORGANISATION, "56000708", 2026)
SCHOOL = Holder(HolderKind.ORGANISATION, "708", "Trường THCS Nguyễn Huệ", "56000708", "Trường THCS Nguyễn Huệ")
FOLDER = os.environ.get("MT_SIGNATURE_VECTORS", "")
VECTORS = sorted(found for found in Path(FOLDER).rglob("*") if found.suffix in (".xml", ".pdf")) if FOLDER else []


class EverybodyIsEntitled:
    """The most generous directory there could be: the file itself must be refused."""

    def certificate(self, fingerprint):
        return HeldCertificate(SCHOOL)

    def was_entitled(self, claim, *, on):
        return True


@pytest.fixture(scope="module")
def rules(authority):
    return {"trust": authority.trust, "directory": EverybodyIsEntitled(), "now": NOW}


@pytest.fixture(scope="module")
def seal(authority):
    return authority.issue(SCHOOL, valid_from=BORN, valid_to=BORN + dt.timedelta(days=900))


def check(data: bytes, rules):
    if data.startswith(b"%PDF"):
        return verify_pdf(data, lambda sealed: CLAIM, **rules)
    return verify_element(parse(data), CLAIM, **rules)


def test_sound_xades_signature_of_another_program_is_not_our_shape(authority, seal, rules):
    """Same key, same certificate, a signature that is valid by the standard, but not the one shape we accept."""
    document = etree.fromstring(b'<record xmlns="urn:x" Id="record"><a>1</a></record>')
    signed = XAdESSigner().sign(
        document, key=seal.key, cert=[seal.certificate], reference_uri="#record", always_add_key_value=False
    )

    report = check(canonical_bytes(signed), rules)

    assert report.verdict in (SignatureVerdict.ALTERED, SignatureVerdict.MALFORMED)
    assert report.verified is None


def test_sound_pdf_signature_that_is_not_pades_is_not_our_shape(authority, seal, rules):
    writer = IncrementalPdfFileWriter(BytesIO(typst.compile(b"Xin")))
    metadata = signers.PdfSignatureMetadata(field_name="Sig1", md_algorithm="sha256")
    signed = signers.sign_pdf(writer, metadata, _PortSigner(authority.signer(seal))).getvalue()

    report = check(signed, rules)

    assert not report.is_valid
    assert report.verified is None


class NobodyIsKnown(EverybodyIsEntitled):
    def certificate(self, fingerprint):
        return None


def test_pdf_sealed_with_a_strangers_own_key_is_refused_before_anything_in_it_is_unpacked(
    authority, seal, rules, monkeypatch
):
    """Whoever makes a key of his own makes a seal that holds, and inside it streams that unpack to any size."""
    sealed = seal_pdf(typst.compile(b"Xin"), authority.signer(seal), at=NOW, reason="thử")
    opened = []
    monkeypatch.setattr(pades, "PdfFileReader", lambda *given, **more: opened.append(given))

    report = check(sealed, {**rules, "directory": NobodyIsKnown()})

    assert report.verdict is SignatureVerdict.UNTRUSTED and opened == []


if VECTORS:

    @pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.name)
    def test_no_file_of_the_collection_passes_for_ours(path, rules):
        try:
            report = check(path.read_bytes(), rules)
        except NotCanonical:
            return
        assert not report.is_valid

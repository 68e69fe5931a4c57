"""Programs that know nothing of ours accept what we sign and refuse what was changed."""

from __future__ import annotations

import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml import SignatureMethod
from signxml.xades import XAdESSignatureConfiguration, XAdESVerifier

from maitruong.assessment.school_records.document import steps
from maitruong.assessment.school_records.outside import pdfsig_command, xmlsec1_command
from maitruong.assessment.school_records.paper import render_sealed
from maitruong.foundation.signing.canonical import canonical_bytes, parse
from maitruong.foundation.signing.types import HolderKind, KeyKind
from maitruong.foundation.signing.xades import SIGNATURE

from .factories import SIGNING_DAY, a_lower_secondary_record, a_primary_record, an_upper_secondary_record

EVERY_KIND = [a_lower_secondary_record, an_upper_secondary_record, a_primary_record]


def run(command) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def authority_files(office, tmp_path):
    root, issuing = tmp_path / "root.pem", tmp_path / "issuing.pem"
    root.write_bytes(office.school.authority.root.public_bytes(Encoding.PEM))
    issuing.write_bytes(office.school.authority.issuing.public_bytes(Encoding.PEM))
    return {"root": root, "issuing": issuing}


@pytest.mark.tools("xmlsec1")
@pytest.mark.parametrize("make", EVERY_KIND)
def test_xmlsec1_accepts_every_signature_of_a_record(make, office, authority_files, tmp_path):
    content = make()
    file = tmp_path / "hocba.xml"
    file.write_bytes(office.signed(content))

    for step in steps(content):
        answer = run(xmlsec1_command(file, step.node_id, **authority_files))
        assert answer.returncode == 0, (step.node_id, answer.stderr)
        assert "References (ok/all): 2/2" in answer.stderr


@pytest.mark.tools("xmlsec1")
def test_xmlsec1_refuses_the_changed_subject_and_all_above_it_only(sealed, office, authority_files, tmp_path):
    file = tmp_path / "hocba.xml"
    file.write_bytes(sealed.replace("Chăm học, hoàn thành".encode(), "Lười học, hoàn thành".encode(), 1))

    answers = {
        step.node_id: run(xmlsec1_command(file, step.node_id, **authority_files)).returncode == 0
        for step in steps(a_lower_secondary_record())
    }

    refused = {node_id for node_id, accepted in answers.items() if not accepted}
    assert refused == {"subject-TOAN", "year-page", "approved", "record"}


def test_signxml_accepts_every_signature_and_returns_the_element_we_signed(sealed, office):
    """A second, independent reading of the standard."""
    root = parse(sealed)
    expected = XAdESSignatureConfiguration(
        expect_references=2,
        location="./",
        signature_methods=frozenset({SignatureMethod.RSA_SHA256, SignatureMethod.ECDSA_SHA256}),
    )
    for step in steps(a_lower_secondary_record()):
        element = next(found for found in root.iter(etree.Element) if found.get("Id") == step.node_id)
        certificate = office.signer_of(step).certificate
        result = XAdESVerifier().verify(canonical_bytes(element), x509_cert=certificate, expect_config=expected)
        assert result[0].signed_xml.get("Id") == step.node_id
        assert result[0].signed_xml.find(SIGNATURE) is None


@pytest.mark.tools("pdfsig")
@pytest.mark.parametrize("key", list(KeyKind))
def test_pdfsig_finds_one_valid_signature_over_the_whole_document(key, sealed, office, tmp_path):
    seal = office.school.enrol("708", kind=HolderKind.ORGANISATION, key=key)
    file = tmp_path / "hocba.pdf"
    file.write_bytes(render_sealed(office.verify(sealed), seal, at=SIGNING_DAY))

    answer = run(pdfsig_command(file)).stdout

    assert "Signature Validation: Signature is Valid." in answer
    assert "Total document signed" in answer
    assert "Trường THCS Nguyễn Huệ" in answer
    assert "Signature #2" not in answer


@pytest.mark.tools("pdfsig")
@pytest.mark.parametrize("place", [2000, 60_000])
def test_pdfsig_refuses_a_changed_byte_as_we_do(place, sealed, office, tmp_path):
    seal = office.school.signer("708", kind=HolderKind.ORGANISATION)
    pdf = bytearray(render_sealed(office.verify(sealed), seal, at=SIGNING_DAY))
    pdf[place] ^= 1
    file = tmp_path / "hocba.pdf"
    file.write_bytes(pdf)

    assert "Signature is Valid" not in run(pdfsig_command(file)).stdout
    assert not office.verify(bytes(pdf)).is_valid

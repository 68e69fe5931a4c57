"""Forgeries that get everything right but one thing: the key, the authority, the spelling of the value."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import replace

import pytest
from lxml import etree

from maitruong.assessment.school_records.document import steps
from maitruong.assessment.school_records.paper import render, render_sealed
from maitruong.assessment.school_records.verify import Verdict
from maitruong.foundation.signing.authority import DemoAuthority
from maitruong.foundation.signing.canonical import canonical_bytes, parse
from maitruong.foundation.signing.certificates import fingerprint
from maitruong.foundation.signing.keys import SoftwareSigner
from maitruong.foundation.signing.pades import seal_pdf
from maitruong.foundation.signing.types import HeldCertificate, Holder, HolderKind, KeyKind, SignatureVerdict
from maitruong.foundation.signing.xades import (
    _P256_ORDER,
    DS,
    SIGNATURE,
    _signature_value,
    prepare_signature,
    sign_element,
)

from .factories import SCHOOL, SIGNING_DAY, a_lower_secondary_record

SEAL_HOLDER = Holder(HolderKind.ORGANISATION, "708", SCHOOL.name, SCHOOL.code, SCHOOL.name)
AFTERWARDS = SIGNING_DAY + dt.timedelta(hours=2)


@pytest.fixture
def foreign_seal(office, tmp_path, monkeypatch) -> SoftwareSigner:
    """A seal of an authority nobody trusts, whose certificate somebody managed to register in the directory."""
    authority = DemoAuthority.create(tmp_path / "foreign", pin="271828", at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    issued = authority.issue(
        SEAL_HOLDER, valid_from=SIGNING_DAY - dt.timedelta(days=1), valid_to=SIGNING_DAY.replace(year=2030)
    )
    held = office.school.held | {fingerprint(issued.certificate): HeldCertificate(SEAL_HOLDER)}
    monkeypatch.setattr(office.school, "held", held)
    return authority.signer(issued)


def last_report(report):
    return report.steps[-1].report


def seal_step():
    return steps(a_lower_secondary_record())[-1]


def test_value_made_by_another_key_under_the_true_certificate_is_refused(office):
    """Every byte of the signature is as it must be; only the number was not made by the school's key."""
    root = parse(office.signed(a_lower_secondary_record(), until="approved"))
    mine = office.school.signer("708", kind=HolderKind.ORGANISATION)
    other = office.school.enrol("708", kind=HolderKind.ORGANISATION)
    pending = prepare_signature(root, mine.certificate, role=seal_step().role, at=AFTERWARDS)
    root.append(etree.fromstring(pending.shape.written(_signature_value(other.sign(pending.digest), mine.certificate))))

    report = office.verify(canonical_bytes(root))

    assert report.verdict is Verdict.ALTERED
    assert last_report(report).sentence == "chữ ký không khớp với chứng thư của người ký"


def test_every_character_of_the_seals_value_counts(sealed, office):
    """The outermost value is covered by no other signature."""
    start = sealed.rindex(b"<ds:SignatureValue>") + len(b"<ds:SignatureValue>")
    end = sealed.rindex(b"</ds:SignatureValue>")
    for place in range(start, end, 5):
        changed = bytearray(sealed)
        changed[place] = ord("B") if changed[place] == ord("A") else ord("A")
        assert not office.verify(bytes(changed)).is_valid, place


def test_registered_certificate_of_an_untrusted_authority_is_refused(foreign_seal, office):
    root = parse(office.signed(a_lower_secondary_record(), until="approved"))
    sign_element(root, "record", foreign_seal, role=seal_step().role, at=AFTERWARDS)

    report = office.verify(canonical_bytes(root))

    assert report.verdict is Verdict.UNTRUSTED
    assert last_report(report).verdict is SignatureVerdict.UNTRUSTED
    assert "không do tổ chức chứng thực được tin cậy cấp" in report.problems[0].sentence


def test_pdf_sealed_under_an_untrusted_authority_is_refused(foreign_seal, sealed, office):
    plain = SoftwareSigner(foreign_seal.key, foreign_seal.certificate)

    report = office.verify(render_sealed(office.verify(sealed), plain, at=AFTERWARDS))

    assert report.verdict is Verdict.UNTRUSTED


def test_pdf_seal_carrying_a_strange_authority_is_refused(foreign_seal, sealed, office):
    """Even beside a true seal: nothing unknown travels in a file we call whole."""
    mine = office.school.signer("708", kind=HolderKind.ORGANISATION)
    carrying = SoftwareSigner(mine.key, mine.certificate, (*mine.chain, *foreign_seal.chain))

    assert office.verify(render_sealed(office.verify(sealed), carrying, at=AFTERWARDS)).verdict is Verdict.ALTERED


def test_expired_certificate_is_refused_in_xml_and_pdf(office, sealed):
    ended = office.school.enrol("708", kind=HolderKind.ORGANISATION, valid_to=SIGNING_DAY + dt.timedelta(hours=1))
    root = parse(office.signed(a_lower_secondary_record(), until="approved"))
    pending = prepare_signature(
        root, ended.certificate, role=seal_step().role, at=SIGNING_DAY + dt.timedelta(minutes=30)
    )
    pending.complete(ended.sign(pending.digest))
    assert office.verify(canonical_bytes(root)).is_valid

    report = office.verify(seal_pdf(render(office.verify(sealed)), ended, at=AFTERWARDS, reason="muộn"))

    assert report.verdict is Verdict.UNTRUSTED
    assert "hiệu lực lúc ký" in report.problems[0].sentence


def test_seal_from_the_future_is_refused_in_xml_and_pdf(office, sealed):
    seal = office.school.signer("708", kind=HolderKind.ORGANISATION)
    later = SIGNING_DAY + dt.timedelta(days=60)
    root = parse(office.signed(a_lower_secondary_record(), until="approved"))
    sign_element(root, "record", seal, role=seal_step().role, at=later)

    assert "tương lai" in office.verify(canonical_bytes(root)).problems[0].sentence
    assert "tương lai" in office.verify(render_sealed(office.verify(sealed), seal, at=later)).problems[0].sentence


def test_other_number_of_the_same_ecdsa_signature_is_refused(office):
    """(r, n - s) verifies as well as (r, s): without one fixed spelling a byte could change unseen."""
    school = replace(SCHOOL, organisation_id="709")
    office.school.signer("709", kind=HolderKind.ORGANISATION, key=KeyKind.EC_P256)
    sealed = office.signed(a_lower_secondary_record(school=school))
    root = parse(sealed)
    value = root.find(SIGNATURE).find(f"{{{DS}}}SignatureValue")
    raw = base64.b64decode(value.text)
    s = int.from_bytes(raw[32:], "big")
    value.text = base64.b64encode(raw[:32] + (_P256_ORDER - s).to_bytes(32, "big")).decode()

    assert office.verify(sealed).is_valid
    assert office.verify(canonical_bytes(root)).verdict is Verdict.ALTERED


def test_seal_of_another_school_or_of_a_person_is_refused_on_the_xml(office):
    role = seal_step().role
    for signer in (office.school.signer("21", kind=HolderKind.ORGANISATION), office.school.signer("17")):
        root = parse(office.signed(a_lower_secondary_record(), until="approved"))
        sign_element(root, "record", signer, role=role, at=AFTERWARDS)
        assert office.verify(canonical_bytes(root)).verdict is Verdict.WRONG_SIGNER

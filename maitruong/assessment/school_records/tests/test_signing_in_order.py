"""A record is signed from the inside outwards, each part by the one person who holds that role on that day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from maitruong.assessment.school_records.document import build, steps
from maitruong.assessment.school_records.errors import (
    EarlierSignatureBroken,
    NoSuchPart,
    NotYourPart,
    RecordIncomplete,
    SignedOutOfOrder,
    StoredRecordDamaged,
)
from maitruong.assessment.school_records.lifecycle import (
    prepare_step,
    rebuild_keeping_signatures,
    sign_step,
    steps_still_due,
)
from maitruong.assessment.school_records.types import Mark
from maitruong.assessment.school_records.verify import Verdict
from maitruong.foundation.signing.errors import AlreadySigned, CertificateNotUsable, SignerFailed
from maitruong.foundation.signing.types import HolderKind

from . import factories
from .factories import SIGNING_DAY, a_lower_secondary_record, a_primary_record, an_upper_secondary_record

EVERY_KIND = [a_lower_secondary_record, an_upper_secondary_record, a_primary_record]


@pytest.mark.parametrize("make", EVERY_KIND)
def test_same_content_gives_the_same_bytes_and_comes_back_whole(make, office):
    content = make()

    assert build(content) == build(make())
    assert office.verify(office.signed(content)).content == content


def test_a_row_from_before_the_gate_with_what_xml_forbids_is_signed_without_it(office):
    content = a_lower_secondary_record()
    name = content.identity.pupil.full_name
    pupil = replace(content.identity.pupil, full_name=f"{name}\uffff\x01")
    broken = replace(content, identity=replace(content.identity, pupil=pupil))

    report = office.verify(office.signed(broken))

    assert report.verdict is Verdict.VALID
    assert report.content is not None and report.content.identity.pupil.full_name == name


@pytest.mark.parametrize(("make", "signatures"), list(zip(EVERY_KIND, [15, 16, 3], strict=True)))
def test_record_signed_in_order_is_valid_with_every_signature_named(make, signatures, office):
    report = office.verify(office.signed(make()))

    assert (report.verdict, report.problems) == (Verdict.VALID, ())
    assert [found.report.is_valid for found in report.steps] == [True] * signatures


def test_homeroom_teacher_cannot_sign_while_a_subject_is_unsigned(office):
    content = a_lower_secondary_record()
    half = office.signed(content, until="subject-HDTN")

    with pytest.raises(SignedOutOfOrder) as refusal:
        sign_step(half, "year-page", office.school.signer("17"), at=SIGNING_DAY, **office.rules)

    assert "môn Nội dung giáo dục của địa phương" in refusal.value.text
    assert [step.node_id for step in steps_still_due(half)] == ["subject-GDDP", "year-page", "approved", "record"]


@pytest.mark.parametrize(("node_id", "missing"), [("approved", "chủ nhiệm"), ("record", "hiệu trưởng")])
def test_principal_and_seal_wait_for_those_before_them(node_id, missing, office):
    content = a_lower_secondary_record()
    half = office.signed(content, until="subject-GDDP")
    step = next(step for step in steps(content) if step.node_id == node_id)

    with pytest.raises(SignedOutOfOrder) as refusal:
        sign_step(half, node_id, office.signer_of(step), at=SIGNING_DAY, **office.rules)

    assert missing in refusal.value.text


def test_teacher_cannot_sign_the_block_of_another_teacher(office):
    content = a_lower_secondary_record()
    office.entitle(content)

    with pytest.raises(NotYourPart) as refusal:
        sign_step(build(content), "subject-VAN", office.school.signer("17"), at=SIGNING_DAY, **office.rules)

    assert "không phải người được ghi" in refusal.value.text


def test_teacher_cannot_sign_on_a_day_without_the_role(office):
    content = a_lower_secondary_record()
    office.entitle(content)
    after = dt.datetime.combine(office.school.entitled_to, dt.time(9), factories.VIETNAM) + dt.timedelta(days=1)

    with pytest.raises(NotYourPart) as refusal:
        sign_step(build(content), "subject-TOAN", office.school.signer("17"), at=after, **office.rules)

    assert "không giữ vai trò giáo viên bộ môn" in refusal.value.text


def test_school_seal_cannot_stand_in_for_a_person(office):
    content = a_lower_secondary_record()
    office.entitle(content)
    seal = office.school.signer("17", kind=HolderKind.ORGANISATION)

    with pytest.raises(NotYourPart):
        sign_step(build(content), "subject-TOAN", seal, at=SIGNING_DAY, **office.rules)


def test_part_is_signed_once(office):
    content = a_lower_secondary_record()
    half = office.signed(content, until="subject-TOAN")

    with pytest.raises(AlreadySigned):
        sign_step(half, "subject-TOAN", office.school.signer("17"), at=SIGNING_DAY, **office.rules)


def test_subject_of_a_primary_record_has_no_signature_of_its_own(office):
    content = a_primary_record()
    office.entitle(content)

    with pytest.raises(NoSuchPart):
        sign_step(build(content), "subject-TOAN", office.school.signer("17"), at=SIGNING_DAY, **office.rules)


def test_homeroom_teacher_does_not_sign_over_a_broken_block(office):
    content = a_lower_secondary_record()
    half = office.signed(content, until="subject-GDDP")
    forged = half.replace("Chăm học, hoàn thành".encode(), "Lười học, hoàn thành".encode(), 1)

    with pytest.raises(EarlierSignatureBroken) as refusal:
        sign_step(forged, "year-page", office.school.signer("17"), at=SIGNING_DAY, **office.rules)

    assert "môn Toán" in refusal.value.text


def test_stored_record_that_is_damaged_is_not_signed(office):
    content = a_lower_secondary_record()
    office.entitle(content)

    for damaged in (b"", b"<record/>", build(content) + b"\n", build(content)[:-9]):
        with pytest.raises(StoredRecordDamaged):
            sign_step(damaged, "subject-TOAN", office.school.signer("17"), at=SIGNING_DAY, **office.rules)


def test_value_from_another_key_is_not_written(office):
    content = a_lower_secondary_record()
    office.entitle(content)
    mine, other = office.school.signer("17"), office.school.signer("78")
    pending = prepare_step(build(content), "subject-TOAN", mine.certificate, at=SIGNING_DAY, **office.rules)

    with pytest.raises(SignerFailed):
        pending.complete(other.sign(pending.digest))


def test_certificate_that_has_ended_does_not_sign(office):
    content = a_lower_secondary_record()
    office.entitle(content)
    ended = office.school.enrol("17", valid_to=SIGNING_DAY - dt.timedelta(days=1))

    with pytest.raises(CertificateNotUsable) as refusal:
        sign_step(build(content), "subject-TOAN", ended, at=SIGNING_DAY, **office.rules)

    assert "hết hạn" in refusal.value.text


def test_later_signature_leaves_earlier_ones_whole(office):
    content = a_lower_secondary_record()
    before = office.signed(content, until="subject-GDDP")
    after = office.signed(content, until="year-page")

    toan = before[before.index(b'<subject Id="subject-TOAN"') : before.index(b'<subject Id="subject-NN1"')]
    assert b"SignatureValue" in toan
    assert toan.split(b"<ds:Signature ")[0] in after
    assert all(found.report.is_valid for found in office.verify(after).steps[:13])


def test_corrected_mark_keeps_the_other_subjects_signed(office):
    content = a_lower_secondary_record()
    signed = office.signed(content, until="year-page")
    toan = replace(content.subjects[1], year=Mark(91))
    corrected = replace(content, subjects=(content.subjects[0], toan, *content.subjects[2:]))

    fresh, kept = rebuild_keeping_signatures(signed, corrected)

    assert len(kept) == 11
    assert [step.node_id for step in steps_still_due(fresh)] == ["subject-TOAN", "year-page", "approved", "record"]
    for order, step in enumerate(steps_still_due(fresh)):
        at = SIGNING_DAY + dt.timedelta(days=1, minutes=order)
        fresh = sign_step(fresh, step.node_id, office.signer_of(step), at=at, **office.rules)
    assert office.verify(fresh).content == corrected


def test_corrected_absences_keep_every_subject_signed(office):
    content = a_lower_secondary_record()
    signed = office.signed(content, until="approved")
    corrected = replace(content, summary=replace(content.summary, absences=46))

    fresh, kept = rebuild_keeping_signatures(signed, corrected)

    assert len(kept) == 12
    assert [step.node_id for step in steps_still_due(fresh)] == ["year-page", "approved", "record"]


def test_successor_signs_for_a_teacher_who_left_and_both_are_named(office):
    content = a_lower_secondary_record()
    left = replace(
        content.subjects[0], signer=replace(content.subjects[0].signer, person_id="22", name="Người kế nhiệm")
    )
    content = replace(content, subjects=(left, *content.subjects[1:]))

    report = office.verify(office.signed(content))

    assert report.is_valid
    assert report.content.subjects[0].taught_by.person_id == "78"
    assert report.steps[0].report.holder_id == "22"


def test_record_with_a_value_the_form_does_not_know_is_not_built():
    content = a_lower_secondary_record()
    wrong = replace(content.subjects[0], year=Mark(110))

    with pytest.raises(RecordIncomplete):
        build(replace(content, subjects=(wrong, *content.subjects[1:])))


def test_batch_can_be_signed_from_digests_alone(office):
    """What a remote service or a token sees: 32 bytes a record, in one list."""
    contents = [a_lower_secondary_record(record_id=letter * 22) for letter in "abc"]
    signer = office.school.signer("17")
    for content in contents:
        office.entitle(content)

    pending = [
        prepare_step(build(content), "subject-TOAN", signer.certificate, at=SIGNING_DAY, **office.rules)
        for content in contents
    ]
    digests = [one.digest for one in pending]
    signed = [one.complete(signer.sign(digest)) for one, digest in zip(pending, digests, strict=True)]

    assert len(set(digests)) == 3
    assert all(len(digest) == 32 for digest in digests)
    assert all("subject-TOAN" not in {step.node_id for step in steps_still_due(record)} for record in signed)

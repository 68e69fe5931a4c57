"""Whatever is changed, added, moved or taken away is refused, and the place is told."""

from __future__ import annotations

import base64
import copy
import datetime as dt
import random
import time
from dataclasses import replace

import pytest
from lxml import etree

from maitruong.assessment.school_records.changes import changed_fields
from maitruong.assessment.school_records.codec import NAMESPACE, tag
from maitruong.assessment.school_records.document import build, part_hash, steps, subject_elements, year_page
from maitruong.assessment.school_records.verify import Verdict
from maitruong.foundation.signing.authority import DemoAuthority
from maitruong.foundation.signing.canonical import canonical_bytes, parse
from maitruong.foundation.signing.types import HeldCertificate, HolderKind, KeyKind, SignatureVerdict
from maitruong.foundation.signing.xades import DS, SIGNATURE, sign_element

from .factories import SIGNING_DAY, a_lower_secondary_record

XADES_TIME = "{http://uri.etsi.org/01903/v1.3.2#}SigningTime"


@pytest.fixture
def root(sealed) -> etree._Element:
    return parse(sealed)


def subject(root, code) -> etree._Element:
    return next(element for element in subject_elements(root) if element.get("code") == code)


def told(report) -> str:
    return " | ".join(f"{problem.where}: {problem.sentence}" for problem in report.problems)


def test_two_hundred_random_byte_changes_are_refused_two_hundred_times(sealed, office):
    chance = random.Random(20261122)
    accepted = []
    for _ in range(200):
        changed = bytearray(sealed)
        place = chance.randrange(len(changed))
        changed[place] ^= chance.randrange(1, 256)
        if office.verify(bytes(changed)).is_valid:
            accepted.append(place)

    assert accepted == []


def test_two_hundred_bytes_put_in_or_taken_out_are_refused(sealed, office):
    chance = random.Random(7)
    for _ in range(100):
        place = chance.randrange(len(sealed))
        assert not office.verify(sealed[:place] + sealed[place + 1 :]).is_valid
        assert not office.verify(sealed[:place] + bytes([chance.randrange(256)]) + sealed[place:]).is_valid


def test_every_signature_is_needed(sealed, office):
    for node_id in [step.node_id for step in steps(a_lower_secondary_record())]:
        root = parse(sealed)
        owner = next(element for element in root.iter(etree.Element) if element.get("Id") == node_id)
        owner.remove(owner.find(SIGNATURE))
        report = office.verify(canonical_bytes(root))
        assert report.verdict in (Verdict.ALTERED, Verdict.INCOMPLETE), node_id
        assert report.problems


def test_changed_mark_is_named_by_its_subject(sealed, root, office):
    subject(root, "TOAN").find(tag("year")).set("tenths", "99")
    given = canonical_bytes(root)

    report = office.verify(given)

    assert report.verdict is Verdict.ALTERED
    assert told(report) == "Môn Toán: nội dung đã bị sửa sau khi lập"
    assert changed_fields(sealed, given) == ("Môn Toán: cả năm",)
    assert report.content is None


def test_file_of_guesses_under_a_known_number_learns_nothing_of_the_record(sealed, root):
    """The number stands in the QR. What is not named as different would else be told as guessed right."""
    subject(root, "TOAN").find(tag("year")).set("tenths", "99")
    for value in root.iter(f"{{{DS}}}SignatureValue"):
        value.text = base64.b64encode(b"x" * 64).decode()

    assert changed_fields(sealed, canonical_bytes(root)) == ()


def test_changed_name_absence_and_promotion_are_named_by_their_parts(sealed, root, office):
    year_page(root)[0].find(tag("pupil")).set("full-name", "Nguyễn Thị Hoàng Ánh")
    year_page(root)[2].set("absences", "1")
    root[0][1].set("promotion", "retained")
    given = canonical_bytes(root)

    report = office.verify(given)

    assert [problem.where for problem in report.problems] == [
        "Thông tin học sinh, trường, lớp",
        "Tổng hợp của giáo viên chủ nhiệm",
    ]
    assert changed_fields(sealed, given) == (
        "Thông tin chung: học sinh, họ và tên",
        "Tổng hợp của giáo viên chủ nhiệm: số buổi nghỉ",
        "Phê duyệt của hiệu trưởng: lên lớp",
    )


def test_changed_approval_alone_is_laid_at_the_principals_part(root, office):
    root[0][1].find(tag("opinion")).text = "Không đồng ý."

    assert told(office.verify(canonical_bytes(root))) == (
        "Phần phê duyệt của hiệu trưởng: nội dung đã bị sửa sau khi ký"
    )


def test_changed_issue_alone_is_laid_at_the_seal(root, office):
    root[1].set("place", "Hà Nội")

    assert told(office.verify(canonical_bytes(root))) == "Con dấu số của nhà trường: nội dung đã bị sửa sau khi ký"


def test_index_changed_together_with_its_block_does_not_help(root, office):
    block = subject(root, "TOAN")
    block.find(tag("year")).set("tenths", "99")
    entry = next(entry for entry in root.iter(tag("entry")) if entry.get("ref") == "subject-TOAN")
    entry.set("sha256", part_hash(block))

    report = office.verify(canonical_bytes(root))

    assert report.verdict is Verdict.ALTERED
    assert "Môn Toán: nội dung đã bị sửa sau khi ký" in told(report)


def test_moved_block_is_refused_and_named(root, office):
    subjects = year_page(root)[1]
    subjects.append(subjects[0])

    report = office.verify(canonical_bytes(root))

    assert report.verdict is Verdict.ALTERED
    assert "Thứ tự các môn: đã bị đổi chỗ" in told(report)


def test_block_taken_out_is_refused_and_named(root, office):
    year_page(root)[1].remove(subject(root, "KHTN"))

    report = office.verify(canonical_bytes(root))

    assert report.verdict is Verdict.ALTERED
    assert "Môn Khoa học tự nhiên: đã bị gỡ khỏi tệp" in told(report)


def test_doubled_block_under_another_id_is_refused_and_named(root, office):
    twin = copy.deepcopy(subject(root, "TOAN"))
    twin.set("Id", "subject-TOAN2")
    twin.set("code", "TOAN2")
    twin.set("name", "Toán nâng cao")
    year_page(root)[1].append(twin)

    report = office.verify(canonical_bytes(root))

    assert report.verdict is Verdict.ALTERED
    assert "Môn Toán nâng cao: được thêm vào sau khi lập" in told(report)


def test_doubled_block_under_the_same_id_is_refused(root, office):
    year_page(root)[1].append(copy.deepcopy(subject(root, "TOAN")))

    report = office.verify(canonical_bytes(root))

    assert report.verdict is Verdict.ALTERED
    assert "hai khối môn mang cùng mã" in told(report)


def test_signature_wrapping_around_the_true_record_is_refused(root, office):
    """The classic attack: the signed element is kept somewhere, a forged one stands where readers look."""
    forged = copy.deepcopy(root)
    subject(forged, "TOAN").find(tag("year")).set("tenths", "100")
    forged.remove(forged[-1])
    seal = root[-1]
    wrapper = etree.SubElement(seal, f"{{{DS}}}Object")
    wrapper.append(copy.deepcopy(root))
    forged.append(copy.deepcopy(seal))

    assert office.verify(canonical_bytes(forged)).verdict is Verdict.ALTERED

    for place in (forged, forged[0], year_page(forged)):
        hidden = copy.deepcopy(forged)
        etree.SubElement(hidden, f"{{{DS}}}Object").append(copy.deepcopy(root[0]))
        assert office.verify(canonical_bytes(hidden)).verdict is Verdict.ALTERED, place.tag


def test_signatures_swapped_between_two_subjects_are_refused(root, office):
    one, other = subject(root, "TOAN"), subject(root, "HDTN")
    of_one, of_other = one[-1], other[-1]
    one.append(of_other)
    other.append(of_one)

    report = office.verify(canonical_bytes(root))

    assert report.verdict is Verdict.ALTERED
    assert "Môn Toán" in told(report)


def test_signed_block_of_another_pupil_is_refused(root, office):
    """The teacher's own signature names record, pupil, year and class: it is worth nothing anywhere else."""
    pupil = replace(a_lower_secondary_record().identity.pupil, pupil_id="50018", full_name="Trần Bình")
    other = parse(office.signed(a_lower_secondary_record(pupil=pupil, record_id="o" * 22)))
    mine, theirs = subject(root, "TOAN"), subject(other, "TOAN")
    mine.getparent().replace(mine, copy.deepcopy(theirs))

    report = office.verify(canonical_bytes(root))

    assert report.verdict is Verdict.ALTERED
    assert "khối môn Toán thuộc về một học bạ khác" in told(report)

    swapped = parse(office.signed(a_lower_secondary_record()))
    subject(swapped, "TOAN").append(copy.deepcopy(theirs[-1]))
    subject(swapped, "TOAN").remove(subject(swapped, "TOAN").find(SIGNATURE))
    assert office.verify(canonical_bytes(swapped)).verdict is Verdict.ALTERED


def test_element_added_between_blocks_is_refused(root, office):
    for parent in (root, root[0], year_page(root), year_page(root)[1], subject(root, "TOAN"), root[-1]):
        for name in (tag("note"), "{urn:other}note", f"{{{DS}}}Object"):
            for place in (0, 1, len(parent)):
                extra = etree.Element(name)
                parent.insert(place, extra)
                assert not office.verify(canonical_bytes(root)).is_valid
                parent.remove(extra)
    assert office.verify(canonical_bytes(root)).is_valid


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b'<?xml version="1.0" encoding="UTF-8"?>\n' + data,
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.decode().encode("utf-16"),
        lambda data: data + b"\n",
        lambda data: b"\n" + data,
        lambda data: data + b"<!-- -->",
        lambda data: data.replace(b"<issue", b"<!-- x --><issue", 1),
        lambda data: data.replace(b"<issue", b"<?pi x?><issue", 1),
        lambda data: data.replace(b"<issue", b"\n<issue", 1),
        lambda data: data.replace(b"<issue", b" <issue", 1),
        lambda data: data.replace(b"<issue ", b"<issue  ", 1),
        lambda data: data.replace(b"></issue>", b"/>", 1),
        lambda data: data.replace("Toán".encode(), b"To&#225;n", 1),
        lambda data: data.replace(b"</ds:SignatureValue>", b"\n</ds:SignatureValue>"),
        lambda data: data.replace(b"</ds:SignatureValue>", b"=</ds:SignatureValue>"),
        lambda data: data.replace(b"<ds:", b"<dsig:").replace(b"</ds:", b"</dsig:").replace(b"xmlns:ds", b"xmlns:dsig"),
        lambda data: data.replace(b' schema="1.0"', b' schema="1.0" xmlns:x="urn:x"', 1),
        lambda data: data.replace(b'<record xmlns="', b'<record xmlns:a="urn:a" xmlns="', 1),
        lambda data: b'<!DOCTYPE record [<!ENTITY a "b">]>' + data,
        lambda data: data.replace("Môn Toán".encode(), "<![CDATA[Môn Toán]]>".encode(), 1),
        lambda data: data.replace(b"rsa-sha256", b"rsa-sha1"),
        lambda data: data.replace(b"xmlenc#sha256", b"xmldsig#sha1"),
        lambda data: data.replace(b"#enveloped-signature", b"#base64", 1),
    ],
)
def test_no_other_spelling_of_the_same_record_is_accepted(change, sealed, office):
    changed = change(sealed)

    assert changed != sealed
    assert not office.verify(changed).is_valid


def test_whole_file_under_another_namespace_prefix_is_refused(sealed, office):
    prefixed = sealed.replace(b'xmlns="urn:maitruong', b'xmlns:r="urn:maitruong').replace(b"<record", b"<r:record", 1)

    assert not office.verify(prefixed).is_valid
    assert not office.verify(sealed.replace(NAMESPACE.encode(), b"urn:other:1")).is_valid


def test_signing_time_moved_is_refused(root, office):
    time_of_seal = next(root[-1].iter(XADES_TIME))
    for text in ("2027-05-28T08:15:00+07:00", "2027-05-28T01:14:00+00:00", "không rõ", "", None):
        time_of_seal.text = text
        assert not office.verify(canonical_bytes(root)).is_valid


def test_block_forged_and_signed_again_by_a_stranger_is_refused(root, office, tmp_path):
    """A real key, a real signature, the right name in the certificate; the wrong root."""
    authority = DemoAuthority.create(tmp_path, pin="271828", at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    held = next(held for held in office.school.held.values() if held.holder.id == "17")
    issued = authority.issue(
        held.holder, valid_from=SIGNING_DAY - dt.timedelta(days=9), valid_to=SIGNING_DAY.replace(year=2030)
    )
    block = subject(root, "TOAN")
    step = next(step for step in steps(a_lower_secondary_record()) if step.node_id == "subject-TOAN")
    block.find(tag("year")).set("tenths", "99")
    block.remove(block.find(SIGNATURE))
    sign_element(root, "subject-TOAN", authority.signer(issued), role=step.role, at=SIGNING_DAY)

    report = office.verify(canonical_bytes(root))

    found = next(found for found in report.steps if found.step.node_id == "subject-TOAN")
    assert found.report.verdict is SignatureVerdict.UNTRUSTED
    assert report.verdict is Verdict.ALTERED


def test_certificate_never_registered_here_is_refused(office):
    """Issued by the right authority, to the right name, but the house does not know it."""
    content = a_lower_secondary_record()
    office.entitle(content)
    held = next(held for held in office.school.held.values() if held.holder.id == "17")
    unknown = office.school.authority.issue(
        held.holder, valid_from=SIGNING_DAY, valid_to=SIGNING_DAY.replace(year=2030)
    )
    root = parse(build(content))
    role = steps(content)[1].role
    sign_element(root, "subject-TOAN", office.school.authority.signer(unknown), role=role, at=SIGNING_DAY)

    report = next(found.report for found in office.verify(canonical_bytes(root)).steps if found.step.subject == "TOAN")

    assert (report.verdict, report.sentence) == (
        SignatureVerdict.UNTRUSTED,
        "chứng thư chưa được đăng kí trong hệ thống",
    )


def test_record_is_refused_once_its_signers_certificate_was_revoked_before_signing(sealed, office, monkeypatch):
    mine = {key: held for key, held in office.school.held.items() if held.holder.id == "901"}
    for offset, expected in ((-1, Verdict.UNTRUSTED), (1, Verdict.VALID)):
        revoked = SIGNING_DAY + dt.timedelta(days=offset)
        changed = office.school.held | {key: HeldCertificate(held.holder, revoked) for key, held in mine.items()}
        monkeypatch.setattr(office.school, "held", changed)
        assert office.verify(sealed).verdict is expected


def test_record_is_refused_when_the_role_was_not_held_on_the_day_of_signing(sealed, office, monkeypatch):
    monkeypatch.setattr(office.school, "entitled_to", SIGNING_DAY.date() - dt.timedelta(days=1))

    report = office.verify(sealed)

    assert report.verdict is Verdict.WRONG_SIGNER
    assert "không giữ vai trò" in told(report)


def test_record_signed_out_of_order_in_time_is_refused(office):
    content = a_lower_secondary_record()
    record = office.signed(content, until="subject-GDDP")
    early = SIGNING_DAY - dt.timedelta(days=1)
    root = parse(record)
    for step in steps(content)[-3:]:
        sign_element(root, step.node_id, office.signer_of(step), role=step.role, at=early)

    report = office.verify(canonical_bytes(root))

    assert report.verdict is Verdict.OUT_OF_ORDER
    assert "ký trước khi cấp dưới ký xong" in told(report)


def test_seal_of_the_school_can_be_ec_as_well_as_rsa(office):
    content = a_lower_secondary_record(
        school=replace(a_lower_secondary_record().identity.school, organisation_id="709")
    )
    office.school.signer("709", kind=HolderKind.ORGANISATION, key=KeyKind.EC_P256)

    assert office.verify(office.signed(content)).is_valid


GARBAGE = [
    b"",
    b"<",
    b"<a/>",
    b"{}",
    b"PK\x03\x04" + bytes(500),
    b"\x00" * 1000,
    "học bạ".encode(),
    b"<record></record>",
    b"<a>" * 200_000,
    b'<record xmlns="urn:maitruong:school-record:1"></record>',
    b'<record xmlns="urn:maitruong:school-record:1" Id="record" schema="1.0"><approved></approved></record>',
    b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><r>&b;</r>',
    b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
    b"<r>" + b"<a></a>" * 250_000 + b"</r>",
    b"<r " + b'a="1" ' * 100_000 + b"></r>",
    bytes(3_000_000),
]


@pytest.mark.parametrize("data", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_answered_calmly_and_soon(data, office):
    began = time.process_time()
    report = office.verify(data)

    assert report.verdict in (Verdict.NOT_A_RECORD, Verdict.ALTERED)
    assert report.problems
    assert time.process_time() - began < 2

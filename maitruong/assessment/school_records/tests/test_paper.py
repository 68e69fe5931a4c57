"""The reading copy: from the sealed XML alone, the same bytes each time, one seal over all of it."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import time
from dataclasses import replace
from io import BytesIO

import pytest
import typst
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from maitruong.assessment.school_records.document import build
from maitruong.assessment.school_records.errors import NotSealedYet
from maitruong.assessment.school_records.paper import render, render_sealed
from maitruong.assessment.school_records.types import Correction
from maitruong.assessment.school_records.verify import Verdict
from maitruong.foundation.signing.errors import PdfNotSealable
from maitruong.foundation.signing.pades import seal_pdf
from maitruong.foundation.signing.types import HolderKind

from .factories import SIGNING_DAY, a_lower_secondary_record, a_primary_record, an_upper_secondary_record


@pytest.fixture(scope="session")
def pdf(sealed, office) -> bytes:
    seal = office.school.signer("708", kind=HolderKind.ORGANISATION)
    return render_sealed(office.verify(sealed), seal, at=SIGNING_DAY + dt.timedelta(hours=1))


def text_of(data: bytes, tmp_path) -> str:
    file = tmp_path / "page.pdf"
    file.write_bytes(data)
    return subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout


def test_sealed_copy_is_valid_and_carries_the_hash_of_its_xml(pdf, sealed, office):
    of_xml, of_pdf = office.verify(sealed), office.verify(pdf)

    assert (of_pdf.verdict, of_pdf.kind) == (Verdict.VALID, "pdf")
    assert of_pdf.xml_sha256 == of_xml.sha256
    assert of_pdf.record_id == of_xml.record_id
    assert of_pdf.steps[0].report.signer_name == "Trường THCS Nguyễn Huệ"


def test_same_sealed_record_gives_the_same_pdf_before_its_seal(sealed, office):
    assert render(office.verify(sealed)) == render(office.verify(sealed))


@pytest.mark.tools("pdffonts")
def test_copy_says_it_is_archival_and_embeds_its_fonts(pdf, tmp_path):
    metadata = PdfFileReader(BytesIO(pdf)).root["/Metadata"].data
    file = tmp_path / "page.pdf"
    file.write_bytes(pdf)
    listed = subprocess.run(["pdffonts", str(file)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]

    assert b"<pdfaid:part>2</pdfaid:part>" in metadata
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert len(listed) >= 3
    assert all("BeVietnamPro" in font and " yes yes yes " in font for font in listed), listed


@pytest.mark.tools("pdftotext")
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (
            a_lower_secondary_record,
            ["Nguyễn Thị Hoàng Anh", "09/03/2013", "Khoa học tự nhiên", "7,5", "Công Tằng Tôn Nữ Thị", "Được lên lớp", "8A2"],
        ),
        (
            an_upper_secondary_record,
            ["Công Huyền Tôn Nữ Thị Phương Thảo Nguyên", "Vật lí, Hoá học, Sinh học, Tin học", "4,8", "6,0", "từ mức Đạt lên mức Khá",
             "2 ô, môn Ngữ văn, Tiếng Anh"],
        ),
        (
            a_primary_record,
            ["Trần Minh An", "Hoàn thành tốt", "Giải quyết vấn đề và sáng", "134 cm, 30,5 kg", "Phẩm chất"],
        ),
    ],
)  # fmt: skip
def test_every_form_prints_its_values_in_vietnamese(make, expected, office, tmp_path):
    report = office.verify(office.signed(make()))
    text = text_of(render(report), tmp_path)

    assert [value for value in expected if value not in text] == []
    assert report.xml_sha256 in text
    assert report.record_id in text
    assert text.count("BẢN THỬ") >= 3


@pytest.mark.tools("pdftotext")
def test_real_record_does_not_say_it_is_a_trial(office, tmp_path):
    report = office.verify(office.signed(a_lower_secondary_record(demo=False)))

    assert "BẢN THỬ" not in text_of(render(report), tmp_path)


@pytest.mark.tools("pdftotext")
def test_corrected_version_names_the_one_it_replaces(office, tmp_path):
    corrects = Correction("Zk3vP0w8QfG1rT6yLmN2aQ", "ab" * 32, "Sửa ngày sinh theo giấy khai sinh", "12/QĐ-THCSNH")
    content = a_lower_secondary_record(version=2, record_id="v" * 22, corrects=corrects)

    text = text_of(render(office.verify(office.signed(content))), tmp_path)

    assert "Sửa ngày sinh theo giấy khai sinh" in text
    assert "12/QĐ-THCSNH" in text


@pytest.mark.tools("pdftotext")
def test_words_that_look_like_markup_are_printed_as_written(office, tmp_path):
    content = a_lower_secondary_record()
    odd = 'Em viết <b>#let x = 1</b> & "$2^10$" \\ *đậm* _nghiêng_ @ai'
    content = replace(content, summary=replace(content.summary, comment=odd))

    assert odd in text_of(render(office.verify(office.signed(content))), tmp_path)


def test_record_without_its_seal_is_not_printed(office):
    content = a_lower_secondary_record()
    for record in (build(content), office.signed(content, until="approved")):
        with pytest.raises(NotSealedYet):
            render(office.verify(record))


def test_two_hundred_random_byte_changes_in_the_pdf_are_refused(pdf, office):
    chance = random.Random(20261123)
    accepted = []
    for _ in range(200):
        changed = bytearray(pdf)
        place = chance.randrange(len(changed))
        changed[place] ^= chance.randrange(1, 256)
        if office.verify(bytes(changed)).is_valid:
            accepted.append(place)

    assert accepted == []


def test_every_byte_of_the_seals_own_value_counts(pdf, office):
    """The signature does not cover its own bytes: certificates, padding, hex digits; the check does."""
    start = pdf.index(b"/Contents <") + len(b"/Contents <")
    accepted = []
    for place in range(start - 1, start + 12_289, 7):
        changed = bytearray(pdf)
        changed[place] ^= 0x20 if chr(changed[place]).isalpha() else 1
        if office.verify(bytes(changed)).is_valid:
            accepted.append(place)

    assert accepted == []


def test_anything_after_the_seal_is_refused(pdf, office):
    for tail in (b"\n", b"%%EOF\n", b"\n1 0 obj\n<< >>\nendobj\n"):
        assert office.verify(pdf + tail).verdict is Verdict.ALTERED
    assert not office.verify(pdf[:-1]).is_valid


def test_second_signature_on_top_is_refused(pdf, office):
    with pytest.raises(PdfNotSealable):
        seal_pdf(pdf, office.school.signer("708", kind=HolderKind.ORGANISATION), at=SIGNING_DAY, reason="lần hai")

    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    writer.root["/Lang"] = writer.root.get("/Lang")
    writer.update_root()
    updated = BytesIO()
    writer.write(updated)
    assert office.verify(updated.getvalue()).verdict is Verdict.ALTERED


def test_copy_sealed_by_a_teacher_or_another_school_is_refused(sealed, office):
    report = office.verify(sealed)
    for signer in (office.school.signer("17"), office.school.signer("21", kind=HolderKind.ORGANISATION)):
        found = office.verify(render_sealed(report, signer, at=SIGNING_DAY))
        assert found.verdict is Verdict.WRONG_SIGNER


def test_sealed_pdf_that_is_no_record_is_refused(office):
    other = typst.compile('#set document(title: "Quyết định")\nXin'.encode())
    signed = seal_pdf(other, office.school.signer("708", kind=HolderKind.ORGANISATION), at=SIGNING_DAY, reason="khác")

    report = office.verify(signed)

    assert not report.is_valid
    assert "không ghi là học bạ" in report.problems[0].sentence


def test_copy_without_a_seal_is_not_a_record(sealed, office):
    assert office.verify(render(office.verify(sealed))).verdict is Verdict.NOT_A_RECORD


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7",
        b"%PDF-1.7\n" + b"\x00" * 100_000,
        b"%PDF-1.7\n/ByteRange [0 5 10 " + b"9" * 9 + b"]",
        b"%PDF-1.7\n/ByteRange [0 1 2 25]<>      ",
        b"%PDF-1.4\ntrailer << /Root 1 0 R /Prev 9 >>\nstartxref\n9\n%%EOF",
        b"%PDF-1.7\n" + b"[" * 200_000,
        b"%PDF-" + bytes(11_000_000),
    ],
)
def test_odd_pdf_is_answered_calmly_and_soon(data, office):
    began = time.process_time()

    assert not office.verify(data).is_valid
    assert time.process_time() - began < 2

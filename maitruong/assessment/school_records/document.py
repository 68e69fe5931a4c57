"""The record as an XML document: built from frozen values, read back, its parts found by their place.

    record                       sealed by the organisation
      approved                   signed by the principal
        year-page                signed by the homeroom teacher
          identity
          subjects
            subject ...          secondary: each signed by its teacher
          summary
          index                  SHA-256 of each part above, so that a change can be named
          (signature)
        approval
        (signature)
      issue
      (signature)

Each signature covers the element it stands in, with every signature inside it; a later one stands outside an earlier one
and so leaves it whole.
"""

from __future__ import annotations

import copy
import hashlib
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lxml import etree

from maitruong.foundation.signing.canonical import canonical_bytes
from maitruong.foundation.signing.types import Claim, Role
from maitruong.foundation.signing.xades import SIGNATURE, without_signature

from .codec import NAMESPACE, fill, read, tag, write
from .errors import RecordIncomplete
from .types import (
    SCHEMA_VERSION,
    Approval,
    Identity,
    Issue,
    RecordContent,
    SigningStep,
    Stage,
    SubjectBlock,
    Summary,
)

ROOT: Final = tag("record")
SCHEMA_FILE: Final = Path(__file__).parent / "schema" / f"school-record-{SCHEMA_VERSION}.xsd"
_COMPLAINT: Final = re.compile(r"Element '(?:\{[^}]*\})?([\w.-]{1,40})'(?:, attribute '([\w.-]{1,40})')?")
_of_thread = threading.local()


def build(content: RecordContent) -> bytes:
    """The unsigned record in canonical form; the same content always gives the same bytes. Raises RecordIncomplete."""
    root = etree.Element(ROOT, nsmap={None: NAMESPACE}, Id="record", schema=SCHEMA_VERSION)
    approved = etree.SubElement(root, tag("approved"), Id="approved")
    page = etree.SubElement(approved, tag("year-page"), Id="year-page")
    write(page, "identity", content.identity).set("Id", "identity")
    subjects = etree.SubElement(page, tag("subjects"))
    for block in content.subjects:
        _write_subject(subjects, block, content.identity)
    write(page, "summary", content.summary).set("Id", "summary")
    _write_index(page)
    write(approved, "approval", content.approval).set("Id", "approval")
    write(root, "issue", content.issue).set("Id", "issue")
    if problem := first_problem(root):
        raise RecordIncomplete(pupil=content.identity.pupil.full_name, what=problem)
    return canonical_bytes(root)


def content_of(root: etree._Element) -> RecordContent:
    """The values of a document that passed `first_problem`. Raises ValueError."""
    page = year_page(root)
    try:
        return RecordContent(
            identity=read(page[0], Identity),
            subjects=tuple(read(element, SubjectBlock) for element in subject_elements(root)),
            summary=read(page[2], Summary),
            approval=read(root[0][1], Approval),
            issue=read(root[1], Issue),
        )
    except (KeyError, TypeError, IndexError) as problem:
        raise ValueError(str(problem)) from problem


def first_problem(root: etree._Element) -> str | None:
    """Why this is not a record of ours, as a Vietnamese half-sentence; None when its structure is right.

    Schema, each subject once, and every subject block speaking of this record, pupil, year and class. The schema fixes the
    other Ids; those inside a signature are fixed by its one shape.
    """
    schema = _schema()
    if not schema.validate(root):
        return _schema_sentence(schema)
    bound = _binding(identity_of(root))
    seen = set()
    for element in subject_elements(root):
        if element.get("Id") != f"subject-{element.get('code')}":
            return f"mã của khối môn {element.get('name')} không khớp"
        if element.get("Id") in seen:
            return f"hai khối môn mang cùng mã {element.get('code')}"
        seen.add(element.get("Id"))
        if any(element.get(name) != value for name, value in bound.items()):
            return f"khối môn {element.get('name')} thuộc về một học bạ khác"
    return None


def identity_of(root: etree._Element) -> Identity:
    return read(year_page(root)[0], Identity)


def year_page(root: etree._Element) -> etree._Element:
    return root[0][0]


def subject_elements(root: etree._Element) -> list[etree._Element]:
    return list(year_page(root)[1])


def steps(content: RecordContent) -> tuple[SigningStep, ...]:
    """The signatures this record needs, in the order they are due."""
    subjects = [(block.code, block.name, block.signer.person_id) for block in content.subjects]
    homeroom, principal = content.summary.homeroom.person_id, content.approval.principal.person_id
    return _steps(content.identity, subjects, homeroom, principal)


def steps_of(root: etree._Element, identity: Identity) -> tuple[SigningStep, ...]:
    """The same, read from a document that passed `first_problem`, without reading all of it."""
    subjects = [
        (element.get("code"), element.get("name"), element.find(tag("signer")).get("person-id"))
        for element in subject_elements(root)
    ]
    homeroom = year_page(root)[2].find(tag("homeroom")).get("person-id")
    return _steps(identity, subjects, homeroom, root[0][1].find(tag("principal")).get("person-id"))


def claim_for(step: SigningStep, identity: Identity) -> Claim:
    """What the signature of a step says about its signer; the seal speaks for the school, not for one class."""
    about_class = step.role in (Role.SUBJECT_TEACHER, Role.HOMEROOM_TEACHER)
    return Claim(
        holder_id=step.holder_id,
        role=step.role,
        unit_code=identity.school.code,
        school_year=identity.school_year,
        school_class=identity.school_class.class_id if about_class else None,
        subject=step.subject,
    )


def element_of(root: etree._Element, node_id: str) -> etree._Element | None:
    """A signable element by its place, never by a search for its Id."""
    places = {"record": root, "approved": root[0], "year-page": year_page(root)}
    if node_id in places:
        return places[node_id]
    return next((element for element in subject_elements(root) if element.get("Id") == node_id), None)


def carry_signatures(signed: etree._Element, fresh: etree._Element) -> tuple[str, ...]:
    """Keep, in a newly built record, the signatures whose content did not change; from inside outwards.

    Used when the principal unlocked a block: the changed block and everything above it lose their signatures, the
    others stay. Returns the ids of the parts that kept theirs.
    """
    kept = []
    for node_id in [*(element.get("Id") for element in subject_elements(fresh)), "year-page", "approved", "record"]:
        before, after = element_of(signed, node_id), element_of(fresh, node_id)
        if before is None or after is None:
            continue
        signature = before.find(SIGNATURE)
        if signature is not None and without_signature(before) == canonical_bytes(after):
            after.append(copy.deepcopy(signature))
            kept.append(node_id)
    return tuple(kept)


def index_differences(root: etree._Element) -> Iterator[tuple[str, str]]:
    """(part, what happened to it) for every part that is not as the index says; Vietnamese."""
    page = year_page(root)
    parts = [element for element in page.iter(etree.Element) if _is_indexed(element)]
    present = {element.get("Id"): element for element in parts}
    entries = {entry.get("ref"): entry for entry in page.iter(tag("entry"))}
    for ref, entry in entries.items():
        if ref not in present:
            yield entry.get("name", ""), "đã bị gỡ khỏi tệp"
        elif part_hash(present[ref]) != entry.get("sha256"):
            yield entry.get("name", ""), "nội dung đã bị sửa sau khi lập"
    for ref, element in present.items():
        if ref not in entries:
            yield _part_name(element), "được thêm vào sau khi lập"
    if not set(entries) ^ set(present) and list(entries) != list(present):
        yield "Thứ tự các môn", "đã bị đổi chỗ"


def part_hash(element: etree._Element) -> str:
    return hashlib.sha256(without_signature(element)).hexdigest()


def _write_subject(parent: etree._Element, block: SubjectBlock, identity: Identity) -> None:
    element = etree.SubElement(parent, tag("subject"), Id=f"subject-{block.code}", **_binding(identity))
    fill(element, block)


def _binding(identity: Identity) -> dict[str, str]:
    """What ties a subject block to its record, so that the teacher's own signature cannot be used in another one."""
    return {
        "record-id": identity.record_id,
        "pupil-id": identity.pupil.pupil_id,
        "school-year": str(identity.school_year),
        "class-id": identity.school_class.class_id,
    }


def _write_index(page: etree._Element) -> None:
    parts = [element for element in page.iter(etree.Element) if _is_indexed(element)]
    index = etree.SubElement(page, tag("index"))
    for element in parts:
        etree.SubElement(
            index, tag("entry"), ref=element.get("Id"), name=_part_name(element), sha256=part_hash(element)
        )


def _is_indexed(element: etree._Element) -> bool:
    return element.tag in (tag("identity"), tag("subject"), tag("summary"))


def _part_name(element: etree._Element) -> str:
    if element.tag == tag("subject"):
        return f"Môn {element.get('name')}"
    return "Thông tin học sinh, trường, lớp" if element.tag == tag("identity") else "Tổng hợp của giáo viên chủ nhiệm"


def _steps(
    identity: Identity, subjects: list[tuple[str, str, str]], homeroom: str, principal: str
) -> tuple[SigningStep, ...]:
    """Primary: the homeroom teacher signs the whole year page, so no subject has a signature of its own."""
    own = [] if identity.stage is Stage.PRIMARY else subjects
    return (
        *(
            SigningStep(f"subject-{code}", Role.SUBJECT_TEACHER, signer, f"môn {name}", code)
            for code, name, signer in own
        ),
        SigningStep("year-page", Role.HOMEROOM_TEACHER, homeroom, "phần của giáo viên chủ nhiệm"),
        SigningStep("approved", Role.PRINCIPAL, principal, "phần phê duyệt của hiệu trưởng"),
        SigningStep("record", Role.ORGANISATION, identity.school.organisation_id, "con dấu số của nhà trường"),
    )


def _schema() -> etree.XMLSchema:
    """One compiled schema a thread: libxml2 keeps the complaints of the last validation in it."""
    if not hasattr(_of_thread, "schema"):
        _of_thread.schema = etree.XMLSchema(etree.parse(SCHEMA_FILE))
    return _of_thread.schema


def _schema_sentence(schema: etree.XMLSchema) -> str:
    """The first complaint, with the place in our words; the library's English text stays out of what people read."""
    found = _COMPLAINT.search(schema.error_log[0].message)
    element, attribute = found.groups() if found else ("record", None)
    if attribute:
        return f"thuộc tính {attribute} của phần tử {element} thiếu, thừa hoặc ghi sai"
    return f"có phần tử thiếu, thừa hoặc sai chỗ tại {element}"

"""Reads of the school records: what waits for whom, classes by state, one record, a family's, and the public verification."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.scoping import ScopedQuerySet
from maitruong.foundation.access.types import Scope
from maitruong.foundation.files import queries as files
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import queries as people
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.canonical import NotCanonical, parse
from maitruong.foundation.signing.directory import HouseDirectory
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import ClassRef

from .changes import changed_fields
from .document import content_of
from .models import ENDED, IN_FORCE, OPEN_TO_FAMILY, RecordBlock, RecordDraft, RecordFile, State
from .signed import signed_by_me
from .types import RecordContent
from .verify import Problem, RecordReport, Verdict, verify_file
from .waiting import ClassWaiting, Waiting, WaitingGroup, WaitingPage, signed_with, to_seal, waiting_for

__all__ = [
    "ClassStates",
    "ClassWaiting",
    "RecordPage",
    "RecordRow",
    "Signature",
    "Verification",
    "Waiting",
    "WaitingGroup",
    "WaitingPage",
    "class_records",
    "classes",
    "family_records",
    "reached",
    "record_page",
    "signed_by_me",
    "signed_with",
    "to_seal",
    "verify_token",
    "verify_upload",
    "waiting_for",
]

# --- classes and records -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClassStates:
    """A class of a year with its records by state."""

    class_id: int
    class_name: str
    pupils: int
    states: dict[str, int] = field(default_factory=dict)

    @property
    def made(self) -> int:
        return sum(self.states.values())

    def count(self, *states: str) -> int:
        return sum(self.states.get(state, 0) for state in states)


def classes(scope: Scope, *, school_year: int, school_id: int | None = None) -> list[ClassStates]:
    """Every class of grades 1-12 that `school_records.view` reaches, with how far its records are. Two statements."""
    rows = enrolment.classes(scope, school_id, school_year, permission="school_records.view")
    found = RecordFile.objects.visible_to(scope, "school_records.view").filter(school_year=school_year)
    # A pupil whose corrected version waits to be issued is counted with that one alone.
    standing = found.exclude(state__in=ENDED).exclude(Q(state=State.ISSUED) & Exists(_to_be_issued()))
    by_class: dict[int, dict[str, int]] = {}
    for class_id, state, n in standing.values_list("class_id", "state").annotate(n=Count("*")):
        by_class.setdefault(class_id, {})[state] = n
    return [ClassStates(row.id, row.name, row.pupils, by_class.get(row.id, {})) for row in rows if 1 <= row.grade <= 12]


@dataclass(frozen=True)
class RecordRow:
    """A record in a list. waits: the parts still unsigned, in words. replaced_soon: a corrected version only waits to be issued.
    older_stands: this version is on its way, and until then one before it is in force.
    """

    record_id: str
    student_id: int
    name: str
    school_id: int
    school_year: int
    class_id: int
    class_name: str
    version: int
    state: str
    state_label: str
    held_back: str
    waits: tuple[str, ...] = ()
    sealed_at: dt.datetime | None = None
    replaced_soon: bool = False
    older_stands: bool = False


def class_records(scope: Scope, *, class_id: int) -> tuple[ClassRef, list[RecordRow]]:
    """The pupils of a class with their newest record, in the order of the class list. Raises NotFound."""
    ref = enrolment.class_ref(scope, class_id=class_id, permission="school_records.view")
    members = enrolment.members(ref, on=enrolment.day_within(ref.school_year))
    found = RecordFile.objects.visible_to(scope, "school_records.view").filter(class_id=class_id)
    newest = {record.student_id: record for record in sorted(found, key=lambda r: (r.state not in ENDED, r.version))}
    standing = {record.student_id: record.pk for record in found if record.state in IN_FORCE}
    unsigned: dict[int, list[str]] = {}
    blocks = RecordBlock._base_manager.filter(class_id=class_id, signed_at__isnull=True, school_id=ref.school_id)
    for record_id, label in blocks.order_by("position").values_list("record_id", "label"):
        unsigned.setdefault(record_id, []).append(label)
    return ref, [
        _row(
            newest[m.student_id],
            m.full_name,
            tuple(unsigned.get(newest[m.student_id].pk, ())),
            older_stands=standing.get(m.student_id, newest[m.student_id].pk) != newest[m.student_id].pk,
        )
        if m.student_id in newest
        else RecordRow(
            "", m.student_id, m.full_name, ref.school_id, ref.school_year, ref.id, ref.name, 0, "", "Chưa lập", ""
        )
        for m in members
    ]


@dataclass(frozen=True)
class Signature:
    """One signature as the page lists it. signed_at is None while it is missing."""

    label: str
    name: str
    signed_at: dt.datetime | None


@dataclass(frozen=True)
class RecordPage:
    """A record with the data that were signed, its signatures and the other versions of its year."""

    row: RecordRow
    content: RecordContent | None
    signatures: tuple[Signature, ...]
    versions: tuple[RecordRow, ...]
    xml_sha256: str
    pdf_sha256: str
    reason: str
    decision: str
    end_reason: str
    school_name: str


def reached(scope: Scope, *, record_id: str, permission: str) -> RecordFile:
    """A record the permission reaches; a family reaches issued ones only. Raises NotFound, one answer for all."""
    rows = RecordFile.objects.visible_to(scope, permission).filter(record_id=record_id)
    if permission == "school_records.family":
        rows = _given_to_family(rows)
    row = rows.first()
    if row is None:
        raise NotFound
    return row


def record_page(scope: Scope, *, record_id: str, permission: str) -> RecordPage:
    """What a record says, read from its own signed bytes. Raises NotFound, FileDamaged."""
    row = reached(scope, record_id=record_id, permission=permission)
    names = people.names([row.student_id])
    name = names.get(row.student_id, row.initials)
    content = _content(row)
    versions = RecordFile.objects.visible_to(scope, permission).filter(
        student_id=row.student_id, school_year=row.school_year
    )
    if permission == "school_records.family":
        versions = _given_to_family(versions)
    blocks = list(RecordBlock._base_manager.filter(record_id=row.pk).order_by("position"))
    waits = tuple(block.label for block in blocks if block.signed_at is None)
    unit = organisations.unit(row.school_id)
    return RecordPage(
        row=_row(row, name, waits, replaced_soon=_is_replaced_soon(row)),
        content=content,
        signatures=_signatures(content, blocks, row, unit.name),
        versions=tuple(_row(other, name) for other in versions.order_by("-version")),
        xml_sha256=row.xml_sha256,
        pdf_sha256=row.pdf_sha256,
        reason=row.reason,
        decision=row.decision,
        end_reason=row.end_reason,
        school_name=unit.name,
    )


def family_records(scope: Scope, *, student_id: int) -> list[RecordRow]:
    """The issued records of one's own child, or one's own, newest first. Raises NotFound."""
    permission = "school_records.family"
    own = {s for grant in scope.grants if permission in grant.permissions for s in grant.student_ids or ()}
    if student_id not in own:
        raise NotFound
    rows = _given_to_family(RecordFile.objects.visible_to(scope, permission).filter(student_id=student_id))
    rows = rows.annotate(to_be_issued=Exists(_to_be_issued()))
    name = people.names([student_id]).get(student_id, "")
    return [
        _row(row, name, replaced_soon=row.state == State.ISSUED and row.to_be_issued)  # type: ignore[attr-defined]
        for row in rows.order_by("-school_year", "-version")
    ]


def _given_to_family(rows: ScopedQuerySet[RecordFile]) -> ScopedQuerySet[RecordFile]:
    """Issued, or ended after it was: what ended before its issue nobody was given."""
    return rows.filter(state__in=[state.value for state in OPEN_TO_FAMILY], issued_at__isnull=False)


def _to_be_issued() -> QuerySet[RecordFile]:
    """Of the same pupil and year as the outer row: the version that is sealed and waits to be issued."""
    of_same = {"school_year": OuterRef("school_year"), "student_id": OuterRef("student_id")}
    return RecordFile._base_manager.filter(state=State.SEALED, **of_same)


def _is_replaced_soon(row: RecordFile) -> bool:
    of_same = RecordFile._base_manager.filter(school_year=row.school_year, student_id=row.student_id)
    return row.state == State.ISSUED and of_same.filter(state=State.SEALED).exists()


def _row(
    record: RecordFile,
    name: str,
    waits: tuple[str, ...] = (),
    *,
    replaced_soon: bool = False,
    older_stands: bool = False,
) -> RecordRow:
    return RecordRow(
        record_id=record.record_id,
        student_id=record.student_id,
        name=name,
        school_id=record.school_id,
        school_year=record.school_year,
        class_id=record.class_id,
        class_name=record.class_name,
        version=record.version,
        state=record.state,
        state_label=record.get_state_display(),
        held_back=record.held_back,
        waits=waits,
        sealed_at=record.sealed_at,
        replaced_soon=replaced_soon,
        older_stands=older_stands,
    )


def _content(row: RecordFile) -> RecordContent | None:
    """From the sealed file; while it is being signed, from the draft."""
    if row.xml_file_id:
        return content_of(parse(files.read(row.xml_file_id)[1]))
    draft = RecordDraft._base_manager.filter(pk=row.pk).first()
    return content_of(parse(bytes(draft.document))) if draft else None


def _signatures(
    content: RecordContent | None, blocks: Iterable[RecordBlock], row: RecordFile, school: str
) -> tuple[Signature, ...]:
    if content is None:
        return ()
    who = {f"subject-{block.code}": block.signer.name for block in content.subjects}
    who |= {"year-page": content.summary.homeroom.name, "approved": content.approval.principal.name}
    found = [
        Signature(block.label[:1].upper() + block.label[1:], who.get(block.node_id, ""), block.signed_at)
        for block in blocks
    ]
    return (*found, Signature("Con dấu số của nhà trường", school, row.sealed_at))


# --- public verification -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verification:
    """What the public is told; the facts only when the house knows the record.

    standing: valid, sealed (not issued yet), superseded, revoked, altered, untrusted (signed by people this house has no
    certificate of), unknown. replaced_soon: it is valid, and a corrected version only waits to be issued.
    """

    standing: str
    sentence: str
    initials: str = ""
    school: str = ""
    school_year: int = 0
    version: int = 0
    xml_sha256: str = ""
    problems: tuple[Problem, ...] = ()
    replaced_soon: bool = False

    @property
    def also(self) -> str:
        """What is said beside the sentence, "" mostly."""
        return _REPLACED_SOON if self.replaced_soon else ""

    @property
    def exit_code(self) -> int:
        return 0 if self.standing in ("valid", "sealed", "superseded", "revoked") else 1


_REPLACED_SOON = (
    "Nhà trường đã ký và đóng dấu bản sửa, đang chờ phát hành; bản này có hiệu lực đến khi bản sửa được phát hành."
)
_SENTENCES = {
    "valid": "Học bạ này do nhà trường phát hành và đang có hiệu lực.",
    "sealed": "Học bạ này đã ký và đóng dấu số, nhà trường chưa phát hành.",
    "superseded": "Học bạ này đã có bản thay thế; hãy xin bản mới nhất.",
    "revoked": "Học bạ này đã bị thu hồi, không còn hiệu lực.",
    "unknown": "Không có học bạ nào ứng với mã hoặc tệp này.",
    "altered": "Tệp này không còn như lúc nhà trường đóng dấu.",
}
_STANDING = {
    State.SEALED: "sealed",
    State.ISSUED: "valid",
    State.SUPERSEDED: "superseded",
    State.REVOKED: "revoked",
}
_RECORD_ID = re.compile(rb'(?:record-id="|hoc-ba:)([A-Za-z0-9_-]{22,64})')


def verify_token(record_id: str) -> Verification:
    """By the id in the QR. Runs under a system scope; says no more than the public may know."""
    row = RecordFile._base_manager.filter(record_id=record_id, state__in=[s.value for s in _STANDING]).first()
    return _told(row) if row else Verification("unknown", _SENTENCES["unknown"])


def verify_upload(data: bytes) -> Verification:
    """By the file itself: signatures first, then what the registry says of it. Keeps nothing. Runs under a system scope."""
    report = verify_file(data, trust=signing.trust(), directory=HouseDirectory(), now=clock.now())
    if not report.is_valid:
        return _not_valid(data, report)
    row = RecordFile._base_manager.filter(record_id=report.record_id, state__in=[s.value for s in _STANDING]).first()
    if row is None:
        return Verification("unknown", _SENTENCES["unknown"])
    same = report.sha256 == (row.xml_sha256 if report.kind == "xml" else row.pdf_sha256)
    if not same or report.xml_sha256 != row.xml_sha256:
        where = Problem("Toàn tệp", "chữ ký đúng nhưng không phải tệp nhà trường đã phát hành")
        return Verification("altered", _SENTENCES["altered"], problems=(where,))
    return _told(row)


def _told(row: RecordFile) -> Verification:
    standing, replaced_soon = _STANDING[State(row.state)], _is_replaced_soon(row)
    return Verification(
        standing,
        _SENTENCES[standing],
        initials=row.initials,
        school=organisations.unit(row.school_id).name,
        school_year=row.school_year,
        version=row.version,
        xml_sha256=row.xml_sha256,
        replaced_soon=replaced_soon,
    )


def _not_valid(data: bytes, report: RecordReport) -> Verification:
    """Name what was changed by comparing with the original the house keeps; never its values."""
    if report.verdict is Verdict.NOT_A_RECORD:
        return Verification("unknown", _SENTENCES["unknown"], problems=report.problems)
    problems = list(report.problems)
    found = _RECORD_ID.search(data[:200_000]) if report.kind == "xml" else None
    row = (
        RecordFile._base_manager.filter(record_id=found[1].decode(), xml_file__isnull=False).first() if found else None
    )
    if row is not None and row.xml_file_id is not None:
        try:
            places = changed_fields(files.read(row.xml_file_id)[1], data)
        except NotCanonical:
            places = ()
        told = [Problem(place, "khác với bản nhà trường đã đóng dấu") for place in places]
        problems = told + [p for p in problems if not told or p.where == "Cấu trúc tệp"] if told else problems
    # Signatures of people this house has no certificate of: a record of another installation, not one that was changed.
    foreign = report.verdict is Verdict.UNTRUSTED and row is None
    return Verification("untrusted" if foreign else "altered", report.sentence, problems=tuple(problems[:20]))

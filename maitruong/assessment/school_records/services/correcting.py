"""What was signed is never edited: before the principal a part is made again, after the seal a new version takes its place."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Max

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.signing.canonical import parse
from maitruong.foundation.signing.types import Role
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import RosterRow

from .. import assembling
from ..assembling import Classroom
from ..document import content_of, steps
from ..errors import NotInForce, RecordIncomplete, SaySomeReason
from ..lifecycle import rebuild_keeping_signatures
from ..models import BEING_SIGNED, IN_FORCE, RecordBlock, RecordDraft, RecordFile, State
from ..types import Correction
from .preparing import freeze, new_file, previous_hashes
from .sealing import publish_end
from .signing import move_on
from .successors import keep_successors, open_rights
from .successors import name_signer as _name_signer

NAMES_SIGNERS = "school_records.sign_principal"
_LEAST_LETTERS = 10


def correct_record(scope: Scope, *, record_id: str, reason: str, decision: str) -> str:
    """Begin a corrected version from today's data; all sign again. The old one stands until the new one is issued.

    Whose right to sign has ended with the school year gets it again for some days; for who has left the school the principal
    names a successor (name_signer). Returns the new version's record_id. Raises NotFound, SaySomeReason, NotInForce, RecordIncomplete.
    """
    reason, decision = (
        vietnamese.tidy(reason),
        vietnamese.tidy(decision),
    )  # both go into the file, which holds no control character
    _refuse_without_reason(reason, decision)
    old = _locked(scope, record_id)
    if old.state not in IN_FORCE or _being_corrected(old):
        raise NotInForce(state=old.get_state_display().lower(), what="lập bản sửa")
    room, row = _room_of(scope, old)
    record = new_file(scope, room.ref, row, version=_newest_version(old) + 1)
    record.corrects, record.reason, record.decision = old, reason, decision
    record.prev_hash = previous_hashes(old.school_year, [old.student_id]).get(old.student_id, "")
    content = assembling.content(
        room,
        old.student_id,
        record_id=record.record_id,
        version=record.version,
        prev_hash=record.prev_hash or None,
        corrects=Correction(old.record_id, old.xml_sha256, reason, decision),
    )
    freeze(record, content)
    record.save()
    rights = open_rights(record, content, why=decision)
    audit.record(
        scope,
        "school_records.correction_begun",
        school_id=old.school_id,
        object_type="record",
        object_id=record.record_id,
        subject_id=old.student_id,
        changes={"corrects": old.record_id, "version": [old.version, record.version], "decision": decision}
        | ({"rights": [[], rights]} if rights else {}),
        why=reason,
    )
    return record.record_id


def rebuild_record(scope: Scope, *, record_id: str, reason: str) -> tuple[str, ...]:
    """Before the principal signed: make the record again from today's data. Parts whose content is unchanged keep their signature.

    Returns the ids of the parts that must be signed again. Raises NotFound, SaySomeReason, NotInForce, RecordIncomplete.
    """
    _refuse_without_reason(reason, "-")
    record = _locked(scope, record_id)
    if record.state not in BEING_SIGNED or record.state == State.PRINCIPAL_SIGNED:
        raise NotInForce(state=record.get_state_display().lower(), what="lập lại từ sổ điểm")
    draft = RecordDraft._base_manager.select_for_update().get(pk=record.pk)
    room, _ = _room_of(scope, record)
    before = content_of(parse(bytes(draft.document)))
    content = keep_successors(
        assembling.content(
            room,
            record.student_id,
            record_id=record.record_id,
            version=record.version,
            prev_hash=before.identity.prev_hash,
            corrects=before.identity.corrects,
        ),
        before,
    )
    fresh, kept = rebuild_keeping_signatures(bytes(draft.document), content)
    draft.document = fresh
    draft.save(update_fields=["document"])
    again = _unsign(record, kept)
    for step in steps(content):
        RecordBlock._base_manager.filter(record=record, node_id=step.node_id).update(signer_id=int(step.holder_id))
    move_on(record)
    audit.record(
        scope,
        "school_records.rebuilt",
        school_id=record.school_id,
        object_type="record",
        object_id=record.record_id,
        subject_id=record.student_id,
        changes={"kept": list(kept), "again": list(again)},
        why=reason,
    )
    return again


def name_signer(scope: Scope, *, record_id: str, node_id: str, person_id: int, reason: str) -> None:
    """The principal names who signs an unsigned part in place of somebody who may not any more.

    Raises NotFound, SaySomeReason, NotInForce, SignerStillThere, SignerNotOnTheStaff.
    """
    _refuse_without_reason(reason, "-")
    record = _locked(scope, record_id)
    # The file says for good that the principal named him; a deputy may correct, and may not say that.
    if not scope.covers(NAMES_SIGNERS, school_id=record.school_id):
        raise NotFound
    _name_signer(scope, record=record, node_id=node_id, person_id=person_id, why=reason)


def revoke_record(scope: Scope, *, record_id: str, reason: str, decision: str) -> None:
    """Take a record out of force without a successor. It stays readable, marked as revoked. Raises NotFound, SaySomeReason, NotInForce."""
    _refuse_without_reason(reason, decision)
    old = _locked(scope, record_id)
    if old.state not in IN_FORCE:
        raise NotInForce(state=old.get_state_display().lower(), what="thu hồi")
    old.state, old.ended_at, old.end_reason, old.decision = State.REVOKED, clock.now(), reason, decision
    old.save(update_fields=["state", "ended_at", "end_reason", "decision"])
    audit.record(
        scope,
        "school_records.revoked",
        school_id=old.school_id,
        object_type="record",
        object_id=old.record_id,
        subject_id=old.student_id,
        changes={"decision": decision},
        why=reason,
    )
    publish_end(old, by="")


def _locked(scope: Scope, record_id: str) -> RecordFile:
    record = (
        RecordFile.objects.visible_to(scope, "school_records.correct")
        .select_for_update(of=("self",))
        .filter(record_id=record_id)
        .first()
    )
    if record is None:
        raise NotFound
    return record


def _room_of(scope: Scope, record: RecordFile) -> tuple[Classroom, RosterRow]:
    ref = enrolment.class_ref(scope, class_id=record.class_id, permission="school_records.correct")
    members = enrolment.members(ref, on=enrolment.day_within(ref.school_year))
    row = next((member for member in members if member.student_id == record.student_id), None)
    if row is None:
        raise RecordIncomplete(pupil=record.initials, what="học sinh không còn trong danh sách lớp cuối năm")
    if ref.homeroom_id is None:
        # Who led the class has left since; the record was, or is being, signed in that name.
        page = RecordBlock._base_manager.filter(record=record, role=Role.HOMEROOM_TEACHER.value)
        ref = replace(ref, homeroom_id=page.values_list("signer_id", flat=True).first())
    room = assembling.classroom(scope, ref, [row])
    if why := assembling.why_held_back(room, record.student_id):
        raise RecordIncomplete(pupil=row.full_name, what=why)
    return room, row


def _unsign(record: RecordFile, kept: tuple[str, ...]) -> tuple[str, ...]:
    lost = RecordBlock._base_manager.filter(record=record, signed_at__isnull=False).exclude(node_id__in=kept)
    again = tuple(lost.order_by("position").values_list("node_id", flat=True))
    lost.update(signed_at=None, certificate="", consent_id=None)
    return again


def _being_corrected(old: RecordFile) -> bool:
    return RecordFile._base_manager.filter(corrects=old).exclude(state=State.REVOKED).exists()


def _newest_version(old: RecordFile) -> int:
    """Of the pupil's year: a version that was revoked before it was issued keeps its number."""
    versions = RecordFile._base_manager.filter(school_year=old.school_year, student_id=old.student_id)
    return int(versions.aggregate(newest=Max("version"))["newest"])


def _refuse_without_reason(reason: str, decision: str) -> None:
    if sum(map(str.isalpha, reason)) < _LEAST_LETTERS or not decision.strip():
        raise SaySomeReason

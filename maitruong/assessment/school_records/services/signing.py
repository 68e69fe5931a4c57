"""Sign parts of many records with one consent: the right person, in order, exactly what was listed, all or none."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from lxml import etree

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock
from maitruong.foundation.people import queries as people
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.canonical import parse
from maitruong.foundation.signing.certificates import fingerprint
from maitruong.foundation.signing.directory import HouseDirectory
from maitruong.foundation.signing.errors import ConsentForOther
from maitruong.foundation.signing.services import Consent, Item, Unlocked
from maitruong.foundation.signing.types import Role

from .. import labels
from ..assembling import principal_of
from ..document import content_of, element_of, part_hash
from ..errors import NothingToDo, NotYourPart, SignedElsewhere, SignedOutOfOrder
from ..lifecycle import prepare_step, rebuild_keeping_signatures
from ..models import RecordBlock, RecordDraft, RecordFile, State
from ..types import Person
from ..waiting import PERMISSION, TURN

_TITLE = {
    Role.SUBJECT_TEACHER: "Ký phần môn học",
    Role.HOMEROOM_TEACHER: "Ký phần giáo viên chủ nhiệm",
    Role.PRINCIPAL: "Ký phê duyệt",
}
_ORDER = list(TURN)


@dataclass(frozen=True)
class SignedBatch:
    """How many parts were signed, in which classes."""

    count: int
    class_ids: tuple[int, ...]


def ask_to_sign(scope: Scope, *, role: Role, block_ids: Sequence[int]) -> Consent:
    """List what would be signed and fix its hashes. Nothing is signed yet.

    Raises NotFound, NotYourPart (another teacher's part), SignedOutOfOrder, TooManyAtOnce, KeyMissing.
    """
    blocks = list(
        RecordBlock.objects.visible_to(scope, PERMISSION[role])
        .filter(pk__in=list(block_ids), role=role.value, signed_at__isnull=True)
        .select_related("record")
        .order_by("pk")
    )
    if not blocks or len(blocks) != len(set(block_ids)):
        raise NotFound
    if len({block.school_id for block in blocks}) != 1:
        raise NotFound
    names = people.names({block.student_id for block in blocks})
    drafts = RecordDraft._base_manager.in_bulk({block.record_id for block in blocks})
    in_office = _in_office(scope, blocks)
    items = []
    for block in blocks:
        _refuse_foreign(scope, block, role)
        _refuse_out_of_order(block, role)
        root = parse(_as_signed_by(in_office, block, bytes(drafts[block.record_id].document)))
        label = f"{names.get(block.student_id, '')} · {block.record.class_name} · {block.label}{_correction(block)}{_values(root, block)}"
        items.append(Item(str(block.pk), _hash_in(root, block), label))
    return signing.ask_consent(scope, school_id=blocks[0].school_id, role=role, title=_TITLE[role], items=items)


def sign_blocks(
    scope: Scope, *, consent_id: uuid.UUID, pin: str, code: str, block_ids: Sequence[int] | None = None
) -> SignedBatch:
    """Sign what the consent lists (or fewer of them), with PIN and second step. All or none.

    A wrong PIN or code is counted in the caller's transaction. Raises what `unlock` raises, ConsentForOther when a part is not
    in the consent or is no longer as listed, and what the record itself refuses.
    """
    unlocked = signing.unlock(scope, consent_id=consent_id, pin=pin, code=code)
    role = signing.consent(scope, consent_id).role
    ids = [int(item.ref) for item in unlocked.items] if block_ids is None else list(block_ids)
    with transaction.atomic():
        blocks = _locked(scope, role, ids)
        _sign_all(scope, blocks, unlocked)
        return SignedBatch(len(blocks), tuple(sorted({block.class_id for block in blocks})))


def _locked(scope: Scope, role: Role, block_ids: Iterable[int]) -> list[RecordBlock]:
    """The blocks, their records locked in the order of their keys so that two signers wait, never in a circle."""
    wanted = set(block_ids)
    blocks = list(
        RecordBlock.objects.visible_to(scope, PERMISSION[role])
        .filter(pk__in=wanted, role=role.value, signed_at__isnull=True)
        .order_by("record_id", "pk")
    )
    if not blocks or len(blocks) != len(wanted):
        raise SignedElsewhere(gone=len(wanted) - len(blocks), all=len(wanted))
    locked = RecordFile._base_manager.select_for_update().filter(pk__in={block.record_id for block in blocks})
    records = {record.pk: record for record in locked.order_by("pk")}
    for block in blocks:
        block.record = records[block.record_id]
    return blocks


def _sign_all(scope: Scope, blocks: list[RecordBlock], unlocked: Unlocked) -> None:
    directory, trust, at = HouseDirectory(), signing.trust(), clock.now()
    certificate = unlocked.signer.certificate
    stamp = fingerprint(certificate)
    drafts = RecordDraft._base_manager.in_bulk({block.record_id for block in blocks})
    in_office = _in_office(scope, blocks)
    for block in blocks:
        draft = drafts[block.record_id]
        document = _as_signed_by(in_office, block, bytes(draft.document))
        pending = prepare_step(document, block.node_id, certificate, at=at, trust=trust, directory=directory)
        if not unlocked.allows(str(block.pk), _hash_in(pending.root, block)):
            raise ConsentForOther(what=block.label)
        draft.document = pending.complete(unlocked.signer.sign(pending.digest))
        draft.save(update_fields=["document"])
        if block.signer_id != scope.actor_id:
            _take_over(scope, block)
        block.signed_at, block.certificate, block.consent_id = at, stamp, unlocked.consent_id
        block.save(update_fields=["signed_at", "certificate", "consent_id", "signer_id"])
        move_on(block.record)
    audit.record_many(
        scope,
        "school_records.block_signed",
        [
            {
                "school_id": block.school_id,
                "object_type": "record",
                "object_id": block.record.record_id,
                "subject_id": block.student_id,
                "changes": {"part": block.node_id, "role": block.role, "consent": str(unlocked.consent_id)},
            }
            for block in blocks
        ],
    )


def move_on(record: RecordFile) -> None:
    """Set the state by what is still unsigned; the caller holds the record's lock."""
    waiting = set(
        RecordBlock._base_manager.filter(record_id=record.pk, signed_at__isnull=True).values_list("role", flat=True)
    )
    state = next((TURN[role] for role in _ORDER if role.value in waiting), State.PRINCIPAL_SIGNED)
    if record.state != state:
        record.state = state
        record.save(update_fields=["state"])


def _refuse_foreign(scope: Scope, block: RecordBlock, role: Role) -> None:
    """A part belongs to the person named in it. Only the principal's office can be filled by who stands in today."""
    if role is not Role.PRINCIPAL and block.signer_id != scope.actor_id:
        raise NotYourPart(step=block.label, reason="phần này của giáo viên khác")


def _refuse_out_of_order(block: RecordBlock, role: Role) -> None:
    earlier = _ORDER[: _ORDER.index(role)]
    missing = list(
        RecordBlock._base_manager.filter(
            record_id=block.record_id, signed_at__isnull=True, role__in=[r.value for r in earlier]
        ).values_list("label", flat=True)
    )
    if missing:
        raise SignedOutOfOrder(step=block.label, missing=", ".join(missing))


def _in_office(scope: Scope, blocks: Sequence[RecordBlock]) -> Person | None:
    """Who asks, as an approval names her, when one of these names somebody else: the principal herself, or who stands in today."""
    of_others = [block for block in blocks if block.role == Role.PRINCIPAL.value and block.signer_id != scope.actor_id]
    if scope.actor_id is None or not of_others:
        return None
    holder = principal_of(blocks[0].school_id, on=clock.today())
    if holder.person_id == str(scope.actor_id):
        return holder
    name = people.names([scope.actor_id])[scope.actor_id]
    return Person(str(scope.actor_id), name, "Người được giao quyền hiệu trưởng")


def _as_signed_by(in_office: Person | None, block: RecordBlock, document: bytes) -> bytes:
    """The record as this person signs it: an approval that names somebody else names her, every signature below it stays.

    Who only looks at what she would sign is written nowhere.
    """
    if in_office is None or str(block.signer_id) == in_office.person_id:
        return document
    content = content_of(parse(document))
    approval = replace(content.approval, principal=in_office)
    fresh, _ = rebuild_keeping_signatures(document, replace(content, approval=approval))
    return fresh


def _take_over(scope: Scope, block: RecordBlock) -> None:
    audit.record(
        scope,
        "school_records.approval_taken_over",
        school_id=block.school_id,
        object_type="record",
        object_id=block.record.record_id,
        subject_id=block.student_id,
        changes={"principal": [block.signer_id, scope.actor_id]},
    )
    block.signer_id = scope.actor_id  # type: ignore[assignment]


def _correction(block: RecordBlock) -> str:
    return f" · bản sửa (bản {block.record.version})" if block.record.version > 1 else ""


def _values(root: etree._Element, block: RecordBlock) -> str:
    """What a subject teacher puts her name under: her post opens no whole record, so the list itself says the results."""
    if block.role != Role.SUBJECT_TEACHER.value:
        return ""
    part = next(one for one in content_of(root).subjects if f"subject-{one.code}" == block.node_id)
    told = zip(("HK I", "HK II", "cả năm", "đánh giá lại"), labels.subject_row(part), strict=True)
    return ": " + ", ".join(f"{name} {value}" for name, value in told if value)


def _hash_in(root: etree._Element, block: RecordBlock) -> str:
    """SHA-256 of the very part to be signed, with the signatures already inside it and without its own."""
    element = element_of(root, block.node_id)
    if element is None:
        raise NothingToDo(what="còn phần này")
    return part_hash(element)

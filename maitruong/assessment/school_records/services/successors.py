"""Who signs when a right has ended: the same people, given it again for these days, or a successor whom the principal names.

Rights for a school year end with its summer. A correction made later is signed by those who signed before (Circular 22/2021 and
27/2020 name the roles; that a successor may stand in, and for how long a right is given again, no text says: the days are the
setting `sign_again_days`). Whoever is given it sees this pupil's part and nothing else of the old year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from django.conf import settings

from maitruong.foundation.access import services as grants
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock
from maitruong.foundation.people import queries as people
from maitruong.foundation.signing.canonical import parse
from maitruong.foundation.signing.directory import POST_OF, HouseDirectory
from maitruong.foundation.signing.types import Role
from maitruong.registry.staff import queries as staff

from ..document import claim_for, content_of, steps
from ..errors import NotInForce, SignerNotOnTheStaff, SignerStillThere
from ..lifecycle import rebuild_keeping_signatures
from ..models import BEING_SIGNED, RecordBlock, RecordDraft, RecordFile
from ..types import Person, RecordContent, SigningStep
from .signing import move_on

SUCCESSOR = "Người được hiệu trưởng chỉ định ký thay"
_OF_TEACHERS = (Role.SUBJECT_TEACHER, Role.HOMEROOM_TEACHER)


def open_rights(record: RecordFile, content: RecordContent, *, why: str) -> list[int]:
    """Give everybody who has to sign, works here and has no right any more, the right to this pupil's part for some days.

    Returns the ids of the rights. The caller holds `school_records.correct` and writes the audit.
    """
    directory, today = HouseDirectory(), clock.today()
    return [
        _give_right(record, step, why)
        for step in _of_teachers(content)
        if not directory.may_sign_for(claim_for(step, content.identity), record.student_id, on=today)
        and staff.works_at(int(step.holder_id), record.school_id, on=today)
    ]


def parts_without_signer(record: RecordFile) -> list[tuple[str, str, str]]:
    """(part, its label, who is named) for every unsigned part of a record whose named person may not sign it today."""
    draft = RecordDraft._base_manager.filter(pk=record.pk).first()
    if draft is None or record.state not in BEING_SIGNED:
        return []
    content = content_of(parse(bytes(draft.document)))
    unsigned = set(
        RecordBlock._base_manager.filter(record=record, signed_at__isnull=True).values_list("node_id", flat=True)
    )
    due = [step for step in _without_right(record, content) if step.node_id in unsigned]
    names = people.names({int(step.holder_id) for step in due})
    return [(step.node_id, step.label, names.get(int(step.holder_id), "")) for step in due]


def name_signer(scope: Scope, *, record: RecordFile, node_id: str, person_id: int, why: str) -> None:
    """Let somebody of the school sign an unsigned part in place of the person named, who may not any more.

    The file keeps both: who taught the subject, or led the class, and who signed. The caller locked the record under
    `school_records.correct` and asked for the reason. Raises NotFound, NotInForce, SignerStillThere, SignerNotOnTheStaff.
    """
    if record.state not in BEING_SIGNED:
        raise NotInForce(state=record.get_state_display().lower(), what="chỉ định người ký")
    block = RecordBlock._base_manager.filter(record=record, node_id=node_id, signed_at__isnull=True).first()
    draft = RecordDraft._base_manager.select_for_update().get(pk=record.pk)
    content = content_of(parse(bytes(draft.document)))
    step = next((step for step in _of_teachers(content) if step.node_id == node_id), None)
    if block is None or step is None:
        raise NotFound
    if step not in _without_right(record, content):
        raise SignerStillThere(step=step.label)
    if not staff.works_at(person_id, record.school_id, on=clock.today()):
        raise SignerNotOnTheStaff(on=clock.today())
    successor = Person(str(person_id), people.names([person_id])[person_id], SUCCESSOR)
    named = _with_signer(content, step, successor)
    draft.document, _ = rebuild_keeping_signatures(bytes(draft.document), named)
    draft.save(update_fields=["document"])
    before, block.signer_id = block.signer_id, person_id
    block.save(update_fields=["signer_id"])
    move_on(record)
    rights = open_rights(record, named, why=why)
    audit.record(
        scope,
        "school_records.signer_named",
        school_id=record.school_id,
        object_type="record",
        object_id=record.record_id,
        subject_id=record.student_id,
        changes={"part": node_id, "signer": [before, person_id], "rights": [[], rights]},
        why=why,
    )


def keep_successors(fresh: RecordContent, before: RecordContent) -> RecordContent:
    """A record made again keeps the successors that were named, wherever the person they stand in for is still the one."""
    named = {block.code: block for block in before.subjects if block.signer.title == SUCCESSOR}
    subjects = tuple(
        replace(block, signer=named[block.code].signer)
        if block.code in named and named[block.code].taught_by.person_id == block.taught_by.person_id
        else block
        for block in fresh.subjects
    )
    summary = fresh.summary
    if before.summary.homeroom.title == SUCCESSOR:
        summary = replace(summary, homeroom=before.summary.homeroom, remarks=before.summary.remarks)
    return replace(fresh, subjects=subjects, summary=summary)


def _of_teachers(content: RecordContent) -> Iterator[SigningStep]:
    return (step for step in steps(content) if step.role in _OF_TEACHERS)


def _without_right(record: RecordFile, content: RecordContent) -> list[SigningStep]:
    directory, today = HouseDirectory(), clock.today()
    return [
        step
        for step in _of_teachers(content)
        if not directory.may_sign_for(claim_for(step, content.identity), record.student_id, on=today)
    ]


def _give_right(record: RecordFile, step: SigningStep, why: str) -> int:
    today = clock.today()
    return grants.grant(
        person_id=int(step.holder_id),
        role=POST_OF[step.role],
        unit_id=record.school_id,
        class_ids=[record.class_id],
        subjects=None if step.subject is None else [step.subject],
        student_ids=[record.student_id],
        valid_from=today,
        valid_to=today + dt.timedelta(days=settings.CONFIG.sign_again_days),
        reason=f"Ký học bạ: {why}",
    )


def _with_signer(content: RecordContent, step: SigningStep, successor: Person) -> RecordContent:
    if step.role is Role.SUBJECT_TEACHER:
        subjects = tuple(
            replace(block, signer=successor) if block.code == step.subject else block for block in content.subjects
        )
        return replace(content, subjects=subjects)
    summary = content.summary
    led = f"Giáo viên chủ nhiệm trong năm học: {summary.homeroom.name}."
    remarks = summary.remarks if summary.homeroom.title == SUCCESSOR else " ".join(filter(None, (summary.remarks, led)))
    return replace(content, summary=replace(summary, homeroom=successor, remarks=remarks))

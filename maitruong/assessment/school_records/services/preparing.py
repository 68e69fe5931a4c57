"""Make the records of a class from its closed books: data frozen, ready for the first signature."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field

from maitruong.assessment.gradebook import queries as gradebook
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import vietnamese
from maitruong.foundation.signing.types import Role
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import ClassRef, RosterRow

from .. import assembling
from ..assembling import Classroom
from ..document import build, steps
from ..errors import BooksStillOpen, RecordIncomplete
from ..models import IN_FORCE, RecordBlock, RecordDraft, RecordFile, State
from ..types import RecordContent, Stage

_EXAMPLES = 3


@dataclass
class Prepared:
    """made: students whose record is ready to be signed; held_back: (student, name, why not yet)."""

    made: list[int] = field(default_factory=list)
    held_back: list[tuple[int, str, str]] = field(default_factory=list)


def prepare_records(scope: Scope, *, class_id: int, student_ids: Collection[int] | None = None) -> Prepared:
    """Freeze the year of every pupil of a class into a record. Running it again adds only what was missing.

    student_ids: only these pupils of the class; None: all.
    A pupil whose year is not decided (retest, training in the summer) keeps a draft that says what it waits for.
    Raises NotFound, BooksStillOpen, NobodyToSign.
    """
    ref = enrolment.class_ref(scope, class_id=class_id, permission="school_records.correct")
    sheet = gradebook.class_sheet(scope, class_id=class_id)
    if waiting := gradebook.open_books(sheet):
        shown = ", ".join(waiting[:_EXAMPLES])
        raise BooksStillOpen(school_class=ref.name, count=len(waiting), examples=shown)
    roster = enrolment.members(ref, on=enrolment.day_within(ref.school_year))
    begun = _begun(ref)
    wanted = [row for row in roster if student_ids is None or row.student_id in student_ids]
    todo = [row for row in wanted if begun.get(row.student_id) in (None, State.DRAFT)]
    done = Prepared()
    if not todo:
        return done
    room = assembling.classroom(scope, ref, todo)
    before = previous_hashes(ref.school_year, [row.student_id for row in todo])
    for row in todo:
        why = _prepare_one(scope, room, row, before.get(row.student_id))
        if why:
            done.held_back.append((row.student_id, row.full_name, why))
        else:
            done.made.append(row.student_id)
    audit.record(
        scope,
        "school_records.prepared",
        school_id=ref.school_id,
        object_type="school_class",
        object_id=ref.id,
        changes={"made": len(done.made), "held_back": len(done.held_back)},
    )
    return done


def _prepare_one(scope: Scope, room: Classroom, row: RosterRow, before: str | None) -> str:
    """Why not, or an empty text when the record is ready."""
    found = RecordFile._base_manager.filter(
        school_year=room.ref.school_year, student_id=row.student_id, state=State.DRAFT
    ).first()
    record = found or new_file(scope, room.ref, row)
    why = assembling.why_held_back(room, row.student_id)
    if not why:
        try:
            made = assembling.content(room, row.student_id, record_id=record.record_id, prev_hash=before)
            freeze(record, made)
        except RecordIncomplete as problem:
            why = str(problem.facts["what"])
    record.held_back = why
    record.prev_hash = before or ""
    record.save()
    return why


def new_file(scope: Scope, ref: ClassRef, row: RosterRow, *, version: int = 1) -> RecordFile:
    """An empty draft with a public name of 128 random bits."""
    record = RecordFile(
        school_id=ref.school_id,
        school_year=ref.school_year,
        class_id=ref.id,
        class_name=ref.name,
        grade=ref.grade,
        student_id=row.student_id,
        initials=initials(row.full_name),
        record_id=secrets.token_urlsafe(16),
        version=version,
        state=State.DRAFT,
        prepared_by=scope.actor_id,
    )
    record.save(force_insert=True)
    return record


def initials(full_name: str) -> str:
    """First letters of every part, as the public page shows them: "N. T. H. A."."""
    return " ".join(f"{part[0].upper()}." for part in vietnamese.tidy(full_name).split())


def freeze(record: RecordFile, content: RecordContent) -> None:
    """Write the document and the list of signatures it needs; the record leaves the state of a draft. Raises RecordIncomplete."""
    document = build(content)
    RecordDraft(
        record=record,
        school_id=record.school_id,
        class_id=record.class_id,
        student_id=record.student_id,
        document=document,
    ).save(force_insert=True)
    RecordBlock._base_manager.bulk_create(
        RecordBlock(
            record=record,
            school_id=record.school_id,
            school_year=record.school_year,
            class_id=record.class_id,
            student_id=record.student_id,
            node_id=step.node_id,
            subject=step.subject or "",
            role=step.role.value,
            label=step.label,
            position=place,
            signer_id=int(step.holder_id),
        )
        for place, step in enumerate(steps(content))
        if step.role is not Role.ORGANISATION
    )
    primary = content.identity.stage is Stage.PRIMARY
    record.state = State.SUBJECT_SIGNED if primary else State.DATA_LOCKED


def previous_hashes(school_year: int, student_ids: list[int]) -> dict[int, str]:
    """student → SHA-256 of the record of the year before that stands, as far as this school keeps it."""
    rows = RecordFile._base_manager.filter(
        school_year=school_year - 1, student_id__in=student_ids, state__in=[s.value for s in IN_FORCE]
    )
    # Of two that stand the corrected one comes last: it only waits to be issued.
    return dict(rows.order_by("version").values_list("student_id", "xml_sha256"))


def _begun(ref: ClassRef) -> dict[int, str]:
    rows = RecordFile._base_manager.filter(school_year=ref.school_year, class_id=ref.id).order_by("version")
    return dict(rows.values_list("student_id", "state"))

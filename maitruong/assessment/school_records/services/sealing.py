"""The school's seal, the reading copy and the storing of both; then the issue to the family."""

from __future__ import annotations

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events import services as events
from maitruong.foundation.files import media
from maitruong.foundation.files import services as files
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.school_year import SchoolYear
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.directory import HouseDirectory
from maitruong.foundation.signing.ports import Signer
from maitruong.registry.enrolment import queries as enrolment

from ..errors import NothingToDo, StoredRecordDamaged
from ..events import RecordSealed, RecordSuperseded
from ..lifecycle import sign_step
from ..models import RecordDraft, RecordFile, State
from ..verify import RecordReport, verify_file

JOB = "school_records.seal"


def start_sealing(scope: Scope, *, class_id: int) -> int:
    """Enqueue the sealing of every record of a class that the principal signed. Returns the job's id. Raises NotFound, NothingToDo."""
    ref = enrolment.class_ref(scope, class_id=class_id, permission="school_records.seal")
    waiting = records_to_seal(scope, class_id)
    if not waiting:
        raise NothingToDo(what="của lớp này chờ đóng dấu")
    signing.seal_signer(ref.school_id)
    return jobs.start(
        scope,
        kind=JOB,
        title=f"Đóng dấu số học bạ lớp {ref.name}",
        school_id=ref.school_id,
        arguments={"class_id": class_id},
        steps=len(waiting),
    )


def start_sealing_school(scope: Scope, *, school_id: int, school_year: int) -> int:
    """The same for every class of a school in a year, as one job. Raises NotFound, NothingToDo."""
    if not scope.covers("school_records.seal", school_id=school_id):
        raise NotFound
    waiting = _to_seal(scope, school_id=school_id, school_year=school_year)
    if not waiting:
        raise NothingToDo(what="của trường chờ đóng dấu")
    signing.seal_signer(school_id)
    return jobs.start(
        scope,
        kind=JOB,
        title=f"Đóng dấu số học bạ năm học {SchoolYear(school_year).label}",
        school_id=school_id,
        arguments={"school_id": school_id, "school_year": school_year},
        steps=len(waiting),
    )


def records_to_seal(scope: Scope, class_id: int) -> list[int]:
    return _to_seal(scope, class_id=class_id)


def _to_seal(scope: Scope, **where: int) -> list[int]:
    rows = RecordFile.objects.visible_to(scope, "school_records.seal").filter(state=State.PRINCIPAL_SIGNED, **where)
    return list(rows.order_by("class_id", "pk").values_list("pk", flat=True))


def seal_records(ticket: jobs.Ticket, scope: Scope, **where: int) -> dict[str, int]:
    """The job: one record, one transaction. Killed and run again, it finds only those that are not sealed yet.

    where: class_id, or school_id and school_year. The seal's key is opened once for all of them.
    """
    with unit_of_work(scope):
        waiting = _to_seal(scope, **where)
        seal = signing.seal_signer(ticket.school_id) if waiting else None
    done = 0
    for record_id in waiting:
        with unit_of_work(scope):
            done += seal_one(scope, record_pk=record_id, signer=seal)
        ticket.progress(done, of=len(waiting), told=f"Đã đóng dấu {done}/{len(waiting)} học bạ")
    return {"sealed": done}


def seal_one(scope: Scope, *, record_pk: int, signer: Signer | None = None) -> int:
    """Seal one record, make its PDF from the sealed bytes, store both as they are. 0 when somebody else already did."""
    record = (
        RecordFile.objects.visible_to(scope, "school_records.seal")
        .select_for_update(of=("self",))
        .filter(pk=record_pk)
        .first()
    )
    if record is None:
        raise NotFound
    if record.state != State.PRINCIPAL_SIGNED:
        return 0
    # Imported where it is needed: drawing and sealing PDFs is work of the worker, not of every web process.
    from ..paper import render_sealed

    seal = signer or signing.seal_signer(record.school_id)
    draft = RecordDraft._base_manager.get(pk=record.pk)
    at, trust, directory = clock.now(), signing.trust(), HouseDirectory()
    xml = sign_step(bytes(draft.document), "record", seal, at=at, trust=trust, directory=directory)
    report = verify_file(xml, trust=trust, directory=directory, now=at)
    if not report.is_valid:
        raise StoredRecordDamaged(reason=report.sentence.rstrip("."))
    pdf = render_sealed(report, seal, at=at)
    _store(scope, record, report, xml, pdf)
    draft.delete()
    _supersede_unissued(scope, record)
    record.state, record.sealed_at = State.SEALED, at
    record.save()
    audit.record(
        scope,
        "school_records.sealed",
        school_id=record.school_id,
        object_type="record",
        object_id=record.record_id,
        subject_id=record.student_id,
        changes={"xml_sha256": record.xml_sha256, "pdf_sha256": record.pdf_sha256},
    )
    events.publish(
        RecordSealed(
            school_id=record.school_id,
            school_year=record.school_year,
            class_id=record.class_id,
            student_id=record.student_id,
            record_id=record.record_id,
            version=record.version,
        )
    )
    return 1


def _store(scope: Scope, record: RecordFile, report: RecordReport, xml: bytes, pdf: bytes) -> None:
    name = f"hoc-ba-{record.school_year}-{record.school_year + 1}-{record.record_id[:8]}-ban-{record.version}"
    school_id, student_id = record.school_id, record.student_id
    xml_ref = files.keep(
        scope,
        school_id=school_id,
        student_id=student_id,
        data=xml,
        media_type=media.XML,
        name=f"{name}.xml",
        purpose="record_xml",
    )
    pdf_ref = files.keep(
        scope,
        school_id=school_id,
        student_id=student_id,
        data=pdf,
        media_type=media.PDF,
        name=f"{name}.pdf",
        purpose="record_pdf",
    )
    record.xml_file_id, record.pdf_file_id = xml_ref.id, pdf_ref.id
    record.xml_sha256, record.pdf_sha256 = report.xml_sha256, pdf_ref.sha256


def _supersede_unissued(scope: Scope, record: RecordFile) -> None:
    """A version corrected before anybody was given it will not be issued any more. One that was issued stands until this one is."""
    if record.corrects_id is None:
        return
    old = RecordFile._base_manager.select_for_update().get(pk=record.corrects_id)
    if old.state == State.SEALED:
        _supersede(scope, old, record)


def _supersede_issued(scope: Scope, fresh: list[RecordFile]) -> None:
    """End what the families of these records held until now: at no moment do two versions stand, nor none."""
    corrected = {(record.school_year, record.student_id): record for record in fresh if record.version > 1}
    if not corrected:
        return
    years, pupils = ({key[place] for key in corrected} for place in (0, 1))
    held = RecordFile._base_manager.select_for_update().filter(
        state=State.ISSUED, school_year__in=years, student_id__in=pupils
    )
    for old in held.order_by("pk"):
        if record := corrected.get((old.school_year, old.student_id)):
            _supersede(scope, old, record)


def _supersede(scope: Scope, old: RecordFile, record: RecordFile) -> None:
    old.state, old.ended_at, old.end_reason = State.SUPERSEDED, clock.now(), record.reason
    old.save(update_fields=["state", "ended_at", "end_reason"])
    audit.record(
        scope,
        "school_records.superseded",
        school_id=old.school_id,
        object_type="record",
        object_id=old.record_id,
        subject_id=old.student_id,
        changes={"by": record.record_id, "decision": record.decision},
        why=record.reason,
    )
    publish_end(old, by=record.record_id)


def publish_end(old: RecordFile, *, by: str) -> None:
    events.publish(
        RecordSuperseded(
            school_id=old.school_id,
            school_year=old.school_year,
            class_id=old.class_id,
            student_id=old.student_id,
            record_id=old.record_id,
            by=by,
        )
    )


def issue_records(scope: Scope, *, class_id: int) -> int:
    """Give the sealed records of a class to their families, each in place of the version before it. Returns how many.

    Raises NotFound, NothingToDo.
    """
    ref = enrolment.class_ref(scope, class_id=class_id, permission="school_records.seal")
    rows = list(
        RecordFile.objects.visible_to(scope, "school_records.seal")
        .select_for_update(of=("self",))
        .filter(class_id=class_id, state=State.SEALED)
        .order_by("pk")
    )
    if not rows:
        raise NothingToDo(what=f"của lớp {ref.name} chờ phát hành")
    return _issue(scope, rows)


def issue_school_records(scope: Scope, *, school_id: int, school_year: int) -> int:
    """The same for every class of a school in a year. Raises NotFound, NothingToDo."""
    if not scope.covers("school_records.seal", school_id=school_id):
        raise NotFound
    rows = list(
        RecordFile.objects.visible_to(scope, "school_records.seal")
        .select_for_update(of=("self",))
        .filter(school_id=school_id, school_year=school_year, state=State.SEALED)
        .order_by("pk")
    )
    if not rows:
        raise NothingToDo(what="của trường chờ phát hành")
    return _issue(scope, rows)


def _issue(scope: Scope, rows: list[RecordFile]) -> int:
    at = clock.now()
    _supersede_issued(scope, rows)
    RecordFile._base_manager.filter(pk__in=[row.pk for row in rows]).update(state=State.ISSUED, issued_at=at)
    audit.record_many(
        scope,
        "school_records.issued",
        [
            {
                "school_id": row.school_id,
                "object_type": "record",
                "object_id": row.record_id,
                "subject_id": row.student_id,
            }
            for row in rows
        ],
    )
    return len(rows)

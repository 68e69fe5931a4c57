"""Opening a record and downloading its files: both are written into the audit before anything is shown."""

from __future__ import annotations

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.files import services as files

from .. import queries
from ..models import RecordFile
from ..queries import RecordPage
from .successors import parts_without_signer


def opened_record(scope: Scope, *, record_id: str, permission: str) -> RecordPage:
    """A record as its page shows it; audited. Raises NotFound."""
    page = queries.record_page(scope, record_id=record_id, permission=permission)
    audit.record(
        scope,
        "school_records.opened",
        school_id=page.row.school_id,
        object_type="record",
        object_id=page.row.record_id,
        subject_id=page.row.student_id,
    )
    return page


def without_signer(page: RecordPage) -> list[tuple[str, str, str]]:
    """(part, its label, who is named) of a record being signed whose named person may not sign it today."""
    record = RecordFile._base_manager.filter(record_id=page.row.record_id).first()
    return parts_without_signer(record) if record else []


def file_ticket(scope: Scope, *, record_id: str, kind: str, permission: str) -> str:
    """The address where this person downloads the sealed XML or the PDF within two minutes; audited. Raises NotFound."""
    row = queries.reached(scope, record_id=record_id, permission=permission)
    file_id = {"xml": row.xml_file_id, "pdf": row.pdf_file_id}.get(kind)
    if file_id is None:
        raise NotFound
    audit.record(
        scope,
        "school_records.downloaded",
        school_id=row.school_id,
        object_type="record",
        object_id=row.record_id,
        subject_id=row.student_id,
        changes={"file": kind},
    )
    return files.ticket_for(scope, file_id=file_id)

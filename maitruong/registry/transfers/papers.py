"""Papers of an application: attached by whoever applies, downloaded by the school that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.files import media
from maitruong.foundation.files import services as files

from .applying import BEYOND
from .errors import PaperRefused
from .models import Paper, Transfer

MOST_PAPERS, MOST_BYTES = 5, 10_000_000
_TYPES = (media.PDF, media.JPEG, media.PNG)


def attach(scope: Scope, *, transfer_id: int, uploads: Sequence[UploadedFile[Any]]) -> int:
    """Keep scanned papers with an application that was just written, at the school that decides on it. Raises PaperRefused."""
    if not uploads:
        return 0
    if len(uploads) > MOST_PAPERS:
        raise _refused("", f"có {len(uploads)} tệp")
    with unit_of_work(BEYOND):
        row = Transfer._base_manager.get(pk=transfer_id)
        if Paper._base_manager.filter(transfer=row, kind="attached").exists():
            return 0  # a form sent twice
        for upload in uploads:
            _keep(scope, row, upload)
    return len(uploads)


def _keep(scope: Scope, row: Transfer, upload: UploadedFile[Any]) -> None:
    name = upload.name or "tệp"
    if (upload.size or 0) > MOST_BYTES:
        raise _refused(name, "tệp quá lớn")
    data = upload.read()
    kind = next((kind for kind in _TYPES if media.is_really(kind, data)), None)
    if kind is None:
        raise _refused(name, "không phải PDF hay ảnh chụp")
    kept = files.keep(
        scope,
        school_id=row.to_school_id or row.from_school_id or 0,
        student_id=row.student_id,
        data=data,
        media_type=kind,
        name=name,
        purpose="transfer_paper",
    )
    Paper(
        transfer=row,
        school_ids=row.school_ids,
        student_id=row.student_id,
        kind="attached",
        title=kept.name,
        file_id=kept.id,
        sha256=kept.sha256,
    ).save(force_insert=True)


def _refused(name: str, why: str) -> PaperRefused:
    return PaperRefused(name=name, why=why, megabytes=MOST_BYTES // 1_000_000, most=MOST_PAPERS)


def paper_ticket(scope: Scope, *, transfer_id: int, paper_id: int) -> str:
    """The address where this person downloads a paper within two minutes; audited. Raises NotFound.

    Only the school that keeps the file: the other one sees that there is a paper, row security keeps the bytes.
    """
    rows = Paper.objects.visible_to(scope, "transfers.view")
    paper = rows.filter(pk=paper_id, transfer_id=transfer_id, file__isnull=False).select_related("transfer").first()
    if paper is None or paper.file_id is None:
        raise NotFound
    school_id = paper.transfer.to_school_id or paper.transfer.from_school_id or 0
    if not scope.covers("transfers.view", school_id=school_id):
        raise NotFound
    audit.record(
        scope,
        "transfers.paper_downloaded",
        school_id=school_id,
        object_type="transfer",
        object_id=transfer_id,
        subject_id=paper.student_id,
        changes={"paper": paper.title},
    )
    return files.ticket_for(scope, file_id=paper.file_id)

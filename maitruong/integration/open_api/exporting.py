"""A school's, or the province's, OneRoster files as one zip: made by a job, kept for a week, fetched with a ticket."""

from __future__ import annotations

import datetime as dt
import tempfile
from typing import Any, Final

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Rows, Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.files import media
from maitruong.foundation.files import services as files
from maitruong.foundation.identity import services as identity
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import queries as organisations

from . import reach
from .errors import TooMuchForOneFile
from .oneroster import bulk

JOB: Final = "open_api.export"
EXPORT: Final = "open_api.export"
KEPT: Final = dt.timedelta(days=7)


def start(scope: Scope, *, school_id: int | None, demographics: bool) -> int:
    """Enqueue the export of a school, or of all the scope holds. Returns the job's id. Raises NotFound."""
    if school_id is not None and not scope.covers(EXPORT, school_id=school_id):
        raise NotFound
    place = school_id or (scope.workspace.unit_id if scope.workspace else 0)
    units = organisations.units([place])
    if place not in units:
        raise NotFound
    return jobs.start(
        scope,
        kind=JOB,
        title=f"Xuất OneRoster: {units[place].name}",
        school_id=place,
        arguments={"school": school_id, "demographics": demographics},
    )


def run(ticket: jobs.Ticket, scope: Scope, *, school: int | None, demographics: bool) -> dict[str, Any]:
    """Read page by page in one unit of work; a pupil who moves meanwhile may stand where he was or where he came."""
    with tempfile.TemporaryFile() as made:
        with unit_of_work(scope):
            given = reach.parameters(scope, school_id=school)
            counts = bulk.write(made, given, department=identity.department(), demographics=demographics)
        made.seek(0)
        data = made.read(files.LARGEST_BYTES + 1)
    place = organisations.units([ticket.school_id])[ticket.school_id]
    if len(data) > files.LARGEST_BYTES:
        raise TooMuchForOneFile(place=place.name, megabytes=files.LARGEST_BYTES // 1_000_000)
    ticket.progress(1, 1, "Đã viết xong các tệp.")
    with unit_of_work(scope):
        kept = files.keep(
            scope,
            school_id=ticket.school_id,
            data=data,
            media_type=media.ZIP,
            name=f"oneroster-{place.code}-{clock.today():%Y%m%d}.zip",
            purpose="oneroster",
            kept_until=clock.today() + KEPT,
        )
        audit.record(
            scope,
            "open_api.roster_exported",
            school_id=ticket.school_id,
            object_type="file",
            object_id=kept.id,
            changes={"rows": counts, "whole_province": school is None and scope.rows is Rows.PROVINCE},
        )
    return {"file_id": kept.id, "counts": counts}

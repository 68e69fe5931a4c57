"""What of a pupil's records goes along when he changes school, and how it is looked at on arrival (transfers.ports.Books)."""

from __future__ import annotations

from maitruong.assessment.gradebook import queries as gradebook
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.school_year import TERM_LABELS
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.people import queries as people
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.directory import HouseDirectory
from maitruong.registry.transfers.types import ResultsSoFar, SignedFile, Verified
from maitruong.teaching.attendance import queries as attendance

from . import queries
from .models import RecordFile, State
from .verify import verify_file

_SCOPE = system_scope("what goes along with a pupil to another school")


def results_so_far(student_id: int, school_id: int, class_id: int, school_year: int) -> ResultsSoFar:
    """The running year at the school the pupil leaves: every mark, averages with a star while something is owed, sessions missed."""
    found = gradebook.marks_at(student_id=student_id, school_id=school_id, school_year=school_year)
    rows = attendance.absences(_SCOPE, student_ids=[student_id], school_year=school_year)
    missed = attendance.count_of(rows, school_year=school_year).get(student_id)
    return ResultsSoFar(
        school_year,
        [
            {
                "name": subject.name,
                "term": TERM_LABELS.get(subject.term, ""),
                "marks": [list(cell) for cell in subject.cells],
                "result": subject.result,
                "comment": subject.comment,
            }
            for subject in found
        ],
        absences=missed.year if missed else 0,
    )


def signed_records(student_id: int) -> list[SignedFile]:
    """Issued records of former years, XML and PDF each, the oldest first. A replaced or revoked one stays behind."""
    rows = RecordFile._base_manager.filter(student_id__in=people.same_human(student_id), state=State.ISSUED)
    return [
        SignedFile(
            file_id,
            row.school_year,
            kind,
            f"Học bạ năm học {Year(row.school_year).label}, lớp {row.class_name} ({kind})",
        )
        for row in rows.order_by("school_year", "version")
        for kind, file_id in (("XML", row.xml_file_id), ("PDF", row.pdf_file_id))
        if file_id is not None
    ]


def verify(data: bytes) -> Verified:
    """Signatures first, then what the registry knows: a file may be whole and yet be replaced or revoked."""
    report = verify_file(data, trust=signing.trust(), directory=HouseDirectory(), now=clock.now())
    standing = queries.verify_upload(data)
    pupil = report.content.identity.pupil if report.content else None
    return Verified(
        is_valid=report.is_valid and standing.standing == "valid",
        sentence=standing.sentence,
        problems=tuple(f"{problem.where}: {problem.sentence}" for problem in standing.problems),
        name=pupil.full_name if pupil else "",
        number=(pupil.personal_id or "") if pupil else "",
        school_year=standing.school_year,
    )

"""The sending school lets a pupil go: the marks until now are written down unsigned, the signed years are bundled."""

from __future__ import annotations

from dataclasses import asdict

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.files import queries as files
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import queries as people
from maitruong.registry.enrolment.types import Seat

from . import ports, steps
from .applying import BEYOND, seat_now
from .deciding import living
from .errors import PupilGone
from .models import Paper, Transfer
from .types import State


def release(scope: Scope, *, transfer_id: int, why: str = "") -> None:
    """The sending school's head lets the pupil go to the school that accepted him. He sits where he sat until he is received.

    Raises NotFound, StepPassed, PupilGone.
    """
    row = steps.taken(scope, "transfers.decide", transfer_id, side="from")
    if steps.is_repeated(row, State.RELEASED):
        return
    steps.refuse_unless(row, State.ACCEPTED)
    with unit_of_work(BEYOND):
        bundle(row)
    steps.write(
        scope,
        row,
        State.RELEASED,
        school_id=row.from_school_id or 0,
        why=steps.wanted(why),
        next_school=row.to_school_id,
        days=steps.days_to_accept(),
    )


def held_seat(row: Transfer) -> Seat:
    """The place the pupil of an application holds at the school he leaves; a step into the next year meanwhile is followed.

    Wants sight of the province. Raises PupilGone.
    """
    student_id = living(row.student_id or 0)
    seat = seat_now(student_id)
    if seat is None or seat.school_id != row.from_school_id:
        raise PupilGone(school=organisations.unit(row.from_school_id or 0).name)
    return seat


def bundle(row: Transfer) -> None:
    """Write down what goes along. Wants sight of the province. Raises PupilGone."""
    seat = held_seat(row)
    results = ports.books().results_so_far(seat.student_id, seat.school_id, seat.class_id, seat.school_year)
    title = f"Kết quả học tập đến thời điểm chuyển, năm học {Year(seat.school_year).label} (không ký)"
    papers = [_paper(row, "results", title, content={**asdict(results), "class_name": seat.class_name})]
    for record in ports.books().signed_records(seat.student_id):
        sha256 = files.read(record.file_id)[0].sha256
        papers.append(_paper(row, "record", record.title, source_file_id=record.file_id, sha256=sha256))
    Paper.objects.bulk_create(papers)


def _paper(row: Transfer, kind: str, title: str, **more: object) -> Paper:
    return Paper(transfer=row, school_ids=row.school_ids, student_id=row.student_id, kind=kind, title=title, **more)


def names(row: Transfer) -> tuple[str, set[str]]:
    """The pupil's name and numbers in force, for holding papers against. Wants sight of the province."""
    student_id = living(row.student_id or 0)
    person = people.particulars(student_id)
    return (person.full_name if person else row.full_name), set(people.numbers_in_force(student_id).values())

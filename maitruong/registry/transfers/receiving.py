"""The receiving school seats the pupil: the old place ends the day before the new one begins, papers and marks come along.

One transaction: whoever is killed in the middle leaves a pupil who still sits at the old school.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.events.services import publish
from maitruong.foundation.files import queries as files
from maitruong.foundation.files import services as file_store
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import services as people
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment import services as seats
from maitruong.registry.enrolment.types import ClassRef, Seat
from maitruong.registry.students import services as students

from . import ports, steps
from .applying import BEYOND
from .errors import OtherGrade, TooEarly
from .events import PupilTransferred
from .models import Paper, Transfer
from .releasing import held_seat, names
from .types import Carried, Kind, State, Verified


@dataclass(frozen=True)
class Arrival:
    """What came of it: the pupil, marks that came along, signed files that did not hold."""

    student_id: int
    carried: Carried
    broken: int


def receive(scope: Scope, *, transfer_id: int, class_id: int, starts_on: dt.date) -> Arrival:
    """Seat a pupil who was let go into a class from a day; the place at the old school ends the day before.

    Signed records are looked at once more and kept here; marks of the running year go into the class's books.
    Raises NotFound, StepPassed, OtherGrade, TooEarly, PupilGone and what enrolment and students refuse.
    """
    row = steps.taken(scope, "transfers.file", transfer_id, side="to")
    if steps.is_repeated(row, State.RECEIVED):
        return Arrival(row.student_id or 0, Carried(), 0)
    steps.refuse_unless(row, State.ACCEPTED if row.kind == Kind.IN else State.RELEASED)
    ref = enrolment.class_ref(scope, class_id=class_id, permission="enrolment.manage")
    if ref.school_id != row.to_school_id:
        raise NotFound
    return (
        _from_elsewhere(scope, row, ref, starts_on) if row.kind == Kind.IN else _from_here(scope, row, ref, starts_on)
    )


def earliest_day(row: Transfer, seat: Seat | None) -> dt.date:
    """The first day a pupil may begin: not before he was let go, and after at least a day at the old school."""
    first = clock.today()
    return max(first, seat.starts_on + dt.timedelta(days=1)) if seat else first


def _from_here(scope: Scope, row: Transfer, ref: ClassRef, starts_on: dt.date) -> Arrival:
    with unit_of_work(BEYOND):
        seat = held_seat(row)
        if (seat.grade, seat.school_year) != (ref.grade, ref.school_year):
            raise OtherGrade(grade=seat.grade, class_name=ref.name)
        earliest = earliest_day(row, seat)
        if starts_on < earliest:
            raise TooEarly(on=starts_on, earliest=earliest)
        to_name = organisations.unit(ref.school_id).name
        last_day = starts_on - dt.timedelta(days=1)
        why = f"chuyển đến {to_name}, đơn số {row.pk}"
        seats.end_enrolment(BEYOND, enrolment_id=seat.id, ends_on=last_day, status="transferred_out", why=why)
        people.known_at([seat.student_id], ref.school_id)
        _seat(seat.student_id, ref, starts_on, student_code=seat.student_code)
        carried = ports.books().carry(
            seat.student_id, seat.school_id, seat.class_id, ref.school_id, ref.id, ref.school_year
        )
        broken = _papers_arrive(scope, row, ref.school_id, seat.student_id)
    return _done(scope, row, ref, seat.student_id, starts_on, carried, broken, from_school_id=seat.school_id)


def _from_elsewhere(scope: Scope, row: Transfer, ref: ClassRef, starts_on: dt.date) -> Arrival:
    """The person is found or made by the door every new pupil comes through: number and name together, or a new dossier."""
    if ref.grade != row.grade:
        raise OtherGrade(grade=row.grade, class_name=ref.name)
    student_id = students.register_student(
        scope,
        school_id=ref.school_id,
        full_name=row.full_name,
        born_on=row.born_on,
        sex=row.sex,
        citizen_number=row.number,
    )
    with unit_of_work(BEYOND):
        _seat(student_id, ref, starts_on)
        row.student_id = student_id
        Paper._base_manager.filter(transfer=row).update(student_id=student_id)
    return _done(scope, row, ref, student_id, starts_on, Carried(), 0, from_school_id=0)


def _seat(student_id: int, ref: ClassRef, starts_on: dt.date, student_code: str = "") -> None:
    seats.enrol(
        BEYOND,
        student_id=student_id,
        class_id=ref.id,
        starts_on=starts_on,
        status="transferred_in",
        student_code=student_code,
    )


def _done(
    scope: Scope,
    row: Transfer,
    ref: ClassRef,
    student_id: int,
    starts_on: dt.date,
    carried: Carried,
    broken: int,
    *,
    from_school_id: int,
) -> Arrival:
    steps.write(
        scope,
        row,
        State.RECEIVED,
        school_id=ref.school_id,
        why=f"vào lớp {ref.name} từ {starts_on:%d/%m/%Y}",
        student_id=student_id,
        class_id=ref.id,
        starts_on=starts_on,
        carried=asdict(carried),
        number="",
    )
    publish(
        PupilTransferred(
            school_id=ref.school_id,
            transfer_id=row.pk,
            student_id=student_id,
            from_school_id=from_school_id,
            class_id=ref.id,
            starts_on=str(starts_on),
        )
    )
    return Arrival(student_id, carried, broken)


def _papers_arrive(scope: Scope, row: Transfer, school_id: int, student_id: int) -> int:
    """Look at each signed file as it lies in the sending school's store, and keep it here. Returns how many did not hold.

    A file that does not hold comes along as well, with its verdict: hiding it would hide that something is wrong.
    """
    full_name, numbers = names(row)
    broken = 0
    for paper in Paper._base_manager.filter(transfer=row, kind="record").order_by("pk"):
        ref, data = files.read(paper.source_file_id or 0)
        found = held_against(ports.books().verify(data), full_name, numbers, same=ref.sha256 == paper.sha256)
        kept = file_store.keep(
            scope,
            school_id=school_id,
            student_id=student_id,
            data=data,
            media_type=ref.media_type,
            name=ref.name,
            purpose="transfer_record",
        )
        paper.file_id = kept.id
        paper.verified_at, paper.is_valid, paper.verdict = clock.now(), found.is_valid, found.sentence
        paper.problems = list(found.problems)
        paper.save(update_fields=["file", "verified_at", "is_valid", "verdict", "problems"])
        broken += not found.is_valid
    return broken


def held_against(found: Verified, full_name: str, numbers: set[str], *, same: bool) -> Verified:
    """What the file says of the pupil must be what the dossier says; what it does not say is not held against it."""
    wrong = []
    if not same:
        wrong.append("tệp khác với tệp trường cũ đã đóng gói")
    if found.name and vietnamese.name_match(found.name, full_name) == "different":
        wrong.append(f"họ tên trong tệp là {found.name}, trong hồ sơ là {full_name}")
    if found.number and numbers and found.number not in numbers:
        wrong.append("số định danh trong tệp khác trong hồ sơ")
    if not wrong:
        return found
    sentence = found.sentence if not found.is_valid else "Chữ ký đúng nhưng tệp không khớp hồ sơ của em."
    return Verified(False, sentence, (*found.problems, *wrong), found.name, found.number, found.school_year)

"""What is known of a pupil by day: measured, issued, awarded. A row is never changed; one written by mistake is taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock, personal_id, vietnamese
from maitruong.foundation.people import services as people
from maitruong.foundation.reference import catalogue as reference
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment import services as enrolment_services
from maitruong.registry.enrolment.types import ClassRef, Dossier, RosterRow, Seat
from maitruong.registry.students import services as students

from .. import queries
from ..errors import (
    DayAhead,
    MeasuredAlready,
    NothingMeasured,
    NotOnTheList,
    NumberMissing,
    PaperKnown,
    ReasonMissing,
    TextTooLong,
)
from ..fields import Field, Kind
from ..models import Award, IdentityPaper, Measurement, OfPupil
from ..types import AWARD_LEVELS, BLOOD_GROUPS, FINDINGS

HEIGHT = Field("height_cm", "Chiều cao", "", Kind.MEASURE, most=230, places=1, unit="cm")
WEIGHT = Field("weight_kg", "Cân nặng", "", Kind.MEASURE, most=250, places=1, unit="kg")
BLOOD = Field("blood_group", "Nhóm máu", "", Kind.CHOICE, choices=tuple((key, key) for key in BLOOD_GROUPS))
NOTE = Field("note", "Ghi chú của cán bộ y tế", "", Kind.TEXT, most=300)
FOUND = tuple(Field(name, words, "") for name, words in FINDINGS.items())
MEASURED = (HEIGHT, WEIGHT, BLOOD, *FOUND, NOTE)
LONGEST = 300


@dataclass(frozen=True)
class OfKind:
    """How rows of one table are written: with which permission, and what the audit calls it."""

    model: type[OfPupil]
    permission: str
    what: str


#: By the word that stands in the address.
KINDS = {
    "suc-khoe": OfKind(Measurement, "dossiers.health", "measurement"),
    "giay-to": OfKind(IdentityPaper, "students.edit", "paper"),
    "khen-thuong": OfKind(Award, "students.edit", "award"),
}


def open_record(scope: Scope, *, student_id: int, why: str = "") -> Dossier:
    """A pupil's whole record, for somebody's eyes; that it was opened is in the audit. Raises NotFound, PurposeMissing."""
    return enrolment_services.open_dossier(scope, student_id=student_id, why=why)


def measure(scope: Scope, *, student_id: int, measured_on: dt.date, given: Mapping[str, str]) -> int:
    """Write what was measured and found on a day, once a day.

    Raises NotFound, DayAhead, NothingMeasured, MeasuredAlready, and what the fields refuse.
    """
    seat = enrolment.reach(scope, "dossiers.health", student_id, only_open=True)
    if measured_on > clock.today():
        raise DayAhead(on=measured_on)
    values = {one.name: one.read(given.get(one.name, "")) for one in MEASURED}
    if all(values[one.name] == one.empty for one in MEASURED if one is not NOTE):
        raise NothingMeasured
    if _held(Measurement, student_id, measured_on=measured_on):
        raise MeasuredAlready(on=measured_on)
    row = Measurement(**_of(seat), measured_on=measured_on, **values)
    row.save()
    # What was found stands in the row: the audit tells that somebody wrote, and who, not what ails a child.
    _record(scope, "dossiers.measured", seat, "measurement", row.pk, {"measured_on": [None, measured_on]})
    return row.pk


def add_paper(
    scope: Scope, *, student_id: int, kind: str, number: str, issued_on: dt.date | None, issued_at: str
) -> int:
    """Write a paper that says who a pupil is. The personal number itself is people's; this is the paper it stands on.

    Raises NotFound, NotOnTheList, NumberMissing, DayAhead, TextTooLong, PaperKnown.
    """
    seat = enrolment.reach(scope, "students.edit", student_id, only_open=True)
    if kind not in {code.key for code in reference.codes("identity_document")}:
        raise NotOnTheList(label="Loại giấy tờ", given=kind)
    number = _short("Số giấy tờ", number, 50)
    if not number:
        raise NumberMissing(what="số giấy tờ")
    if issued_on is not None and issued_on > clock.today():
        raise DayAhead(on=issued_on)
    if _held(IdentityPaper, student_id, kind=kind, number=number):
        raise PaperKnown
    row = IdentityPaper(
        **_of(seat), kind=kind, number=number, issued_on=issued_on, issued_at=_short("Nơi cấp", issued_at, LONGEST)
    )
    row.save()
    _record(scope, "dossiers.paper_added", seat, "paper", row.pk, {"paper": [None, kind]})
    return row.pk


def show_paper(scope: Scope, *, student_id: int, paper_id: int, why: str) -> str:
    """A paper's number in full; who looked, and why, is in the audit. Raises NotFound, ReasonMissing."""
    seat = enrolment.reach(scope, "students.number", student_id)
    number = (
        IdentityPaper._base_manager.filter(pk=paper_id, student_id=student_id, withdrawn_at__isnull=True)
        .values_list("number", flat=True)
        .first()
    )
    if number is None:
        raise NotFound
    _record(scope, "students.number_shown", seat, "paper", paper_id, None, _reason(why))
    return number


def add_award(
    scope: Scope, *, student_id: int, awarded_on: dt.date, level: str, content: str, subject: str, number: str
) -> int:
    """Write a prize or commendation. Raises NotFound, NotOnTheList, NumberMissing, DayAhead, TextTooLong."""
    seat = enrolment.reach(scope, "students.edit", student_id, only_open=True)
    if level not in AWARD_LEVELS:
        raise NotOnTheList(label="Cấp khen thưởng", given=level)
    content = _short("Nội dung", content, LONGEST)
    if not content:
        raise NumberMissing(what="nội dung khen thưởng")
    if awarded_on > clock.today():
        raise DayAhead(on=awarded_on)
    row = Award(
        **_of(seat),
        awarded_on=awarded_on,
        level=level,
        content=content,
        subject=_short("Môn, lĩnh vực", subject, 100),
        number=_short("Số quyết định", number, 50),
    )
    row.save()
    _record(scope, "dossiers.awarded", seat, "award", row.pk, {"award": [None, content]})
    return row.pk


def take_back(scope: Scope, *, student_id: int, what: str, row_id: int, why: str) -> None:
    """Take back a row written by mistake, at the school that wrote it. Raises NotFound, ReasonMissing."""
    kind = KINDS.get(what)
    if kind is None:
        raise NotFound
    seat = enrolment.reach(scope, kind.permission, student_id, only_open=True)
    rows = kind.model._base_manager.select_for_update().filter(withdrawn_at__isnull=True)
    row = rows.filter(pk=row_id, student_id=student_id, written_at_id=seat.school_id).first()
    if row is None:
        raise NotFound
    row.withdrawn_at, row.withdrawn_why = clock.now(), personal_id.veiled(_reason(why))
    row.save(update_fields=["withdrawn_at", "withdrawn_why"])
    _record(scope, "dossiers.taken_back", seat, kind.what, row.pk, {"row": [what, None]}, why)


def _of(seat: Seat) -> dict[str, Any]:
    """Whose row it is. The person is held, so that no undone list removes him meanwhile."""
    if not people.stand_on(seat.student_id, seat.school_id):
        raise NotFound
    return {"student_id": seat.student_id, "places": [seat.school_id], "written_at_id": seat.school_id}


def _held(model: type[OfPupil], student_id: int, **what: Any) -> bool:
    """Whether the same was written before; of two who write it at once the database refuses one."""
    return model._base_manager.filter(student_id=student_id, withdrawn_at__isnull=True, **what).exists()


def _short(label: str, text: str, most: int) -> str:
    text = vietnamese.tidy(text)
    if len(text) > most:
        raise TextTooLong(label=label, length=len(text), most=most)
    return text


def _reason(why: str) -> str:
    why = vietnamese.tidy(why)
    if not why:
        raise ReasonMissing
    return why


def _record(scope: Scope, action: str, seat: Seat, kind: str, key: int, changes: Any, why: str = "") -> None:
    audit.record(
        scope,
        action,
        school_id=seat.school_id,
        object_type=kind,
        object_id=key,
        subject_id=seat.student_id,
        changes=changes,
        why=why,
    )


def export_class(scope: Scope, *, class_id: int) -> tuple[ClassRef, list[RosterRow], dict[int, dict[str, Any]]]:
    """A class's pupils and what was said of their year, for a file that leaves the house; that it left is in the audit.

    Raises NotFound. A fixed number of statements, however many pupils.
    """
    ref = enrolment.class_ref(scope, class_id=class_id, permission="students.export")
    rows = enrolment.members(ref, on=enrolment.day_within(ref.school_year))
    ids = [row.student_id for row in rows]
    said = queries.learner_years(ref.school_id, ref.school_year, ids)
    if ref.school_year == calendar.year_on(clock.today()):
        files = students.bulk.held_files(set(ids) - said.keys())
        said |= {key: {"boarding": file.values["boarding"]} for key, file in files.items()}
    audit.record(
        scope,
        "dossiers.year_exported",
        school_id=ref.school_id,
        object_type="class",
        object_id=class_id,
        changes={"rows": len(rows)},
    )
    return ref, rows, said


def comes_of_age(born_on: dt.date | None) -> dt.date | None:
    """The day a pupil's family sees his data no more, and he alone does; None when his birth date is not known."""
    last_day = students.last_day_of_access(born_on)
    return last_day + dt.timedelta(days=1) if last_day else None

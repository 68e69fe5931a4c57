"""A colleague's record is written here: a new row ends the one before, a correction keeps old → new, a mistake is withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.people import queries as people
from maitruong.foundation.people.types import Particulars
from maitruong.foundation.reference import catalogue as reference
from maitruong.registry.schools import queries as schools

from . import queries
from .errors import DaysOfAnother, EndBeforeStart, NotAfterTheOneBefore, OwnRecord, RowChanged, WhyMissing
from .events import StaffRecordChanged
from .models import Employment
from .record_models import RecordRow, SalaryStep, StaffProfile
from .rules import Area, Job, Pay, Role, SchoolKind, monthly_pay, next_step_on
from .sections import SECTIONS, Section, values_of, whole_years
from .types import StaffRow

WRITE = "staff.keep_records"


@dataclass(frozen=True)
class Part:
    section: Section
    rows: tuple[RecordRow, ...]


@dataclass(frozen=True)
class Record:
    """One person's record as somebody may read it. pay: of the month; refused: why it cannot be told, in words."""

    person: Particulars
    employments: tuple[StaffRow, ...]
    parts: tuple[Part, ...]
    may_see_pay: bool
    pay: Pay | None = None
    refused: Refusal | None = None


def open_record(scope: Scope, *, person_id: int, on: dt.date) -> Record:
    """A colleague's record, for somebody's eyes: that it was opened, and whether with pay, is in the audit. Raises NotFound."""
    rows = [
        row
        for row in queries.employments(scope, person_id=person_id)
        if scope.covers("staff.records", school_id=row.school_id)
    ]
    person = people.particulars(person_id) if rows else None
    if person is None:
        raise NotFound
    parts = tuple(
        Part(section, tuple(_ordered(section.table.objects.visible_to(scope, section.reading), person_id)))
        for section in SECTIONS.values()
        if scope.may(section.reading)
    )
    record = _record(person, rows, parts, on, may_see_pay=scope.may("staff.pay"))
    audit.record(
        scope,
        "staff.record_opened",
        school_id=rows[0].school_id,
        object_type="person",
        object_id=person_id,
        subject_id=person_id,
        changes={"pay": record.may_see_pay},
    )
    return record


def own_record(scope: Scope, *, on: dt.date) -> Record:
    """What the school keeps of oneself. Her right is limited to classes, which no row here has: it is asked by person, at the wall."""
    if scope.actor_id is None:
        raise NotFound
    held = Employment._base_manager.filter(person_id__in=people.same_human(scope.actor_id))
    rows = [queries.row(one) for one in held.select_related("person", "school").order_by("-starts_on", "-pk")]
    person = people.particulars(scope.actor_id)
    if person is None:
        raise NotFound
    parts = tuple(
        Part(section, tuple(_ordered(section.table._base_manager, scope.actor_id))) for section in SECTIONS.values()
    )
    return _record(person, rows, parts, on, may_see_pay=True)


def _ordered(rows: Any, person_id: int) -> Any:
    kept = rows.filter(person_id__in=people.same_human(person_id), withdrawn_at__isnull=True)
    return kept.order_by(F("starts_on").desc(nulls_last=True), "-pk")


def _record(
    person: Particulars, rows: list[StaffRow], parts: tuple[Part, ...], on: dt.date, *, may_see_pay: bool
) -> Record:
    pay, refused = None, None
    by_table: dict[Any, tuple[Any, ...]] = {part.section.table: part.rows for part in parts}
    steps = [step for step in by_table.get(SalaryStep, ()) if _holds(step, on)]
    if may_see_pay and steps:
        since = next((row.teaching_since for row in by_table.get(StaffProfile, ()) if row.teaching_since), None)
        try:
            pay = monthly_pay(_job(steps[0], since, on), on)
        except Refusal as problem:
            refused = problem
    return Record(person, tuple(rows), parts, may_see_pay, pay, refused)


def _holds(row: RecordRow, on: dt.date) -> bool:
    return (row.starts_on is None or row.starts_on <= on) and (row.ends_on is None or row.ends_on >= on)


def _job(step: SalaryStep, teaching_since: dt.date | None, on: dt.date) -> Job:
    """The level is that of the title; where the title has none, as a clerk's, that of the school."""
    level = reference.code("staff_title", step.title, on=on)["level"]
    if not level:
        facts = schools.facts(step.school_id)
        level = reference.by("education_level", "code", facts.levels[0]).key if facts and facts.levels else ""
    return Job(
        step.title,
        step.step,
        level,
        Role(step.role),
        SchoolKind(step.school_kind),
        Area(step.area),
        position=step.position,
        reserved=step.reserved,
        over_scale=step.over_scale,
        taught_years=whole_years(teaching_since, on),
    )


def section_to_write(scope: Scope, *, person_id: int, key: str) -> tuple[Section, StaffRow]:
    """A part of the record and the employment through which the scope may write it. Raises NotFound, OwnRecord."""
    section = SECTIONS.get(key)
    rows = [
        row for row in queries.employments(scope, person_id=person_id) if scope.covers(WRITE, school_id=row.school_id)
    ]
    if section is None or not rows or not scope.may(section.reading):
        raise NotFound
    if is_oneself(scope, person_id):
        raise OwnRecord
    return section, rows[0]


def is_oneself(scope: Scope, person_id: int) -> bool:
    """Also under an id that was merged away: what is written there is read with one's own."""
    return scope.actor_id is not None and people.living([person_id]).get(person_id, person_id) == scope.actor_id


def row_to_write(scope: Scope, section: Section, *, person_id: int, row_id: int) -> RecordRow:
    """A row as it stands, to be corrected. Raises NotFound."""
    rows = section.table.objects.visible_to(scope, WRITE)
    found = rows.filter(pk=row_id, person_id__in=people.same_human(person_id), withdrawn_at__isnull=True).first()
    if found is None:
        raise NotFound
    return found


def open_row(scope: Scope, *, person_id: int, key: str, row_id: int) -> RecordRow:
    """One row for the eyes of whoever sets it right: it may be the pay, so that it was opened is in the audit. Raises NotFound."""
    section, _ = section_to_write(scope, person_id=person_id, key=key)
    row = row_to_write(scope, section, person_id=person_id, row_id=row_id)
    audit.record(
        scope,
        "staff.record_opened",
        school_id=row.school_id,
        object_type=f"staff.{section.key}",
        object_id=row.pk,
        subject_id=person_id,
    )
    return row


def write_row(scope: Scope, *, person_id: int, key: str, typed: Mapping[str, str]) -> int:
    """Write a new row of a part; where only one may hold, the one before ends the day before. Returns its id.

    Raises NotFound, OwnRecord, FieldMissing, FieldUnreadable, EndBeforeStart, NotAfterTheOneBefore, NoSuchStep, UnknownCode.
    """
    section, employment = section_to_write(scope, person_id=person_id, key=key)
    values = _completed(section, values_of(section, typed))
    ended = _end_the_one_before(section, employment.school_id, person_id, values) if section.single else None
    row = section.table(school_id=employment.school_id, person_id=person_id, **values)
    row.save(force_insert=True)
    changes: dict[str, Any] = {name: [None, value] for name, value in values.items() if value not in (None, "", 0)}
    if ended:
        changes["ended"] = ended
    _tell(scope, "staff.record_written", section, row, changes, "")
    return row.pk


def correct_row(
    scope: Scope, *, person_id: int, key: str, row_id: int, version: int, typed: Mapping[str, str], why: str
) -> bool:
    """Set right what was written wrongly; old → new and why stay in the audit. False when nothing differs.

    Raises as write_row, and WhyMissing, RowChanged.
    """
    section, _ = section_to_write(scope, person_id=person_id, key=key)
    row = row_to_write(scope, section, person_id=person_id, row_id=row_id)
    values = _completed(section, values_of(section, typed))
    changes = {name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value}
    if not changes:
        return False
    if not why.strip():
        raise WhyMissing
    if section.single:
        _refuse_overlap(section, row, values["starts_on"], values.get("ends_on", row.ends_on))
    changed = section.table.objects.visible_to(scope, WRITE).filter(pk=row_id, version=version)
    if not changed.update(**values, version=F("version") + 1):
        raise RowChanged
    _tell(scope, "staff.record_corrected", section, row, changes, why)
    return True


def withdraw_row(scope: Scope, *, person_id: int, key: str, row_id: int, version: int, why: str) -> None:
    """Take away a row that should never have been written. What it had ended stays ended. Raises as correct_row."""
    section, _ = section_to_write(scope, person_id=person_id, key=key)
    row = row_to_write(scope, section, person_id=person_id, row_id=row_id)
    if not why.strip():
        raise WhyMissing
    changed = section.table.objects.visible_to(scope, WRITE).filter(pk=row_id, version=version)
    if not changed.update(withdrawn_at=clock.now(), version=F("version") + 1):
        raise RowChanged
    told = {field.name: [getattr(row, field.name), None] for field in section.fields if getattr(row, field.name)}
    _tell(scope, "staff.record_withdrawn", section, row, told, why)


def _completed(section: Section, values: dict[str, Any]) -> dict[str, Any]:
    """What the rules add to what was typed."""
    starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        raise EndBeforeStart(ends_on=ends_on, starts_on=starts_on)
    if section.table is SalaryStep:
        values["counted_from"] = values["counted_from"] or starts_on
        # Asked of the table in force on the day the row begins: an old code is refused after its last day.
        reference.code("staff_title", values["title"], on=starts_on)
        values["next_on"] = next_step_on(values["title"], values["step"], values["counted_from"], on=starts_on)
    return values


def _end_the_one_before(
    section: Section, school_id: int, person_id: int, values: dict[str, Any]
) -> dict[str, Any] | None:
    starts_on: dt.date = values["starts_on"]
    held = section.table._base_manager.select_for_update().filter(
        school_id=school_id, person_id__in=people.same_human(person_id), withdrawn_at__isnull=True
    )
    later = held.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on)).order_by("-starts_on").first()
    if later is None or later.starts_on is None or (values.get("ends_on") and later.starts_on > values["ends_on"]):
        return None
    if later.starts_on >= starts_on:
        raise NotAfterTheOneBefore(label=section.label, since=later.starts_on, starts_on=starts_on)
    last_day = starts_on - dt.timedelta(days=1)
    section.table._base_manager.filter(pk=later.pk).update(ends_on=last_day, version=F("version") + 1)
    return {"id": later.pk, "ends_on": [later.ends_on, last_day]}


def _refuse_overlap(section: Section, row: RecordRow, starts_on: dt.date, ends_on: dt.date | None) -> None:
    """A correction moves no other row: days that are another's are refused by name."""
    if ends_on is not None and ends_on < starts_on:
        raise EndBeforeStart(ends_on=ends_on, starts_on=starts_on)
    others = section.table._base_manager.filter(
        school_id=row.school_id, person_id__in=people.same_human(row.person_id), withdrawn_at__isnull=True
    ).exclude(pk=row.pk)
    if ends_on is not None:
        others = others.filter(starts_on__lte=ends_on)
    other = others.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on)).order_by("starts_on").first()
    if other is not None:
        raise DaysOfAnother(label=section.label, since=other.starts_on)


def _tell(scope: Scope, action: str, section: Section, row: RecordRow, changes: dict[str, Any], why: str) -> None:
    audit.record(
        scope,
        action,
        school_id=row.school_id,
        object_type=f"staff.{section.key}",
        object_id=row.pk,
        subject_id=row.person_id,
        changes=changes,
        why=why,
    )
    publish(StaffRecordChanged(school_id=row.school_id, person_id=row.person_id, part=section.key))

"""Reads of the dossiers, always within a scope. Every page costs a fixed number of statements."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.organisations.models import Unit
from maitruong.foundation.people import queries as people
from maitruong.foundation.reference import catalogue as reference
from maitruong.foundation.reference.errors import UnknownCode
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment.types import Seat
from maitruong.registry.schools import queries as schools

from .catalogue import CAMPUS, CLASS, LEARNER, PARTICULARS, SCHOOL_YEAR
from .fields import Field, Kind, Sheet, values_of
from .models import (
    Award,
    Campus,
    ClassProfile,
    Facility,
    IdentityPaper,
    LearnerYear,
    Measurement,
    Particulars,
    Recognition,
    SchoolProfile,
)
from .rules import KINDS, body_mass_index
from .types import (
    AWARD_LEVELS,
    FINDINGS,
    AwardRow,
    CampusRow,
    Group,
    MeasurementRow,
    PaperRow,
    RecognitionRow,
    RoomsRow,
    levels_of_class,
)

VIEW = "dossiers.view"


def seen_of(fields: Iterable[Field], values: Mapping[str, Any]) -> str:
    """What a form showed, as a short word: another one when somebody saved one of these fields since."""
    shown = [[one.name, one.typed(values[one.name])] for one in fields]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]


def groups_of(sheet: Sheet, values: Mapping[str, Any], levels: Sequence[str]) -> list[Group]:
    """The groups of a sheet that ask something at these levels, with what was said."""
    return [
        Group(key, title, tuple(asked), {one.name: values[one.name] for one in asked}, seen_of(asked, values))
        for key, title, asked in sheet.groups_at(levels)
    ]


# --- schools ----------------------------------------------------------------------------------------------------------


def refuse_unreached(scope: Scope, school_id: int, permission: str = VIEW) -> None:
    """Raises NotFound for what is no school, or none the permission reaches."""
    found = organisations.units([school_id]).get(school_id)
    if found is None or found.kind != "school" or not scope.covers(permission, school_id=school_id):
        raise NotFound


def particulars(school_id: int) -> dict[str, Any]:
    """As far as the database shows it; the caller checked the permission."""
    return values_of(Particulars._base_manager.filter(pk=school_id).first(), PARTICULARS.fields)


def school_year_values(school_id: int, school_year: int) -> dict[str, Any]:
    rows = SchoolProfile._base_manager.filter(school_id=school_id, school_year=school_year)
    return values_of(rows.first(), SCHOOL_YEAR.fields)


def has_year(school_id: int, school_year: int) -> bool:
    """Whether anything of a school's year was written: its profile or its rooms."""
    return (
        SchoolProfile._base_manager.filter(school_id=school_id, school_year=school_year).exists()
        or Facility._base_manager.filter(school_id=school_id, school_year=school_year).exists()
    )


def recognitions(school_id: int) -> list[RecognitionRow]:
    """All decisions ever written, the newest first. One statement."""
    rows = Recognition._base_manager.filter(school_id=school_id).order_by("-decided_on", "-pk")
    return [
        RecognitionRow(
            id=row.pk,
            kind=row.kind,
            kind_label=KINDS[row.kind],
            level=row.level,
            number=row.number,
            decided_on=row.decided_on,
            decided_by=row.decided_by,
            ends_on=row.ends_on,
            withdrawn_on=row.withdrawn_on,
            withdrawn_why=row.withdrawn_why,
        )
        for row in rows
    ]


def campuses(school_id: int) -> list[CampusRow]:
    """The places of a school, the main one first, then by name; closed ones last. Three statements.

    The main one is a unit of its own where one says so, else the school's own address.
    """
    units = {row.pk: row for row in Unit.objects.filter(pk__in=[school_id, *_below(school_id)])}
    told = {row.pk: row for row in Campus._base_manager.filter(school_id=school_id)}
    main = next((key for key, row in told.items() if row.is_main and key in units), school_id)
    if main != school_id:
        del units[school_id]
    rows = sorted(units.values(), key=lambda u: (u.pk != main, u.closed_on is not None, u.sort_key, u.pk))
    return [
        CampusRow(
            id=unit.pk,
            code=unit.code,
            name="Điểm chính" if unit.pk == school_id else unit.name,
            address=unit.address,
            is_main=unit.pk == main,
            closed_on=unit.closed_on,
            facts=tuple(
                (one.label, words)
                for one in CAMPUS.fields
                if unit.pk in told and (words := one.show(getattr(told[unit.pk], one.name)))
            ),
        )
        for unit in rows
    ]


def campus_values(campus_id: int) -> dict[str, Any]:
    return values_of(Campus._base_manager.filter(pk=campus_id).first(), CAMPUS.fields)


def campus(school_id: int, campus_id: int) -> CampusRow:
    """One place of a school. Raises NotFound for another school's."""
    for row in campuses(school_id):
        if row.id == campus_id:
            return row
    raise NotFound


def rooms(school_id: int, school_year: int) -> list[RoomsRow]:
    """What stands at each place of a school in a year, in the order of the list of rooms. One statement."""
    order = {code.key: n for n, code in enumerate(reference.codes("facility"))}
    rows = Facility._base_manager.filter(school_id=school_id, school_year=school_year)
    found = [
        RoomsRow(
            campus_id=row.campus_id,
            indicator=row.indicator,
            label=named("facility", row.indicator),
            permanent=row.permanent,
            permanent_m2=row.permanent_m2,
            semi=row.semi,
            semi_m2=row.semi_m2,
            temporary=row.temporary,
            temporary_m2=row.temporary_m2,
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: (order.get(row.indicator, 999), row.campus_id))


def room_choices(levels: Sequence[str]) -> list[tuple[str, str]]:
    """Kinds of rooms a school of these levels may have."""
    keys = {code.key for code in reference.codes("education_level") if code["code"] in levels}
    told = ((code, set(code["levels"].split())) for code in reference.codes("facility"))
    return [(code.key, code.name) for code, wanted in told if not wanted or wanted & keys]


def _below(school_id: int) -> list[int]:
    """Campuses a school has, or had."""
    rows = Unit.objects.filter(kind="campus", positions__parent_id=school_id)
    return list(rows.values_list("pk", flat=True))


# --- classes ----------------------------------------------------------------------------------------------------------


def class_values(class_id: int) -> dict[str, Any]:
    return values_of(ClassProfile._base_manager.filter(pk=class_id).first(), CLASS.fields)


def class_levels(school_id: int, grade: int) -> tuple[str, ...]:
    return levels_of_class(grade, schools.levels_of(school_id))


# --- pupils -----------------------------------------------------------------------------------------------------------


def learner_values(seat: Seat, list_boarding: str) -> dict[str, Any]:
    """What was said of a pupil in the year of a seat, at its school.

    list_boarding: how he boards by his dossier, which holds for the year of today until somebody says it of the year.
    """
    row = LearnerYear._base_manager.filter(
        school_id=seat.school_id, school_year=seat.school_year, student_id=seat.student_id
    ).first()
    values = values_of(row, LEARNER.fields)
    if row is None and seat.school_year == calendar.year_on(clock.today()):
        values["boarding"] = list_boarding
    return values


def measurements(student_id: int) -> list[MeasurementRow]:
    """The newest first, also those of a dossier merged into this one. One statement; so with the next two."""
    rows = Measurement._base_manager.filter(student_id__in=people.same_human(student_id), withdrawn_at__isnull=True)
    return [
        MeasurementRow(
            id=row.pk,
            measured_on=row.measured_on,
            height_cm=row.height_cm,
            weight_kg=row.weight_kg,
            body_mass_index=body_mass_index(row.height_cm, row.weight_kg),
            blood_group=row.blood_group,
            findings=tuple(
                (words, told) for name, words in FINDINGS.items() if (told := getattr(row, name)) is not None
            ),
            note=row.note,
            written_at_id=row.written_at_id,
        )
        for row in rows.order_by("-measured_on", "-pk")
    ]


def papers(student_id: int) -> list[PaperRow]:
    rows = IdentityPaper._base_manager.filter(student_id__in=people.same_human(student_id), withdrawn_at__isnull=True)
    return [
        PaperRow(
            id=row.pk,
            kind_label=named("identity_document", row.kind),
            masked=masked(row.number),
            issued_on=row.issued_on,
            issued_at=row.issued_at,
            written_at_id=row.written_at_id,
        )
        for row in rows.order_by("kind", "-issued_on", "pk")
    ]


def awards(student_id: int) -> list[AwardRow]:
    rows = Award._base_manager.filter(student_id__in=people.same_human(student_id), withdrawn_at__isnull=True)
    return [
        AwardRow(
            id=row.pk,
            awarded_on=row.awarded_on,
            level_label=AWARD_LEVELS.get(row.level, row.level),
            content=row.content,
            subject=row.subject,
            number=row.number,
            written_at_id=row.written_at_id,
        )
        for row in rows.order_by("-awarded_on", "-pk")
    ]


def learner_years(school_id: int, school_year: int, student_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Pupil → what was said of him in a year at a school, as far as the database shows it. One statement."""
    rows = LearnerYear._base_manager.filter(
        school_id=school_id, school_year=school_year, student_id__in=list(student_ids)
    )
    return {row.student_id: values_of(row, LEARNER.fields) for row in rows}


def learner_flags() -> dict[str, str]:
    """The facts of a pupil's year that are yes or no: name, as `learner_years` has it → label."""
    return {one.name: one.label for one in LEARNER.fields if one.kind is Kind.FLAG}


def masked(number: str) -> str:
    """The first and last two characters of a number."""
    return f"{number[:2]}{'•' * max(len(number) - 4, 2)}{number[-2:]}" if len(number) > 4 else "•" * len(number)


def named(list_name: str, key: str) -> str:
    try:
        return reference.code(list_name, key).name if key else ""
    except UnknownCode:
        return key

"""Schools: decisions of recognition, campuses, rooms, and taking over what was so last year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.organisations import services as units
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.schools import queries as schools

from .. import queries
from ..catalogue import SCHOOL_YEAR
from ..errors import (
    CampusHasClasses,
    ChangedMeanwhile,
    CodeTaken,
    DayAhead,
    NothingToCopy,
    NotOnTheList,
    NumberMissing,
    ReasonMissing,
    TooOften,
)
from ..fields import Field, Kind
from ..models import Facility, Recognition
from ..rules import KINDS, last_day, levels_of

ROOMS = tuple(
    field
    for name, words in (("permanent", "kiên cố"), ("semi", "bán kiên cố (cấp 4)"), ("temporary", "tạm (dưới cấp 4)"))
    for field in (
        Field(name, f"Số phòng {words}", "", Kind.COUNT, most=2_000, unit="phòng"),
        Field(f"{name}_m2", f"Diện tích {words}", "", Kind.MEASURE, most=500_000, places=1, unit="m²"),
    )
)


def recognise(
    scope: Scope, *, school_id: int, kind: str, level: int, number: str, decided_on: dt.date, decided_by: str
) -> int:
    """Write a decision that a school meets a standard; it holds for five years. Returns its id.

    Raises NotFound, NotOnTheList, NumberMissing, DayAhead, TooOften.
    """
    queries.refuse_unreached(scope, school_id, "dossiers.recognise")
    if kind not in KINDS:
        raise NotOnTheList(label="Loại công nhận", given=kind)
    if level not in levels_of(kind):
        raise NotOnTheList(label="Mức", given=str(level))
    number, decided_by = vietnamese.tidy(number), vietnamese.tidy(decided_by)
    if not number:
        raise NumberMissing(what="số quyết định")
    if not decided_by:
        raise NumberMissing(what="cơ quan quyết định")
    if decided_on > clock.today():
        raise DayAhead(on=decided_on)
    same = Recognition._base_manager.filter(school_id=school_id, kind=kind, number=number, withdrawn_on__isnull=True)
    if same.exists():
        raise TooOften(number=number)
    row = Recognition(
        school_id=school_id,
        kind=kind,
        level=level,
        number=number,
        decided_on=decided_on,
        decided_by=decided_by,
        ends_on=last_day(decided_on),
    )
    row.save()
    changes = {"decision": [None, number], "level": [None, level], "ends_on": [None, row.ends_on]}
    _record(scope, "dossiers.recognised", school_id, "recognition", row.pk, changes, KINDS[kind])
    return row.pk


def withdraw_recognition(scope: Scope, *, school_id: int, recognition_id: int, on: dt.date, why: str) -> bool:
    """A decision holds no more from a day: withdrawn by who made it, or written by mistake. False when it was already.

    Raises NotFound, ReasonMissing, DayAhead.
    """
    queries.refuse_unreached(scope, school_id, "dossiers.recognise")
    rows = Recognition.objects.visible_to(scope, "dossiers.recognise").select_for_update()
    row = rows.filter(pk=recognition_id, school_id=school_id).first()
    if row is None:
        raise NotFound
    why = _reason(why)
    if on > clock.today():
        raise DayAhead(on=on)
    if row.withdrawn_on is not None:
        return False
    row.withdrawn_on, row.withdrawn_why = max(on, row.decided_on), why
    row.save(update_fields=["withdrawn_on", "withdrawn_why"])
    changes = {"decision": [row.number, None]}
    _record(scope, "dossiers.recognition_withdrawn", school_id, "recognition", row.pk, changes, why)
    return True


def add_campus(scope: Scope, *, school_id: int, code: str, name: str, address: str, on: dt.date) -> int:
    """A school begins to teach at another place. Returns the campus's id, a unit under the school.

    Raises NotFound, SchoolClosed, NumberMissing, CodeTaken, DayAhead.
    """
    queries.refuse_unreached(scope, school_id, "dossiers.edit")
    schools.refuse_closed(school_id)
    code, name = vietnamese.tidy(code)[:20], vietnamese.tidy(name)[:200]
    if not code:
        raise NumberMissing(what="mã điểm trường")
    if not name:
        raise NumberMissing(what="tên điểm trường")
    if on > clock.today():
        raise DayAhead(on=on)
    if organisations.unit_by_code(code) is not None:
        raise CodeTaken(given=code)
    governed = organisations.governed_since(school_id, on=clock.today())
    begins = max(on, governed) if governed else on
    campus_id = units.found_unit(
        kind="campus",
        code=code,
        name=name,
        parent_id=school_id,
        on=on,
        governed_from=begins,
        address=vietnamese.tidy(address),
    )
    changes = {"name": [None, name], "code": [None, code], "opened_on": [None, on]}
    _record(scope, "dossiers.campus_added", school_id, "campus", campus_id, changes)
    return campus_id


def close_campus(scope: Scope, *, school_id: int, campus_id: int, ends_on: dt.date, why: str) -> bool:
    """A campus teaches no more after a day; what was written of it stays. False when it was closed already.

    Raises NotFound, ReasonMissing, DayAhead, CampusHasClasses.
    """
    queries.refuse_unreached(scope, school_id, "dossiers.edit")
    place = queries.campus(school_id, campus_id)
    if place.is_main:
        raise NotFound
    if place.closed_on is not None:
        return False
    why = _reason(why)
    if ends_on > clock.today():
        raise DayAhead(on=ends_on)
    units.hold_to_remove([campus_id])
    if count := enrolment.classes_at_campus(campus_id, school_year=calendar.year_on(ends_on)):
        raise CampusHasClasses(count=count)
    units.close_unit(unit_id=campus_id, last_day=ends_on)
    _record(scope, "dossiers.campus_closed", school_id, "campus", campus_id, {"closed_on": [None, ends_on]}, why)
    return True


def save_rooms(
    scope: Scope,
    *,
    school_id: int,
    campus_id: int,
    school_year: int,
    indicator: str,
    given: Mapping[str, str],
    version: int,
) -> dict[str, list[Any]]:
    """Rooms of one kind at a place of a school in a year. version: of the row the form showed, 0 for none.

    Raises NotFound, SchoolClosed, YearClosed, NotOnTheList, ChangedMeanwhile, and what the fields refuse.
    """
    queries.refuse_unreached(scope, school_id, "dossiers.edit")
    schools.refuse_closed(school_id)
    calendar.refuse_closed_year(school_year)
    queries.campus(school_id, campus_id)
    if indicator not in dict(queries.room_choices(schools.levels_of(school_id))):
        raise NotOnTheList(label="Loại phòng", given=indicator)
    where = {"school_id": school_id, "school_year": school_year, "campus_id": campus_id, "indicator": indicator}
    row = Facility._base_manager.select_for_update().filter(**where).first()
    if version != (row.version if row else 0):
        raise ChangedMeanwhile
    wanted = {one.name: one.read(given.get(one.name, "")) or 0 for one in ROOMS}
    held = {one.name: getattr(row, one.name) if row else 0 for one in ROOMS}
    changes = {name: [held[name], value] for name, value in wanted.items() if Decimal(held[name]) != Decimal(value)}
    if not changes:
        return {}
    if row is None:
        Facility(**where, **wanted).save(force_insert=True)
    else:
        Facility._base_manager.filter(pk=row.pk).update(**wanted, version=F("version") + 1)
    _record(scope, "dossiers.rooms_saved", school_id, "campus", campus_id, {"rooms": [None, indicator], **changes})
    return changes


def copy_former_year(scope: Scope, *, school_id: int, school_year: int) -> int:
    """Begin a year with what the school said of the year before: its profile and its rooms. Returns how many rows.

    Only where nothing of this year was written yet. Raises NotFound, SchoolClosed, YearClosed, NothingToCopy.
    """
    queries.refuse_unreached(scope, school_id, "dossiers.edit")
    schools.refuse_closed(school_id)
    calendar.refuse_closed_year(school_year)
    if queries.has_year(school_id, school_year):
        raise NothingToCopy
    profile = ", ".join(one.name for one in SCHOOL_YEAR.fields)
    counted = ", ".join(one.name for one in ROOMS)
    facts = {"school": school_id, "year": school_year}
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO dossiers_schoolprofile (school_id, school_year, version, {profile})"
            f" SELECT school_id, %(year)s, 1, {profile} FROM dossiers_schoolprofile"
            " WHERE school_id = %(school)s AND school_year = %(year)s - 1",
            facts,
        )
        count = cursor.rowcount
        cursor.execute(
            f"INSERT INTO dossiers_facility (school_id, school_year, campus_id, indicator, version, {counted})"
            f" SELECT f.school_id, %(year)s, f.campus_id, f.indicator, 1, {counted} FROM dossiers_facility f"
            " JOIN organisations_unit u ON u.id = f.campus_id AND u.closed_on IS NULL"
            " WHERE f.school_id = %(school)s AND f.school_year = %(year)s - 1",
            facts,
        )
        count += cursor.rowcount
    if not count:
        raise NothingToCopy
    _record(scope, "dossiers.year_copied", school_id, "school", school_id, {"rows": [None, count]})
    return count


def _reason(why: str) -> str:
    why = vietnamese.tidy(why)
    if not why:
        raise ReasonMissing
    return why


def _record(
    scope: Scope, action: str, school_id: int, kind: str, key: int, changes: dict[str, Any], why: str = ""
) -> None:
    audit.record(scope, action, school_id=school_id, object_type=kind, object_id=key, changes=changes, why=why)


def rooms_held(school_id: int, campus_id: int, school_year: int, indicator: str) -> Facility | None:
    """The row a form of rooms shows, as far as the database shows it."""
    return Facility._base_manager.filter(
        school_id=school_id, campus_id=campus_id, school_year=school_year, indicator=indicator
    ).first()

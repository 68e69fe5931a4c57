"""Schools come into being, are renamed, change hands and end: acts of the department, each by a decision with a date."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.identity import services as identity
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.organisations import services as tree
from maitruong.foundation.organisations.types import CommuneRef, UnitFacts
from maitruong.foundation.reference import catalogue as reference
from maitruong.foundation.reference.errors import UnknownCode

from . import ports
from .errors import (
    CodeRefused,
    CodeTaken,
    CommuneUnknown,
    DayAhead,
    DayTooEarly,
    GovernorUnknown,
    LevelsMissing,
    NameMissing,
    NameTakenHere,
    ReasonMissing,
    SchoolClosed,
    StillBound,
    TypeUnknown,
)
from .models import School
from .types import levels_of_type, ownership_code

PERMISSION = "schools.found"
LONGEST_NAME = 200
_CODE = re.compile(r"[A-Z0-9][A-Z0-9.\-]{1,19}")


@dataclass(frozen=True)
class NewSchool:
    """A school to be founded. governor_id: unit that governs it; commune_id: row of the list of communes where it lies.

    on: day of founding, None when nobody knows it any more. levels: codes in reference education_level; none: those of its kind.
    """

    code: str
    name: str
    school_type: str
    governor_id: int
    commune_id: int
    on: dt.date | None = None
    ownership: str = "1"
    levels: tuple[str, ...] = ()
    address: str = ""


@transaction.atomic
def found_school(scope: Scope, new: NewSchool, *, why: str = "") -> int:
    """Found a school under the unit that governs it. Returns its id, which is `school_id` everywhere.

    Raises NotFound, CodeRefused, CodeTaken, NameMissing, NameTakenHere, TypeUnknown, LevelsMissing, GovernorUnknown,
    CommuneUnknown, DayAhead.
    """
    _refuse_strangers(scope)
    code, name = tidy_code(new.code), tidy_name(new.name)
    levels = levels_for(new.school_type, new.levels)
    if new.on is not None:
        _refuse_ahead(new.on)
    since = _governing_since(new.governor_id)
    _refuse_unknown_commune(new.commune_id)
    _refuse_double(name, new.commune_id, code)
    taken = organisations.unit_by_code(code)
    if taken is not None:
        raise CodeTaken(given=code, name=taken.name)
    try:
        with transaction.atomic():
            school_id = tree.found_unit(
                kind="school",
                code=code,
                name=name,
                parent_id=new.governor_id,
                on=new.on,
                governed_from=max(new.on or since, since),
                admin_unit_id=new.commune_id,
                address=vietnamese.tidy(new.address),
            )
    except IntegrityError:  # somebody founded one of this code a moment ago
        raise CodeTaken(given=code, name="một đơn vị khác") from None
    School.objects.create(
        pk=school_id, levels=list(levels), school_type=new.school_type, ownership=ownership_code(new.ownership)
    )
    told = {"code": [None, code], "name": [None, name], "opened_on": [None, new.on]}
    _record(scope, "schools.founded", school_id, told, why)
    return school_id


@transaction.atomic
def rename_school(
    scope: Scope,
    *,
    school_id: int,
    name: str,
    school_type: str,
    ownership: str,
    levels: Sequence[str],
    commune_id: int,
    address: str,
    why: str,
) -> dict[str, list[object]]:
    """Write a school's name, kind and place anew. Returns {field: [old, new]}; nothing changed, nothing audited.

    Raises NotFound, SchoolClosed, NameMissing, NameTakenHere, TypeUnknown, LevelsMissing, CommuneUnknown, ReasonMissing.
    """
    unit = _open_school(scope, school_id)
    name = tidy_name(name)
    _refuse_unknown_commune(commune_id)
    if (vietnamese.fold(name), commune_id) != (vietnamese.fold(unit.name), unit.commune_id):
        _refuse_double(name, commune_id, unit.code)
    kind = {
        "levels": list(levels_for(school_type, levels)),
        "school_type": school_type,
        "ownership": ownership_code(ownership),
    }
    before = School.objects.select_for_update().filter(pk=school_id).values(*kind).first() or {}
    if before:
        before["ownership"] = ownership_code(before["ownership"])
    changes: dict[str, list[object]] = {k: [before.get(k), v] for k, v in kind.items() if before.get(k) != v}
    changes |= tree.describe_unit(school_id, name=name, admin_unit_id=commune_id, address=vietnamese.tidy(address))
    if not changes:
        return {}
    _refuse_no_reason(why)
    School.objects.update_or_create(pk=school_id, defaults=kind)
    _record(scope, "schools.renamed", school_id, changes, why)
    return changes


@transaction.atomic
def move_school(scope: Scope, *, school_id: int, governor_id: int, on: dt.date, why: str) -> bool:
    """Put a school under another governing unit from a day; until the day before it stands where it stood. False: it is there.

    Raises NotFound, SchoolClosed, GovernorUnknown, DayAhead, DayTooEarly, ReasonMissing.
    """
    unit = _open_school(scope, school_id)
    _refuse_ahead(on)
    since = unit.governed_since or on
    if on < since:
        raise DayTooEarly(on=on, since=since)
    if _governing_since(governor_id, on) > on:
        raise GovernorUnknown(on=on)
    if governor_id == unit.governor_id:
        return False
    _refuse_no_reason(why)
    tree.move_unit(unit_id=school_id, parent_id=governor_id, on=on)
    told = {"governor": [unit.governor, organisations.unit(governor_id).name], "from": [None, on]}
    _record(scope, "schools.moved", school_id, told, why)
    return True


@transaction.atomic
def close_school(scope: Scope, *, school_id: int, last_day: dt.date, why: str) -> None:
    """A school ends with a day. Its books and records stay, to be read. Raises NotFound, SchoolClosed, DayAhead, DayTooEarly,
    StillBound (pupils have a place there), ReasonMissing."""
    unit = _open_school(scope, school_id)
    _refuse_ahead(last_day)
    since = unit.governed_since or last_day
    if last_day < since:
        raise DayTooEarly(on=last_day, since=since)
    bound = ports.still_bound(school_id, last_day)
    if bound:
        raise StillBound(bound=", ".join(f"{number} {words}" for number, words in bound))
    _refuse_no_reason(why)
    tree.close_unit(unit_id=school_id, last_day=last_day)
    _record(scope, "schools.closed", school_id, {"closed_on": [None, last_day]}, why)


def school(scope: Scope, school_id: int, *, permission: str = PERMISSION) -> UnitFacts:
    """A school the permission reaches, closed ones too. Raises NotFound."""
    unit = organisations.facts(school_id, on=clock.today()) if scope.covers(permission, school_id=school_id) else None
    if unit is None or unit.kind != "school":
        raise NotFound
    return unit


# --- what a list of schools asks as well ----------------------------------------------------------------------------------


def tidy_code(text: str) -> str:
    """A school's code as it is kept. Raises CodeRefused."""
    code = text.strip().upper()
    if not _CODE.fullmatch(code):
        raise CodeRefused(given=text.strip()[:40])
    return code


def tidy_name(text: str) -> str:
    """A school's name as it is kept. Raises NameMissing."""
    name = vietnamese.tidy(text)[:LONGEST_NAME]
    if not any(letter.isalpha() for letter in name):
        raise NameMissing
    return name


def levels_for(school_type: str, levels: Sequence[str]) -> tuple[str, ...]:
    """The levels a school teaches: those marked, else those of its kind. Raises TypeUnknown, LevelsMissing."""
    try:
        of_type = levels_of_type(school_type)
    except UnknownCode:
        raise TypeUnknown(given=school_type) from None
    known = [code["code"] for code in reference.codes("education_level")]
    found = tuple(level for level in known if level in levels) or of_type
    if not found:
        raise LevelsMissing(type=reference.code("school_type", school_type).name)
    return found


def _refuse_strangers(scope: Scope) -> None:
    """Founding reaches every school there will be: only a right over the whole province can."""
    if not scope.covers(PERMISSION, school_id=0):
        raise NotFound
    take_turn()


def take_turn() -> None:
    """One act on schools at a time: two officers at once must not found two of a name, nor close one twice. Rare acts, all of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('schools'))")


def _open_school(scope: Scope, school_id: int) -> UnitFacts:
    school(scope, school_id)  # nobody waits for what is not his
    take_turn()
    unit = school(scope, school_id)
    if unit.closed_on is not None:
        raise SchoolClosed(on=unit.closed_on)
    return unit


def _governing_since(governor_id: int, on: dt.date | None = None) -> dt.date:
    """Since when the governing unit stands in the tree. Raises GovernorUnknown."""
    day = on or clock.today()
    unit = organisations.units([governor_id]).get(governor_id)
    since = organisations.governed_since(governor_id, on=day) if unit else None
    if unit is None or unit.kind not in ("department", "commune") or since is None:
        raise GovernorUnknown(on=day)
    return since


def _refuse_unknown_commune(commune_id: int) -> None:
    if commune_id not in {one.id for one in communes()}:
        raise CommuneUnknown


def communes() -> list[CommuneRef]:
    """The communes of this province, where a school may lie."""
    installation = identity.installation()
    return organisations.communes(installation.province_code, on=clock.today()) if installation else []


def _refuse_double(name: str, commune_id: int, own_code: str) -> None:
    for code, other, commune in organisations.schools_lying_in(commune_id):
        if code != own_code and vietnamese.fold(other) == vietnamese.fold(name):
            raise NameTakenHere(commune=commune, name=other, taken=code)


def _refuse_ahead(day: dt.date) -> None:
    if day > clock.today():
        raise DayAhead(on=day)


def _refuse_no_reason(why: str) -> None:
    if not why.strip():
        raise ReasonMissing


def _record(scope: Scope, action: str, school_id: int, changes: object, why: str) -> None:
    audit.record(
        scope,
        action,
        school_id=school_id,
        object_type="school",
        object_id=school_id,
        changes=changes,
        why=vietnamese.tidy(why),
    )

"""Reads of the tree. Units are public, so none of these asks for a scope; rights are decided in `access`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from django.db import connection

from maitruong.foundation.kernel import vietnamese

from .models import AdminUnit, Position, Unit
from .types import CommuneRef, SchoolKey, UnitFacts, UnitRef

_LARGEST_ID: Final = 2**63 - 1


def unit(unit_id: int) -> UnitRef:
    row = Unit.objects.get(pk=unit_id)
    return UnitRef(row.pk, row.kind, row.code, row.name)


def units(unit_ids: Iterable[int]) -> dict[int, UnitRef]:
    """Those of these units that exist. An address may hold a number no row can have: it is nobody's, as any other."""
    wanted = sorted({number for number in unit_ids if number <= _LARGEST_ID})
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, kind, code, name FROM organisations_unit WHERE id = ANY(%s::bigint[])", [wanted])
        return {row[0]: UnitRef(*row) for row in cursor.fetchall()}


def unit_by_code(code: str) -> UnitRef | None:
    row = Unit.objects.filter(code=code).first()
    return UnitRef(row.pk, row.kind, row.code, row.name) if row else None


def is_under(unit_id: int, above_id: int, *, on: dt.date) -> bool:
    """Whether a unit is governed by another on a day; every unit is under itself."""
    if unit_id == above_id:
        return True
    here = Position.objects.filter(unit_id=above_id, during__contains=on).values_list("path", flat=True).first()
    return (
        here is not None
        and Position.objects.filter(unit_id=unit_id, path__startswith=here, during__contains=on).exists()
    )


def among_under(unit_ids: Iterable[int], above_id: int, *, on: dt.date) -> set[int]:
    """Those of these units that are governed by another on a day, or are that one. Two statements."""
    wanted = set(unit_ids)
    here = Position.objects.filter(unit_id=above_id, during__contains=on).values_list("path", flat=True).first()
    below = Position.objects.filter(unit_id__in=wanted, path__startswith=here or "/", during__contains=on)
    return (set(below.values_list("unit_id", flat=True)) if here is not None else set()) | (wanted & {above_id})


def units_under(unit_id: int, *, on: dt.date) -> list[UnitRef]:
    """A unit and all it governs on a day, campuses apart, by kind and name."""
    here = Position.objects.filter(unit_id=unit_id, during__contains=on).values_list("path", flat=True).first()
    if here is None:
        return []
    rows = Unit.objects.filter(
        pk__in=Position.objects.filter(path__startswith=here, during__contains=on).values("unit_id")
    ).exclude(kind="campus")
    return [UnitRef(row.pk, row.kind, row.code, row.name) for row in rows.order_by("kind", "sort_key", "pk")]


def place_of(unit_id: int, *, on: dt.date) -> tuple[str, str]:
    """(code, name) of the commune a unit lies in; when that was not written down, of the unit that governs it on a day."""
    row = Unit.objects.select_related("admin_unit").get(pk=unit_id)
    if row.admin_unit is not None:
        return row.admin_unit.code, row.admin_unit.name
    here = Position.objects.filter(unit_id=unit_id, during__contains=on).select_related("parent").first()
    return (here.parent.code, here.parent.name) if here and here.parent else ("", "")


def facts(unit_id: int, *, on: dt.date) -> UnitFacts | None:
    """A unit with where it lies and who governs it on a day; after its end, who did last. Two statements."""
    row = Unit.objects.select_related("admin_unit").filter(pk=unit_id).first()
    if row is None:
        return None
    stands = Position.objects.filter(unit_id=unit_id, during__startswith__lte=on).select_related("parent")
    place = stands.order_by("-during").first()
    lies_in = row.admin_unit
    return UnitFacts(
        id=row.pk,
        kind=row.kind,
        code=row.code,
        name=row.name,
        commune_id=row.admin_unit_id,
        commune=f"{lies_in.kind} {lies_in.name}" if lies_in else "",
        address=row.address,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        governor_id=place.parent_id if place else None,
        governor=place.parent.name if place and place.parent else "",
        governed_since=place.during.lower if place else None,
    )


def closed_on(unit_id: int) -> dt.date | None:
    """The last day of a unit that has ended."""
    return Unit.objects.filter(pk=unit_id).values_list("closed_on", flat=True).first()


def governors(*, on: dt.date) -> list[UnitRef]:
    """Who may govern a school on a day: the department, then the commune committees by name. One statement."""
    rows = Unit.objects.filter(kind__in=["department", "commune"], positions__during__contains=on)
    return [UnitRef(row.pk, row.kind, row.code, row.name) for row in rows.order_by("-kind", "sort_key", "pk")]


def governed_since(unit_id: int, *, on: dt.date) -> dt.date | None:
    """Since when a unit has its present place in the tree; None when it has none on the day."""
    return (
        Position.objects.filter(unit_id=unit_id, during__contains=on)
        .values_list("during__startswith", flat=True)
        .first()
    )


def communes(province_code: str, *, on: dt.date) -> list[CommuneRef]:
    """The communes of a province on a day, where a school may lie, by name. One statement."""
    rows = AdminUnit.objects.filter(
        level="commune", parent__level="province", parent__code=province_code, valid__contains=on
    )
    found = [CommuneRef(row.pk, row.code, f"{row.kind} {row.name}") for row in rows]
    return sorted(found, key=lambda one: vietnamese.collation_key(one.name))


def unit_called(kinds: Iterable[str], text: str) -> UnitRef | None:
    """The unit a person meant who wrote its code or its name, with or without marks; None when none or several fit."""
    known = Unit.objects.filter(kind__in=list(kinds), closed_on__isnull=True)
    by_code = known.filter(code__iexact=text.strip()).first()
    if by_code is not None:
        return UnitRef(by_code.pk, by_code.kind, by_code.code, by_code.name)
    wanted = vietnamese.fold(vietnamese.tidy(text))
    named = [row for row in known if vietnamese.fold(row.name) == wanted]
    return UnitRef(named[0].pk, named[0].kind, named[0].code, named[0].name) if wanted and len(named) == 1 else None


def schools_lying_in(commune_id: int) -> list[tuple[str, str, str]]:
    """(code, name, commune) of the open schools that lie in a commune. One statement."""
    rows = Unit.objects.filter(kind="school", admin_unit_id=commune_id, closed_on__isnull=True).select_related(
        "admin_unit"
    )
    return [(row.code, row.name, f"{row.admin_unit.kind} {row.admin_unit.name}") for row in rows if row.admin_unit]


def school_keys() -> list[SchoolKey]:
    """Every school that stands, by what tells it from others. One statement; a province has some hundred."""
    rows = Unit.objects.filter(kind="school", closed_on__isnull=True)
    return [SchoolKey(*row) for row in rows.values_list("pk", "code", "name", "admin_unit_id")]


def ids_of_codes(codes: Iterable[str]) -> dict[str, int]:
    """The units that bear these codes: code → id."""
    return dict(Unit.objects.filter(code__in=list(codes)).values_list("code", "id"))


def names_of_codes(codes: Iterable[str]) -> dict[str, str]:
    """Which of these codes some unit bears, closed ones too: code → its name."""
    return dict(Unit.objects.filter(code__in=list(codes)).values_list("code", "name"))


def committees() -> dict[int, int]:
    """Commune (row of the list) → the committee that stands there, as a unit."""
    rows = Unit.objects.filter(kind="commune", admin_unit_id__isnull=False, closed_on__isnull=True)
    return {commune: unit for commune, unit in rows.values_list("admin_unit_id", "pk") if commune is not None}

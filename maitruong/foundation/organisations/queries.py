"""Reads of the tree. Units are public, so none of these asks for a scope; rights are decided in `access`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from .models import Position, Unit
from .types import UnitRef


def unit(unit_id: int) -> UnitRef:
    row = Unit.objects.get(pk=unit_id)
    return UnitRef(row.pk, row.kind, row.code, row.name)


def units(unit_ids: Iterable[int]) -> dict[int, UnitRef]:
    return {row.pk: UnitRef(row.pk, row.kind, row.code, row.name) for row in Unit.objects.filter(pk__in=set(unit_ids))}


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

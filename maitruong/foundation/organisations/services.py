"""Writes of the tree: units are founded, moved and closed by date, never re-written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from maitruong.foundation.kernel import clock, vietnamese

from . import admin_units
from .models import AdminUnit, FormerUnit, Position, Unit


@transaction.atomic
def found_unit(
    *,
    kind: str,
    code: str,
    name: str,
    parent_id: int | None,
    on: dt.date | None,
    governed_from: dt.date | None = None,
    **attributes: Any,
) -> int:
    """Found a unit under its governing unit from a day on. Returns its id.

    governed_from: when the present tree knows it only from a later day than its own founding; a school is older than the
    commune committee of July 2025 that governs it now. Needed when the day of founding is not known.
    """
    begins = governed_from or on
    if begins is None:
        raise ValueError("a unit stands in the tree from some day on")
    attributes.setdefault("sort_key", vietnamese.collation_key(name))
    unit = Unit.objects.create(kind=kind, code=code, name=name, opened_on=on, **attributes)
    _place(unit.pk, parent_id, begins)
    return unit.pk


@transaction.atomic
def found_communes(province: str, *, department_id: int, on: dt.date) -> int:
    """The committees of all communes of a province, under its department, as units that govern schools. Returns how many.

    Those that stand are left alone. Needs the loaded list of administrative units.
    """
    standing = set(Unit.objects.filter(kind="commune").values_list("code", flat=True))
    rows = AdminUnit.objects.filter(level="commune", valid__upper_inf=True).values_list("code", "pk")
    lies_in = dict(rows)
    founded = 0
    for commune in admin_units.communes(province):
        code = f"UBND.{commune.code}"
        if code in standing:
            continue
        name = f"UBND {commune.kind[0].lower()}{commune.kind[1:]} {commune.name}"
        found_unit(
            kind="commune",
            code=code,
            name=name,
            parent_id=department_id,
            on=on,
            admin_unit_id=lies_in.get(commune.code),
        )
        founded += 1
    return founded


def stand_on(unit_id: int) -> bool:
    """Hold a unit for what is about to be written about it: nobody removes it before this transaction ends. False: it is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM organisations_unit WHERE id = %s FOR KEY SHARE", [unit_id])
        return cursor.fetchone() is not None


def hold_to_remove(unit_ids: Collection[int]) -> None:
    """Wait for whoever is writing about these units, and let others wait: what stands on them is looked at after this."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM organisations_unit WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [list(unit_ids)])


@transaction.atomic
def remove_unit(unit_id: int) -> None:
    """Take back a unit that was founded by mistake. The caller has made sure that nothing stands on it."""
    Position.objects.filter(unit_id=unit_id).delete()
    FormerUnit.objects.filter(unit_id=unit_id).delete()
    Unit.objects.filter(pk=unit_id).delete()


@transaction.atomic
def describe_unit(unit_id: int, **wanted: Any) -> dict[str, list[Any]]:
    """Write a unit's name, address, commune. Returns {field: [old, new]} of what changed.

    The former name and commune are kept up to yesterday; what is mended twice on one day was never so in between.
    """
    row = Unit.objects.select_for_update().get(pk=unit_id)
    changes = {name: [getattr(row, name), value] for name, value in wanted.items() if getattr(row, name) != value}
    if changes.keys() & {"name", "admin_unit_id"}:
        FormerUnit.objects.get_or_create(
            unit_id=unit_id,
            until=clock.today() - dt.timedelta(days=1),
            defaults={"name": row.name, "sort_key": row.sort_key, "admin_unit_id": row.admin_unit_id},
        )
    if changes:
        if "name" in changes:
            wanted["sort_key"] = vietnamese.collation_key(wanted["name"])
        Unit.objects.filter(pk=unit_id).update(**wanted)
    return changes


@transaction.atomic
def close_unit(*, unit_id: int, last_day: dt.date) -> None:
    """A unit ends with a day; from the next it stands nowhere in the tree. Nothing of it is removed."""
    below = Position.objects.get(unit_id=unit_id, during__contains=last_day)
    following = last_day + dt.timedelta(days=1)
    rows = Position.objects.select_for_update().filter(path__startswith=below.path, during__contains=last_day)
    for row in rows.order_by("path"):
        row.during = DateRange(row.during.lower, following)
        row.save(update_fields=["during"])
        Unit.objects.filter(pk=row.unit_id).update(closed_on=last_day)


@transaction.atomic
def move_unit(*, unit_id: int, parent_id: int, on: dt.date) -> None:
    """Put a unit, and all below it, under another governing unit from a day on; the past keeps the old path."""
    now = Position.objects.select_for_update().get(unit_id=unit_id, during__contains=on)
    below = list(
        Position.objects.select_for_update()
        .filter(path__startswith=now.path, during__contains=on)
        .order_by("path")
        .values_list("unit_id", "parent_id")
    )
    for moved, parent in below:
        _end(moved, on)
        _place(moved, parent_id if moved == unit_id else parent, on)


def _end(unit_id: int, on: dt.date) -> None:
    position = Position.objects.get(unit_id=unit_id, during__contains=on)
    if position.during.lower == on:
        position.delete()
        return
    position.during = DateRange(position.during.lower, on)
    position.save(update_fields=["during"])


def _place(unit_id: int, parent_id: int | None, on: dt.date) -> None:
    above = Position.objects.get(unit_id=parent_id, during__contains=on).path if parent_id else ""
    Position.objects.create(unit_id=unit_id, parent_id=parent_id, path=f"{above}{unit_id}.", during=DateRange(on, None))

"""Writes of the tree: units are founded, moved and closed by date, never re-written."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from .models import Position, Unit


@transaction.atomic
def found_unit(*, kind: str, code: str, name: str, parent_id: int | None, on: dt.date, **attributes: Any) -> int:
    """Found a unit under its governing unit from a day on. Returns its id."""
    unit = Unit.objects.create(kind=kind, code=code, name=name, opened_on=on, **attributes)
    _place(unit.pk, parent_id, on)
    return unit.pk


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

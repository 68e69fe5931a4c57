"""A colleague goes to another school of the province: her record is there as well, and the old school keeps what it wrote."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection

from .record_models import (
    Contract,
    Discipline,
    FamilyMember,
    LanguageCertificate,
    Leave,
    Qualification,
    RecordRow,
    Reward,
    SalaryStep,
    Secondment,
    StaffProfile,
    Training,
    WorkHistory,
)

#: Of these one holds at a school on a day; a copy that would stand beside another stays behind.
_ONE_AT_A_TIME: tuple[type[RecordRow], ...] = (Contract, SalaryStep, Leave, Secondment)
#: What a school gives: it ends there with the last day. A secondment is a decision of its own and is left alone.
_OF_THE_SCHOOL: tuple[type[RecordRow], ...] = (Contract, SalaryStep, Leave)
_FOLLOWS: tuple[type[RecordRow], ...] = (
    *_ONE_AT_A_TIME,
    StaffProfile,
    Qualification,
    Training,
    LanguageCertificate,
    Reward,
    Discipline,
    WorkHistory,
    FamilyMember,
)
_NOT_COPIED = {"id", "school_id", "written_at", "version"}


def copy_record(*, person_id: int, from_school: int, to_school: int, last_day: dt.date) -> int:
    """Copy the record into the new school's, and end at the old one what held there. Returns how many rows were copied.

    Wants sight of both schools. Repeating it copies nothing: what the new school has is not written again.
    """
    facts: dict[str, Any] = {"person": person_id, "from": from_school, "to": to_school, "last": last_day}
    copied = 0
    with connection.cursor() as cursor:
        for model in _FOLLOWS:
            cursor.execute(_copy(model), facts)
            copied += cursor.rowcount
        for model in _OF_THE_SCHOOL:
            cursor.execute(
                f"UPDATE {model._meta.db_table} SET ends_on = %(last)s, version = version + 1"
                " WHERE person_id = %(person)s AND school_id = %(from)s AND withdrawn_at IS NULL"
                " AND starts_on <= %(last)s AND (ends_on IS NULL OR ends_on > %(last)s)",
                facts,
            )
    return copied


def _copy(model: type[RecordRow]) -> str:
    table = model._meta.db_table
    columns = [str(f.column) for f in model._meta.concrete_fields if f.column not in _NOT_COPIED]
    if model is StaffProfile:
        there = "true"
    elif model in _ONE_AT_A_TIME:
        there = "daterange(n.starts_on, n.ends_on, '[]') && daterange(o.starts_on, o.ends_on, '[]')"
    else:
        there = " AND ".join(f"n.{name} IS NOT DISTINCT FROM o.{name}" for name in columns)
    return (
        f"INSERT INTO {table} (school_id, {', '.join(columns)}) SELECT %(to)s, {', '.join(f'o.{name}' for name in columns)}"
        f" FROM {table} o WHERE o.person_id = %(person)s AND o.school_id = %(from)s AND o.withdrawn_at IS NULL"
        f" AND NOT EXISTS (SELECT 1 FROM {table} n WHERE n.school_id = %(to)s AND n.person_id = o.person_id"
        f" AND n.withdrawn_at IS NULL AND {there})"
    )

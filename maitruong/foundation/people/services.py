"""Writes about people. Callers hold the permission; this module keeps keys, places and identifiers right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock, phones, vietnamese

from . import freezing
from .bulk import add_numbers, change_many, remove_numbers
from .errors import ChangedMeanwhile, NameTooLong, NotAnAddress
from .merging import merge as merge
from .merging import part as part
from .models import Person, PersonIdentifier

LONGEST_NAME = 200


def register_person(
    scope: Scope,
    *,
    full_name: str,
    places: Iterable[int],
    born_on: dt.date | None = None,
    sex: str = "",
    citizen_number: str = "",
    known_from: dt.date | None = None,
    **details: Any,
) -> int:
    """Write a new human into the house, known in the given units. Returns the person's id. Raises NameTooLong."""
    name = vietnamese.tidy(full_name)
    if len(name) > LONGEST_NAME:
        raise NameTooLong(length=len(name), most=LONGEST_NAME)
    places = sorted(set(places))
    person = Person(
        full_name=name,
        name_fold=vietnamese.fold(name),
        sort_key=vietnamese.sort_key(name),
        born_on=born_on,
        sex=sex,
        places=places,
        **details,
    )
    person.save()
    if citizen_number:
        PersonIdentifier(
            person=person,
            places=places,
            scheme="CCCD",
            value=citizen_number,
            valid=DateRange(born_on or known_from or dt.date(1900, 1, 1), None),
            source="declared",
        ).save()
    return person.pk


def known_at(person_ids: Iterable[int], unit_id: int) -> None:
    """Let a unit know these people from now on (enrolment, employment, guardianship there). Needs sight of the people."""
    ids = list(person_ids)
    with connection.cursor() as cursor:
        for table, key in (("people_person", "id"), ("people_personidentifier", "person_id")):
            cursor.execute(
                f"UPDATE {table} SET places = places || %s::bigint"
                f" WHERE {key} = ANY(%s) AND NOT places @> ARRAY[%s::bigint]",
                [unit_id, ids, unit_id],
            )


def stand_on(person_id: int, unit_id: int) -> bool:
    """Hold somebody a unit knows for what is about to be written: an undone list removes nobody before this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM people_person WHERE id = %s AND places @> ARRAY[%s::bigint] FOR KEY SHARE",
            [person_id, unit_id],
        )
        return cursor.fetchone() is not None


def change_contact(*, person_id: int, version: int, phone: str, email: str, residence: str) -> dict[str, list[str]]:
    """Write the contact fields over the version that was seen. Returns {field: [old, new]} of what changed.

    Raises PhoneRefused, NotAnAddress; ChangedMeanwhile when the row was saved since. The caller checked the permission and
    writes the audit.
    """
    wanted = {"phone": tidy_phone(phone), "email": _email(email), "residence": vietnamese.tidy(residence)}
    row = Person._base_manager.select_for_update().filter(pk=person_id).first()
    if row is None:
        raise NotFound
    if row.version != version:
        raise ChangedMeanwhile
    changes = {name: [getattr(row, name), value] for name, value in wanted.items() if getattr(row, name) != value}
    if changes:
        Person._base_manager.filter(pk=person_id).update(**wanted, version=version + 1)
    return changes


def correct_confirmed(*, person_id: int, values: dict[str, Any], number: str = "") -> dict[str, list[Any]]:
    """Write name, birth date, sex or number by a decision, confirmed before or not. Returns {field: [old, new]} of what changed.

    values: some of freezing.FIELDS.   number: the citizen number that is right, "" where it stays.
    The caller decided, holds sight of every place that knows the person, and writes the audit (numbers masked by then).
    """
    row = Person._base_manager.select_for_update().filter(pk=person_id).first()
    if row is None:
        raise NotFound
    freezing.release([person_id])
    wanted = dict(values)
    if "full_name" in wanted:
        wanted["full_name"] = vietnamese.tidy(wanted["full_name"])
        if len(wanted["full_name"]) > LONGEST_NAME:
            raise NameTooLong(length=len(wanted["full_name"]), most=LONGEST_NAME)
    if "born_on" in wanted:
        wanted["born_precision"] = "day"
    changes = {name: [getattr(row, name), value] for name, value in wanted.items() if getattr(row, name) != value}
    if changes:
        change_many({person_id: {name: new for name, (_, new) in changes.items()}})
    changes.pop("born_precision", None)
    held = PersonIdentifier._base_manager.filter(
        person_id=person_id, scheme=freezing.NUMBER, valid__contains=clock.today()
    ).first()
    if number and (held is None or held.value != number):
        if held is not None:
            remove_numbers([held.pk])
        add_numbers([(person_id, row.places, freezing.NUMBER, number, wanted.get("born_on", row.born_on))])
        changes["number"] = [held.value if held else "", number]
    return changes


def tidy_phone(text: str) -> str:
    """A phone number as it is stored, or nothing. Raises PhoneRefused, OldMobileNumber."""
    return phones.normalise(text) if text.strip() else ""


def _email(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    try:
        validate_email(text)
    except ValidationError:
        raise NotAnAddress(given=text) from None
    return text

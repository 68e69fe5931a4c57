"""Many people at once, for lists: the same rows as services.register_person writes one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import connection
from psycopg import sql

from maitruong.foundation.access.staging import insert_many, update_many
from maitruong.foundation.kernel import vietnamese

from . import freezing
from .models import Person, PersonIdentifier

_BEGINNING = dt.date(1900, 1, 1)
#: Columns of a person a list may write.
FIELDS = (
    "full_name",
    "born_on",
    "born_precision",
    "sex",
    "ethnic_group",
    "nationality",
    "birthplace",
    "residence",
    "phone",
    "email",
)
_DEFAULTS: dict[str, Any] = dict.fromkeys(FIELDS, "") | {"born_on": None, "born_precision": "day", "nationality": "VN"}


@dataclass
class NewPerson:
    """A human to register, known in `places`. values: some of FIELDS, the name tidy already. numbers: scheme → value."""

    places: list[int]
    values: Mapping[str, Any]
    numbers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Held:
    """A person as held, for comparing with a list."""

    id: int
    version: int
    places: tuple[int, ...]
    values: Mapping[str, Any]
    numbers: Mapping[str, str]
    is_confirmed: bool = False


@lru_cache(maxsize=20_000)
def _keys(name: str) -> tuple[str, str]:
    return vietnamese.fold(name), vietnamese.sort_key(name)


def register_many(people: Sequence[NewPerson]) -> list[int]:
    """Write people and their numbers. Returns ids in the order given. The caller holds the permission and writes the audit."""
    if not people:
        return []
    ids = insert_many(Person, (*FIELDS, "name_fold", "sort_key", "places"), (_row(person) for person in people))
    _insert_numbers(  # of people made this moment: nothing of theirs is confirmed
        (person_id, person.places, scheme, value, person.values.get("born_on"))
        for person_id, person in zip(ids, people, strict=True)
        for scheme, value in person.numbers.items()
    )
    return ids


def _row(person: NewPerson) -> list[Any]:
    values = [person.values.get(name, default) for name, default in _DEFAULTS.items()]
    return [*values, *_keys(values[0]), person.places]


def add_numbers(rows: Iterable[tuple[int, Sequence[int], str, str, dt.date | None]]) -> list[int]:
    """Write numbers: (person, places, scheme, value, born). Raises IntegrityError when another person holds one; Confirmed."""
    rows = list(rows)
    freezing.refuse_change({row[0]: (row[2],) for row in rows})
    return _insert_numbers(rows)


def _insert_numbers(rows: Iterable[tuple[int, Sequence[int], str, str, dt.date | None]]) -> list[int]:
    fields = ("person_id", "places", "scheme", "value", "valid", "source")
    made = [(*row[:4], f"[{row[4] or _BEGINNING},)", "declared") for row in rows]
    return insert_many(PersonIdentifier, fields, made) if made else []


def remove_numbers(ids: Collection[int]) -> None:
    """Take numbers back that were written by mistake; row security decides which. Raises Confirmed."""
    freezing.refuse_numbers(ids)
    PersonIdentifier._base_manager.filter(pk__in=ids).delete()


def change_many(changes: Mapping[int, Mapping[str, Any]]) -> set[int]:
    """Write {person: {field: value}} and raise each version. Returns who was there. Raises Confirmed."""
    freezing.refuse_change({person_id: values.keys() for person_id, values in changes.items()})
    found: set[int] = set()
    by_fields: dict[tuple[str, ...], list[int]] = {}
    for person_id, values in changes.items():
        by_fields.setdefault(tuple(sorted(values)), []).append(person_id)
    for fields, ids in by_fields.items():
        written = (*fields, "name_fold", "sort_key") if "full_name" in fields else fields
        rows = ([i, *(changes[i][f] for f in fields), *_name_keys(changes[i], fields)] for i in sorted(ids))
        found.update(update_many(Person, written, rows, bump="version"))
    return found


def _name_keys(values: Mapping[str, Any], fields: Collection[str]) -> tuple[str, ...]:
    return _keys(values["full_name"]) if "full_name" in fields else ()


_HOLDERS = """
SELECT i.value, coalesce(p.merged_into_id, p.id), p.full_name FROM people_personidentifier i JOIN people_person p ON p.id = i.person_id
WHERE i.scheme = %s AND i.value = ANY(%s) AND i.valid @> current_date
"""
_NUMBERS = (
    "SELECT person_id, scheme, value FROM people_personidentifier WHERE person_id = ANY(%s) AND valid @> current_date"
)


def holders(scheme: str, values: Collection[str]) -> dict[str, tuple[int, str]]:
    """Who holds these numbers today, as far as the database shows it: value → (person, full name)."""
    if not values:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, [scheme, list(values)])
        return {value: (person_id, name) for value, person_id, name in cursor.fetchall()}


def held(person_ids: Collection[int]) -> dict[int, Held]:
    """These people as they stand, as far as the database shows them."""
    if not person_ids:
        return {}
    columns = sql.SQL(", ").join(map(sql.Identifier, ("id", "version", "places", "frozen_since", *FIELDS)))
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT {} FROM people_person WHERE id = ANY(%s)").format(columns), [list(person_ids)])
        rows = cursor.fetchall()
        cursor.execute(_NUMBERS, [list(person_ids)])
        numbers: dict[int, dict[str, str]] = {}
        for person_id, scheme, value in cursor.fetchall():
            numbers.setdefault(person_id, {})[scheme] = value
    return {
        row[0]: Held(
            row[0],
            row[1],
            tuple(row[2]),
            dict(zip(FIELDS, row[4:], strict=True)),
            numbers.get(row[0], {}),
            row[3] is not None,
        )
        for row in rows
    }


def leave_place(person_ids: Collection[int], unit_id: int) -> None:
    """Let a unit forget these people: only what wrote the place may take it back."""
    with connection.cursor() as cursor:
        for table, key in (("people_person", "id"), ("people_personidentifier", "person_id")):
            cursor.execute(
                sql.SQL("UPDATE {} SET places = array_remove(places, %s::bigint) WHERE {} = ANY(%s)").format(
                    sql.Identifier(table), sql.Identifier(key)
                ),
                [unit_id, list(person_ids)],
            )


def hold_to_remove(person_ids: Collection[int]) -> None:
    """Wait for whoever is writing about these people, and let others wait: what speaks of them is looked at after this."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM people_person WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [list(person_ids)])


def remove_people(ids: Collection[int]) -> int:
    """Remove people written by mistake, with their numbers. Foreign keys refuse anyone something else points at."""
    PersonIdentifier._base_manager.filter(person_id__in=ids).delete()
    return Person._base_manager.filter(pk__in=ids).delete()[0]

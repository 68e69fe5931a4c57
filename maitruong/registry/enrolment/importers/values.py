"""From the columns of the list to the columns of the house, and what differs from what is held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from maitruong.foundation.kernel import vietnamese
from maitruong.foundation.people.bulk import Held
from maitruong.registry.students.services import bulk as students

#: Columns kept as written in the dossier: no rule reads them.
DETAILS = (
    "vemis_code",
    "current_hamlet",
    "current_area",
    "current_commune",
    "current_province",
    "permanent_hamlet",
    "permanent_area",
    "permanent_commune",
    "permanent_province",
    "birth_commune",
    "birth_province",
    "native_place",
    "native_commune",
    "native_province",
    "registered_commune",
    "registered_province",
    "number_issued_on",
    "number_issued_at",
    "contact_phone",
    "contact_email",
    "note",
)
_PERSON = ("full_name", "sex", "ethnic_group", "nationality", "birthplace")
_FILE = ("religion", "policy_group", "disability", "boarding", "near_poor", "youth_union", "pioneer")
_SEAT = ("student_code", "register_number")
NUMBERS = {"personal_number": "CCCD", "moet_code": "MOET"}
#: A guardian is whoever answers for the child where the list does not say who it is.
RELATIONS = {"father": "FATHER", "mother": "MOTHER", "guardian": "GUARDIAN"}
_HOW = {"father": "cha", "mother": "mẹ", "guardian": "người giám hộ"}
_SEX = {"father": "male", "mother": "female"}


@dataclass
class Parent:
    """A parent as the row tells it."""

    role: str
    full_name: str
    values: dict[str, Any]
    number: str
    occupation: str
    workplace: str

    def add(self, other: Parent) -> None:
        """Take over what another telling of the same person knows more."""
        self.values = other.values | self.values
        self.number = self.number or other.number
        self.occupation = self.occupation or other.occupation
        self.workplace = self.workplace or other.workplace

    @property
    def relation(self) -> str:
        return RELATIONS[self.role]

    @property
    def how(self) -> str:
        return _HOW[self.role]


@dataclass
class Row:
    """One row in the house's own columns; only what the list says. details, person, file, seat: field → value."""

    person: dict[str, Any]
    file: dict[str, Any]
    details: dict[str, Any]
    seat: dict[str, Any]
    numbers: dict[str, str]
    parents: list[Parent] = field(default_factory=list)


def row_of(values: Mapping[str, Any]) -> Row:
    """An empty cell says nothing: it never wipes out what is held."""
    person = {name: values[name] for name in _PERSON if values.get(name) is not None}
    born = values.get("born_on")
    if born is not None:
        person |= {"born_on": born.date, "born_precision": born.precision}
    if values.get("student_phone"):
        person["phone"] = values["student_phone"]
    residence = ", ".join(_address(values))
    if residence:
        person["residence"] = residence
    file = {name: values[name] for name in _FILE if values.get(name) is not None}
    if values.get("admitted_on") is not None:
        file["admitted_on"] = values["admitted_on"].date
    details = {name: _plain(values[name]) for name in DETAILS if values.get(name) is not None}
    if values.get("guardian_phone") and not values.get("guardian_name"):  # “SĐT phụ huynh”, and nobody says whose
        details.setdefault("contact_phone", values["guardian_phone"])
    return Row(
        person=person,
        file=file,
        details=details,
        seat={name: values[name] for name in _SEAT if values.get(name)},
        numbers={scheme: values[name] for name, scheme in NUMBERS.items() if values.get(name)},
        parents=list(_parents(values)),
    )


def _address(values: Mapping[str, Any]) -> Iterator[str]:
    for part in ("hamlet", "area", "commune", "province"):
        text = values.get(f"current_{part}")
        if text:
            yield text


def _plain(value: Any) -> Any:
    return value.date.isoformat() if hasattr(value, "precision") else value


def _parents(values: Mapping[str, Any]) -> Iterator[Parent]:
    """Father and mother, and the guardian; a guardian who is one of the two once more only adds what the row did not say of him."""
    parents = [parent for role in RELATIONS if (parent := _parent(role, values)) is not None]
    guardian = next((parent for parent in parents if parent.role == "guardian"), None)
    for parent in parents:
        if guardian is not None and parent is not guardian and is_among(guardian.full_name, [parent.full_name]):
            parent.add(guardian)
            parents.remove(guardian)
            break
    yield from parents


def is_among(name: str, names: Iterable[str]) -> bool:
    """Whether a name is one of these, as far as spellings of one name differ."""
    return any(vietnamese.name_match(other, name) != "different" for other in names)


def _parent(role: str, values: Mapping[str, Any]) -> Parent | None:
    name = values.get(f"{role}_name")
    if not name:
        return None
    person: dict[str, Any] = {"full_name": name} | ({"sex": _SEX[role]} if role in _SEX else {})
    year = values.get(f"{role}_born")
    if year:
        person |= {"born_on": dt.date(year, 1, 1), "born_precision": "year"}
    if values.get(f"{role}_phone"):
        person["phone"] = values[f"{role}_phone"]
    return Parent(
        role=role,
        full_name=name,
        values=person,
        number=values.get(f"{role}_number") or "",
        occupation=values.get(f"{role}_occupation") or "",
        workplace=values.get(f"{role}_workplace") or "",
    )


@dataclass
class Difference:
    """What a row would change of what is held: old values and new ones, by part."""

    person_old: dict[str, Any] = field(default_factory=dict)
    person_new: dict[str, Any] = field(default_factory=dict)
    file_old: dict[str, Any] = field(default_factory=dict)
    file_new: dict[str, Any] = field(default_factory=dict)
    seat_old: dict[str, Any] = field(default_factory=dict)
    seat_new: dict[str, Any] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    def as_changes(self) -> dict[str, list[Any]]:
        """{field: [old, new]} for people and the audit; numbers never stand there in full."""
        found: dict[str, list[Any]] = {}
        for old, new in (
            (self.person_old, self.person_new),
            (self.file_old, self.file_new),
            (self.seat_old, self.seat_new),
        ):
            found |= {name: [old.get(name), value] for name, value in new.items()}
        return found | {f"number_{scheme}": [None, "đã ghi"] for scheme in self.numbers}


def difference(row: Row, person: Held, file: students.HeldFile | None, seat: Mapping[str, Any]) -> Difference:
    """What of the row is not held yet. A spelling that differs only in where the tone stands is no difference."""
    found = Difference(numbers={k: v for k, v in row.numbers.items() if k not in person.numbers})
    for name, value in row.person.items():
        old = person.values.get(name)
        if old != value and not (name == "full_name" and vietnamese.tone_key(old) == vietnamese.tone_key(value)):  # type: ignore[arg-type]
            found.person_old[name], found.person_new[name] = old, value
    if file is not None:
        for name, value in row.file.items():
            if file.values.get(name) != value:
                found.file_old[name], found.file_new[name] = file.values.get(name), value
        if any(file.details.get(name) != value for name, value in row.details.items()):
            found.file_old["details"] = dict(file.details)
            found.file_new["details"] = {**file.details, **row.details}
    for name, value in row.seat.items():
        if seat and seat.get(name) != value:
            found.seat_old[name], found.seat_new[name] = seat.get(name), value
    return found

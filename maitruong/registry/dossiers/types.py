"""What crosses this wall about dossiers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .fields import CONTINUING, LOWER, PRESCHOOL, PRIMARY, UPPER, Field

BLOOD_GROUPS = ("A", "B", "AB", "O", "A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-")
AWARD_LEVELS = {
    "school": "Cấp trường",
    "commune": "Cấp xã, phường",
    "province": "Cấp tỉnh, thành phố",
    "national": "Cấp quốc gia",
    "international": "Khu vực, quốc tế",
}
FINDINGS = {
    "eyes": "Bệnh về mắt",
    "spine": "Cong vẹo cột sống",
    "congenital": "Bệnh bẩm sinh",
    "rickets": "Còi xương, suy dinh dưỡng",
}


def levels_of_class(grade: int, school_levels: tuple[str, ...]) -> tuple[str, ...]:
    """The levels whose fields a class is asked: that of its grade, and continuing education where its school is for that alone."""
    own = PRESCHOOL if grade < 1 else PRIMARY if grade <= 5 else LOWER if grade <= 9 else UPPER
    return (CONTINUING,) if CONTINUING in school_levels and own not in school_levels else (own,)


@dataclass(frozen=True)
class Group:
    """A group of fields with what was said: `values` as the columns hold them, `seen` tells whether they are still so."""

    key: str
    title: str
    fields: tuple[Field, ...]
    values: dict[str, Any]
    seen: str

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What was said, in words; fields nobody filled in are left out."""
        return [(one.label, words) for one in self.fields if (words := one.show(self.values[one.name]))]

    @property
    def missing(self) -> int:
        return len(self.fields) - len(self.facts)


@dataclass(frozen=True)
class RecognitionRow:
    id: int
    kind: str
    kind_label: str
    level: int
    number: str
    decided_on: dt.date
    decided_by: str
    ends_on: dt.date
    withdrawn_on: dt.date | None
    withdrawn_why: str

    def holds_on(self, day: dt.date) -> bool:
        return self.decided_on <= day <= self.ends_on and (self.withdrawn_on is None or day < self.withdrawn_on)

    @property
    def words(self) -> str:
        return f"{self.kind_label}, {'mức độ' if self.kind == 'national' else 'cấp độ'} {self.level}"


@dataclass(frozen=True)
class CampusRow:
    """A place of a school. is_main: the one the others are campuses of."""

    id: int
    code: str
    name: str
    address: str
    is_main: bool
    closed_on: dt.date | None
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RoomsRow:
    """Rooms of one kind at a campus: how many and how large, by how they are built."""

    campus_id: int
    indicator: str
    label: str
    permanent: int
    permanent_m2: Decimal
    semi: int
    semi_m2: Decimal
    temporary: int
    temporary_m2: Decimal

    @property
    def count(self) -> int:
        return self.permanent + self.semi + self.temporary

    @property
    def area(self) -> Decimal:
        return self.permanent_m2 + self.semi_m2 + self.temporary_m2


@dataclass(frozen=True)
class MeasurementRow:
    id: int
    measured_on: dt.date
    height_cm: Decimal | None
    weight_kg: Decimal | None
    body_mass_index: Decimal | None
    blood_group: str
    findings: tuple[tuple[str, bool], ...]
    note: str
    written_at_id: int

    @property
    def found_facts(self) -> list[tuple[str, str]]:
        return [(words, "có" if found else "không") for words, found in self.findings]


@dataclass(frozen=True)
class PaperRow:
    """`masked`: the first and last characters only."""

    id: int
    kind_label: str
    masked: str
    issued_on: dt.date | None
    issued_at: str
    written_at_id: int


@dataclass(frozen=True)
class AwardRow:
    id: int
    awarded_on: dt.date
    level_label: str
    content: str
    subject: str
    number: str
    written_at_id: int


@dataclass(frozen=True)
class NewCarer:
    """Who begins to answer for a child: typed in, or (person_id) somebody the school knows."""

    full_name: str
    relation: str
    phone: str = ""
    citizen_number: str = ""
    occupation: str = ""
    person_id: int | None = None

"""What crosses this wall about schools."""

from __future__ import annotations

from dataclasses import dataclass

from maitruong.foundation.reference import catalogue as reference


@dataclass(frozen=True)
class SchoolFacts:
    """How a school works. absence_counting: "plan", "day" or "session" (teaching/attendance/rules)."""

    id: int
    levels: tuple[str, ...]
    school_type: str
    ownership: str
    phone: str
    two_sessions: bool
    absence_counting: str


def type_choices() -> list[tuple[str, str]]:
    """(code, name) of the kinds of school that may be founded today."""
    return [(code.key, f"{code.name[0].upper()}{code.name[1:]}") for code in reference.codes("school_type")]


def level_choices() -> list[tuple[str, str]]:
    return [(code["code"], code.name) for code in reference.codes("education_level")]


def ownership_choices() -> list[tuple[str, str]]:
    return [(code["code"], code.name) for code in reference.codes("ownership")]


def ownership_code(text: str) -> str:
    """The code of an ownership, of which lists of other programs (and older rows) have the key: PUBLIC is 1."""
    return next((code["code"] for code in reference.codes("ownership") if text in (code["code"], code.key)), "1")


def levels_of_type(school_type: str) -> tuple[str, ...]:
    """Codes of the levels a kind of school teaches; empty when the kind alone does not say."""
    keys = reference.code("school_type", school_type)["levels"].split()
    return tuple(reference.code("education_level", key)["code"] for key in keys)


def grades_of(facts: SchoolFacts | None) -> range:
    """The grades 1-12 a school may have classes of; all of them when the kind of school does not say."""
    row = reference.code("school_type", facts.school_type) if facts else None
    if row is None or not row["first_grade"].isdigit() or not row["last_grade"].isdigit():
        return range(1, 13)
    return range(int(row["first_grade"]), int(row["last_grade"]) + 1)

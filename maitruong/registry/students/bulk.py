"""Many pupils at once, for lists: the same rows as services writes one by one. The caller holds the permission and the audit."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from maitruong.foundation.access.bulk import NewGrant, grant_many
from maitruong.foundation.access.staging import insert_many, update_many

from . import ports, standings
from .models import Guardianship, Standing, Student

#: Columns of a dossier a list may write; `details` is merged key by key.
FIELDS = (
    "religion",
    "policy_group",
    "disability",
    "boarding",
    "near_poor",
    "youth_union",
    "pioneer",
    "admitted_on",
)
_DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(FIELDS, ""),
    "near_poor": False,
    "youth_union": False,
    "pioneer": False,
    "admitted_on": None,
}


@dataclass(frozen=True)
class HeldFile:
    """A dossier as held."""

    version: int
    places: tuple[int, ...]
    values: Mapping[str, Any]
    details: Mapping[str, Any]


class NewGuardian(NamedTuple):
    """Who answers for a child from a day. last_day: of the family's sight of the child; None when not limited.

    waits_since, named_as: for somebody of other places, see confirming.py.
    """

    school_id: int
    student_id: int
    guardian_id: int
    relation: str
    occupation: str
    workplace: str
    starts_on: dt.date
    last_day: dt.date | None
    waits_since: dt.datetime | None = None
    named_as: str = ""


def open_files(school_id: int, files: Mapping[int, tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
    """Open dossiers: person → (values, details)."""
    rows = (
        [
            person_id,
            [school_id],
            *(values.get(name, default) for name, default in _DEFAULTS.items()),
            json.dumps(details),
        ]
        for person_id, (values, details) in files.items()
    )
    if files:
        insert_many(Student, ("person_id", "places", *FIELDS, "details"), rows)
        told = (i for i, (values, _) in files.items() if any(values.get(name) for name in standings.CLAIMS))
        standings.follow_list(list(told))


def held_files(student_ids: Collection[int]) -> dict[int, HeldFile]:
    """Dossiers as they stand, as far as the database shows them."""
    rows = Student._base_manager.filter(pk__in=student_ids)
    return {
        row.pk: HeldFile(row.version, tuple(row.places), {name: getattr(row, name) for name in FIELDS}, row.details)
        for row in rows
    }


def change_files(changes: Mapping[int, Mapping[str, Any]]) -> set[int]:
    """Write {student: {field: value}} (`details` whole) and raise each version. Returns which were there."""
    found: set[int] = set()
    by_fields: dict[tuple[str, ...], list[int]] = {}
    for student_id, values in changes.items():
        by_fields.setdefault(tuple(sorted(values)), []).append(student_id)
    for fields, ids in by_fields.items():
        rows = ([i, *(_plain(name, changes[i][name]) for name in fields)] for i in sorted(ids))
        found.update(update_many(Student, fields, rows, bump="version"))
    standings.follow_list([i for i, values in changes.items() if values.keys() & set(standings.CLAIMS)])
    ports.tell_of_boarding([i for i, values in changes.items() if "boarding" in values])
    return found


def _plain(name: str, value: Any) -> Any:
    return json.dumps(value) if name == "details" else value


def known_pupils(school_id: int) -> list[tuple[int, str, dt.date | None, str]]:
    """Every pupil a school knows: (person, full name, born, citizen number or ""). One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [school_id, school_id])
        return [tuple(row) for row in cursor.fetchall()]


_KNOWN = """
SELECT p.id, p.full_name, p.born_on, coalesce(i.value, '')
FROM students_student s
JOIN people_person p ON p.id = s.person_id AND p.places @> ARRAY[%s::bigint]
LEFT JOIN people_personidentifier i ON i.person_id = p.id AND i.scheme = 'CCCD' AND i.valid @> current_date
WHERE s.places @> ARRAY[%s::bigint]
"""


def open_guardians(student_ids: Collection[int]) -> dict[int, list[tuple[str, int, str]]]:
    """Who answers for these children now: student → [(relation, guardian, full name)]."""
    found: dict[int, list[tuple[str, int, str]]] = {}
    rows = Guardianship._base_manager.filter(student_id__in=student_ids, ends_on__isnull=True).select_related(
        "guardian"
    )
    for row in rows:
        found.setdefault(row.student_id, []).append(
            (row.relation, row.guardian_id, row.named_as or row.guardian.full_name)
        )
    return found


def guardianship_ids(student_ids: Collection[int]) -> dict[int, set[int]]:
    """Every guardianship ever written for these children."""
    found: dict[int, set[int]] = {}
    for student_id, key in Guardianship._base_manager.filter(student_id__in=student_ids).values_list(
        "student_id", "pk"
    ):
        found.setdefault(student_id, set()).add(key)
    return found


def guardians_among(person_ids: Collection[int]) -> set[int]:
    """Those of these people who answer, or answered, for some child."""
    rows = Guardianship._base_manager.filter(guardian_id__in=person_ids)
    return set(rows.values_list("guardian_id", flat=True))


def add_guardians(rows: Sequence[NewGuardian]) -> list[tuple[int, int | None]]:
    """Write guardianships with the right each opens. Returns (guardianship, right) in order; no right for a grown-up child."""
    if not rows:
        return []
    fields = tuple(name for name in NewGuardian._fields if name != "last_day")
    ids = insert_many(Guardianship, fields, ((*row[:7], *row[8:]) for row in rows))
    seeing = [place for place, row in enumerate(rows) if row.last_day is None or row.last_day >= row.starts_on]
    rights = grant_many(
        [
            NewGrant(
                rows[place].guardian_id,
                "guardian",
                rows[place].school_id,
                [rows[place].student_id],
                rows[place].starts_on,
                rows[place].last_day,
                "theo danh sách học sinh",
                rows[place].waits_since,
            )
            for place in seeing
        ]
    )
    given = dict(zip(seeing, rights, strict=True))
    return [(key, given.get(place)) for place, key in enumerate(ids)]


def remove_guardianships(ids: Collection[int]) -> None:
    """Take back guardianships written by mistake; their rights are closed by the caller."""
    Guardianship._base_manager.filter(pk__in=ids).delete()


def remove_files(student_ids: Collection[int]) -> None:
    """Take back dossiers written by mistake, with what a list said in them. Foreign keys refuse one that something points at."""
    Standing._base_manager.filter(student_id__in=student_ids, source="list").delete()
    Student._base_manager.filter(pk__in=student_ids).delete()


def leave_place(student_ids: Collection[int], school_id: int) -> None:
    with connection.cursor() as cursor:
        for table, key in (("students_student", "person_id"), ("students_standing", "student_id")):
            cursor.execute(
                f"UPDATE {table} SET places = array_remove(places, %s::bigint) WHERE {key} = ANY(%s)",
                [school_id, list(student_ids)],
            )
    for keeper in ports.keepers():
        keeper.leaves(student_ids, school_id)


def with_papers(student_ids: Collection[int]) -> set[int]:
    """Those of these pupils for whom somebody wrote down a paper: no list may take their dossier back."""
    rows = Standing._base_manager.filter(student_id__in=student_ids, source="paper")
    return set(rows.values_list("student_id", flat=True))

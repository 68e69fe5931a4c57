"""Reads about pupils and families. Which pupil a scope reaches is decided by where he sits: see enrolment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from maitruong.foundation.access import queries as access
from maitruong.foundation.kernel import clock
from maitruong.foundation.people.models import Person
from maitruong.foundation.reference import catalogue as reference
from maitruong.foundation.reference.errors import UnknownCode

from .models import Guardianship, Standing, Student
from .types import GuardianRow, StandingRow, StudentFile

#: What the list says of the family's telephone and mail, kept in the details of a dossier.
_CONTACT = ("contact_phone", "contact_email")


def student_file(student_id: int) -> StudentFile | None:
    """The dossier, as far as the database shows it to the present unit of work; the caller checked the permission."""
    row = Student._base_manager.filter(pk=student_id).first()
    if row is None:
        return None
    named = {
        name: getattr(row, name) for name in StudentFile.__dataclass_fields__ if name not in {"student_id", *_CONTACT}
    }
    told: dict[str, Any] = {name: str(row.details.get(name) or "") for name in _CONTACT}
    return StudentFile(student_id=row.pk, **{**named, **told})


def ties_of_guardian(guardian_id: int) -> list[tuple[str, str]]:
    """(child, what the guardian is to it) of everybody she answers for now, as far as the database shows it. One statement."""
    name = Person._base_manager.filter(pk=OuterRef("student_id")).values("full_name")
    rows = Guardianship._base_manager.filter(guardian_id=guardian_id, ends_on__isnull=True, waits_since__isnull=True)
    told = rows.annotate(child=Subquery(name)).exclude(child=None).order_by("pk").values_list("child", "relation")
    return [(child, f"con; là {relation_label(relation).lower()}") for child, relation in told]


def guardians(student_id: int, *, past: bool = False) -> list[GuardianRow]:
    """Who answers for a child, as far as the database shows it; with `past` also who did.

    Of somebody who waits to be confirmed the school knows only the name it wrote itself.
    """
    person = Person._base_manager.filter(pk=OuterRef("guardian_id"))
    rows = Guardianship._base_manager.filter(student_id=student_id).annotate(
        full_name=Coalesce(Subquery(person.values("full_name")), "named_as"),
        phone=Subquery(person.values("phone")),
    )
    if not past:
        rows = rows.filter(ends_on__isnull=True)
    found = list(rows.order_by("starts_on", "pk"))
    until = _access_until(student_id, [row.guardian_id for row in found])
    return [
        GuardianRow(
            id=row.pk,
            guardian_id=row.guardian_id,
            full_name=row.named_as or row.full_name,
            phone="" if row.waits_since else row.phone or "",
            relation=row.relation,
            relation_label=relation_label(row.relation),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            access_until=until.get(row.guardian_id),
            waits=row.waits_since is not None,
            basis=row.basis,
            end_why=row.end_why,
        )
        for row in found
    ]


def standings(student_ids: Iterable[int]) -> list[StandingRow]:
    """What pupils are and were entitled to, the newest first, as far as the database shows it. One statement.

    Several ids where a pupil was merged out of several dossiers.
    """
    rows = Standing._base_manager.filter(student_id__in=list(student_ids), withdrawn_at__isnull=True)
    return [
        StandingRow(
            id=row.pk,
            kind=row.kind,
            key=row.key,
            name=standing_name(row.kind, row.key),
            level=_named("disability_level", row.level),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            has_paper=row.source == "paper",
            paper=_paper(row),
            end_why=row.end_why,
        )
        for row in rows.order_by("-starts_on", "-pk")
    ]


def standing_name(kind: str, key: str) -> str:
    return _named("policy_group" if kind == "policy" else kind, key)


def _named(list_name: str, key: str) -> str:
    try:
        return reference.code(list_name, key).name if key else ""
    except UnknownCode:
        return key


def _paper(row: Standing) -> str:
    parts = [
        f"số {row.paper_number}" if row.paper_number else "",
        f"ngày {row.paper_day:%d/%m/%Y}" if row.paper_day else "",
        row.paper_by,
    ]
    return ", ".join(part for part in parts if part)


def children(guardian_id: int, *, on: dt.date) -> list[int]:
    """The children a person answers for on a day, as far as the database shows them."""
    rows = Guardianship._base_manager.filter(guardian_id=guardian_id, starts_on__lte=on, waits_since__isnull=True)
    return sorted({row.student_id for row in rows if row.ends_on is None or row.ends_on >= on})


def relation_label(key: str) -> str:
    try:
        return reference.code("relation", key).name
    except UnknownCode:
        return key


def _access_until(student_id: int, guardian_ids: list[int]) -> dict[int, dt.date | None]:
    held = access.posts(person_ids=guardian_ids, roles=["guardian"], on=clock.today(), past=True)
    return {
        post.person_id: post.valid_to for post in held if student_id in (post.student_ids or ()) and not post.withdrawn
    }


def families(student_ids: Iterable[int]) -> list[tuple[int, GuardianRow]]:
    """(child, guardian) for many children, by guardian's name, as far as the database shows them; nobody who waits.

    Access is not told here.
    """
    rows = Guardianship._base_manager.filter(
        student_id__in=list(student_ids), ends_on__isnull=True, waits_since__isnull=True
    )
    return [
        (
            row.student_id,
            GuardianRow(
                id=row.pk,
                guardian_id=row.guardian_id,
                full_name=row.guardian.full_name,
                phone=row.guardian.phone,
                relation=row.relation,
                relation_label=relation_label(row.relation),
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                access_until=None,
            ),
        )
        for row in rows.select_related("guardian").order_by("guardian__sort_key", "pk")
    ]

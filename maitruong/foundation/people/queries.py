"""Reads about people, always within a scope."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock, vietnamese

from .errors import NumberOfAnother
from .models import Merge, Person, PersonIdentifier
from .types import Identifier, MergeRow, Particulars, PersonRef


def people(scope: Scope, permission: str, person_ids: Iterable[int]) -> dict[int, PersonRef]:
    """The people among these ids whom the scope may see with the permission."""
    rows = Person.objects.visible_to(scope, permission).filter(pk__in=list(person_ids))
    return {r.pk: PersonRef(r.pk, r.full_name, r.born_on, r.sex) for r in rows}


def names(person_ids: Iterable[int]) -> dict[int, str]:
    """Full names, as far as the database shows them to the present unit of work (row security decides)."""
    rows = Person._base_manager.filter(pk__in=list(person_ids)).values_list("pk", "full_name")
    return dict(rows)


def sort_key(person_id: int) -> str:
    """Where somebody stands in a list by name: what a list goes on after. "" where the database shows nobody."""
    return Person._base_manager.filter(pk=person_id).values_list("sort_key", flat=True).first() or ""


def sorted_names(person_ids: Iterable[int]) -> dict[int, str]:
    """The same, in the order of a class list: given name, family, middle."""
    rows = Person._base_manager.filter(pk__in=list(person_ids)).order_by("sort_key", "pk")
    return dict(rows.values_list("pk", "full_name"))


def particulars(person_id: int) -> Particulars | None:
    """One human, as far as the database shows him to the present unit of work; the caller checked the permission."""
    row = Person._base_manager.filter(pk=person_id).first()
    if row is None:
        return None
    return Particulars(**{name: getattr(row, name) for name in Particulars.__dataclass_fields__})


def identifiers(person_id: int) -> list[Identifier]:
    """The numbers of one human, masked; row security decides whether they are seen at all."""
    rows = PersonIdentifier._base_manager.filter(person_id=person_id).order_by("scheme", "id")
    return [Identifier(r.pk, r.scheme, masked(r.value), r.verified_at is not None, r.source) for r in rows]


def number(identifier_id: int, *, person_id: int) -> str | None:
    """A number in full. Whoever shows it writes an audit entry first."""
    rows = PersonIdentifier._base_manager.filter(pk=identifier_id, person_id=person_id)
    return rows.values_list("value", flat=True).first()


def numbers_in_force(person_id: int) -> dict[str, str]:
    """scheme → number in full, of today. For documents the law wants them in; whoever shows one writes the audit first."""
    rows = PersonIdentifier._base_manager.filter(person_id=person_id, valid__contains=clock.today())
    return dict(rows.order_by("id").values_list("scheme", "value"))


def not_known_at(person_ids: Iterable[int], unit_id: int) -> set[int]:
    """Those of these people whom a unit does not know. Wants sight of the whole province."""
    rows = Person._base_manager.filter(pk__in=list(person_ids)).exclude(places__contains=[unit_id])
    return set(rows.values_list("pk", flat=True))


def known_only_at(person_ids: Iterable[int], unit_ids: Iterable[int]) -> bool:
    """Whether no other unit knows any of these people, as far as the database shows them."""
    ids = list(person_ids)
    only_there = Person._base_manager.filter(pk__in=ids, places__contained_by=list(unit_ids))
    return only_there.count() == len(set(ids))


def places(person_id: int) -> list[int]:
    """The units that know a person, the newest last; empty where the database shows nobody."""
    return Person._base_manager.filter(pk=person_id).values_list("places", flat=True).first() or []


def masked(value: str) -> str:
    """The number as it may stand on a page or in the audit.

    >>> masked("020215001234")
    '020******234'
    """
    return value[:3] + "*" * max(0, len(value) - 6) + value[-3:] if len(value) > 6 else "*" * len(value)


def same_person(*, scheme: str, value: str, full_name: str) -> int | None:
    """The person who holds this number today and bears this name. Raises NumberOfAnother when the name is another.

    A number alone never links two people. Wants sight of the whole province, or it answers for less.
    """
    row = (
        PersonIdentifier._base_manager.filter(scheme=scheme, value=value, valid__contains=clock.today())
        .values_list("person_id", "person__full_name", "person__merged_into_id")
        .first()
    )
    if row is None:
        return None
    if vietnamese.name_match(row[1], full_name) == "different":
        raise NumberOfAnother
    return row[2] or row[0]


def same_human(person_id: int) -> QuerySet:
    """The ids of a human as a sub-select: the row itself and whoever was merged into it. For reads of what is past."""
    return Person._base_manager.filter(Q(pk=person_id) | Q(merged_into_id=person_id)).values("pk")


def living(person_ids: Iterable[int]) -> dict[int, int]:
    """Each of these ids → the one it goes on as, as far as the database shows them. Itself, where nothing was merged."""
    rows = Person._base_manager.filter(pk__in=list(person_ids)).values_list("pk", "merged_into_id")
    return {pk: into or pk for pk, into in rows}


def merges(*, person_id: int | None = None, older_than: int | None = None, limit: int = 50) -> list[MergeRow]:
    """Merges the database shows to the present unit of work, the newest first, page by key. The caller checked the permission."""
    rows = Merge._base_manager.all()
    if person_id is not None:
        rows = rows.filter(Q(kept_id=person_id) | Q(absorbed_id=person_id))
    if older_than is not None:
        rows = rows.filter(pk__lt=older_than)
    return [
        MergeRow(
            row.pk, row.kept_id, row.absorbed_id, row.at, row.by, row.why, row.undone_at, row.undone_by, row.undone_why
        )
        for row in rows.order_by("-pk")[:limit]
    ]

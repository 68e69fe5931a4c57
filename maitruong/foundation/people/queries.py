"""Reads about people, always within a scope."""

from __future__ import annotations

from collections.abc import Iterable

from maitruong.foundation.access.types import Scope

from .models import Person
from .types import PersonRef


def people(scope: Scope, permission: str, person_ids: Iterable[int]) -> dict[int, PersonRef]:
    """The people among these ids whom the scope may see with the permission."""
    rows = Person.objects.visible_to(scope, permission).filter(pk__in=list(person_ids))
    return {r.pk: PersonRef(r.pk, r.full_name, r.born_on, r.sex) for r in rows}


def names(person_ids: Iterable[int]) -> dict[int, str]:
    """Full names, as far as the database shows them to the present unit of work (row security decides)."""
    rows = Person._base_manager.filter(pk__in=list(person_ids)).values_list("pk", "full_name")
    return dict(rows)

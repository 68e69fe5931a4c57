"""Reads about staff, by school and name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q, Value
from django.db.models.functions import StrIndex

from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.people import queries as people

from .models import Employment
from .types import StaffRow

PAGE = 50
_SHOWN = (
    "id", "person_id", "person__full_name", "school_id", "code", "post", "subjects", "starts_on", "ends_on", "school__name"
)  # fmt: skip


def staff(
    scope: Scope,
    *,
    school_id: int | None = None,
    q: str = "",
    on: dt.date,
    after: int | None = None,
    limit: int = PAGE,
    permission: str = "staff.view",
) -> list[StaffRow]:
    """Who works on a day at a school (or at any the scope reaches), by name, `limit` at most after an employment's id.

    One statement. q: part of the name, with or without marks.
    """
    rows = Employment.objects.visible_to(scope, permission).filter(_working(on))
    if school_id is not None:
        rows = rows.filter(school_id=school_id)
    if q.strip():
        # Not LIKE: through the trigram index everybody else of a common name would be read too. Along the staff it is met soon.
        rows = rows.alias(found_at=StrIndex("person__name_fold", Value(vietnamese.fold(q)))).filter(found_at__gt=0)
    if after is not None:
        # Django has no row comparison.
        rows = rows.extra(  # type: ignore[assignment]
            where=[
                "(staff_employment.name_key, staff_employment.id) >"
                " ((SELECT e.name_key FROM staff_employment e WHERE e.id = %s), %s)"
            ],
            params=[after, after],
        )
    found = rows.order_by("name_key", "pk").values_list(*_SHOWN)[:limit]
    return [
        StaffRow(i, person_id, name, at, code, post, tuple(subjects), starts_on, ends_on, school_name)
        for i, person_id, name, at, code, post, subjects, starts_on, ends_on, school_name in found
    ]


def employments(scope: Scope, *, person_id: int) -> list[StaffRow]:
    """Every employment of a person that the scope reaches, newest first; empty when none."""
    rows = (
        Employment.objects.visible_to(scope, "staff.view")
        .filter(person_id__in=people.same_human(person_id))
        .select_related("person", "school")
    )
    return [_row(row) for row in rows.order_by("-starts_on", "-pk")]


def works_at(person_id: int, school_id: int, *, on: dt.date) -> bool:
    """Whether a person works at a school on a day, as far as the present unit of work sees."""
    return Employment._base_manager.filter(_working(on), person_id=person_id, school_id=school_id).exists()


def working(person_ids: Iterable[int]) -> dict[int, int]:
    """Person → a school where she works today, as far as the present unit of work sees."""
    rows = Employment._base_manager.filter(_working(clock.today()), person_id__in=list(person_ids))
    return dict(rows.order_by("pk").values_list("person_id", "school_id"))


def left_among(person_ids: Iterable[int], *, on: dt.date) -> set[tuple[int, int]]:
    """(person, school) where one of these people worked and works no more on a day. As far as the present unit of work sees."""
    rows = Employment._base_manager.filter(person_id__in=list(person_ids))
    now = set(rows.filter(_working(on)).values_list("person_id", "school_id"))
    return set(rows.filter(ends_on__lt=on).values_list("person_id", "school_id")) - now


def teachers(scope: Scope, *, school_id: int, on: dt.date, permission: str = "staff.view") -> list[tuple[int, str]]:
    """(person id, name) of everybody who may be given a class on a day: teachers and the school's heads, by name."""
    rows = Employment.objects.visible_to(scope, permission).filter(
        _working(on), school_id=school_id, post__in=["teacher", "principal", "deputy_principal"]
    )
    return list(rows.order_by("name_key").values_list("person_id", "person__full_name"))


def count(scope: Scope, *, school_ids: Iterable[int], on: dt.date) -> int:
    return (
        Employment.objects.visible_to(scope, "staff.view").filter(_working(on), school_id__in=list(school_ids)).count()
    )


def _working(on: dt.date) -> Q:
    return Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gte=on))


def _row(row: Employment) -> StaffRow:
    return StaffRow(
        id=row.pk,
        person_id=row.person_id,
        full_name=row.person.full_name,
        school_id=row.school_id,
        code=row.code,
        post=row.post,
        subjects=tuple(row.subjects),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        school_name=row.school.name,
    )

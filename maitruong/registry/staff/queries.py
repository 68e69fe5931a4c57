"""Reads about staff, by school and name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import StrIndex

from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.people import queries as people

from .models import Employment
from .record_models import Contract, RecordRow, SalaryStep
from .types import StaffRow

PAGE = 50
#: Days ahead that a list of what falls due looks.
SOON = 92
DUE = {
    "contract": "Hợp đồng hết hạn (3 tháng)",
    "step": "Nâng bậc lương (3 tháng)",
    "unwritten": "Chưa ghi lương",
}
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
    due: str = "",
    title: str = "",
) -> list[StaffRow]:
    """Who works on a day at a school (or at any the scope reaches), by name, `limit` at most after an employment's id.

    One statement. q: part of the name, with or without marks.   due, title: keys of DUE and of reference staff_title; for whoever
    may read the contracts and the pay, nobody is found by others.
    """
    rows = Employment.objects.visible_to(scope, permission).filter(holds_on(on))
    if school_id is not None:
        rows = rows.filter(school_id=school_id)
    if q.strip():
        # Not LIKE: through the trigram index everybody else of a common name would be read too. Along the staff it is met soon.
        rows = rows.alias(found_at=StrIndex("person__name_fold", Value(vietnamese.fold(q)))).filter(found_at__gt=0)
    if due:
        rows = rows.filter(_due(scope, due, on))
    if title:
        rows = rows.filter(Exists(_of_record(SalaryStep, scope, "staff.pay").filter(holds_on(on), title=title)))
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


def _due(scope: Scope, due: str, on: dt.date) -> Q:
    """What somebody has to be done for, within SOON days or already late."""
    until = on + dt.timedelta(days=SOON)
    if due == "contract":
        return Q(Exists(_of_record(Contract, scope, "staff.records").filter(holds_on(on), ends_on__lte=until)))
    steps = _of_record(SalaryStep, scope, "staff.pay").filter(holds_on(on))
    if due == "step":
        return Q(Exists(steps.filter(next_on__lte=until)))
    if due == "unwritten":
        # Whoever may not read pay would find everybody here.
        return ~Q(Exists(steps)) if scope.may("staff.pay") else Q(pk__in=[])
    return Q(pk__in=[])


def _of_record(table: type[RecordRow], scope: Scope, permission: str) -> QuerySet:
    rows = table.objects.visible_to(scope, permission)
    return rows.filter(school_id=OuterRef("school_id"), person_id=OuterRef("person_id"), withdrawn_at__isnull=True)


def employments(scope: Scope, *, person_id: int) -> list[StaffRow]:
    """Every employment of a person that the scope reaches, newest first; empty when none."""
    rows = (
        Employment.objects.visible_to(scope, "staff.view")
        .filter(person_id__in=people.same_human(person_id))
        .select_related("person", "school")
    )
    return [row(one) for one in rows.order_by("-starts_on", "-pk")]


def works_at(person_id: int, school_id: int, *, on: dt.date) -> bool:
    """Whether a person works at a school on a day, as far as the present unit of work sees."""
    return Employment._base_manager.filter(holds_on(on), person_id=person_id, school_id=school_id).exists()


def working(person_ids: Iterable[int]) -> dict[int, int]:
    """Person → a school where she works today, as far as the present unit of work sees."""
    rows = Employment._base_manager.filter(holds_on(clock.today()), person_id__in=list(person_ids))
    return dict(rows.order_by("pk").values_list("person_id", "school_id"))


def left_among(person_ids: Iterable[int], *, on: dt.date) -> set[tuple[int, int]]:
    """(person, school) where one of these people worked and works no more on a day. As far as the present unit of work sees."""
    rows = Employment._base_manager.filter(person_id__in=list(person_ids))
    now = set(rows.filter(holds_on(on)).values_list("person_id", "school_id"))
    return set(rows.filter(ends_on__lt=on).values_list("person_id", "school_id")) - now


def teachers(scope: Scope, *, school_id: int, on: dt.date, permission: str = "staff.view") -> list[tuple[int, str]]:
    """(person id, name) of everybody who may be given a class on a day: teachers and the school's heads, by name."""
    rows = Employment.objects.visible_to(scope, permission).filter(
        holds_on(on), school_id=school_id, post__in=["teacher", "principal", "deputy_principal"]
    )
    return list(rows.order_by("name_key").values_list("person_id", "person__full_name"))


def count(scope: Scope, *, school_ids: Iterable[int], on: dt.date) -> int:
    return (
        Employment.objects.visible_to(scope, "staff.view").filter(holds_on(on), school_id__in=list(school_ids)).count()
    )


def holds_on(on: dt.date) -> Q:
    """Of an employment or a row of a record: whether the day lies in it."""
    return Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gte=on))


def row(one: Employment) -> StaffRow:
    return StaffRow(
        id=one.pk,
        person_id=one.person_id,
        full_name=one.person.full_name,
        school_id=one.school_id,
        code=one.code,
        post=one.post,
        subjects=tuple(one.subjects),
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        school_name=one.school.name,
    )

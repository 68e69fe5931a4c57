"""Which rights a person holds today, in one statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import orjson
from django.db import connection
from django.db.models import Q

from . import registry
from .models import Grant
from .types import GrantView, Post, Rows, Scope, Workspace

_RIGHTS = """
(SELECT json_agg(json_build_array(g.id, g.role, g.unit_id, u.name, g.class_ids, g.subjects, g.student_ids,
   CASE WHEN g.role = ANY(%(rights_wide)s::text[]) THEN NULL
        WHEN u.kind IN ('school', 'campus') THEN ARRAY[u.id]
        ELSE ARRAY(SELECT below.unit_id FROM organisations_position here
                   JOIN organisations_position below
                     ON below.path ^@ here.path AND below.during @> %(rights_on)s::date
                   JOIN organisations_unit school ON school.id = below.unit_id AND school.kind = 'school'
                   WHERE here.unit_id = g.unit_id AND here.during @> %(rights_on)s::date
                   ORDER BY below.unit_id) END) ORDER BY g.id)::text
 FROM access_grant g JOIN organisations_unit u ON u.id = g.unit_id
 WHERE g.person_id = {person} AND g.withdrawn_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM access_grant w WHERE w.person_id = g.person_id AND w.unit_id = g.unit_id AND w.role = g.role
                   AND w.waits_since IS NOT NULL AND w.withdrawn_at IS NULL)
   AND g.valid_from <= %(rights_on)s::date AND (g.valid_to IS NULL OR g.valid_to >= %(rights_on)s::date))"""

Held = list[tuple[GrantView, str]]
"""Grants that hold, with the names of their units."""


def rights(person_id: int, *, on: dt.date) -> Held:
    """Every grant that holds on a day, with the name of its unit."""
    column, values = rights_column("%(person)s::bigint", on=on)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column}", {**values, "person": person_id})
        return rights_from(cursor.fetchone()[0])


def rights_column(person: str, *, on: dt.date) -> tuple[str, dict[str, Any]]:
    """The same as a column of another module's statement, with its values: one journey to the server for an account and its
    rights. person: the SQL of the person's id; `rights_from` reads what comes.

    For a role that reaches the whole province the schools below its unit are not looked up: with every request of an officer
    that would cost more than most pages.
    """
    wide = [code for code, role in registry.roles().items() if role.rows is Rows.PROVINCE]
    return _RIGHTS.format(person=person), {"rights_on": on, "rights_wide": wide}


def rights_from(text: str | None) -> Held:
    """Grants of unknown roles are left out: rights fail shut.

    While one right of a person waits for a unit to confirm her, others of the same role there wait with it, newer ones too.
    """
    roles = registry.roles()
    found = []
    for grant_id, role, unit_id, unit_name, class_ids, subjects, student_ids, schools in orjson.loads(text or "[]"):
        if role not in roles:
            continue
        view = GrantView(
            id=grant_id,
            role=role,
            unit_id=unit_id,
            permissions=roles[role].permissions,
            school_ids=None if schools is None else tuple(schools),
            class_ids=None if class_ids is None else tuple(class_ids),
            subjects=None if subjects is None else tuple(subjects),
            student_ids=None if student_ids is None else tuple(student_ids),
        )
        found.append((view, unit_name))
    return found


def waiting(person_ids: Iterable[int], *, unit_id: int | None = None) -> set[int]:
    """Which of these people have a right that waits for a unit (any, when none is named) to confirm them."""
    rows = Grant.objects.filter(person_id__in=list(person_ids), withdrawn_at__isnull=True, waits_since__isnull=False)
    if unit_id is not None:
        rows = rows.filter(unit_id=unit_id)
    return set(rows.values_list("person_id", flat=True))


def waiting_units(person_id: int) -> set[int]:
    """The units at which a right of this person waits."""
    rows = Grant.objects.filter(person_id=person_id, withdrawn_at__isnull=True, waits_since__isnull=False)
    return set(rows.values_list("unit_id", flat=True))


def workspaces(held: Iterable[tuple[GrantView, str]]) -> list[Workspace]:
    """The places a person can work in. A family is one place, whatever the number of children and schools."""
    roles = registry.roles()
    held = list(held)
    posts = {(grant.role, grant.unit_id) for grant, _ in held}
    found: dict[str, Workspace] = {}
    for grant, unit_name in held:
        role = roles[grant.role]
        family = role.rows is Rows.FAMILY
        key = role.code if family else f"{role.code}.{grant.unit_id}"
        before = found.get(key)
        place = unit_name
        if before and family and unit_name not in before.place:
            place = f"{before.place}, {unit_name}"
        elif before:
            place = before.place
        label = role.label
        if role.stand_in and (role.stand_in[0], grant.unit_id) in posts:
            label = role.stand_in[1]
        found[key] = Workspace(key, role.code, label, grant.unit_id, place, (before.grants if before else 0) + 1)
    return sorted(found.values(), key=lambda w: (roles[w.role].order, w.key))


def scope_for(
    person_id: int,
    held: list[tuple[GrantView, str]],
    workspace: Workspace,
    *,
    actor_name: str = "",
    request_id: str = "",
) -> Scope:
    """The scope of one workspace: only the grants of that place, so that a parent's eyes are never a teacher's."""
    role = registry.role(workspace.role)
    grants = tuple(
        grant
        for grant, _ in held
        if grant.role == role.code and (role.rows is Rows.FAMILY or grant.unit_id == workspace.unit_id)
    )
    schools = sorted({school for grant in grants for school in grant.school_ids or ()})
    persons = sorted({person_id} | {s for grant in grants for s in grant.student_ids or ()})
    return Scope(
        rows=role.rows,
        actor_id=person_id,
        school_ids=tuple(schools),
        person_ids=tuple(persons),
        grants=grants,
        workspace=workspace,
        actor_name=actor_name,
        request_id=request_id,
        permissions=frozenset().union(*(grant.permissions for grant in grants)),
    )


def scope_of(person_id: int, workspace_key: str | None = None, *, on: dt.date, actor_name: str = "") -> Scope | None:
    """Rebuild a scope, as a job does: the named workspace, else the first; None when the person holds no right today."""
    held = rights(person_id, on=on)
    places = workspaces(held)
    chosen = next((w for w in places if w.key == workspace_key), None)
    if chosen is None and workspace_key is None and places:
        chosen = places[0]
    return scope_for(person_id, held, chosen, actor_name=actor_name) if chosen else None


def posts(
    *,
    unit_ids: Iterable[int] | None = None,
    person_ids: Iterable[int] | None = None,
    roles: Iterable[str] | None = None,
    on: dt.date,
    past: bool = False,
) -> list[Post]:
    """Who holds which post at these units or as these persons; with `past` also what has ended. In the switcher's order."""
    found = Grant.objects.all()
    if unit_ids is not None:
        found = found.filter(unit_id__in=list(unit_ids))
    if person_ids is not None:
        found = found.filter(person_id__in=list(person_ids))
    if roles is not None:
        found = found.filter(role__in=list(roles))
    if not past:
        found = found.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), withdrawn_at__isnull=True)
    known = registry.roles()
    shown = [_post(row, known[row.role].label, on) for row in found if row.role in known]
    return sorted(shown, key=lambda p: (known[p.role].order, p.role, p.person_id, p.id))


def post(grant_id: int, *, on: dt.date) -> Post | None:
    row = Grant.objects.filter(pk=grant_id).first()
    known = registry.roles()
    return _post(row, known[row.role].label, on) if row and row.role in known else None


def _post(row: Grant, label: str, on: dt.date) -> Post:
    return Post(
        id=row.pk,
        person_id=row.person_id,
        role=row.role,
        label=label,
        unit_id=row.unit_id,
        class_ids=None if row.class_ids is None else tuple(row.class_ids),
        subjects=None if row.subjects is None else tuple(row.subjects),
        student_ids=None if row.student_ids is None else tuple(row.student_ids),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        reason=row.reason,
        withdrawn=row.withdrawn_at is not None,
        holds=row.withdrawn_at is None and row.valid_from <= on and (row.valid_to is None or row.valid_to >= on),
    )

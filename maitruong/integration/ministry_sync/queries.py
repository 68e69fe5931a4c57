"""How the ministry and the house stand to each other, as pages show it. A fixed number of statements a page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from maitruong.foundation.access.types import Scope
from maitruong.foundation.jobs import queries as jobs
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import queries as people

from . import line as line_state
from .datasets import DATASETS
from .models import Batch, Passage, Record, State

KINDS = ("ministry.push", "ministry.reconcile", "ministry.again")


@dataclass(frozen=True)
class Row:
    """A dataset on the board."""

    key: str
    label: str
    in_step: int
    waiting: int
    refused: int
    ran_at: dt.datetime | None
    reconciled_at: dt.datetime | None
    differences: int
    left: int


@dataclass(frozen=True)
class Refused:
    """A record the ministry, or our own check before sending, did not take."""

    id: int
    dataset: str
    school_id: int
    school: str
    object_id: int
    name: str
    code: str
    field: str
    message: str
    goes_again: bool


def board(scope: Scope, *, school_year: int) -> list[Row]:
    """Two statements."""
    counted: dict[str, dict[str, Any]] = {
        row["dataset"]: dict(row)
        for row in Record.objects.visible_to(scope, "ministry.view")
        .filter(school_year=school_year)
        .values("dataset")
        .annotate(
            in_step=Count("pk", filter=Q(state=State.ACCEPTED)),
            waiting=Count("pk", filter=Q(state=State.PENDING)),
            refused=Count("pk", filter=Q(state=State.REJECTED)),
        )
    }
    passed = {one.dataset: one for one in Passage.objects.filter(school_year=school_year)}
    rows = []
    for key, dataset in DATASETS.items():
        counts = counted.get(key, {})
        last = passed.get(key)
        rows.append(
            Row(
                key,
                dataset.label,
                counts.get("in_step", 0),
                counts.get("waiting", 0),
                counts.get("refused", 0),
                last.ran_at if last else None,
                last.reconciled_at if last else None,
                last.differences if last else 0,
                last.left if last else 0,
            )
        )
    return rows


def waiting_batches(scope: Scope) -> int:
    return Batch.objects.visible_to(scope, "ministry.view").filter(state="waiting").count()


def trouble() -> tuple[str, dt.datetime | None]:
    """What is the matter with the line, and until when it rests; nothing when all is well."""
    found = line_state.line()
    return (found.trouble, found.rests_until) if found.trouble else ("", None)


def runs(scope: Scope, *, limit: int = 10) -> list[Job]:
    return jobs.latest(scope, "ministry.view", kinds=KINDS, limit=limit)


def refused(
    scope: Scope, *, dataset: str = "", school_id: int | None = None, after: int | None = None, limit: int = 50
) -> list[Refused]:
    """Page by key; names are those of the people as they are written now. Three statements."""
    rows = Record.objects.visible_to(scope, "ministry.refused").filter(state=State.REJECTED)
    if dataset:
        rows = rows.filter(dataset=dataset)
    if school_id is not None:
        rows = rows.filter(school_id=school_id)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows.order_by("pk")[:limit])
    names = people.names({row.person_id for row in found if row.person_id})
    units = organisations.units({row.school_id for row in found})
    return [
        Refused(
            row.pk,
            row.dataset,
            row.school_id,
            units[row.school_id].name if row.school_id in units else "",
            row.object_id,
            names.get(row.person_id or 0, row.name),
            row.code,
            row.field,
            row.message,
            row.basis == "",
        )
        for row in found
    ]


def refused_by_dataset(scope: Scope) -> dict[str, int]:
    """Dataset → how many, of those that have any, in the order of sending."""
    rows = Record.objects.visible_to(scope, "ministry.refused").filter(state=State.REJECTED)
    found = dict(rows.values_list("dataset").annotate(many=Count("pk")))
    return {key: found[key] for key in DATASETS if key in found}


def refused_by_school(scope: Scope, *, limit: int = 20) -> list[tuple[int, str, int]]:
    """(school, name, how many): those with most refused first."""
    counted = (
        Record.objects.visible_to(scope, "ministry.refused")
        .filter(state=State.REJECTED)
        .values_list("school_id")
        .annotate(many=Count("pk"))
        .order_by("-many", "school_id")[:limit]
    )
    rows = list(counted)
    units = organisations.units({row[0] for row in rows})
    return [(school_id, units[school_id].name, many) for school_id, many in rows if school_id in units]

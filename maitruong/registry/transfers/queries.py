"""Applications as lists and pages show them: fixed statements, pages by key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.organisations.models import Unit
from maitruong.foundation.people import queries as people
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import ClassRow

from .models import Paper, Step, Transfer
from .rules import look_at_place
from .types import DONE, OPEN, Kind, Row, State, StepRow, state_label

PAGE = 50
_OPEN = [state.value for state in OPEN]
#: What a list shows: all that runs, what waits for this school, what is past its day, what is over.
SHOWN = ("dang", "cho", "qua", "xong")
_BEYOND = system_scope("which pupils of a school are on their way to another")


def transfers(
    scope: Scope,
    *,
    permission: str = "transfers.view",
    shown: str = "dang",
    after: int | None = None,
    limit: int = PAGE,
) -> list[Row]:
    """Applications this scope reaches, newest first, page by key. Two statements whatever their number."""
    rows = _shown(Transfer.objects.visible_to(scope, permission), shown, scope)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    return _rows(rows.order_by("-pk")[:limit])


def counts(scope: Scope) -> dict[str, int]:
    """How many run, wait for this school, and are past their day. One statement."""
    rows = Transfer.objects.visible_to(scope, "transfers.view").filter(state__in=_OPEN)
    return rows.aggregate(
        dang=Count("pk"),
        cho=Count("pk", filter=Q(due_school_id__in=scope.school_ids)),
        qua=Count("pk", filter=Q(due_on__lt=clock.today())),
    )


def of_family(scope: Scope, student_id: int) -> list[Row]:
    """The applications of one's own child, newest first, also those of whoever was merged into it."""
    rows = Transfer.objects.visible_to(scope, "transfers.family").filter(student_id__in=people.same_human(student_id))
    return _rows(rows.order_by("-pk")[:PAGE])


@dataclass(frozen=True)
class PaperRow:
    id: int
    kind: str
    title: str
    can_download: bool
    is_valid: bool | None
    verdict: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """One application with its steps and papers."""

    row: Row
    transfer: Transfer
    steps: tuple[StepRow, ...]
    papers: tuple[PaperRow, ...]
    results: dict | None


def page(scope: Scope, *, transfer_id: int, permission: str = "transfers.view") -> Page:
    """Four statements. Raises NotFound.

    What the sending school bundled is shown to both schools once the pupil was let go, never before.
    """
    row = Transfer.objects.visible_to(scope, permission).filter(pk=transfer_id).first()
    if row is None:
        raise NotFound
    taken = Step.objects.visible_to(scope, permission).filter(transfer_id=row.pk).order_by("pk")
    found = list(Paper.objects.visible_to(scope, permission).filter(transfer_id=row.pk).order_by("kind", "pk"))
    keeps = scope.covers(permission, school_id=row.to_school_id or row.from_school_id or 0)
    return Page(
        row=_rows([row])[0],
        transfer=row,
        steps=tuple(
            StepRow(step.state, DONE[State(step.state)], step.at, step.by_name, step.why, step.due_on) for step in taken
        ),
        papers=tuple(
            PaperRow(
                paper.pk,
                paper.kind,
                paper.title,
                keeps and paper.file_id is not None and permission == "transfers.view",
                paper.is_valid,
                paper.verdict,
                tuple(paper.problems),
            )
            for paper in found
            if paper.kind != "results"
        ),
        results=next((paper.content for paper in found if paper.kind == "results"), None),
    )


def classes_for(scope: Scope, row: Transfer) -> list[tuple[ClassRow, int]]:
    """Classes of the pupil's grade at the receiving school, each with how many it would have beyond the norm. One statement."""
    found = enrolment.classes(scope, row.to_school_id, row.school_year, permission="enrolment.manage")
    looked = [(one, look_at_place(grade=row.grade, class_grade=one.grade, pupils=one.pupils)) for one in found]
    return [(one, place.over) for one, place in looked if place.allowed]


def schools_called(text: str, *, grade_school: int | None = None, limit: int = 20) -> list[tuple[int, str, str]]:
    """(id, name, commune) of schools whose name holds these words, for a parent who looks for one. One statement."""
    rows = Unit.objects.filter(kind="school", closed_on__isnull=True).select_related("admin_unit")
    for word in text.split()[:6]:
        rows = rows.filter(Q(name__icontains=word) | Q(admin_unit__name__icontains=word))
    if grade_school is not None:
        rows = rows.exclude(pk=grade_school)
    return [
        (unit.pk, unit.name, unit.admin_unit.name if unit.admin_unit else "")
        for unit in rows.order_by("sort_key", "pk")[:limit]
    ]


def on_the_way(school_id: int) -> dict[int, str]:
    """Pupil → in words, of a school's pupils with an open application: named in the plan of the next year (enrolment.ports)."""
    with unit_of_work(_BEYOND):
        rows = list(Transfer._base_manager.filter(from_school_id=school_id, state__in=_OPEN, student_id__isnull=False))
        living = people.living({row.student_id for row in rows if row.student_id})
        names = organisations.units({row.to_school_id for row in rows if row.to_school_id})
        return {
            living.get(row.student_id, row.student_id): f"đang xin chuyển đến {_goes_to(row, names)}: "
            f"{state_label(row.kind, row.state).lower()}"
            for row in rows
            if row.student_id
        }


def _goes_to(row: Transfer, names: dict) -> str:
    unit = names.get(row.to_school_id or 0)
    return unit.name if unit else f"{row.elsewhere}, {row.elsewhere_province}"


def _shown(rows: QuerySet, shown: str, scope: Scope) -> QuerySet:
    if shown == "xong":
        return rows.exclude(state__in=_OPEN)
    rows = rows.filter(state__in=_OPEN)
    if shown == "cho":
        return rows.filter(due_school_id__in=scope.school_ids)
    if shown == "qua":
        return rows.filter(due_on__lt=clock.today())
    return rows


def _rows(found: Iterable[Transfer]) -> list[Row]:
    listed = list(found)
    ids = {i for row in listed for i in (row.from_school_id, row.to_school_id) if i}
    names = organisations.units(ids)
    today = clock.today()
    return [_row(row, {i: unit.name for i, unit in names.items()}, today) for row in listed]


def _row(row: Transfer, names: dict[int, str], today: dt.date) -> Row:
    elsewhere = f"{row.elsewhere}, {row.elsewhere_province}" if row.elsewhere else ""
    return Row(
        id=row.pk,
        kind=row.kind,
        state=row.state,
        label=state_label(row.kind, row.state),
        full_name=row.full_name,
        grade=row.grade,
        from_name=names.get(row.from_school_id or 0, elsewhere if row.kind == Kind.IN else ""),
        to_name=names.get(row.to_school_id or 0, elsewhere if row.kind == Kind.OUT else ""),
        applied_on=clock.day_of(row.applied_at),
        due_on=row.due_on,
        overdue=row.due_on is not None and row.due_on < today,
        waits_for=names.get(row.due_school_id or 0, ""),
    )

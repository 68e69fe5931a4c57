"""What pages show of the step into the next year: a province's board, one school's plan."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, IntegerField, Q, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import queries as people

from ..models import RollOver, SchoolClass
from .planning import Plan, plan
from .running import MANAGE

COUNTED = ("up", "repeat", "done", "waiting", "classes")
_BEYOND = system_scope("a pupil's place in the next year may be at a school this scope does not see")


@dataclass(frozen=True)
class SchoolStep:
    """A school on the board. left: counts by COUNTED; problem: why classes wait, "" when nothing is in the way."""

    school_id: int
    name: str
    state: str
    counts: dict[str, int]
    problem: str


@dataclass(frozen=True)
class Board:
    """schools: with classes in the year; done: those that made the step; counts: of all that were looked at together."""

    schools: int
    done: int
    counts: dict[str, int]


def board(scope: Scope, *, from_year: int) -> Board:
    """The province in two statements."""
    schools = SchoolClass.objects.visible_to(scope, MANAGE).filter(school_year=from_year)
    rows = RollOver.objects.visible_to(scope, MANAGE).filter(from_year=from_year)
    sums = {name: Coalesce(Sum(Cast(KeyTextTransform(name, "counts"), IntegerField())), 0) for name in COUNTED}
    told = rows.aggregate(finished=Count("pk", filter=Q(state="done")), **sums)
    return Board(
        schools=schools.values("school_id").distinct().count(),
        done=told.pop("finished"),
        counts=told,
    )


def steps(
    scope: Scope, *, from_year: int, only_left: bool = False, after: int | None = None, limit: int = 50
) -> list[SchoolStep]:
    """Schools that were looked at, by number, page by key; only_left: where somebody waits or a class has no name. Two statements."""
    rows = RollOver.objects.visible_to(scope, MANAGE).filter(from_year=from_year)
    if only_left:
        rows = rows.exclude(problem="") | rows.filter(counts__waiting__gt=0)
    if after is not None:
        rows = rows.filter(school_id__gt=after)
    found = list(rows.order_by("school_id")[:limit])
    names = organisations.units({row.school_id for row in found})
    return [
        SchoolStep(
            row.school_id,
            names[row.school_id].name if row.school_id in names else "",
            row.state,
            {name: row.counts.get(name, 0) for name in COUNTED},
            row.problem,
        )
        for row in found
    ]


def school_plan(scope: Scope, *, school_id: int, from_year: int) -> tuple[Plan, RollOver | None]:
    """One school's plan as a run would make it now, and what was made. Raises NotFound."""
    if not scope.covers(MANAGE, school_id=school_id):
        raise NotFound
    there = SchoolClass.objects.visible_to(scope, MANAGE).filter(school_id=school_id, school_year=from_year)
    if not there.exists():
        raise NotFound
    with unit_of_work(_BEYOND):
        row = RollOver._base_manager.filter(school_id=school_id, from_year=from_year).first()
        return plan(school_id, from_year, row), row


def waiting_pupils(found: Plan, *, class_id: int | None = None) -> list[tuple[int, str, str, str]]:
    """(pupil, name, class, what for) of those who wait, in the order of the lists; of one class, or of all."""
    return _named(found, [row for row in found.waiting if class_id in (None, row[1])])


def leaving_pupils(found: Plan) -> list[tuple[int, str, str, str]]:
    """(pupil, name, class, in words) of those whose family asked to change school."""
    return _named(found, found.leaving)


def _named(found: Plan, shown: list[tuple[int, int, str]]) -> list[tuple[int, str, str, str]]:
    names = people.names([student_id for student_id, _, _ in shown])
    return [
        (student_id, names.get(student_id, ""), found.classes[sits_in].name, words)
        for student_id, sits_in, words in shown
    ]

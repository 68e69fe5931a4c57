"""Doors: send what changed, reconcile, send again what was refused; as a command, as work of the night, as buttons."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.identity import services as identity
from maitruong.foundation.jobs import queries as job_queries
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import queries as organisations
from maitruong.registry.calendar import queries as calendar

from . import line, queries, reconciling, running
from . import settings as gates
from .datasets import DATASETS, Dataset
from .errors import NoSuchDataset, NoSuchSchool, NothingToResend, UnderWay
from .models import Batch, Record, State
from .settings import connect as connect
from .settings import disconnect as disconnect
from .settings import make_key as make_key

REASON = "exchange with the ministry's sector database"
#: Hours of the night for the whole passage and for the reconciliation that follows it.
SENDS_AT, RECONCILES_AT = 1, 4
#: How long an answered batch is kept, without what was in it, for who asks what went out when.
KEPT = dt.timedelta(days=90)


def push(scope: Scope, *, dataset: str = "", school: str = "", tell: running.Tell = running.nobody) -> Counter[str]:
    """Compare and send now. Raises NotConfigured, UnderWay, NoSuchDataset, NoSuchSchool."""
    gate, place = gates.gate(), _school(school)
    with running.alone():
        return running.push(
            scope,
            gate,
            school_year=_year(),
            department_id=identity.department(),
            datasets=_datasets(dataset),
            schools=[place[0]] if place else None,
            tell=tell,
        )


def reconcile(
    scope: Scope, *, dataset: str = "", school: str = "", tell: running.Tell = running.nobody
) -> list[reconciling.Told]:
    """Send, compare both sides and mend, now. Raises as `push`, and NoAnswer."""
    gate, place = gates.gate(), _school(school)
    with running.alone():
        return reconciling.reconcile(
            scope,
            gate,
            school_year=_year(),
            department_id=identity.department(),
            datasets=_datasets(dataset),
            school=place,
            tell=tell,
        )


def push_again(scope: Scope) -> Counter[str]:
    """Send what waits, and what somebody asked to send again."""
    gate = gates.gate()
    with running.alone():
        return running.push_again(scope, gate, department_id=identity.department())


@transaction.atomic
def start(scope: Scope, kind: str) -> int:
    """Begin a passage or a reconciliation in the worker. Returns the job. Raises NotConfigured, UnderWay."""
    gates.gate()
    department = identity.department()
    if job_queries.is_under_way(scope, "ministry.send", kinds=queries.KINDS):
        raise UnderWay
    title = {
        "ministry.push": "Gửi thay đổi lên Bộ",
        "ministry.reconcile": "Đối soát với Bộ",
        "ministry.again": "Gửi lại lên Bộ",
    }[kind]
    job = jobs.start(scope, kind=kind, title=title, school_id=department)
    audit.record(scope, f"{kind}_asked", school_id=department, object_type="job", object_id=job)
    return job


@transaction.atomic
def resend(
    scope: Scope, *, records: Collection[int] = (), school_id: int | None = None, dataset: str = "", every: bool = False
) -> int:
    """Mark refused records to go again: these, all of a school, of a dataset, or every one the scope reaches. The worker sends them
    within a minute. Returns how many. Raises NothingToResend."""
    rows = Record.objects.visible_to(scope, "ministry.refused").filter(state=State.REJECTED)
    if records:
        rows = rows.filter(pk__in=list(records))
    elif school_id is not None:
        rows = rows.filter(school_id=school_id)
    elif not every:
        raise NothingToResend
    if dataset:
        rows = rows.filter(dataset=dataset)
    places = Counter(rows.exclude(basis="").values_list("school_id", flat=True))
    if not rows.update(basis=""):
        raise NothingToResend
    audit.record_many(
        scope,
        "ministry.resent",
        [
            {"school_id": place, "object_type": "ministry", "object_id": place, "changes": {"rows": many}}
            for place, many in sorted(places.items())
        ],
    )
    return sum(places.values())


def beat() -> int:
    """For the roof, every half minute: begin in the worker whatever is due. Never more at once."""
    if not gates.is_configured():
        return 0
    scope = system_scope(REASON)
    with unit_of_work(scope):
        kind = _due(scope)
        if kind and not job_queries.is_under_way(scope, "", kinds=queries.KINDS):
            start(scope, kind)
    return 0


def follow_the_night() -> int:
    """For the roof's hourly beat: ask for the whole passage, reconcile, and forget old batches."""
    if not gates.is_configured():
        return 0
    scope, hour = system_scope(REASON), clock.now().astimezone(clock.VIETNAM).hour
    with unit_of_work(scope):
        if hour == SENDS_AT:
            line.want_run()
        if hour == RECONCILES_AT and not job_queries.is_under_way(scope, "", kinds=queries.KINDS):
            start(scope, "ministry.reconcile")
        old = clock.now() - KEPT
        Batch._base_manager.filter(answered_at__lt=old).exclude(state="waiting").delete()
    return 0


def _due(scope: Scope) -> str:
    found = line.line()
    if line.rests(found):
        return ""
    if found.run_wanted_at:
        return "ministry.push"
    due = Batch._base_manager.filter(state="waiting", next_try_at__lte=clock.now())
    again = Record._base_manager.filter(Q(state=State.REJECTED, basis=""))
    return "ministry.again" if due.exists() or again.exists() else ""


def passage_ended(done: Counter[str]) -> None:
    """A passage that the line cut short stays wanted, and goes on when the line is back."""
    if not done["stopped"] and not done["failed"]:
        with unit_of_work(system_scope(REASON)):
            line.run_was_made()


def _datasets(key: str) -> list[Dataset] | None:
    if not key:
        return None
    if key not in DATASETS:
        raise NoSuchDataset(dataset=key, known=", ".join(DATASETS))
    return [DATASETS[key]]


def _school(code: str) -> tuple[int, str] | None:
    if not code:
        return None
    with unit_of_work(system_scope(REASON)):
        unit = organisations.unit_by_code(code)
    if unit is None or unit.kind != "school":
        raise NoSuchSchool(school=code)
    return unit.id, unit.code


def _year() -> int:
    with unit_of_work(system_scope(REASON)):
        return calendar.known().year_on(clock.today())


def as_result(told: list[reconciling.Told]) -> dict[str, Any]:
    """A reconciliation as machines read it."""
    return {
        "datasets": [one.as_dict() for one in told],
        "differences": sum(one.differences for one in told),
        "mended": sum(one.mended for one in told),
        "left": sum(one.left for one in told),
        "waiting": sum(one.waiting for one in told),
        "refused": sum(one.refused for one in told),
    }

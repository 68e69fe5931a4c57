"""Long work: the exchange about a whole school or province, and the single questions people wait for."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Rows, Scope, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.identity.models import Installation
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.jobs.services import Ticket
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.people import queries as people

from . import asking, ports
from .errors import AlreadyRunning, NoNumberYet, NothingToSend
from .models import Check
from .permissions import ASK
from .rules import MatchState

EXCHANGE: Final = "verification.exchange"
ASK_WANTED: Final = "verification.ask_wanted"
NIGHT: Final = 3


@transaction.atomic
def start_exchange(scope: Scope) -> int:
    """Ask about everybody of the scope's school, or of the province, who has no answer that counts. Returns the job's id.

    Raises NotConnected, AlreadyRunning, NothingToSend, NotFound.
    """
    ports.register()
    unit_id = None if scope.rows is Rows.PROVINCE else _only_school(scope)
    school_id = unit_id or _home(scope)
    if Job.objects.visible_to(scope, ASK).filter(kind=EXCHANGE, school_id=school_id, ended_at__isnull=True).exists():
        raise AlreadyRunning
    todo = asking.left(unit_id=unit_id)
    if not todo:
        raise NothingToSend
    job_id = jobs.start(
        scope,
        kind=EXCHANGE,
        title="Đối chiếu với cơ sở dữ liệu dân cư",
        school_id=school_id,
        arguments={"unit": unit_id},
        steps=todo,
    )
    audit.record(
        scope,
        "verification.exchange_started",
        school_id=school_id,
        object_type="unit",
        object_id=school_id,
        changes={"people": [0, todo]},
    )
    return job_id


def _only_school(scope: Scope) -> int:
    if len(scope.school_ids) != 1:
        raise NotFound
    return scope.school_ids[0]


def _home(scope: Scope) -> int:
    if scope.workspace is not None:
        return scope.workspace.unit_id
    department = Installation.objects.values_list("department_id", flat=True).first()
    if department is None:
        raise NotFound
    return department


def exchange(ticket: Ticket, scope: Scope, *, unit: int | None) -> dict[str, Any]:
    """The job: chunk by chunk, each kept before the next. A register that rests ends the run; the next one goes on with the rest."""
    if not scope.is_system and not scope.may(ASK):
        raise NotFound
    asked = answered = matched = after = 0
    rests = False
    with unit_of_work(asking.BEYOND):
        todo = asking.left(unit_id=unit)
    while not rests:
        with unit_of_work(asking.BEYOND):
            chunk = asking.next_people(unit_id=unit, after=after)
        if not chunk:
            break
        came = asking.ask(scope, chunk)
        after, rests = chunk[-1].person_id, came.resting
        asked, answered, matched = asked + came.asked, answered + came.answered, matched + came.matched
        ticket.progress(asked, max(todo, asked), told=_told(answered, matched))
    if answered < asked:
        said = f"{_told(answered, matched)} {formats.number(asked - answered)} người chưa có trả lời"
        away = " vì cơ sở dữ liệu dân cư không trả lời" if rests else ""
        ticket.progress(asked, max(todo, asked), told=f"{said}{away}; hệ thống tự hỏi lại trong đêm.")
    return {"asked": asked, "answered": answered, "matched": matched, "stopped": rests}


def _told(answered: int, matched: int) -> str:
    return f"Đã có trả lời về {formats.number(answered)} người, {formats.number(matched)} người khớp."


def start_by_night() -> int:
    """For the roof's hourly beat: what has no answer yet is asked about once a night, as a job like any other."""
    if clock.now().hour != NIGHT or not ports.is_connected():
        return 0
    scope = system_scope("ask the population register about who has no answer yet")
    with unit_of_work(scope):
        department = Installation.objects.values_list("department_id", flat=True).first()
        running = Job.objects.visible_to(scope, "").filter(kind=EXCHANGE, ended_at__isnull=True).exists()
        if department and not running and (todo := asking.left(unit_id=None)):
            jobs.start(
                scope,
                kind=EXCHANGE,
                title="Đối chiếu với cơ sở dữ liệu dân cư (hằng đêm)",
                school_id=department,
                arguments={"unit": None},
                steps=todo,
            )
    return 0


@transaction.atomic
def ask_one(scope: Scope, *, person_id: int) -> None:
    """Put one person's question into the queue; the page shows that it waits. Raises NotFound, NotConnected, NoNumberYet.

    However many people click, one exchange asks for all who wait: a slow register never fills the queue.
    """
    ports.register()
    if not people.people(scope, ASK, [person_id]):
        raise NotFound
    school_id = asking.units_of([person_id]).get(person_id)
    if school_id is None:
        raise NotFound
    if "CCCD" not in people.numbers_in_force(person_id):
        raise NoNumberYet
    now = clock.now()
    Check._base_manager.get_or_create(
        person_id=person_id,
        defaults={
            "places": people.places(person_id),
            "state": MatchState.NOT_SENT,
            "basis": "",
            "asked_at": now,
        },
    )
    waits = Check._base_manager.filter(person_id=person_id, wanted_at__isnull=True).update(wanted_at=now)
    if waits:
        jobs.start(scope, kind=ASK_WANTED, title="Hỏi cơ sở dữ liệu dân cư", school_id=school_id)


def ask_wanted(ticket: Ticket, scope: Scope) -> dict[str, Any]:
    """The job: everybody somebody waits for, in one exchange."""
    with unit_of_work(asking.BEYOND):
        chunk = asking.wanted_people()
    came = asking.ask(scope, chunk)
    return {"asked": came.asked, "answered": came.answered, "matched": came.matched}

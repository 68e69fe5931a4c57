"""One step of an application: the row that tells it, the state that follows, the audit entry and the fact, all in one transaction."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.registry.enrolment.types import Seat

from .errors import StepPassed, WhyMissing
from .events import TransferMoved
from .models import Step, Transfer
from .rules import due_on
from .types import State, state_label

LONGEST = 500


def taken(scope: Scope, permission: str, transfer_id: int, *, side: str) -> Transfer:
    """An application under lock, for the school whose act it is: `side` is "from" or "to". Raises NotFound.

    Both schools see the row; only one of them may do this with it.
    """
    row = Transfer.objects.visible_to(scope, permission).select_for_update().filter(pk=transfer_id).first()
    school_id = getattr(row, f"{side}_school_id", None)
    if row is None or school_id is None or not scope.covers(permission, school_id=school_id):
        raise NotFound
    return row


def is_repeated(row: Transfer, state: State) -> bool:
    """Whether this very act was done already: a second click changes nothing."""
    return row.state == state


def refuse_unless(row: Transfer, *states: State) -> None:
    """Raises StepPassed."""
    if row.state not in states:
        raise StepPassed(state=state_label(row.kind, row.state))


def wanted(why: str) -> str:
    """Raises WhyMissing."""
    tidy = vietnamese.tidy(why)[:LONGEST]
    if not tidy:
        raise WhyMissing
    return tidy


def deadline(days: int) -> dt.date:
    return due_on(clock.today(), days)


def days_to_accept() -> int:
    return int(settings.CONFIG.transfer_accept_days)


def days_to_release() -> int:
    return int(settings.CONFIG.transfer_release_days)


def write(
    scope: Scope,
    row: Transfer,
    state: State,
    *,
    school_id: int,
    why: str = "",
    next_school: int | None = None,
    days: int = 0,
    **fields: Any,
) -> None:
    """Take the step. school_id: whose act it is; next_school: whose turn it is then, within so many working days."""
    row.state = state
    row.due_school_id, row.due_on = next_school, deadline(days) if next_school else None
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "due_school_id", "due_on", *fields])
    tell(scope, row, school_id=school_id, why=why)


def tell(scope: Scope, row: Transfer, *, school_id: int, why: str) -> None:
    """Add the step that led to the row's present state."""
    Step(
        transfer=row,
        school_ids=row.school_ids,
        student_id=row.student_id,
        state=row.state,
        at=clock.now(),
        by_person=scope.actor_id,
        by_name=scope.actor_name,
        why=why,
        due_on=row.due_on,
    ).save(force_insert=True)
    audit.record(
        scope,
        f"transfers.{row.state}",
        school_id=school_id,
        object_type="transfer",
        object_id=row.pk,
        subject_id=row.student_id,
        why=why,
    )
    publish(TransferMoved(school_id=school_id, transfer_id=row.pk, state=row.state))


def is_held(seat: Seat) -> bool:
    return seat.ends_on is None

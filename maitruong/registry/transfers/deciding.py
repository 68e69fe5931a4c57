"""Yes or no of the receiving school, and the family's own way back."""

from __future__ import annotations

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.people import queries as people

from . import steps
from .applying import BEYOND
from .models import Paper, Transfer
from .types import OPEN, Kind, State


def accept(scope: Scope, *, transfer_id: int, why: str = "") -> None:
    """The receiving school's head says yes, in writing. Then it is the sending school's turn; from another province, her own.

    Raises NotFound, StepPassed, WhyMissing (the number of the paper, or a word).
    """
    row = steps.taken(scope, "transfers.decide", transfer_id, side="to")
    if steps.is_repeated(row, State.ACCEPTED):
        return
    steps.refuse_unless(row, State.APPLIED)
    turn = row.from_school_id if row.kind == Kind.INSIDE else row.to_school_id
    steps.write(
        scope,
        row,
        State.ACCEPTED,
        school_id=row.to_school_id or 0,
        why=steps.wanted(why),
        next_school=turn,
        days=steps.days_to_release(),
    )


def refuse(scope: Scope, *, transfer_id: int, why: str) -> None:
    """The head who is asked says no, with a reason: the receiving school's; to another province, the sending one's.

    Raises NotFound, StepPassed, WhyMissing.
    """
    row = _asked(scope, transfer_id)
    if steps.is_repeated(row, State.REFUSED):
        return
    steps.refuse_unless(row, State.APPLIED)
    school_id = row.to_school_id or row.from_school_id or 0
    steps.write(scope, row, State.REFUSED, school_id=school_id, why=steps.wanted(why))


def withdraw(scope: Scope, *, transfer_id: int, why: str) -> None:
    """The family takes its application back, until the child sits at the new school. Raises NotFound, StepPassed, WhyMissing."""
    seen = Transfer.objects.visible_to(scope, "transfers.family").filter(pk=transfer_id).first()
    if seen is None:
        raise NotFound
    _withdraw(scope, seen.pk, why, acting=seen.from_school_id or seen.to_school_id or 0)


def withdraw_for_family(scope: Scope, *, transfer_id: int, why: str) -> None:
    """The school where the application lies takes it back when the family asks at its desk. Raises as `withdraw`."""
    seen = Transfer.objects.visible_to(scope, "transfers.file").filter(pk=transfer_id).first()
    school_id = (seen.to_school_id or seen.from_school_id or 0) if seen else 0
    if seen is None or not scope.covers("transfers.file", school_id=school_id):
        raise NotFound
    _withdraw(scope, seen.pk, why, acting=school_id)


def _withdraw(scope: Scope, transfer_id: int, why: str, *, acting: int) -> None:
    with unit_of_work(BEYOND):
        row = Transfer._base_manager.select_for_update().get(pk=transfer_id)
        if steps.is_repeated(row, State.WITHDRAWN):
            return
        steps.refuse_unless(row, *OPEN)
        if row.from_school_id:
            # What was bundled was for a school that takes the child; it belongs to the old one again.
            bundled = Paper._base_manager.filter(transfer=row, kind__in=["results", "record"])
            bundled.update(school_ids=[row.from_school_id])
        steps.write(scope, row, State.WITHDRAWN, school_id=acting, why=steps.wanted(why), number="")


def _asked(scope: Scope, transfer_id: int) -> Transfer:
    seen = Transfer.objects.visible_to(scope, "transfers.decide").filter(pk=transfer_id).first()
    if seen is None:
        raise NotFound
    return steps.taken(scope, "transfers.decide", transfer_id, side="from" if seen.kind == Kind.OUT else "to")


def living(student_id: int) -> int:
    """As whom a pupil goes on who was merged since he applied. Wants sight of the province."""
    return people.living([student_id]).get(student_id, student_id)

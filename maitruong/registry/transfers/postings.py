"""Postings of staff: the school she leaves writes the decision down, the school she goes to receives her.

Receiving is one transaction: her work at the old school, with every right there, ends the day before it begins at the new one, and
her record is there as well. What she taught ends with the fact StaffLeft, as with everybody who leaves.
"""

from __future__ import annotations

import datetime as dt

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import queries as people
from maitruong.registry.schools import queries as schools
from maitruong.registry.staff import queries as staff
from maitruong.registry.staff import services as employments
from maitruong.registry.staff.errors import PostUnknown
from maitruong.registry.staff.types import POSTS, StaffRow

from . import ports, steps
from .errors import (
    DecisionMissing,
    HeadIsAppointed,
    NotOnTheStaff,
    OwnPosting,
    PostingOpen,
    SameSchool,
    SchoolMissing,
    StepPassed,
    TooEarly,
)
from .events import StaffPosted
from .models import Posting, PostingStep
from .types import POSTING_STATES, PostingRow

BEYOND = system_scope("a colleague goes to another school of the province by a decision")
RELEASED, RECEIVED, CANCELLED = POSTING_STATES


def release_staff(
    scope: Scope,
    *,
    person_id: int,
    to_school_id: int,
    post: str,
    decision: str,
    decided_on: dt.date,
    starts_on: dt.date,
) -> int:
    """The school she works at writes the decision down and lets her go. Returns the posting's id; the same again gives the same.

    Raises NotFound, OwnPosting, HeadIsAppointed, DecisionMissing, PostUnknown, SameSchool, SchoolMissing, SchoolClosed, TooEarly,
    PostingOpen.
    """
    held = employment_to_leave(scope, person_id)
    number = vietnamese.tidy(decision)[:100]
    if not number:
        raise DecisionMissing
    if post not in POSTS or post == "principal":
        raise PostUnknown(given=post)
    unit = organisations.units([to_school_id]).get(to_school_id)
    if unit is None or unit.kind != "school":
        raise SchoolMissing
    if to_school_id == held.school_id:
        raise SameSchool
    schools.refuse_closed(to_school_id)
    earliest = held.starts_on + dt.timedelta(days=1)
    if starts_on < earliest:
        raise TooEarly(on=starts_on, earliest=earliest)
    with unit_of_work(BEYOND):
        there = Posting._base_manager.filter(person_id=person_id, state=RELEASED).first()
        if there is not None:
            if (there.to_school_id, there.decision) == (to_school_id, number):
                return there.pk
            raise PostingOpen
        row = Posting(
            school_ids=[held.school_id, to_school_id],
            person_id=person_id,
            from_school_id=held.school_id,
            to_school_id=to_school_id,
            full_name=held.full_name,
            post=post,
            decision=number,
            decided_on=decided_on,
            starts_on=starts_on,
            state=RELEASED,
            due_on=steps.deadline(steps.days_to_accept()),
            teaches=ports.taught(person_id, held.school_id),
        )
        row.save(force_insert=True)
        _tell(scope, row, school_id=held.school_id, why=f"quyết định {number} ngày {decided_on:%d/%m/%Y}")
    return int(row.pk)


def receive_staff(scope: Scope, *, posting_id: int) -> None:
    """The school she goes to takes her on. Raises NotFound, StepPassed, NotOnTheStaff and what staff refuses."""
    row = _taken(scope, posting_id, side="to")
    if row.state == RECEIVED:
        return
    _refuse_past(row)
    last_day = row.starts_on - dt.timedelta(days=1)
    with unit_of_work(BEYOND):
        person_id = people.living([row.person_id]).get(row.person_id, row.person_id)
        held = _held(BEYOND, person_id, row.from_school_id)
        if held is None:
            raise NotOnTheStaff(school=organisations.unit(row.from_school_id).name)
        why = f"điều động đến {organisations.unit(row.to_school_id).name}, quyết định {row.decision}"
        row.teaches = ports.taught(person_id, row.from_school_id)
        employments.end_employment(BEYOND, employment_id=held.id, ends_on=last_day, why=why)
        employments.employ(
            BEYOND,
            school_id=row.to_school_id,
            post=row.post,
            starts_on=row.starts_on,
            person_id=person_id,
            code=held.code,
            subjects=held.subjects,
        )
        row.copied = employments.record_follows(
            person_id=person_id, from_school=row.from_school_id, to_school=row.to_school_id, last_day=last_day
        )
        _move(scope, row, RECEIVED, school_id=row.to_school_id, why=f"làm việc từ {row.starts_on:%d/%m/%Y}")
    publish(
        StaffPosted(
            school_id=row.to_school_id,
            posting_id=row.pk,
            person_id=person_id,
            from_school_id=row.from_school_id,
            starts_on=str(row.starts_on),
        )
    )


def cancel_posting(scope: Scope, *, posting_id: int, why: str) -> None:
    """The school that wrote it takes it back until she was received. Raises NotFound, StepPassed, WhyMissing."""
    row = _taken(scope, posting_id, side="from")
    if row.state == CANCELLED:
        return
    _refuse_past(row)
    _move(scope, row, CANCELLED, school_id=row.from_school_id, why=steps.wanted(why))


def employment_to_leave(scope: Scope, person_id: int) -> StaffRow:
    """Where somebody works today whom this scope may let go. Raises NotFound, OwnPosting, HeadIsAppointed."""
    rows = [row for row in staff.employments(scope, person_id=person_id) if row.ends_on is None]
    row = next((row for row in rows if scope.covers("transfers.decide", school_id=row.school_id)), None)
    if row is None:
        raise NotFound
    if scope.actor_id == person_id:
        raise OwnPosting
    if row.post == "principal":
        raise HeadIsAppointed
    return row


def postings(scope: Scope, *, after: int | None = None, limit: int = 50) -> list[PostingRow]:
    """Postings this scope reaches, newest first, page by key. Two statements."""
    rows = Posting.objects.visible_to(scope, "transfers.view")
    if after is not None:
        rows = rows.filter(pk__lt=after)
    return _listed(list(rows.order_by("-pk")[:limit]))


def posting(scope: Scope, *, posting_id: int) -> tuple[Posting, PostingRow, list[PostingStep]]:
    """One posting with its steps. Raises NotFound."""
    row = Posting.objects.visible_to(scope, "transfers.view").filter(pk=posting_id).first()
    if row is None:
        raise NotFound
    taken = PostingStep.objects.visible_to(scope, "transfers.view").filter(posting_id=row.pk).order_by("pk")
    return row, _listed([row])[0], list(taken)


def _held(scope: Scope, person_id: int, school_id: int) -> StaffRow | None:
    rows = staff.employments(scope, person_id=person_id)
    return next((row for row in rows if row.school_id == school_id and row.ends_on is None), None)


def _taken(scope: Scope, posting_id: int, *, side: str) -> Posting:
    row = Posting.objects.visible_to(scope, "transfers.decide").select_for_update().filter(pk=posting_id).first()
    if row is None or not scope.covers("transfers.decide", school_id=getattr(row, f"{side}_school_id")):
        raise NotFound
    return row


def _refuse_past(row: Posting) -> None:
    if row.state != RELEASED:
        raise StepPassed(state=POSTING_STATES[row.state])


def _move(scope: Scope, row: Posting, state: str, *, school_id: int, why: str) -> None:
    row.state, row.due_on = state, None
    row.save(update_fields=["state", "due_on", "teaches", "copied"])
    _tell(scope, row, school_id=school_id, why=why)


def _tell(scope: Scope, row: Posting, *, school_id: int, why: str) -> None:
    PostingStep(
        posting=row,
        school_ids=row.school_ids,
        state=row.state,
        at=clock.now(),
        by_person=scope.actor_id,
        by_name=scope.actor_name,
        why=why,
    ).save(force_insert=True)
    audit.record(
        scope,
        f"transfers.staff_{row.state}",
        school_id=school_id,
        object_type="posting",
        object_id=row.pk,
        subject_id=row.person_id,
        why=why,
    )


def _listed(found: list[Posting]) -> list[PostingRow]:
    names = organisations.units({i for row in found for i in row.school_ids})
    today = clock.today()
    return [
        PostingRow(
            row.pk,
            row.full_name,
            names[row.from_school_id].name,
            names[row.to_school_id].name,
            row.starts_on,
            row.state,
            POSTING_STATES[row.state],
            row.due_on,
            row.due_on is not None and row.due_on < today,
        )
        for row in found
    ]

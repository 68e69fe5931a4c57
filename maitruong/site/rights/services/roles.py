"""Give and withdraw roles. A withdrawn role is refused on the very next request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from maitruong.foundation.access import queries as access
from maitruong.foundation.access import registry
from maitruong.foundation.access import services as grants
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Post, Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.organisations import queries as organisations
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import services as enrolment
from maitruong.registry.staff import queries as staff
from maitruong.registry.staff import services as employment
from maitruong.teaching.timetable import queries as timetable
from maitruong.teaching.timetable import services as teaching

from .. import policy
from ..errors import (
    DaysOutOfOrder,
    EndMissing,
    NotOnTheStaff,
    NotYoursToGive,
    OwnRight,
    ReasonMissing,
    UnknownPlace,
)
from .place import BEYOND, is_governed


def give_role(
    scope: Scope,
    *,
    role: str,
    person_id: int,
    unit_id: int,
    valid_from: dt.date,
    valid_to: dt.date | None,
    why: str,
    class_id: int | None = None,
) -> int | None:
    """Give a person a role at a unit from a day, perhaps to a day. The same open role again changes nothing.

    Returns the grant's id (None for a homeroom, whose right belongs to the class). Raises NotFound, NotYoursToGive, EndMissing,
    DaysOutOfOrder, ReasonMissing, NotOnTheStaff, UnknownPlace.
    """
    gift = policy.gift(scope, role)
    if gift is None:
        raise NotYoursToGive(role=registry.roles()[role].label if role in registry.roles() else role)
    _refuse_bad_terms(gift, valid_from, valid_to, why)
    _refuse_other_places(scope, gift, unit_id)
    if gift.unit_kind == "school" and not _works_at(person_id, unit_id, valid_from):
        if not employment.may_appoint_head(scope, unit_id, role):
            raise NotOnTheStaff(on=valid_from)
        with unit_of_work(BEYOND):
            employment.employ(scope, school_id=unit_id, person_id=person_id, post=role, starts_on=valid_from)
    if gift.of_class:
        enrolment.appoint_homeroom(scope, class_id=class_id or 0, teacher_id=person_id, on=valid_from, why=why)
        return None
    held = access.posts(unit_ids=[unit_id], person_ids=[person_id], roles=[role], on=clock.today())
    same = next((p for p in held if p.valid_from <= valid_from and p.valid_to == valid_to), None)
    if same:
        return same.id
    grant_id = grants.grant(
        person_id=person_id,
        role=role,
        unit_id=unit_id,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=vietnamese.tidy(why),
    )
    _record(
        scope,
        "rights.given",
        unit_id,
        grant_id,
        person_id,
        {"role": [None, role], "valid_from": [None, valid_from], "valid_to": [None, valid_to]},
        why,
    )
    return grant_id


def withdraw_role(scope: Scope, *, grant_id: int, why: str) -> bool:
    """Take a role back at once. A homeroom or an assignment ends with its right. False when it was withdrawn before.

    Raises NotFound, ReasonMissing, OwnRight.
    """
    post = access.post(grant_id, on=clock.today())
    if post is None or post.role not in policy.STAFF_ROLES or post.id not in _standing_above(scope, [post]):
        raise NotFound
    if not why.strip():
        raise ReasonMissing
    if post.person_id == scope.actor_id:
        raise OwnRight
    if post.withdrawn:
        return False
    grants.withdraw(grant_id)
    _end_what_it_came_with(scope, post, why)
    _record(scope, "rights.withdrawn", post.unit_id, grant_id, post.person_id, {"role": [post.role, None]}, why)
    return True


def may_withdraw(scope: Scope, post: Post) -> bool:
    """Whether the rights page offers to take this role back."""
    return post.id in withdrawable(scope, [post])


def withdrawable(scope: Scope, posts: Sequence[Post]) -> set[int]:
    """Which of these roles the rights page offers to take back: ids of grants. A fixed number of statements."""
    above = _standing_above(scope, posts)
    return {post.id for post in posts if post.id in above and not post.withdrawn and post.person_id != scope.actor_id}


def _standing_above(scope: Scope, posts: Sequence[Post]) -> set[int]:
    """A principal: everybody's roles at her school. The department's administrator: the roles he may give."""
    if not scope.may("rights.give") or scope.workspace is None:
        return set()
    under = organisations.among_under((p.unit_id for p in posts), scope.workspace.unit_id, on=clock.today())
    by_principal = policy.standing(scope) == ("principal", "school")
    given = {gift.role for gift in policy.gifts(scope)}
    return {
        post.id
        for post in posts
        if post.unit_id in under and (_principal_withdraws(scope, post) if by_principal else post.role in given)
    }


def _refuse_bad_terms(gift: policy.Gift, first: dt.date, last: dt.date | None, why: str) -> None:
    if gift.needs_end and last is None:
        raise EndMissing
    if last is not None and last < first:
        raise DaysOutOfOrder(first=first, last=last)
    if not why.strip():
        raise ReasonMissing


def _refuse_other_places(scope: Scope, gift: policy.Gift, unit_id: int) -> None:
    unit = organisations.units([unit_id]).get(unit_id)
    if unit is None or not is_governed(scope, unit_id):
        raise NotFound
    if unit.kind != gift.unit_kind:
        raise UnknownPlace(given=unit.code)


def _works_at(person_id: int, unit_id: int, on: dt.date) -> bool:
    with unit_of_work(BEYOND):
        return staff.works_at(person_id, unit_id, on=on)


def _principal_withdraws(scope: Scope, post: Post) -> bool:
    """Everybody's roles at her school. Who acts for the principal for a time must not be able to put her out."""
    is_lasting_principal = post.role == "principal" and post.valid_to is None
    return scope.covers("rights.give", school_id=post.unit_id) and not is_lasting_principal


def _end_what_it_came_with(scope: Scope, post: Post, why: str) -> None:
    today = clock.today()
    if post.student_ids is not None:
        return  # to sign for one pupil again: it led no class and taught none
    if post.role == "homeroom_teacher":
        for class_id in post.class_ids or ():
            enrolment.leave_homeroom(scope, class_id=class_id, teacher_id=post.person_id, why=why)
    if post.role == "subject_teacher":
        rows = timetable.assignments(
            scope,
            teacher_id=post.person_id,
            school_id=post.unit_id,
            school_year=calendar.year_on(today),
            permission="timetable.assign",
        )
        for row in rows:
            covered = row.class_id in (post.class_ids or ()) and row.subject in (post.subjects or ())
            if covered and row.ends_on is None:
                teaching.end_assignment(
                    scope, assignment_id=row.id, ends_on=max(row.starts_on, today - dt.timedelta(days=1)), why=why
                )


def _record(
    scope: Scope, action: str, unit_id: int, grant_id: int, person_id: int, changes: dict[str, object], why: str
) -> None:
    audit.record(
        scope,
        action,
        school_id=unit_id,
        object_type="grant",
        object_id=grant_id,
        subject_id=person_id,
        changes=changes,
        why=why,
    )

"""Who comes to work at a school and who leaves. Rights are given apart, in the rights pages; leaving closes them all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q

from maitruong.foundation.access import queries as access
from maitruong.foundation.access import services as grants
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.organisations import services as organisations
from maitruong.foundation.people import queries as person_queries
from maitruong.foundation.people import services as people
from maitruong.foundation.people.types import Particulars

from . import following, queries
from .errors import AlreadyEmployed, EndBeforeStart, NameMissing, PostUnknown
from .events import StaffEmployed, StaffLeft
from .models import Employment
from .types import POSTS, StaffRow

FAMILY_ROLES = ("guardian", "pupil")


def employ(
    scope: Scope,
    *,
    school_id: int,
    post: str,
    starts_on: dt.date,
    person_id: int | None = None,
    full_name: str = "",
    born_on: dt.date | None = None,
    sex: str = "",
    phone: str = "",
    code: str = "",
    subjects: Sequence[str] = (),
) -> Employment:
    """Take a person on at a school from a day: one the school knows already, or a new one by name.

    The same call again changes nothing. A school's head comes from above: a new school has nobody who could take her on.
    Raises NotFound, NameMissing, PostUnknown, AlreadyEmployed (another post is open there).
    """
    if not (scope.covers("staff.manage", school_id=school_id) or may_appoint_head(scope, school_id, post)):
        raise NotFound
    if not organisations.stand_on(school_id):
        raise NotFound
    if post not in POSTS:
        raise PostUnknown(given=post)
    if person_id is None and not vietnamese.tidy(full_name):
        raise NameMissing
    if person_id is None:
        person_id = people.register_person(
            scope, full_name=full_name, places=[school_id], born_on=born_on, sex=sex, phone=people.tidy_phone(phone)
        )
    else:
        people.known_at([person_id], school_id)
    open_post = _open(person_id, school_id)
    if open_post:
        if open_post.post == post:
            return open_post
        raise AlreadyEmployed(name=open_post.person.full_name, since=open_post.starts_on)
    row = Employment(
        school_id=school_id, person_id=person_id, post=post, code=code, subjects=list(subjects), starts_on=starts_on
    )
    row.save()
    audit.record(
        scope,
        "staff.employed",
        school_id=school_id,
        object_type="employment",
        object_id=row.pk,
        subject_id=person_id,
        changes={"post": [None, post], "starts_on": [None, starts_on]},
    )
    publish(StaffEmployed(school_id=school_id, person_id=person_id, post=post))
    return row


def may_appoint_head(scope: Scope, school_id: int, post: str) -> bool:
    """Whether the scope brings a school its head, and nobody else."""
    return post == "principal" and scope.covers("staff.appoint_head", school_id=school_id)


def end_employment(scope: Scope, *, employment_id: int, ends_on: dt.date, why: str) -> bool:
    """Let an employment end with a day, and with it every right the person holds at that school. False when it had ended.

    Raises NotFound, EndBeforeStart.
    """
    row = Employment.objects.visible_to(scope, "staff.manage").select_for_update().filter(pk=employment_id).first()
    if row is None:
        raise NotFound
    if row.ends_on is not None:
        return False
    if ends_on < row.starts_on:
        raise EndBeforeStart(ends_on=ends_on, starts_on=row.starts_on)
    row.ends_on = ends_on
    row.save(update_fields=["ends_on"])
    closed = _close_rights(row.person_id, row.school_id, ends_on)
    audit.record(
        scope,
        "staff.left",
        school_id=row.school_id,
        object_type="employment",
        object_id=row.pk,
        subject_id=row.person_id,
        changes={"ends_on": [None, ends_on], "rights": [closed, []]},
        why=why,
    )
    publish(StaffLeft(school_id=row.school_id, person_id=row.person_id, ends_on=str(ends_on)))
    return True


def _open(person_id: int, school_id: int) -> Employment | None:
    """The employment that has no end yet, or ends later than today."""
    rows = Employment._base_manager.select_related("person").filter(person_id=person_id, school_id=school_id)
    return rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=clock.today())).first()


def _close_rights(person_id: int, school_id: int, last_day: dt.date) -> list[int]:
    """A parent who leaves the staff stays a parent."""
    roles = {post.role for post in access.posts(unit_ids=[school_id], person_ids=[person_id], on=clock.today())} - set(
        FAMILY_ROLES
    )
    return [
        grant_id
        for role in sorted(roles)
        for grant_id in grants.close_grants(person_id=person_id, role=role, unit_id=school_id, last_day=last_day)
    ]


def open_file(scope: Scope, *, person_id: int) -> tuple[Particulars, list[StaffRow]]:
    """A colleague's file, for somebody's eyes: that it was opened is written into the audit. Raises NotFound."""
    rows = queries.employments(scope, person_id=person_id)
    person = person_queries.particulars(person_id) if rows else None
    if person is None:
        raise NotFound
    audit.record(
        scope,
        "staff.file_opened",
        school_id=rows[0].school_id,
        object_type="person",
        object_id=person_id,
        subject_id=person_id,
    )
    return person, rows


def record_follows(*, person_id: int, from_school: int, to_school: int, last_day: dt.date) -> int:
    """The record goes along to another school of the province (following.py). Wants sight of both schools."""
    return following.copy_record(person_id=person_id, from_school=from_school, to_school=to_school, last_day=last_day)

"""A guardian known at other places: the school that writes her down for a child sees nothing of her until somebody confirms.

A number and a name are soon copied from a list. So the tie waits, until she says so herself, or until a school that knows her
has seen her. The school that asks is never the one that confirms.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from maitruong.foundation.access import queries as access
from maitruong.foundation.access import services as grants
from maitruong.foundation.access.bulk import NewGrant, grant_many
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.identity import services as identity
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.people import queries as people
from maitruong.foundation.people import services as people_services

from .models import Guardianship
from .queries import relation_label
from .types import WaitingTie

_BEYOND = system_scope("a guardian is confirmed at places that cannot see each other's people")


def ties_waiting_for(person_id: int) -> list[WaitingTie]:
    """The schools that wrote a person down for a child and wait for her word. For the person herself alone."""
    with unit_of_work(_BEYOND):
        rows = list(_waiting(person_id))
        names = people.names({row.student_id for row in rows})
    return [
        WaitingTie(row.pk, row.school_id, relation_label(row.relation), vietnamese.initials(names[row.student_id]))
        for row in rows
    ]


def answer_tie(*, person_id: int, guardianship_id: int, is_mine: bool) -> None:
    """The person herself says whether the child is hers. What is not hers ends at once. Raises NotFound."""
    with unit_of_work(_BEYOND):
        row = _waiting(person_id).filter(pk=guardianship_id).first()
        if row is None:
            raise NotFound
        if is_mine:
            _confirm(row.guardian_id, row.school_id, by="herself")
            return
        row.ends_on = max(clock.today(), row.starts_on)
        row.save(update_fields=["ends_on"])
        held = grants.close_grants(
            person_id=row.guardian_id,
            role="guardian",
            unit_id=row.school_id,
            student_id=row.student_id,
            last_day=row.starts_on - dt.timedelta(days=1),
        )
        _record("students.guardian_declined", row, {"rights": [held, []]})


def confirm_ties(*, person_id: int, unit_id: int) -> bool:
    """A school that knows her has seen her: what other schools wrote stands now. False when nothing waited.

    The caller checked that unit_id knows the person and that who asks may confirm there, and writes that school's audit.
    """
    with unit_of_work(_BEYOND):
        schools = {row.school_id for row in _waiting(person_id)} - {unit_id}
        for school_id in sorted(schools):
            _confirm(person_id, school_id, by="another school")
    return bool(schools)


def people_waiting(person_ids: set[int], *, unit_id: int) -> set[int]:
    """Those of these people whom some other school wrote down for a child of its own and who wait."""
    with unit_of_work(_BEYOND):
        rows = Guardianship._base_manager.filter(guardian_id__in=person_ids, waits_since__isnull=False)
        return set(rows.filter(ends_on__isnull=True).exclude(school_id=unit_id).values_list("guardian_id", flat=True))


def _waiting(person_id: int) -> QuerySet[Guardianship]:
    rows = Guardianship._base_manager.filter(guardian_id=person_id, waits_since__isnull=False, ends_on__isnull=True)
    return rows.order_by("pk")


def _confirm(person_id: int, school_id: int, *, by: str) -> None:
    rows = list(_waiting(person_id).filter(school_id=school_id).select_for_update())
    since = min(row.waits_since for row in rows if row.waits_since)
    Guardianship._base_manager.filter(pk__in=[row.pk for row in rows]).update(waits_since=None, named_as="")
    people_services.known_at([person_id], school_id)
    # Whoever made her password new since may hold it: then the asking school sees her, and she its child once it has seen
    # her too (ADR 0008).
    if not identity.password_changed_since(person_id, since):
        grants.confirm(person_id=person_id, unit_ids={school_id, *_former_schools(person_id, rows)})
    for row in rows:
        _record("students.guardian_confirmed", row, {"by": by})


def _former_schools(person_id: int, rows: list[Guardianship]) -> set[int]:
    """Where these children were when the tie was written, if they have moved on since."""
    children = {row.student_id for row in rows}
    held = access.posts(person_ids=[person_id], roles=["guardian"], on=clock.today())
    return {post.unit_id for post in held if children & set(post.student_ids or ())}


def _record(action: str, row: Guardianship, changes: dict[str, object]) -> None:
    """In the audit of the school that asked: it is its child. No other school, and nobody who works there, is named."""
    audit.record(
        _BEYOND,
        action,
        school_id=row.school_id,
        object_type="guardianship",
        object_id=row.pk,
        subject_id=row.student_id,
        changes=changes,
    )


def open_right(row: Guardianship, *, last_day: dt.date | None, reason: str) -> int:
    """The family's right that comes with a guardianship; it waits as long as the guardianship does."""
    return grant_many(
        [
            NewGrant(
                row.guardian_id,
                "guardian",
                row.school_id,
                [row.student_id],
                row.starts_on,
                last_day,
                reason,
                row.waits_since,
            )
        ]
    )[0]

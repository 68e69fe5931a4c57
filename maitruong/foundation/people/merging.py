"""Two people who are one human become one, and can be parted again (ADR 0016).

Nothing of the past moves: closed years, marks and signed records stay with the person they were written for, who from then on
only says to whom to go on. What goes on (rights, an account, posts, who answers for a child) its keepers carry over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.models import Grant
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish
from maitruong.foundation.kernel import clock, vietnamese

from . import freezing, ports
from .errors import AlreadyOne, AlreadyParted, LaterMergeStands
from .events import PeopleMerged, PeopleParted
from .journal import Journal, take_back
from .models import Merge, Person, PersonIdentifier
from .types import Two

#: What may be taken over from the one who stays behind, field by field.
CHOICES = (
    "full_name",
    "born_on",
    "sex",
    "ethnic_group",
    "nationality",
    "birthplace",
    "residence",
    "phone",
    "email",
)
_BEYOND = system_scope("two people who are one are known at several schools")


def merge(scope: Scope, two: Two, *, why: str, taken: Collection[str] = (), numbers: Collection[str] = ()) -> int:
    """Let `absorbed` go on as `kept`. Returns the merge's id, by which it is taken back.

    taken: which of CHOICES the absorbed row has right.   numbers: schemes (CCCD ...) of which the absorbed row has the right one.
    The caller checked the permission on both. Raises NotFound, AlreadyOne, and what a keeper has against it.
    """
    with unit_of_work(_BEYOND):
        people = {row.pk: row for row in _hold(two)}
        if set(people) != {two.kept, two.absorbed}:
            raise NotFound
        kept, absorbed = people[two.kept], people[two.absorbed]
        if kept.merged_into_id or absorbed.merged_into_id:
            raise AlreadyOne
        for keeper in ports.keepers():
            keeper.refuse(two)
        journal = Journal()
        # Who stays behind is asked about no more; what is confirmed of the one who goes on, stays.
        journal.change(Person, absorbed.pk, frozen_since=None)
        changes = _take_particulars(journal, kept, absorbed, taken)
        _take_numbers(journal, kept, absorbed, numbers)
        _take_rights(journal, two)
        for keeper in ports.keepers():
            keeper.take_over(journal, two)
        for former in Person._base_manager.filter(merged_into_id=absorbed.pk):
            journal.change(Person, former.pk, merged_into=kept.pk)  # one step to the living one, never two
        journal.change(Person, absorbed.pk, merged_into=kept.pk)
        row = Merge(
            kept=kept,
            absorbed=absorbed,
            places=sorted({*kept.places, *absorbed.places}),
            persons=[kept.pk, absorbed.pk],
            by=scope.actor_id,
            unit_id=two.unit_id,
            why=vietnamese.tidy(why),
            journal=journal.steps,
        )
        row.save()
    _tell(scope, "people.merged", row, changes={"merged": [absorbed.pk, kept.pk], **changes}, why=why)
    publish(PeopleMerged(school_id=two.unit_id, kept_id=kept.pk, absorbed_id=absorbed.pk))
    return row.pk


def part(scope: Scope, *, merge_id: int, why: str) -> list[dict[str, Any]]:
    """Take a merge back. Returns the steps that stay as they are, since somebody wrote the same fields meanwhile.

    The caller checked the permission. Raises NotFound, AlreadyParted, LaterMergeStands.
    """
    with unit_of_work(_BEYOND):
        row = Merge._base_manager.select_for_update().filter(pk=merge_id).first()
        if row is None:
            raise NotFound
        if row.undone_at is not None:
            raise AlreadyParted
        later = Merge._base_manager.filter(persons__overlap=row.persons, pk__gt=row.pk, undone_at__isnull=True)
        if later.exists():
            raise LaterMergeStands
        list(_hold(Two(row.kept_id, row.absorbed_id, row.unit_id, clock.today())))
        freezing.release(row.persons)  # each is asked about anew, as what it is written as then
        row.stayed = take_back(row.journal)
        row.undone_at, row.undone_by, row.undone_why = clock.now(), scope.actor_id, vietnamese.tidy(why)
        row.save(update_fields=["stayed", "undone_at", "undone_by", "undone_why"])
    _tell(scope, "people.parted", row, changes={"parted": [row.kept_id, row.absorbed_id]}, why=why)
    publish(PeopleParted(school_id=row.unit_id, kept_id=row.kept_id, absorbed_id=row.absorbed_id))
    return row.stayed


def _hold(two: Two) -> Iterable[Person]:
    """Both, in the order everybody takes them, so that two officers wait instead of locking each other out."""
    return Person._base_manager.select_for_update().filter(pk__in=[two.kept, two.absorbed]).order_by("pk")


def _tell(scope: Scope, action: str, row: Merge, *, changes: dict[str, Any], why: str) -> None:
    for person_id in (row.kept_id, row.absorbed_id):  # each one's own audit tells of it
        audit.record(
            scope,
            action,
            school_id=row.unit_id,
            object_type="merge",
            object_id=row.pk,
            subject_id=person_id,
            changes=changes,
            why=why,
        )


def _take_particulars(journal: Journal, kept: Person, absorbed: Person, taken: Collection[str]) -> dict[str, Any]:
    """The fields the absorbed row has right, and those only it has. Returns {field: [old, new]}."""
    named = {name: getattr(absorbed, name) for name in CHOICES if name in taken}
    missing = {name: getattr(absorbed, name) for name in CHOICES if not getattr(kept, name) and getattr(absorbed, name)}
    values = {name: value for name, value in (missing | named).items() if value != getattr(kept, name)}
    if not values:
        return {}
    freezing.refuse_change({kept.pk: values.keys()})
    changes = {name: [getattr(kept, name), value] for name, value in values.items()}
    if "born_on" in values:
        values["born_precision"] = absorbed.born_precision
    if "full_name" in values:
        values |= {"name_fold": absorbed.name_fold, "sort_key": absorbed.sort_key}
    journal.change(Person, kept.pk, version=kept.version + 1, **values)
    return changes


def _take_numbers(journal: Journal, kept: Person, absorbed: Person, wanted: Collection[str]) -> None:
    """A scheme only the absorbed row has comes along; of two the wanted one. The other stays behind and still leads to `kept`."""
    held: dict[tuple[int, str], list[PersonIdentifier]] = {}
    rows = PersonIdentifier._base_manager.filter(
        person_id__in=[kept.pk, absorbed.pk], valid__contains=clock.today()
    ).order_by("pk")
    for row in rows:
        held.setdefault((row.person_id, row.scheme), []).append(row)
    for (person_id, scheme), brought in held.items():
        standing = held.get((kept.pk, scheme), [])
        if person_id != absorbed.pk or (standing and scheme not in wanted):
            continue
        if scheme == freezing.NUMBER:
            freezing.refuse_change({kept.pk: (scheme,)})
        for row in standing:
            journal.change(PersonIdentifier, row.pk, person=absorbed.pk)
        for row in brought:
            journal.change(PersonIdentifier, row.pk, person=kept.pk, places=sorted({*row.places, *kept.places}))


def _take_rights(journal: Journal, two: Two) -> None:
    """Posts go on in the kept one's name; whoever saw one of the two as a child sees both, at the schools of both.

    A post is ended and begun anew: who held it when something was signed is asked for ever.
    """
    for row in _open_rights(two).filter(person_id=two.absorbed):
        _go_on(journal, row, two)
    both = [two.kept, two.absorbed]
    seen = _open_rights(two).filter(student_ids__overlap=both, waits_since__isnull=True)
    sights = list(seen.exclude(person_id=two.absorbed).order_by("pk"))
    for row in sights:
        wanted = sorted({*(row.student_ids or ()), *both})
        if wanted != sorted(row.student_ids or ()):
            journal.change(Grant, row.pk, student_ids=wanted)
    units = {row.unit_id for row in sights}
    for (person_id, role), rows in _by_holder(sights).items():
        model = rows[0]
        for unit_id in sorted(units - {row.unit_id for row in rows}):
            made = Grant.objects.create(
                person_id=person_id,
                role=role,
                unit_id=unit_id,
                student_ids=both,
                valid_from=two.on,
                valid_to=model.valid_to,
                reason="hai hồ sơ của một người được gộp",
            )
            journal.made(Grant, made.pk, closed_by="withdrawn_at")


def _go_on(journal: Journal, row: Grant, two: Two) -> None:
    begins = max(row.valid_from, two.on)
    made = Grant.objects.create(
        person_id=two.kept,
        role=row.role,
        unit_id=row.unit_id,
        class_ids=row.class_ids,
        subjects=row.subjects,
        student_ids=row.student_ids,
        valid_from=begins,
        valid_to=row.valid_to,
        reason=row.reason,
        waits_since=row.waits_since,
    )
    journal.made(Grant, made.pk, closed_by="withdrawn_at")
    if row.valid_from > two.on:
        journal.change(Grant, row.pk, withdrawn_at=clock.now())
    else:
        journal.change(Grant, row.pk, valid_to=two.on)


def _open_rights(two: Two) -> Any:
    return Grant.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=two.on), withdrawn_at__isnull=True
    ).select_for_update()


def _by_holder(rows: Iterable[Grant]) -> dict[tuple[int, str], list[Grant]]:
    found: dict[tuple[int, str], list[Grant]] = {}
    for row in rows:
        found.setdefault((row.person_id, row.role), []).append(row)
    return found

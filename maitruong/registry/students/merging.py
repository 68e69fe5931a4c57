"""Who answers for a child, when two people of a family turn out to be one."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from maitruong.foundation.people.journal import Journal
from maitruong.foundation.people.models import Person, PersonIdentifier
from maitruong.foundation.people.ports import Keeper, nothing_against
from maitruong.foundation.people.types import Two

from .models import Guardianship, Standing, Student


def take_over(journal: Journal, two: Two) -> None:
    """Ties that go on come along, to the school where the child is now; one that `kept` has already ends, the day before."""
    going_on = Q(ends_on__isnull=True) | Q(ends_on__gte=two.on)
    both = [two.kept, two.absorbed]
    named = Q(student_id__in=both) | Q(guardian_id__in=both)
    rows = list(Guardianship._base_manager.filter(going_on, named).order_by("pk"))
    held = {(row.student_id, row.guardian_id) for row in rows}
    begun = set(Guardianship._base_manager.filter(named).values_list("student_id", "guardian_id", "starts_on"))
    for row in rows:
        child = two.kept if row.student_id == two.absorbed else row.student_id
        guardian = two.kept if row.guardian_id == two.absorbed else row.guardian_id
        if (child, guardian) == (row.student_id, row.guardian_id):
            continue
        if (child, guardian) in held or (child, guardian, row.starts_on) in begun or child == guardian:
            journal.change(Guardianship, row.pk, ends_on=max(row.starts_on, two.on - dt.timedelta(days=1)))
            continue
        held.add((child, guardian))
        school_id = two.unit_id if child != row.student_id else row.school_id
        journal.change(Guardianship, row.pk, student=child, guardian=guardian, school_id=school_id)
        if row.waits_since is None:
            _known_at(journal, guardian, school_id)
    _standings(journal, two)
    _file(journal, two)


def _known_at(journal: Journal, person_id: int, unit_id: int) -> None:
    """The school that reads who answers for its pupil may read that person."""
    for model, key in ((Person, "pk"), (PersonIdentifier, "person_id")):
        for row in model._base_manager.filter(**{key: person_id}).exclude(places__contains=[unit_id]):
            journal.change(model, row.pk, places=[*row.places, unit_id])


def _standings(journal: Journal, two: Two) -> None:
    """What the dossier that stays behind is entitled to from here on, unless the other one has the same."""
    held = Q(ends_on__isnull=True) | Q(ends_on__gte=two.on)
    rows = Standing._base_manager.filter(student_id__in=[two.kept, two.absorbed], withdrawn_at__isnull=True)
    kept = set(rows.filter(student_id=two.kept).values_list("kind", "key"))
    places = Student._base_manager.filter(pk=two.kept).values_list("places", flat=True).first() or []
    for row in rows.filter(held, student_id=two.absorbed).order_by("pk"):
        if (row.kind, row.key) not in kept:
            journal.change(Standing, row.pk, student=two.kept, places=sorted({*row.places, *places}))


def _file(journal: Journal, two: Two) -> None:
    """What only the dossier that stays behind tells, the one that goes on tells from now on."""
    files = {row.pk: row for row in Student._base_manager.filter(pk__in=[two.kept, two.absorbed])}
    if len(files) < 2:
        return
    kept, absorbed = files[two.kept], files[two.absorbed]
    names = ("religion", "policy_group", "disability", "boarding", "admitted_on", "near_poor", "youth_union", "pioneer")
    values = {name: getattr(absorbed, name) for name in names if getattr(absorbed, name) and not getattr(kept, name)}
    details = {**absorbed.details, **{key: value for key, value in kept.details.items() if value}}
    if values or details != kept.details:
        journal.change(Student, kept.pk, **values, details=details, version=kept.version + 1)


KEEPER = Keeper(refuse=nothing_against, take_over=take_over)

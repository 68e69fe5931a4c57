"""Lessons two people were given who are one."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from maitruong.foundation.people.journal import Journal
from maitruong.foundation.people.ports import Keeper, nothing_against
from maitruong.foundation.people.types import Two

from .models import Assignment


def take_over(journal: Journal, two: Two) -> None:
    """Assignments that go on come along; one that both have ends, the day before."""
    going_on = Q(ends_on__isnull=True) | Q(ends_on__gte=two.on)
    rows = list(Assignment._base_manager.filter(going_on, teacher_id__in=[two.kept, two.absorbed]).order_by("pk"))
    held = {(row.class_id, row.subject) for row in rows if row.teacher_id == two.kept}
    for row in rows:
        if row.teacher_id == two.kept:
            continue
        if (row.class_id, row.subject) in held:
            journal.change(Assignment, row.pk, ends_on=max(row.starts_on, two.on - dt.timedelta(days=1)))
        else:
            journal.change(Assignment, row.pk, teacher_id=two.kept)


KEEPER = Keeper(refuse=nothing_against, take_over=take_over)

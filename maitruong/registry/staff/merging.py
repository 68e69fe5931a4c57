"""Two people who are one have one post at a school."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from maitruong.foundation.people.journal import Journal
from maitruong.foundation.people.ports import Keeper, nothing_against
from maitruong.foundation.people.types import Two

from .models import Employment


def take_over(journal: Journal, two: Two) -> None:
    """Posts that go on come along; one at a school where `kept` has one already ends here, the day before."""
    going_on = Q(ends_on__isnull=True) | Q(ends_on__gte=two.on)
    rows = list(Employment._base_manager.filter(going_on, person_id__in=[two.kept, two.absorbed]).order_by("pk"))
    held = {row.school_id for row in rows if row.person_id == two.kept}
    begun = set(Employment._base_manager.filter(person_id=two.kept).values_list("school_id", "starts_on"))
    for row in rows:
        if row.person_id == two.kept:
            continue
        if row.school_id in held or (row.school_id, row.starts_on) in begun:
            last_day = max(row.starts_on, two.on - dt.timedelta(days=1))
            journal.change(Employment, row.pk, ends_on=last_day)
        else:
            journal.change(Employment, row.pk, person=two.kept)


KEEPER = Keeper(refuse=nothing_against, take_over=take_over)

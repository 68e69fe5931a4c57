"""Doors: find who stands twice, decide about pairs, take a decision back."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.people import services as people
from maitruong.foundation.people.types import Two

from . import queries
from .errors import DecidedMeanwhile, NotYoursToDecide, WhyMissing
from .finding import Found as Found
from .finding import find_again as find_again
from .finding import find_by_night as find_by_night
from .models import Pair
from .rules import goes_on
from .types import Question

OPENED_FOR = "đối chiếu hai hồ sơ giống nhau"


def open_pair(scope: Scope, *, pair_id: int) -> Question:
    """Two files side by side, for somebody's eyes: that both were opened is written into the audit. Raises NotFound."""
    found = queries.pair(scope, pair_id)
    for person_id in (found.row.low, found.row.high):
        audit.record(
            scope,
            "duplicates.opened",
            school_id=queries.unit_of(person_id),
            object_type="pair",
            object_id=pair_id,
            subject_id=person_id,
            why=OPENED_FOR,
        )
    return found


@transaction.atomic
def merge(
    scope: Scope, *, pair_id: int, seen: str, why: str, taken: Collection[str] = (), numbers: Collection[str] = ()
) -> int:
    """The two are one: who goes on is the house's rule. Returns the merge's id.

    taken: fields the one who stays behind has right.   numbers: schemes likewise.   seen: `Question.seen` of the page.
    Raises NotFound, WhyMissing, DecidedMeanwhile, NotYoursToDecide, SeatedTwice.
    """
    row = _to_decide(scope, pair_id, seen, why)
    ids = [row.low_id, row.high_id]
    kept = goes_on(*queries.standings(ids))
    absorbed = next(i for i in ids if i != kept)
    two = Two(kept=kept, absorbed=absorbed, unit_id=queries.unit_of(kept), on=clock.today())
    merge_id = people.merge(scope, two, why=why, taken=taken, numbers=numbers)
    _decide(scope, row, "one", why, merge_id)
    return merge_id


@transaction.atomic
def keep_apart(scope: Scope, *, pair_id: int, seen: str, why: str) -> None:
    """The two are two, and are not asked about again while both are written as now.

    Raises NotFound, WhyMissing, DecidedMeanwhile, NotYoursToDecide.
    """
    row = _to_decide(scope, pair_id, seen, why)
    _decide(scope, row, "two", why, None)
    for person_id in (row.low_id, row.high_id):
        audit.record(
            scope,
            "duplicates.kept_apart",
            school_id=queries.unit_of(person_id),
            object_type="pair",
            object_id=pair_id,
            subject_id=person_id,
            changes={"decision": ["", "two"]},
            why=why,
        )


@transaction.atomic
def part(scope: Scope, *, pair_id: int, why: str) -> int:
    """Take a merge back: they are two after all. Returns how many fields stay, since others wrote them meanwhile.

    Raises NotFound, WhyMissing, NotYoursToDecide, AlreadyParted, LaterMergeStands.
    """
    row = Pair.objects.visible_to(scope, queries.DECIDE).select_for_update().filter(pk=pair_id).first()
    if row is None or row.merge_id is None:
        raise NotFound
    if not why.strip():
        raise WhyMissing
    if not queries.may_decide(scope, row.persons):
        raise NotYoursToDecide
    stayed = people.part(scope, merge_id=row.merge_id, why=why)
    _decide(scope, row, "two", why, row.merge_id)
    return len(stayed)


def _to_decide(scope: Scope, pair_id: int, seen: str, why: str) -> Pair:
    rows = Pair.objects.visible_to(scope, queries.DECIDE).select_related("low", "high")
    row = rows.select_for_update(of=("self",)).filter(pk=pair_id).first()
    if row is None:
        raise NotFound
    if not why.strip():
        raise WhyMissing
    if row.decision or row.gone_at or queries.seen(row) != seen:
        raise DecidedMeanwhile
    if not queries.may_decide(scope, row.persons):
        raise NotYoursToDecide
    return row


def _decide(scope: Scope, row: Pair, decision: str, why: str, merge_id: int | None) -> None:
    Pair._base_manager.filter(pk=row.pk).update(
        decision=decision,
        decided_at=clock.now(),
        decided_by=scope.actor_id,
        why=vietnamese.tidy(why),
        merge_id=merge_id,
    )

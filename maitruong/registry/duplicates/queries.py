"""Reads of the work-list, always within a scope."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.registry import roles
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Rows, Scope, system_scope
from maitruong.foundation.identity.models import Account
from maitruong.foundation.kernel import clock
from maitruong.foundation.people import queries as people
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.staff import queries as staff
from maitruong.registry.students import queries as students

from .models import Pair
from .rules import Standing, goes_on
from .types import WORDS, PairRow, Question, Side

VIEW, DECIDE = "duplicates.view", "duplicates.decide"
_BEYOND = system_scope("which of two entries of one human goes on depends on all places that know them")


def waiting(scope: Scope, *, after: int | None = None, limit: int = 30) -> list[PairRow]:
    """Pairs nobody decided yet, the likeliest first, page by key. One statement, two for a later page."""
    rows = _open(Pair.objects.visible_to(scope, VIEW))
    if after is not None:
        last = rows.model._base_manager.filter(pk=after).values_list("likely", flat=True).first()
        rows = rows.filter(Q(likely__lt=last) | Q(likely=last, pk__gt=after)) if last is not None else rows.none()
    return [_row(row) for row in _with_people(rows).order_by("-likely", "pk")[:limit]]


def count_waiting(scope: Scope) -> int:
    return _open(Pair.objects.visible_to(scope, VIEW)).count()


def decided(scope: Scope, *, page: int = 0, limit: int = 30) -> list[PairRow]:
    """What was decided, the newest first."""
    rows = Pair.objects.visible_to(scope, VIEW).exclude(decision="")
    first = page * limit
    return [_row(row) for row in _with_people(rows).order_by("-decided_at", "-pk")[first : first + limit]]


def pair(scope: Scope, pair_id: int) -> Question:
    """The two laid side by side; whoever shows it goes through services.open_pair, which writes the audit. Raises NotFound."""
    row = _with_people(Pair.objects.visible_to(scope, VIEW)).filter(pk=pair_id).first()
    if row is None:
        raise NotFound
    ids = [row.low_id, row.high_id]
    accounts = set(Account.objects.filter(person_id__in=ids, is_active=True).values_list("person_id", flat=True))
    one, other = (_side(scope, person_id, person_id in accounts) for person_id in ids)
    return Question(
        row=_row(row),
        one=one,
        other=other,
        goes_on=goes_on(*standings(ids)),
        may_decide=may_decide(scope, ids),
        seen=seen(row),
    )


def may_decide(scope: Scope, person_ids: Collection[int]) -> bool:
    """A school decides about families no other place knows; whoever answers for the province about everybody but herself.

    Where one of the two works or holds a post, its rights go over to whoever signs in as the other: that is not a school's to give.
    """
    if not scope.may(DECIDE) or scope.actor_id in person_ids:
        return False
    if scope.is_system or scope.rows is Rows.PROVINCE:
        return True
    return people.known_only_at(person_ids, scope.school_ids) and not _holds_a_post(person_ids)


def _holds_a_post(person_ids: Collection[int]) -> bool:
    held = access.posts(person_ids=person_ids, on=clock.today())
    of_families = {code for code, role in roles().items() if role.rows is Rows.FAMILY}
    with unit_of_work(_BEYOND):
        return any(post.role not in of_families for post in held) or bool(staff.working(person_ids))


def standings(person_ids: Collection[int]) -> list[Standing]:
    """What holds each of these people where they are, at whatever place."""
    with unit_of_work(_BEYOND):
        seated, employed = enrolment.sitting(person_ids), staff.working(person_ids)
        accounts = set(
            Account.objects.filter(person_id__in=person_ids, is_active=True).values_list("person_id", flat=True)
        )
    return [Standing(i, i in seated, i in employed, i in accounts) for i in person_ids]


def unit_of(person_id: int) -> int:
    """The unit whose audit tells of a person: where he sits, where he works, else the place that knew him last."""
    with unit_of_work(_BEYOND):
        at = enrolment.sitting([person_id]).get(person_id) or staff.working([person_id]).get(person_id)
        return at or people.places(person_id)[-1]


def seen(row: Pair) -> str:
    """What both were written as; another value when one of them was saved since."""
    return f"{row.low.version}.{row.high.version}.{row.basis}"


def _open(rows: QuerySet[Pair]) -> QuerySet[Pair]:
    return rows.filter(decision="", gone_at__isnull=True)


def _with_people(rows: QuerySet[Pair]) -> QuerySet[Pair]:
    return rows.select_related("low", "high")


def _row(row: Pair) -> PairRow:
    return PairRow(
        id=row.pk,
        low=row.low_id,
        high=row.high_id,
        low_name=row.low.full_name,
        high_name=row.high.full_name,
        low_born=row.low.born_on,
        high_born=row.high.born_on,
        low_places=tuple(row.low.places),
        high_places=tuple(row.high.places),
        likely=row.likely,
        alike=tuple(words for column, told in WORDS.items() if (words := told.get(getattr(row, column)))),
        decision=row.decision,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        why=row.why,
        merge_id=row.merge_id,
    )


def _side(scope: Scope, person_id: int, has_account: bool) -> Side:
    person = people.particulars(person_id)
    if person is None:
        raise NotFound
    ties = [(row.full_name, row.relation_label.lower()) for row in students.guardians(person_id)]
    return Side(
        person=person,
        identifiers=tuple(people.identifiers(person_id)),
        seats=tuple(enrolment.seats(scope, student_id=person_id, permission=VIEW)),
        posts=tuple(staff.employments(scope, person_id=person_id)),
        ties=tuple(ties or students.ties_of_guardian(person_id)),
        has_account=has_account,
    )

"""Two people who are one have one account."""

from __future__ import annotations

from maitruong.foundation.people.journal import Journal
from maitruong.foundation.people.ports import Keeper, nothing_against
from maitruong.foundation.people.types import Two

from .models import Account


def take_over(journal: Journal, two: Two) -> None:
    """The account comes along where `kept` has none; otherwise it is shut, and who used it signs in with the other one."""
    held = {row.person_id: row for row in Account.objects.filter(person_id__in=[two.kept, two.absorbed])}
    if two.absorbed not in held:
        return
    if two.kept in held:
        journal.change(Account, held[two.absorbed].pk, is_active=False)
    else:
        journal.change(Account, held[two.absorbed].pk, person=two.kept)


KEEPER = Keeper(refuse=nothing_against, take_over=take_over)

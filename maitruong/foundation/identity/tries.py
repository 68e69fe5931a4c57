"""Tries of a signed-in person that tell something when they fail: counted in the database, as guesses of a password are."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from maitruong.foundation.kernel import clock

from .models import SignInTry
from .services import _key


def take_turn(what: str, person_id: int) -> None:
    """Wait until the same person's other requests about `what` have ended: tries sent at once see those before them.

    Until the end of the transaction; before any savepoint that may be taken back, for the turn would go with it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"tries {what} {person_id}"])


def failed(what: str, person_id: int, *, within: dt.timedelta) -> int:
    """How often this person failed at `what` lately."""
    return SignInTry.objects.filter(key=_key(what, str(person_id)), at__gte=clock.now() - within).count()


def count_failure(what: str, person_id: int, *, times: int = 1) -> None:
    """Write it down. Outside of what the failure takes back, or it would be forgotten with it."""
    key, at = _key(what, str(person_id)), clock.now()
    SignInTry.objects.bulk_create([SignInTry(key=key, at=at) for _ in range(times)])

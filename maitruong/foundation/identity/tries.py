"""Guesses at the door and tries of a signed-in person that tell something when they fail: counted in the database, for all workers."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from maitruong.foundation.access import refused
from maitruong.foundation.kernel import clock

from .errors import TooManyTries
from .models import SignInTry

FREE_TRIES = 5
WINDOW = dt.timedelta(minutes=15)


def count_guess(what: str, whose: str) -> list[int]:
    """Count a guess at something of one account, as those at the door are. Returns its rows, to be removed when it was right.

    Raises TooManyTries.
    """
    return count_try([(keyed(what, whose), FREE_TRIES)], who=whose)


def count_try(keys: list[tuple[str, int]], *, who: str) -> list[int]:
    """Count a try before it is made, so that guesses sent at once through every worker are counted too. Returns its rows.

    keys: a keyed hash and how many are free in the window. A try over the limit is not kept: waiting a quarter of an hour is
    enough. Raises TooManyTries.
    """
    since = clock.now() - WINDOW
    tries = [row.pk for row in SignInTry.objects.bulk_create([SignInTry(key=key) for key, _ in keys])]
    for key, free in keys:
        if SignInTry.objects.filter(key=key, at__gte=since).count() > free:
            SignInTry.objects.filter(pk__in=tries).delete()
            refused.tell("too many tries", who=who)
            raise TooManyTries(minutes=int(WINDOW.total_seconds() // 60))
    return tries


def keyed(kind: str, value: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def tries_left(what: str, whose: str) -> int:
    """How many guesses at something of one account are still free."""
    return max(0, FREE_TRIES - _lately(what, whose).count())


def free_again_at(what: str, whose: str) -> dt.datetime:
    """When the next guess is free: as soon as the oldest of those that count is past its time."""
    oldest = _lately(what, whose).order_by("at").values_list("at", flat=True).first()
    return (oldest or clock.now() - WINDOW) + WINDOW


def _lately(what: str, whose: str) -> QuerySet[SignInTry]:
    return SignInTry.objects.filter(key=keyed(what, whose), at__gte=clock.now() - WINDOW)


def take_turn(what: str, person_id: int) -> None:
    """Wait until the same person's other requests about `what` have ended: tries sent at once see those before them.

    Until the end of the transaction; before any savepoint that may be taken back, for the turn would go with it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"tries {what} {person_id}"])


def failed(what: str, person_id: int, *, within: dt.timedelta) -> int:
    """How often this person failed at `what` lately."""
    return SignInTry.objects.filter(key=keyed(what, str(person_id)), at__gte=clock.now() - within).count()


def count_failure(what: str, person_id: int, *, times: int = 1) -> None:
    """Write it down. Outside of what the failure takes back, or it would be forgotten with it."""
    key, at = keyed(what, str(person_id)), clock.now()
    SignInTry.objects.bulk_create([SignInTry(key=key, at=at) for _ in range(times)])

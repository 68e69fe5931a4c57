"""What a person does with her own account: a new password, a new second factor, and an end to where she is signed in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from maitruong.foundation.access import refused
from maitruong.foundation.access.doors import FAMILY_ONLY
from maitruong.foundation.kernel import clock

from . import services
from .errors import FactorNeeded, NoSuchLink, NoSuchSession, SamePassword, WrongCode, WrongPassword
from .middleware import IDLE_SECONDS, LONGEST_SECONDS, TOUCH_SECONDS
from .models import Account, Session, SignInTry
from .openid import linking
from .sessions import handle
from .tries import count_guess


@dataclass(frozen=True)
class OpenSession:
    """A browser in which the person is signed in. handle: what the page names it by; here: the one that asks."""

    handle: str
    device: str
    began_at: dt.datetime | None
    seen_at: dt.datetime | None
    here: bool


def open_sessions(request: HttpRequest) -> list[OpenSession]:
    """Where the person is signed in now: this browser first, then by last use."""
    key = request.session.session_key
    found = [
        OpenSession(handle(row.session_key), row.device, row.began_at, row.seen_at, row.session_key == key)
        for row in _alive(_account_of(request)).order_by("-seen_at", "session_key")
    ]
    return sorted(found, key=lambda session: not session.here)


def _alive(account: Account) -> QuerySet[Session]:
    now = clock.now()
    return Session.objects.filter(
        account=account,
        expire_date__gt=now,
        seen_at__gt=now - dt.timedelta(seconds=IDLE_SECONDS + TOUCH_SECONDS),
        began_at__gt=now - dt.timedelta(seconds=LONGEST_SECONDS),
    )


def end_sessions(request: HttpRequest, *, password: str, only: str = "") -> int:
    """End one session by its handle, or all but this one. Returns how many were ended.

    Raises WrongPassword, TooManyTries, NoSuchSession. An account without a password (a demo's) is not asked for one.
    """
    account = _account_of(request)
    if account.has_usable_password() or not services.is_demo():
        account = _prove(request, password)
    others = [row.session_key for row in Session.objects.filter(account=account)]
    others = [key for key in others if key != request.session.session_key and only in ("", handle(key))]
    if only and not others:
        raise NoSuchSession
    with transaction.atomic():
        Session.objects.filter(account=account, session_key__in=others).delete()
        services.tell(account, "identity.sessions_ended", {"sessions": [len(others), 0]})
    return len(others)


def change_password(request: HttpRequest, *, password: str, new: str) -> None:
    """A new password in place of the present one; every other session and every link handed out before ends with the old.

    Raises WrongPassword, TooManyTries, SamePassword, ValidationError.
    """
    account = _prove(request, password)
    present = account.password
    if new == password:
        raise SamePassword
    validate_password(new, account)
    account.set_password(new)
    with transaction.atomic():
        # Two at once, each with the present password: the second one's is the present one no more.
        rows = Account.objects.filter(pk=account.pk, password=present)
        if not rows.update(password=account.password, password_changed_at=clock.now()):
            raise WrongPassword
        services.end_what_opened(account, but=request.session.session_key or "")
        update_session_auth_hash(request, account)
        services.tell(account, "identity.password_changed", {})


def begin_pairing(request: HttpRequest, *, password: str, code: str) -> str:
    """The token of a page that pairs an application of codes: another telephone, for who still has the first; the first one, for
    whoever has none, also for a family that wants it. Raises WrongPassword, WrongCode, TooManyTries.
    """
    account = _prove(request, password)
    if account.totp_secret:
        services.check_code(account, code)
        services.tell(account, "identity.second_factor_renewal_begun", {})
    else:
        services.tell(account, "identity.second_factor_begun", {})
    return services.begin_pairing(request, account)


def remove_second_factor(request: HttpRequest, *, password: str, code: str) -> None:
    """Go without codes again, for who may: a family, a pupil. Every other session and link handed out before ends.

    This session counts from now on as begun by password alone. Raises WrongPassword, WrongCode, TooManyTries, FactorNeeded.
    """
    account = _prove(request, password)
    if services.needs_second_step(account):
        raise FactorNeeded
    services.check_code(account, code)
    with transaction.atomic():
        # Of two at once, or beside a new pairing, one counts: what is taken away is what the code was of.
        if not Account.objects.filter(pk=account.pk, totp_secret=account.totp_secret).update(totp_secret=""):
            raise WrongCode
        services.end_what_opened(account, but=request.session.session_key or "")
        request.session[FAMILY_ONLY] = not services.is_demo()
        services.tell(account, "identity.second_factor_removed", {})


def unlink(request: HttpRequest, *, password: str, link_id: int) -> None:
    """Let another house open this account no more. Raises WrongPassword, TooManyTries, NoSuchLink.

    Who has no password came through such a house, and is not asked for one.
    """
    account = _account_of(request)
    if account.has_usable_password():
        account = _prove(request, password)
    if not linking.unlink(account, link_id):
        raise NoSuchLink


def _prove(request: HttpRequest, password: str) -> Account:
    """The account, locked, when its password is given once more: a page left open must not be enough to take an account over.

    Guesses sent at once take turns, and each sees those before it.
    """
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=_account_of(request).pk)
        tries = count_guess("own", str(account.pk))
        right = account.check_password(password)
        if right:
            SignInTry.objects.filter(pk__in=tries).delete()
    if not right:  # said outside, so that the guess stays counted
        refused.tell("own account: wrong password", who=account.login)
        raise WrongPassword
    return account


def _account_of(request: HttpRequest) -> Account:
    account = request.user
    assert isinstance(account, Account)
    return account

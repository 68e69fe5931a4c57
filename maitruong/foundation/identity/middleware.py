"""Who is asking: the account that came with the session, with the idle lock of its kind."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from .sessions import BEGAN, SEEN

IDLE_SECONDS = 15 * 60
TOUCH_SECONDS = 60
LONGEST_SECONDS = 12 * 3600
"""However busy: a session that was taken over ends with the working day."""


class AccountMiddleware:
    """Sets request.user lazily; a session idle for longer than the lock, or begun half a day ago, is ended, its answer never cached."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(lambda: _user(request))  # type: ignore[assignment]
        return self.get_response(request)


def _user(request: HttpRequest) -> object:
    account = getattr(request.session, "account", None) if SESSION_KEY in request.session else None
    if account is None:
        return AnonymousUser()
    # Made from the password: who sets a new one ends every session begun with the old.
    if not constant_time_compare(request.session.get(HASH_SESSION_KEY, ""), account.get_session_auth_hash()):
        request.session.flush()
        return AnonymousUser()
    now = int(time.time())
    seen = request.session.setdefault(SEEN, now)
    idle = request.session.get("idle", IDLE_SECONDS)
    began = request.session.setdefault(BEGAN, now)
    if now - seen > idle or now - began > LONGEST_SECONDS:
        request.session.flush()
        return AnonymousUser()
    # A page left open asks by itself; only what a person does keeps the session awake.
    if now - seen > TOUCH_SECONDS and not request.headers.get("X-Poll"):
        request.session[SEEN] = now
    return account

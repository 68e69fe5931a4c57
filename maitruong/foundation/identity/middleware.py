"""Who is asking: Django's account of the session, with the idle lock of its kind."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

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
    if "_auth_user_id" not in request.session:
        return AnonymousUser()
    now = int(time.time())
    seen = request.session.setdefault("seen", now)
    idle = request.session.get("idle", IDLE_SECONDS)
    began = request.session.setdefault("began", now)
    if now - seen > idle or now - began > LONGEST_SECONDS:
        request.session.flush()
        return AnonymousUser()
    # A page left open asks by itself; only what a person does keeps the session awake.
    if now - seen > TOUCH_SECONDS and not request.headers.get("X-Poll"):
        request.session["seen"] = now
    return get_user(request)

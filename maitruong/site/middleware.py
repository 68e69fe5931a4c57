"""What every answer carries: a request id, the strict content policy, and no copy in any cache unless it is public."""

from __future__ import annotations

import contextvars
import logging
import re
import time
import uuid
from collections.abc import Callable
from urllib.parse import unquote_plus

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from maitruong.foundation.access.checks import methods_of
from maitruong.foundation.access.doors import SIGNED_IN
from maitruong.foundation.kernel import personal_id
from maitruong.foundation.kernel.characters import is_writable, writable
from maitruong.site import errors, metrics

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
logger = logging.getLogger("maitruong.requests")

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
_GIVEN_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")


class RequestIdMiddleware:
    """One id per request, in the log, the audit and the answer. The log names the route, never the path's values."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request.id = given if _GIVEN_ID.match(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        token = request_id.set(request.id)  # type: ignore[attr-defined]
        started = time.perf_counter()
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        seconds = time.perf_counter() - started
        route = request.resolver_match.route if request.resolver_match else "unrouted"
        metrics.observe(request.method or "", route, response.status_code, seconds)
        if response.status_code >= 500 or seconds > 1:
            logger.warning(
                "request",
                extra={
                    "route": route,
                    "method": request.method,
                    "status": response.status_code,
                    "ms": round(seconds * 1000),
                },
            )
        return response


class HttpsOnlyMiddleware:
    """An installation with an https address is reached over https and in no other way, so every request counts as come by it.

    What the proxy says, or was not set up to say (MT_TRUSTED_PROXY), does not decide whether the referrer of a form is looked at
    and whether browsers are told to come by https next time.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECURE_PROXY_SSL_HEADER:
            name, value = settings.SECURE_PROXY_SSL_HEADER
            request.META[name] = value
        return self.get_response(request)


# Twelve digits on their own. Identifiers of letters and digits (a digest, the last part of a UUID) may hold such a run too.
_PERSONAL_NUMBER = re.compile(r"(?<![0-9A-Za-z_-])\d{12}(?![0-9A-Za-z_-])")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ .](?=\d)")


class NoPersonalNumberMiddleware:
    """An address with what looks like a citizen's number is refused before any page sees it.

    Typed into a search field it would stay in the history, in the addresses of further pages and in the referrer they send.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = f"{request.path}\n{unquote_plus(request.META.get('QUERY_STRING', ''))}"
        if _PERSONAL_NUMBER.search(asked) or _PERSONAL_NUMBER.search(_BETWEEN_DIGITS.sub("", asked)):
            response = errors.number_in_address()
            response["Referrer-Policy"] = "no-referrer"
            return response
        return self.get_response(request)


class TextMiddleware:
    """No text of a database can hold a NUL: a request that carries one in its path, query or form is answered here, with 400.

    Other characters no XML can hold come along unseen when people paste; they are left out of a form before a page reads it.
    Personal numbers typed into a reason are masked there too: reasons are kept at many places besides the audit.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        # After the check of the form's token, so that nothing is read here that was not read already.
        asked = "\0" in request.path or "%00" in request.META.get("QUERY_STRING", "")
        if asked or any("\0" in value for values in request.POST.lists() for value in (values[0], *values[1])):
            raise BadRequest("NUL")
        tidied = {name: [_as_kept(name, value) for value in values] for name, values in request.POST.lists()}
        if any(tidied[name] != values for name, values in request.POST.lists()):
            form = request.POST.copy()
            for name, values in tidied.items():
                form.setlist(name, values)
            request.POST = form  # type: ignore[assignment]


REASONS = {"why", "li_do", "reason"}
"""What a form calls the reason of an act; the kit's fields of these names say beside them what is kept (ui/kit/fields.html)."""


def _as_kept(name: str, value: str) -> str:
    if not is_writable(value):
        value = writable(value)
    return personal_id.veiled(value) if name in REASONS else value


class AddressOfAnActMiddleware:
    """A person who reloads a page that answered an act, or opens its address, gets words and the way back, not an empty 405.

    The page follows from the route and from what the person may do, never from a row: it is the same, byte for byte, for what is
    hers, what is not, and what is not there. Programs get the answer as it was.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or request.headers.get("HX-Request"):
            return response
        if "text/html" not in request.headers.get("Accept", ""):
            return response
        up = _page_above(request)
        page = errors.not_a_page(("Về trang của việc này", up) if up else ("Về Hôm nay", "/"))
        page["Allow"] = response["Allow"]
        return page


def _page_above(request: HttpRequest) -> str:
    """The nearest page above an act's address that this person may open at all: "../", "../../" …; "" when there is none.

    Relative, so that no id stands in the answer.
    """
    parts = request.path.strip("/").split("/")
    scope = getattr(request, "scope", None)
    for steps in range(1, len(parts)):
        try:
            view = resolve("/" + "/".join(parts[:-steps]) + "/").func
        except Resolver404:
            continue
        guard: str = getattr(view, "guard", "")
        may = scope is not None and scope.may(guard)
        if "GET" in methods_of(view) and (may or guard == SIGNED_IN or guard.startswith("public")):
            return "../" * steps
    return ""


class SecurityHeadersMiddleware:
    """Strict policy from the first page; signed-in pages are never kept, so Back after sign-out shows nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
        return response

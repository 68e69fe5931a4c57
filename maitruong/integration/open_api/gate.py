"""The gate every question of a machine comes through: token, scope, rate, unit of work, log. One decorator for all routes."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final

import orjson
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock

from . import reach, tokens
from .errors import MachineError
from .models import Call, Client

A_MINUTE: Final = 1200
"""Calls of one client in a minute: a full reading of a province takes some hundred."""
logger = logging.getLogger(__name__)


@dataclass
class Answer:
    """What a view gives back: a payload, headers of the page, how many rows went out."""

    payload: Any
    rows: int = 0
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asking:
    """Who asks: the client, its scope, and what its token opens."""

    request: HttpRequest
    client: Client
    scope: Scope


View = Callable[..., Answer]


def machine(*scopes: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """A route for a machine whose token holds one of these scopes. The view runs in the unit of work of its client."""

    def wrap(view: View) -> Callable[..., HttpResponse]:
        request_method_list = ("GET", "HEAD")  # under this name `access.checks.methods_of` finds it

        @wraps(view, assigned=("__module__", "__name__", "__qualname__", "__doc__"))
        def guarded(request: HttpRequest, **parameters: Any) -> HttpResponse:
            started = time.perf_counter()
            client: Client | None = None
            rows = 0
            try:
                if request.method not in request_method_list:
                    raise MachineError(405, "unsupported", "Rosters are read only.", {"Allow": "GET, HEAD"})
                client, held = _bearer(request)
                _refuse_flood(client)
                if not held & frozenset(scopes):
                    told = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{" ".join(scopes)}"'}
                    raise MachineError(403, "forbidden", "The token does not hold the scope of this endpoint.", told)
                scope = reach.scope_of(client, request_id=getattr(request, "id", ""))
                with unit_of_work(scope):
                    made = view(Asking(request, client, scope), **parameters)
                rows = made.rows
                response = HttpResponse(
                    orjson.dumps(made.payload), content_type="application/json", headers=made.headers
                )
            except MachineError as problem:
                response = refused(problem)
            except NotFound:
                response = refused(MachineError(404, "unknownobject", "There is no such object among yours."))
            except Exception:
                logger.exception("a machine's question broke")
                response = refused(MachineError(500, "internal_server_error", "The question could not be answered."))
            _log(request, client, response.status_code, rows, started)
            return response

        del guarded.__wrapped__  # its arguments are not those of the view within
        guarded.csrf_exempt = True  # type: ignore[attr-defined]  # a machine has no cookie to be led by
        guarded.guard = f"public: a machine with its own token ({', '.join(s.rpartition('/')[2] for s in scopes)})"  # type: ignore[attr-defined]
        guarded.machine = True  # type: ignore[attr-defined]
        return guarded

    return wrap


def refused(problem: MachineError) -> HttpResponse:
    """The status payload of the standard."""
    told = {
        "imsx_codeMajor": "unsupported" if problem.status == 405 else "failure",
        "imsx_severity": "error",
        "imsx_description": problem.text,
        "imsx_CodeMinor": {
            "imsx_codeMinorField": [
                {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": problem.code}
            ]
        },
    }
    return HttpResponse(
        orjson.dumps(told), status=problem.status, content_type="application/json", headers=problem.headers
    )


def _bearer(request: HttpRequest) -> tuple[Client, frozenset[str]]:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    challenge = {"WWW-Authenticate": 'Bearer realm="maitruong"'}
    if kind.lower() != "bearer" or not given.strip():
        raise MachineError(401, "unauthorisedrequest", "A bearer token is needed.", challenge)
    token = tokens.read(given.strip())
    if token is None:
        challenge["WWW-Authenticate"] += ', error="invalid_token"'
        raise MachineError(401, "unauthorisedrequest", "The token does not hold (any more).", challenge)
    return token.client, token.scopes


def _refuse_flood(client: Client) -> None:
    since = clock.now() - dt.timedelta(minutes=1)
    if Call.objects.filter(client=client, at__gt=since)[:A_MINUTE].count() >= A_MINUTE:
        raise MachineError(429, "server_busy", "Too many calls in a minute.", {"Retry-After": "60"})


def _log(request: HttpRequest, client: Client | None, status: int, rows: int, started: float) -> None:
    """One line a question, refused ones too. The pattern of the route, never what stood in it."""
    if client is None:
        return
    with transaction.atomic():
        Call.objects.create(
            client=client,
            purpose=client.purpose,
            route=request.resolver_match.route if request.resolver_match else "",
            status=status,
            rows=rows,
            milliseconds=round((time.perf_counter() - started) * 1000),
            request_id=getattr(request, "id", ""),
        )

"""Home of each workspace, and the pages machines ask."""

from __future__ import annotations

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from maitruong.foundation.access.doors import SIGNED_IN, needs, public
from maitruong.foundation.access.registry import role
from maitruong.foundation.access.types import SignedInRequest
from maitruong.foundation.identity.services import is_demo
from maitruong.foundation.ui import views as ui
from maitruong.site import metrics, today
from maitruong.site.family.ties import waiting_for

_STRAIGHT_TO = {"family": "family:children", "centre": "dashboard:centre"}


@needs(SIGNED_IN)
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """The day of this workspace. A family and an officer have one page that is their day already: they go straight there."""
    scope = request.scope
    if scope is None or scope.workspace is None:
        return render(
            request,
            "site/no_role.html",
            {"page_title": "Chưa có vai trò", "ties": waiting_for(request.user.person_id)[1]},  # type: ignore[union-attr]
        )
    straight = _STRAIGHT_TO.get(role(scope.workspace.role).home)
    if straight:
        return redirect(straight)
    return render(request, "site/home.html", {"page_title": "Hôm nay", "scope": scope, "today": today.day_of(scope)})


@public("a load balancer asks whether the process lives")
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"alive": True})


@public("a load balancer asks whether work can be done")
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM identity_session LIMIT 1")
    except Exception:
        return JsonResponse({"ready": False}, status=503)
    return JsonResponse({"ready": True})


@public("figures without ids or people; nginx keeps it inside")
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(metrics.render(), content_type="text/plain; version=0.0.4")


@public("the gallery of the kit, in a demo database only")
@require_safe
def kit(request: HttpRequest) -> HttpResponse:
    _only_in_demo()
    return ui.kit(request)


@public("the gallery of the kit, in a demo database only")
@require_safe
def kit_door(request: HttpRequest) -> HttpResponse:
    _only_in_demo()
    return ui.kit_door(request)


@public("the worker that keeps the shell of the pages, with no name in it")
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    return ui.service_worker(request)


def _only_in_demo() -> None:
    if not is_demo():
        raise Http404

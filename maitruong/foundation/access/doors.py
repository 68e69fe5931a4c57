"""`@needs` opens a view with the scope of who asks; `@public` names the few pages open to anyone, and why."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from maitruong.foundation.kernel import clock

from . import queries, refused, registry
from .errors import NotFound
from .services import unit_of_work
from .types import Rows, Scope, Workspace

View = Callable[..., HttpResponse]
SIGNED_IN = "access.signed_in"
WORKSPACE_KEY = "workspace"
FAMILY_ONLY = "family_only"
"""In a session that was begun with a password alone: it reaches what a family may see, whatever else the person may by now."""


def rights_of(request: HttpRequest) -> tuple[list[Workspace], Scope | None]:
    """All workspaces of who asks, and the scope of the chosen one; read once per request.

    Who was found by her session brings her rights along, read with her account; who just signed in is asked for.

    An unknown person, or one with no right today, has neither.
    """
    known = getattr(request, "_rights", None)
    if known is None:
        known = request._rights = _read_rights(request)  # type: ignore[attr-defined]
    return known


def _read_rights(request: HttpRequest) -> tuple[list[Workspace], Scope | None]:
    if not request.user.is_authenticated:
        return [], None
    person_id: int = request.user.person_id  # type: ignore[union-attr]
    held = getattr(request.user, "held", None)
    if held is None:
        held = queries.rights(person_id, on=clock.today())
    if request.session.get(FAMILY_ONLY):
        of_family = [right for right in held if registry.role(right[0].role).rows is Rows.FAMILY]
        request._held_back = len(of_family) < len(held)  # type: ignore[attr-defined]
        held = of_family
    places = queries.workspaces(held)
    if not places:
        return [], None
    chosen = next((w for w in places if w.key == request.session.get(WORKSPACE_KEY)), places[0])
    name = request.session.get("name", "")
    return places, queries.scope_for(person_id, held, chosen, actor_name=name, request_id=getattr(request, "id", ""))


def are_rights_held_back(request: HttpRequest) -> bool:
    """Whether the person may do more than this session, begun with a password alone, lets her."""
    rights_of(request)
    held_back: bool = getattr(request, "_held_back", False)
    return held_back


def needs(permission: str) -> Callable[[View], View]:
    """Ask for a permission of the present workspace and run the view inside its unit of work.

    Nobody signed in: to the door. Signed in without the permission: the same 404 as for a page that does not exist.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            scope = request.scope = rights_of(request)[1]  # type: ignore[attr-defined]
            if permission == SIGNED_IN and scope is None:
                return view(request, *args, **kwargs)
            if scope is None or not (permission == SIGNED_IN or scope.may(permission)):
                refused.tell("right not held", who=request.user.pk, permission=permission)
                raise Http404
            try:
                with unit_of_work(scope):
                    return view(request, *args, **kwargs)
            except NotFound:
                refused.tell("not there or not theirs", who=request.user.pk, permission=permission)
                raise Http404 from None

        guarded.guard = permission  # type: ignore[attr-defined]
        return guarded

    return wrap


def public(why: str) -> Callable[[View], View]:
    """A page anyone may open. The reason is printed by `./dev routes`."""

    def wrap(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return view(request, *args, **kwargs)

        opened.guard = f"public: {why}"  # type: ignore[attr-defined]
        return opened

    return wrap


def to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request") or request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse(status=401, headers={"HX-Redirect": reverse("identity:sign_in")})
    target = {"tiep": request.get_full_path()} if request.method == "GET" else {}
    return HttpResponseRedirect(
        f"{reverse('identity:sign_in')}?{urlencode(target)}" if target else reverse("identity:sign_in")
    )

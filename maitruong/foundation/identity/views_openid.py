"""The door through another house: there and back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from maitruong.foundation.access import refused
from maitruong.foundation.access.doors import public
from maitruong.foundation.kernel.errors import Refusal

from . import services
from .openid import flow, linking
from .views import door, next_page


@public("the door itself, through another house")
@require_safe
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """Sends the browser there. Only from a page of ours: another site must not begin a sign-in in somebody's name."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return redirect("identity:sign_in")
    if request.user.is_authenticated:
        return redirect("home")
    try:
        return redirect(flow.begin(request, flow.provider_of(key), wanted=next_page(request)))
    except Refusal as problem:
        return _refuse(request, key, problem)


@public("where another house sends people back to")
@require_safe
def back(request: HttpRequest, key: str) -> HttpResponse:
    answer = {name: request.GET.get(name, "") for name in ("state", "code", "error", "iss") if name in request.GET}
    try:
        provider = flow.provider_of(key)
        identity, wanted = flow.finish(request, provider, answer)
        account, step = linking.sign_in(request, provider, identity)
    except Refusal as problem:
        return _refuse(request, key, problem)
    if step == "pair":
        return redirect("identity:first_password", services.begin_pairing(request, account))
    if step == "code":
        request.session["tiep"] = wanted
        return redirect("identity:second_step")
    return redirect(wanted or "home")


def _refuse(request: HttpRequest, key: str, problem: Refusal) -> HttpResponse:
    refused.tell(f"openid: {problem.code}", who=key, reason=str(problem.facts.get("reason", "")))
    return door(request, problem, status=422)

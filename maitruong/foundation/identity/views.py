"""The door: sign in, second step, demo people, workspace, sign out."""

from __future__ import annotations

from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from maitruong.foundation.access.doors import SIGNED_IN, WORKSPACE_KEY, needs, public, rights_of
from maitruong.foundation.access.types import SignedInRequest
from maitruong.foundation.kernel import vietnamese
from maitruong.foundation.kernel.errors import Refusal

from . import services
from .models import Account
from .openid import flow


@public("the door itself")
@require_http_methods(["GET", "HEAD", "POST"])  # HEAD: what watches whether the house stands knocks here
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect("home")
        return door(request)
    try:
        account = services.sign_in(
            request, login_name=request.POST.get("login", ""), password=request.POST.get("password", "")
        )
    except Refusal as problem:
        return door(request, problem, status=422)
    if services.owes_second_factor(account):
        # The page that sets a first password pairs the second factor too.
        return redirect("identity:first_password", services.begin_pairing(request, account))
    if request.session.get("half"):
        request.session["tiep"] = next_page(request)
        return redirect("identity:second_step")
    return redirect(next_page(request) or "home")


@public("the second half of the door")
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    if services.half_way(request) is None:
        request.session.pop("half", None)
        return redirect("identity:sign_in")
    problem = None
    if request.method == "POST":
        target = request.session.get("tiep") or "home"
        try:
            services.second_step(request, code=request.POST.get("code", ""))
            return redirect(target)
        except Refusal as refusal:
            problem = refusal
    return render(request, "identity/second_step.html", {"problem": problem}, status=422 if problem else 200)


@public("one-click people of a demo database; refused in a real one")
@require_POST
def demo(request: HttpRequest) -> HttpResponse:
    try:
        services.sign_in_as_demo(request, account_id=int(request.POST.get("account") or 0))
    except (Refusal, ValueError) as problem:
        return door(request, problem if isinstance(problem, Refusal) else None, status=422)
    return redirect(next_page(request) or "home")


@public("ends a session, whoever asks")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    response = redirect("identity:sign_in")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@needs(SIGNED_IN)
@require_POST
def choose_workspace(request: SignedInRequest, key: str) -> HttpResponse:
    """Stand in another of one's own workspaces. An unknown one changes nothing."""
    if any(place.key == key for place in rights_of(request)[0]):
        request.session[WORKSPACE_KEY] = key
    return redirect("home")


@public("opened by a one-time link, before any password exists")
@require_http_methods(["GET", "POST"])
def first_password(request: HttpRequest, token: str) -> HttpResponse:
    secret, browser = services.new_secret(request, token), services.browser_of(request)
    given = request.POST
    problem: Refusal | None = None
    sentences: list[str] = []
    if request.method == "POST":
        try:
            services.use_link(
                token,
                password=given.get("password", ""),
                totp_secret=secret,
                code=given.get("code", ""),
                browser=browser,
            )
            request.session.flush()
            return redirect("identity:sign_in")
        except Refusal as refusal:
            problem = refusal
        except ValidationError as invalid:
            sentences = list(invalid.messages)
    account = services.link_account(token, browser=browser)
    context = {
        "secret": secret,
        "problem": problem,
        "sentences": sentences,
        "login": account.login if account else "",
        "paired": account is not None and bool(account.totp_secret),
        "own": account is not None and services.is_own_link(token),
        "second_step": account is None or services.needs_second_step(account),
    }
    return render(request, "identity/first_password.html", context, status=422 if problem or sentences else 200)


def door(request: HttpRequest, problem: Refusal | None = None, status: int = 200) -> HttpResponse:
    """The page of the door, with what was refused."""
    here = services.installation()
    people = (
        Account.objects.filter(demo_order__isnull=False, is_active=True).order_by("demo_order")
        if services.demo_door_is_open(request)
        else []
    )
    context = {
        "page_title": "Đăng nhập",
        "problem": problem,
        "login": request.POST.get("login", ""),
        "tiep": next_page(request),
        "demo_people": [_demo_person(a) for a in people],
        "installation": here,
        "houses": flow.open_providers(),
    }
    return render(request, "identity/sign_in.html", context, status=status)


def _demo_person(account: Account) -> dict[str, object]:
    name, _, what = account.demo_label.partition("|")
    return {"id": account.pk, "name": name, "what": what, "initials": vietnamese.initials(name)}


def next_page(request: HttpRequest) -> str:
    """Where to go after the door; only inside this house."""
    wanted = request.POST.get("tiep") or request.GET.get("tiep") or ""
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/") else ""

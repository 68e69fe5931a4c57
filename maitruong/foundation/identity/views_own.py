"""«Tài khoản của tôi»: whoever is signed in, about her own account and nobody else's."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from maitruong.foundation.access.doors import SIGNED_IN, needs
from maitruong.foundation.access.types import SignedInRequest
from maitruong.foundation.kernel import formats
from maitruong.foundation.kernel.errors import Refusal

from . import own, services
from .models import Account
from .openid import linking

_DONE = {
    "mat-khau": "Đã đổi mật khẩu. Mọi thiết bị khác đã bị đăng xuất.",
    "bo-ma": "Đã bỏ mã xác thực. Từ nay đăng nhập chỉ bằng mật khẩu; mọi thiết bị khác đã bị đăng xuất.",
    "cong": "Đã gỡ. Từ nay cổng ấy không mở được tài khoản này, trừ khi bạn đăng nhập qua đó lại từ đầu.",
    "thiet-bi": "Đã đăng xuất trên thiết bị ấy.",
    "moi-thiet-bi": "Đã đăng xuất trên mọi thiết bị khác.",
}


@needs(SIGNED_IN)
@require_safe
def account(request: SignedInRequest) -> HttpResponse:
    return _page(request)


@needs(SIGNED_IN)
@require_POST
def change_password(request: SignedInRequest) -> HttpResponse:
    given = request.POST
    try:
        own.change_password(request, password=given.get("password", ""), new=given.get("new", ""))
    except Refusal as refusal:
        return _page(request, "password", [f"{refusal.text} {refusal.advice}"])
    except ValidationError as invalid:
        return _page(request, "password", list(invalid.messages))
    return _done("mat-khau")


@needs(SIGNED_IN)
@require_POST
def end_sessions(request: SignedInRequest) -> HttpResponse:
    only = request.POST.get("session", "")
    try:
        own.end_sessions(request, password=request.POST.get("password", ""), only=only)
    except Refusal as refusal:
        return _page(request, "sessions", [f"{refusal.text} {refusal.advice}"])
    return _done("thiet-bi" if only else "moi-thiet-bi")


@needs(SIGNED_IN)
@require_POST
def pair_second_factor(request: SignedInRequest) -> HttpResponse:
    given = request.POST
    try:
        token = own.begin_pairing(request, password=given.get("password", ""), code=given.get("code", ""))
    except Refusal as refusal:
        return _page(request, "factor", [f"{refusal.text} {refusal.advice}"])
    return redirect("identity:first_password", token)


@needs(SIGNED_IN)
@require_POST
def remove_second_factor(request: SignedInRequest) -> HttpResponse:
    given = request.POST
    try:
        own.remove_second_factor(request, password=given.get("password", ""), code=given.get("code", ""))
    except Refusal as refusal:
        return _page(request, "removal", [f"{refusal.text} {refusal.advice}"])
    return _done("bo-ma")


@needs(SIGNED_IN)
@require_POST
def unlink(request: SignedInRequest) -> HttpResponse:
    given = request.POST
    try:
        own.unlink(request, password=given.get("password", ""), link_id=formats.whole_number(given.get("link")) or 0)
    except Refusal as refusal:
        return _page(request, "houses", [f"{refusal.text} {refusal.advice}"])
    return _done("cong")


def _done(what: str) -> HttpResponse:
    return redirect(f"{reverse('identity:account')}?xong={what}")


def _page(request: SignedInRequest, refused: str = "", sentences: list[str] | None = None) -> HttpResponse:
    """refused: which of the page's forms, with the sentences that say why."""
    account = request.user
    assert isinstance(account, Account)
    context: dict[str, Any] = {
        "page_title": "Tài khoản của tôi",
        "login": account.login,
        "name": request.session.get("name", ""),
        "has_password": account.has_usable_password(),
        "changed_at": account.password_changed_at,
        "has_factor": bool(account.totp_secret),
        "may_remove_factor": bool(account.totp_secret) and not services.needs_second_step(account),
        "is_demo": services.is_demo(),
        "sessions": own.open_sessions(request),
        "houses": linking.links_of(account),
        "done": _DONE.get(request.GET.get("xong", ""), ""),
        "refused": {refused: sentences or []},
    }
    return render(request, "identity/account.html", context, status=422 if refused else 200)

"""What the shell of every page shows: who, where, which menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.backends.utils import csrf_input
from django.utils.functional import SimpleLazyObject

from maitruong.foundation.access.doors import are_rights_held_back, rights_of
from maitruong.foundation.access.registry import role
from maitruong.foundation.access.types import Scope
from maitruong.foundation.identity.services import is_demo
from maitruong.foundation.kernel import vietnamese
from maitruong.foundation.ui.jinja import url
from maitruong.site.menu import MENU, OWN, Item

_DEMO_BANNER = "BẢN THỬ: mọi người và số liệu ở đây đều là giả lập."
_POST_WAITS = "Anh/chị vừa được giao việc ở một nơi mới. Đăng xuất rồi đăng nhập lại và ghép mã xác thực để vào."


def shell(request: HttpRequest) -> dict[str, Any]:
    """`me`, `menu` and `banner` of the shell. Costs nothing for pages outside it: everything is read when first asked for."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"me": None, "menu": [], "banner": None, "find": None}
    places, scope = rights_of(request)
    name = request.session.get("name", "")
    me = {
        "name": name,
        "initials": vietnamese.initials(name),
        "workspaces": [
            {
                "label": w.label,
                "role": w.label,
                "place": w.place,
                "url": url("identity:choose_workspace", w.key),
                "post": True,
                "current": scope is not None and scope.workspace == w,
            }
            for w in places
        ],
        "sign_out_url": url("identity:sign_out"),
        "account_url": url("identity:account"),
        "own_pages": SimpleLazyObject(lambda: own_pages(scope)),
    }
    return {
        "me": me,
        "menu": menu_for(scope, request.path),
        "banner": _banner(request),
        "find": find_for(scope),
        # The framework would make a new token for each form of a page; one a page is as good.
        "csrf_token": SimpleLazyObject(lambda: get_token(request)),
        "csrf_input": SimpleLazyObject(lambda: csrf_input(request)),
    }


def _banner(request: HttpRequest) -> dict[str, Any] | None:
    if _demo(request):
        return {"text": _DEMO_BANNER}
    if are_rights_held_back(request):
        leave = {"label": "Đăng xuất", "url": url("identity:sign_out"), "post": True}
        return {"text": _POST_WAITS, "kind": "warn", "action": leave}
    return None


def _demo(request: HttpRequest) -> bool:
    """A database never changes kind, so the answer is kept with the session."""
    if "demo" not in request.session:
        request.session["demo"] = is_demo()
    return bool(request.session["demo"])


def find_for(scope: Scope | None) -> dict[str, str] | None:
    """The one search of the top bar: pupils for whoever may see their files, else schools."""
    if scope is not None and scope.may("students.view"):
        return {"url": url("enrolment:pupils"), "label": "Tìm học sinh"}
    if scope is not None and scope.may("schools.view"):
        return {"url": url("enrolment:schools"), "label": "Tìm trường"}
    return None


def menu_for(scope: Scope | None, path: str) -> list[dict[str, Any]]:
    """The groups of the menu this scope has any permission for; the item of the present page is marked."""
    if scope is None or scope.workspace is None:
        return []
    here = {scope.workspace.role, role(scope.workspace.role).home}
    groups: list[dict[str, Any]] = []
    for title, items in MENU:
        shown = [_shown(item) for item in items if _is_offered(item, scope, here)]
        if shown:
            groups.append({"label": title, "items": shown})
    _mark_current([item for group in groups for item in group["items"]], path)
    return groups


def _is_offered(item: Item, scope: Scope, here: set[str]) -> bool:
    return (not item.permission or scope.may(item.permission)) and (not item.homes or bool(here & set(item.homes)))


def _shown(item: Item) -> dict[str, Any]:
    address = url(item.route)
    return {
        "label": item.label,
        "icon": item.icon,
        "url": address,
        "around": (address, *item.around) if address != "/" else (),
        "short": item.short or item.label,
    }


def own_pages(scope: Scope | None) -> list[dict[str, Any]]:
    """What «Tài khoản của tôi» leads to in this workspace, each address once."""
    held = [_shown(item) for item in OWN if scope is not None and scope.may(item.permission)]
    return list({page["url"]: page for page in held}.values())


def _mark_current(items: list[dict[str, Any]], path: str) -> None:
    """One place at a time: of the addresses the path begins with, the longest."""
    around = [
        (len(begins), item)
        for item in items
        for begins in (item["url"], *item["around"])
        if path == begins or (begins in item["around"] and path.startswith(begins))
    ]
    if around:
        max(around, key=lambda found: found[0])[1]["current"] = True

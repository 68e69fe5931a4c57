"""What the shell of every page shows: who, where, which menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from maitruong.foundation.access.doors import rights_of
from maitruong.foundation.access.registry import role
from maitruong.foundation.access.types import Scope
from maitruong.foundation.identity.services import is_demo
from maitruong.foundation.kernel import vietnamese
from maitruong.site.menu import MENU

_DEMO_BANNER = "BẢN THỬ: mọi người và số liệu ở đây đều là giả lập."


def shell(request: HttpRequest) -> dict[str, Any]:
    """`me`, `menu` and `banner` of the shell. Costs nothing for pages outside it: everything is read when first asked for."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"me": None, "menu": [], "banner": None}
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
                "url": reverse("identity:choose_workspace", args=[w.key]),
                "post": True,
                "current": scope is not None and scope.workspace == w,
            }
            for w in places
        ],
        "sign_out_url": reverse("identity:sign_out"),
    }
    banner = {"text": _DEMO_BANNER} if _demo(request) else None
    return {"me": me, "menu": menu_for(scope, request.path), "banner": banner}


def _demo(request: HttpRequest) -> bool:
    """A database never changes kind, so the answer is kept with the session."""
    if "demo" not in request.session:
        request.session["demo"] = is_demo()
    return bool(request.session["demo"])


def menu_for(scope: Scope | None, path: str) -> list[dict[str, Any]]:
    """The groups of the menu this scope has any permission for; the item of the present page is marked."""
    if scope is None or scope.workspace is None:
        return []
    home = role(scope.workspace.role).home
    groups = []
    for title, items in MENU:
        shown = []
        for item in items:
            if item.permission and not scope.may(item.permission):
                continue
            if item.homes and home not in item.homes:
                continue
            url = reverse(item.route)
            current = path == url or (url != "/" and path.startswith(url))
            shown.append({"label": item.label, "icon": item.icon, "url": url, "current": current})
        if shown:
            groups.append({"label": title, "items": shown})
    return groups

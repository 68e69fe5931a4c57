"""Permissions and roles fit together: what a module knows, some post carries; what a route asks for, a module knows."""

from __future__ import annotations

import inspect

from maitruong.foundation.access.checks import described_routes, routes
from maitruong.foundation.access.doors import SIGNED_IN
from maitruong.foundation.access.registry import permissions
from maitruong.site.menu import MENU
from maitruong.site.roles import ROLES


def carried() -> set[str]:
    return set().union(*(held for *_, held in ROLES.values()))


def test_every_permission_is_carried_by_some_role() -> None:
    assert sorted(set(permissions()) - carried()) == []


def test_every_permission_a_route_or_the_menu_asks_for_is_told_by_a_module() -> None:
    asked = {route.guard for route in described_routes() if not route.guard.startswith("public: ")} - {SIGNED_IN, ""}
    shown = {item.permission for _, items in MENU for item in items} - {""}

    assert asked > shown
    assert sorted((asked | shown) - permissions().keys()) == []


def test_a_view_says_in_its_signature_whether_it_is_always_given_a_scope() -> None:
    """The decorators hide it from the type checker: a view without a scope that says `Request` would fail in production only."""
    told = {
        path: (view.guard, inspect.signature(inspect.unwrap(view)).parameters["request"].annotation)
        for path, view in routes()
        if inspect.isfunction(view) and view.__module__.startswith("maitruong.")
    }

    assert len(told) > 90
    assert {path: (guard, said) for path, (guard, said) in told.items() if said != _given(guard)} == {}


def _given(guard: str) -> str:
    """The annotation, as a text: views postpone theirs."""
    if guard.startswith("public: "):
        return "HttpRequest"
    return "SignedInRequest" if guard == SIGNED_IN else "Request"

"""Permissions and roles fit together: what a module knows, some post carries; what a route asks for, a module knows."""

from __future__ import annotations

from maitruong.foundation.access.checks import described_routes
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

"""Permissions and roles, told by the modules and by the roof when the program starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .types import Rows


@dataclass(frozen=True)
class Role:
    """A post that carries permissions. `family` roles see persons, `province` roles see every school.

    stand_in: a role, and what this one is called for whoever holds both at one unit: she stands in for its holder.
    """

    code: str
    label: str
    rows: Rows
    permissions: frozenset[str]
    order: int = 50
    home: str = "home"
    stand_in: tuple[str, str] | None = None


_permissions: dict[str, str] = {}
_roles: dict[str, Role] = {}


def register_permissions(labels: Mapping[str, str]) -> None:
    """Tell the house which verbs a module knows: {"gradebook.enter": "Nhập điểm"}."""
    for code, label in labels.items():
        if _permissions.setdefault(code, label) != label:
            raise ValueError(f"permission {code} is told twice, differently")


def register_role(role: Role) -> None:
    unknown = role.permissions - _permissions.keys()
    if unknown:
        raise ValueError(f"role {role.code} carries unknown permissions {sorted(unknown)}")
    _roles[role.code] = role


def role(code: str) -> Role:
    return _roles[code]


def roles() -> dict[str, Role]:
    return dict(_roles)


def permissions() -> dict[str, str]:
    return dict(_permissions)

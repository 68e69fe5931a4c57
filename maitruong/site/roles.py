"""Which post carries which permissions: the one page an auditor reads. Told to `access` when the program starts."""

from __future__ import annotations

from importlib import import_module, util

from django.conf import settings

from maitruong.foundation.access.registry import Role, permissions, register_permissions, register_role
from maitruong.foundation.access.types import Rows

# role → (label, rows, order in the switcher, home page, permissions)
ROLES: dict[str, tuple[str, Rows, int, str, set[str]]] = {
    "department_officer": (
        "Chuyên viên Sở",
        Rows.PROVINCE,
        10,
        "centre",
        {"people.view", "insight.view", "insight.people"},
    ),
    "commune_officer": (
        "Chuyên viên xã",
        Rows.SCHOOLS,
        15,
        "centre",
        {"people.view", "insight.view", "insight.people"},
    ),
    "principal": ("Hiệu trưởng", Rows.SCHOOLS, 20, "school", {"people.view", "insight.view", "insight.people"}),
    "deputy_principal": (
        "Phó hiệu trưởng",
        Rows.SCHOOLS,
        21,
        "school",
        {"people.view", "insight.view", "insight.people"},
    ),
    "homeroom_teacher": ("Giáo viên chủ nhiệm", Rows.SCHOOLS, 30, "teacher", {"people.view"}),
    "subject_teacher": ("Giáo viên bộ môn", Rows.SCHOOLS, 31, "teacher", set()),
    "clerk": ("Văn thư", Rows.SCHOOLS, 40, "school", {"people.view"}),
    "it_admin": ("Quản trị hệ thống", Rows.SCHOOLS, 60, "admin", set()),
    "guardian": ("Phụ huynh", Rows.FAMILY, 70, "family", {"people.view"}),
    "pupil": ("Học sinh", Rows.FAMILY, 80, "family", {"people.view"}),
}


def register_all() -> None:
    """Collect the permissions of every module, then the roles. A role that names an unknown permission stops the start."""
    for module in settings.MODULES:
        if util.find_spec(f"{module}.permissions"):
            register_permissions(import_module(f"{module}.permissions").PERMISSIONS)
    for code, (label, rows, order, home, held) in ROLES.items():
        register_role(Role(code, label, rows, frozenset(held), order, home))


def unused_permissions() -> set[str]:
    return set(permissions()) - set().union(*(held for *_, held in ROLES.values()))

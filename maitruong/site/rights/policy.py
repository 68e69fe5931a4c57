"""Who may give which role, and whose password may be made new: the one page an auditor reads beside roles.py."""

from __future__ import annotations

from dataclasses import dataclass

from maitruong.foundation.access.types import Scope
from maitruong.foundation.organisations import queries as organisations


@dataclass(frozen=True)
class Gift:
    """A role one may give. unit_kind: where it is held. needs_end: only for a time. classes: it is limited to one class."""

    role: str
    unit_kind: str
    needs_end: bool = False
    of_class: bool = False


_BY_PRINCIPAL = (
    Gift("principal", "school", needs_end=True),
    Gift("deputy_principal", "school"),
    Gift("homeroom_teacher", "school", of_class=True),
    Gift("clerk", "school"),
)
_BY_DEPARTMENT = (
    Gift("department_officer", "department"),
    Gift("commune_officer", "commune"),
    Gift("principal", "school"),
    Gift("it_admin", "department"),
)
# The keys are (role, kind of its unit); a role that is not here gives nothing.
GIVES: dict[tuple[str, str], tuple[Gift, ...]] = {
    ("principal", "school"): _BY_PRINCIPAL,
    ("it_admin", "department"): _BY_DEPARTMENT,
}

# Families may have children in several schools. Any of them may help with a lost password; the others then confirm the person.
FAMILY = {"guardian", "pupil"}
_CLASSROOM = {"guardian", "pupil", "subject_teacher", "homeroom_teacher"}
# Whose account may get a new password: never somebody whose rights one does not stand above.
RESETS: dict[tuple[str, str], set[str]] = {
    ("clerk", "school"): {"guardian", "pupil"},
    ("deputy_principal", "school"): _CLASSROOM,
    ("principal", "school"): _CLASSROOM | {"clerk", "deputy_principal"},
    ("it_admin", "school"): _CLASSROOM | {"clerk"},
    ("it_admin", "department"): _CLASSROOM
    | {"clerk", "deputy_principal", "principal", "commune_officer", "department_officer", "it_admin"},
}
STAFF_ROLES = (
    "principal",
    "deputy_principal",
    "homeroom_teacher",
    "subject_teacher",
    "clerk",
    "it_admin",
    "commune_officer",
    "department_officer",
)


def standing(scope: Scope) -> tuple[str, str]:
    """The role and kind of unit one stands in."""
    if scope.workspace is None:
        return "", ""
    return scope.workspace.role, organisations.unit(scope.workspace.unit_id).kind


def gifts(scope: Scope) -> tuple[Gift, ...]:
    return GIVES.get(standing(scope), ()) if scope.may("rights.give") else ()


def gift(scope: Scope, role: str) -> Gift | None:
    return next((g for g in gifts(scope) if g.role == role), None)

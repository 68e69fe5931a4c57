"""A scope says whose rows somebody may see and with which verbs; nothing is read without one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.http import HttpRequest


class Rows(StrEnum):
    """Which of the three row-security roles of the database answers a scope."""

    SCHOOLS = "mt_scoped"
    FAMILY = "mt_family"
    PROVINCE = "mt_wide"


@dataclass(frozen=True)
class GrantView:
    """One right that holds today: a role at a unit, perhaps limited to classes, subjects or students.

    school_ids: schools under the unit today; None means every school of the province.
    class_ids, subjects, student_ids: None means not limited; an empty tuple means nothing.
    """

    id: int
    role: str
    unit_id: int
    permissions: frozenset[str]
    school_ids: tuple[int, ...] | None
    class_ids: tuple[int, ...] | None = None
    subjects: tuple[str, ...] | None = None
    student_ids: tuple[int, ...] | None = None

    def covers(self, *, school_id: int, class_id: int | None, subject: str | None, student_id: int | None) -> bool:
        """Whether this grant reaches a row. A limit the caller cannot express closes the grant: rights fail shut."""
        return (
            (self.school_ids is None or school_id in self.school_ids)
            and _within(class_id, self.class_ids)
            and _within(subject, self.subjects)
            and _within(student_id, self.student_ids)
        )


def _within(value: object, allowed: Iterable[object] | None) -> bool:
    return allowed is None or (value is not None and value in allowed)


@dataclass(frozen=True)
class Workspace:
    """One of the places a person works in: a role family at a unit, as the switcher shows it."""

    key: str
    role: str
    label: str
    unit_id: int
    place: str
    grants: int = 0


@dataclass(frozen=True)
class Scope:
    """Whose rows (rows, school_ids, person_ids) and which verbs (grants). Made once per request or job.

    actor_id: the person who acts, None for the system itself, whose reason is then in `reason`.
    school_ids: empty for PROVINCE, where no filter is needed.
    """

    rows: Rows
    actor_id: int | None
    school_ids: tuple[int, ...] = ()
    person_ids: tuple[int, ...] = ()
    grants: tuple[GrantView, ...] = ()
    workspace: Workspace | None = None
    actor_name: str = ""
    reason: str = ""
    request_id: str = ""
    permissions: frozenset[str] = field(default=frozenset())

    def may(self, permission: str) -> bool:
        """Whether any grant carries the permission, whatever its limits."""
        return (self.reason != "" and self.actor_id is None) or permission in self.permissions

    def covers(
        self,
        permission: str,
        *,
        school_id: int,
        class_id: int | None = None,
        subject: str | None = None,
        student_id: int | None = None,
    ) -> bool:
        """Whether the permission reaches a row with these coordinates."""
        if self.actor_id is None and self.reason:
            return True
        return any(
            permission in grant.permissions
            and grant.covers(school_id=school_id, class_id=class_id, subject=subject, student_id=student_id)
            for grant in self.grants
        )

    @property
    def is_system(self) -> bool:
        return self.actor_id is None and self.reason != ""

    @property
    def place(self) -> str:
        """The school or office it is worked for, as pages head themselves; nothing when the house works by itself."""
        return self.workspace.place if self.workspace else ""


def system_scope(reason: str) -> Scope:
    """The whole province, for a job of the house itself; the reason is written into the audit."""
    if not reason:
        raise ValueError("a system scope needs its reason")
    return Scope(rows=Rows.PROVINCE, actor_id=None, reason=reason, actor_name="Hệ thống")


class SignedInRequest(HttpRequest):
    """What `@needs(SIGNED_IN)` hands its view. Somebody signed in who holds no right today has no scope.

    A name for the type checker only: at run time it is Django's own request, on which `@needs` has put the scope.
    """

    scope: Scope | None


class Request(SignedInRequest):
    """What `@needs("module.verb")` hands its view: there is always a scope, and it carries the permission asked for."""

    scope: Scope


@dataclass(frozen=True)
class Post:
    """A grant as the rights pages show it: who holds which role where, from when to when, and whether it holds on the day asked."""

    id: int
    person_id: int
    role: str
    label: str
    unit_id: int
    class_ids: tuple[int, ...] | None
    subjects: tuple[str, ...] | None
    student_ids: tuple[int, ...] | None
    valid_from: dt.date
    valid_to: dt.date | None
    reason: str
    withdrawn: bool
    holds: bool

"""What both roles and accounts ask: where a workspace stands, and how to look past a school's wall."""

from __future__ import annotations

from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import queries as organisations

BEYOND = system_scope("people of offices are known to no school")


def is_governed(scope: Scope, unit_id: int) -> bool:
    """Whether the present workspace stands above a place, or is it."""
    return scope.workspace is not None and organisations.is_under(unit_id, scope.workspace.unit_id, on=clock.today())

"""The exchange as work of the worker, with its progress."""

from __future__ import annotations

from typing import Any

from maitruong.foundation.access.types import Scope
from maitruong.foundation.jobs.services import Ticket, work

from . import services


@work("ministry.push")
def push(ticket: Ticket, scope: Scope) -> dict[str, Any]:
    done = services.push(scope, tell=ticket.progress)
    services.passage_ended(done)
    return dict(done)


@work("ministry.again")
def push_again(ticket: Ticket, scope: Scope) -> dict[str, Any]:
    return dict(services.push_again(scope))


@work("ministry.reconcile")
def reconcile(ticket: Ticket, scope: Scope) -> dict[str, Any]:
    return services.as_result(services.reconcile(scope, tell=ticket.progress))

"""Long work of the rolls."""

from __future__ import annotations

from typing import Any

from maitruong.foundation.access.types import Scope
from maitruong.foundation.jobs.services import Ticket, work

from . import taking_out
from .rollover import running


@work(running.JOB)
def roll_over(ticket: Ticket, scope: Scope, **how: Any) -> dict[str, Any]:
    return running.run_all(ticket, scope, **how)


@work(taking_out.JOB)
def take_out(ticket: Ticket, scope: Scope, **how: Any) -> dict[str, Any]:
    return taking_out.take_out(ticket, scope, **how)

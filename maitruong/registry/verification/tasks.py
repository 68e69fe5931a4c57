"""Long work of verification."""

from __future__ import annotations

from typing import Any

from maitruong.foundation.access.types import Scope
from maitruong.foundation.jobs.services import Ticket, work

from . import running


@work(running.EXCHANGE)
def exchange(ticket: Ticket, scope: Scope, **how: Any) -> dict[str, Any]:
    return running.exchange(ticket, scope, **how)


@work(running.ASK_WANTED)
def ask_wanted(ticket: Ticket, scope: Scope) -> dict[str, Any]:
    return running.ask_wanted(ticket, scope)

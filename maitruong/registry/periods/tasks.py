"""Long work of reporting periods."""

from __future__ import annotations

from typing import Any

from maitruong.foundation.access.types import Scope
from maitruong.foundation.jobs.services import Ticket, work

from .services import province


@work(province.JOB)
def freeze_all(ticket: Ticket, scope: Scope, **what: int) -> dict[str, Any]:
    return province.freeze_all(ticket, scope, **what)

"""Long work of the records."""

from __future__ import annotations

from typing import Any

from maitruong.foundation.access.types import Scope
from maitruong.foundation.jobs.services import Ticket, work

from .services import sealing


@work(sealing.JOB)
def seal_records(ticket: Ticket, scope: Scope, **where: int) -> dict[str, Any]:
    return sealing.seal_records(ticket, scope, **where)

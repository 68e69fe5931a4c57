"""Long work of the gate."""

from __future__ import annotations

from typing import Any

from maitruong.foundation.access.types import Scope
from maitruong.foundation.jobs.services import Ticket, work

from . import exporting


@work(exporting.JOB)
def export(ticket: Ticket, scope: Scope, **how: Any) -> dict[str, Any]:
    return exporting.run(ticket, scope, **how)

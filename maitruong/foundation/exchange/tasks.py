"""Jobs of lists: rebuild what a job brings, call the work. Work that breaks leaves its list where it can be tried again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from maitruong.foundation.access.types import Scope
from maitruong.foundation.jobs.errors import JobCancelled
from maitruong.foundation.jobs.services import Ticket, work

from . import work as lists
from .models import ImportState

Work = Callable[[Scope, int, lists.Tell], dict[str, Any]]


def _registered(kind: str, do: Work, running: ImportState | None) -> None:
    @work(kind)
    def handler(ticket: Ticket, scope: Scope, *, batch_id: int) -> dict[str, Any]:
        try:
            return do(scope, batch_id, ticket.progress)
        except JobCancelled:
            raise
        except Exception:
            if running is not None:
                lists.put_back(scope, batch_id, running)
            raise


_registered("exchange.check", lists.check_list, ImportState.CHECKING)
_registered("exchange.import", lists.import_list, ImportState.IMPORTING)
_registered("exchange.undo", lists.undo_import, ImportState.UNDOING)
_registered("exchange.annotate", lists.annotate, None)

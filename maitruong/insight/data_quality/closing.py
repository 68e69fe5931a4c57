"""What stands against closing a reporting period, as `registry/periods` asks for it."""

from __future__ import annotations

import datetime as dt

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.registry.periods.ports import Finding, Findings

from . import queries, running

_ALL = system_scope("what stands against closing a school's report")


class OpenFindings:
    """Looks at the school once more before it answers: what was written a minute ago without a fact counts too."""

    def open_findings(self, scope: Scope, *, school_id: int, school_year: int, as_of: dt.date) -> Findings:
        """The caller has checked that the scope reaches the school. Read as the house: who may close but not see the work-list must
        not close over it."""
        if school_year == queries.year():
            running.run([school_id])
        with unit_of_work(_ALL):
            blocking, waiting = queries.standing(_ALL, school_id=school_id, school_year=school_year)
        return Findings(tuple(Finding(*row) for row in blocking), tuple(Finding(*row) for row in waiting))

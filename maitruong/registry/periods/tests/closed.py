"""A report that was signed and opened again, for tests that walk every page."""

from __future__ import annotations

import datetime as dt

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.identity.models import Account
from maitruong.foundation.kernel.clock import VIETNAM
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.demo_keys import DEMO_PIN
from maitruong.registry.periods import calendar, ports, services
from maitruong.registry.periods.models import Period
from maitruong.registry.periods.ports import Findings
from tests import factories as make


class NothingFound:
    """Data without a fault."""

    def open_findings(self, scope: Scope, **what: object) -> Findings:
        return Findings()


def give_certificate(account: Account, school: int) -> None:
    with make.as_system() as scope:
        signing.issue_demo_certificates(
            scope,
            school_id=school,
            titles={account.person_id: "Hiệu trưởng"},
            pin=DEMO_PIN,
            valid_from=dt.datetime(2026, 8, 1, tzinfo=VIETNAM),
            valid_to=dt.datetime(2029, 8, 1, tzinfo=VIETNAM),
            with_seal=False,
        )


def closed_report(school: int, head: Account, *, period_id: int) -> tuple[int, str]:
    """Signs the start of the year as its principal, asks and is let correct, and waits for a signature again: (period, consent)."""
    as_of, due_on, basis = calendar.usual(2026, "START")
    Period.objects.create(pk=period_id, school_year=2026, kind="START", as_of=as_of, due_on=due_on, basis=basis)
    period = period_id
    give_certificate(head, school)
    before, scope = ports.findings_source(), make.scope_of(head)
    ports.asks_for_findings(NothingFound())
    try:
        with unit_of_work(scope):
            services.freeze(scope, period_id=period, school_id=school)
            asked = services.ask_to_sign(scope, period_id=period, school_id=school)
            services.sign(scope, consent_id=asked.id, pin=DEMO_PIN, code=asked.confirm_code)
            services.ask_to_correct(scope, period_id=period, school_id=school, why="Đếm thiếu", wanted="8A2 có 2 em")
        with make.as_system() as system:
            services.decide_correction(system, period_id=period, school_id=school, granted=True, why="Có biên bản")
        with unit_of_work(scope):
            services.freeze(scope, period_id=period, school_id=school)
            waiting = services.ask_to_sign(scope, period_id=period, school_id=school)
    finally:
        ports.asks_for_findings(before)
    return period, str(waiting.id)

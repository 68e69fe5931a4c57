"""A school that owes the report of the start of the year, its principal with a certificate, and whoever checks; 20 November 2026."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.signing.demo_keys import DEMO_PIN
from maitruong.registry.periods import calendar, ports, services
from maitruong.registry.periods.models import Snapshot
from maitruong.registry.periods.ports import Findings
from tests import factories as make

from .closed import give_certificate


@dataclass
class Checked:
    """Stands in for the checks of data: finds what a test puts in."""

    found: Findings = field(default_factory=Findings)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def open_findings(self, scope: Scope, **what: Any) -> Findings:
        self.asked.append(what)
        return self.found


@pytest.fixture
def checks() -> Iterator[Checked]:
    source, before = Checked(), ports.findings_source()
    ports.asks_for_findings(source)
    yield source
    ports.asks_for_findings(before)


def certified(account: Any, school: int) -> Any:
    give_certificate(account, school)
    return account


@pytest.fixture
def report(place: SimpleNamespace, checks: Checked) -> SimpleNamespace:
    """`place` with its two periods, a principal who can sign, the officers of commune and department."""
    calendar.open_periods(2026)
    start, end = calendar.periods_of(2026)
    head = certified(make.a_principal(place.school, "Nguyễn Thị Hiệu"), place.school)
    other = certified(make.a_principal(place.neighbour, "Bùi Văn Trưởng"), place.neighbour)
    place.__dict__.update(
        start=start,
        end=end,
        head=head,
        other=other,
        head_scope=make.scope_of(head),
        other_scope=make.scope_of(other),
        xa_account=make.a_post_holder(place.commune, "commune_officer", "Trần Văn Xã"),
        so_account=make.a_post_holder(place.department, "department_officer", "Lã Thị Sở"),
        checks=checks,
    )
    place.xa, place.so = make.scope_of(place.xa_account), make.scope_of(place.so_account)
    return place


def freeze(place: SimpleNamespace, scope: Scope | None = None, school: int | None = None) -> int:
    with unit_of_work(scope or place.head_scope):
        return services.freeze(scope or place.head_scope, period_id=place.start.id, school_id=school or place.school)


def sign(place: SimpleNamespace, scope: Scope | None = None, school: int | None = None) -> Snapshot:
    scope = scope or place.head_scope
    with unit_of_work(scope):
        consent = services.ask_to_sign(scope, period_id=place.start.id, school_id=school or place.school)
        return services.sign(scope, consent_id=consent.id, pin=DEMO_PIN, code=consent.confirm_code)


def close(place: SimpleNamespace, scope: Scope | None = None, school: int | None = None) -> Snapshot:
    freeze(place, scope, school)
    return sign(place, scope, school)


def accept(place: SimpleNamespace, scope: Scope, school: int | None = None, why: str = "") -> str:
    with unit_of_work(scope):
        return services.accept(scope, period_id=place.start.id, school_id=school or place.school, why=why)


def correct(place: SimpleNamespace, *, granted: bool = True) -> None:
    """A request for correction and the department's answer."""
    where = {"period_id": place.start.id, "school_id": place.school}
    with unit_of_work(place.head_scope):
        services.ask_to_correct(place.head_scope, **where, why="Đếm thiếu một em", wanted="Lớp 8A2 có 4 em")
    with unit_of_work(place.so):
        services.decide_correction(place.so, **where, granted=granted, why="Có biên bản kiểm tra")

"""Facts about reporting periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from maitruong.foundation.events.services import Event


@dataclass(frozen=True)
class SnapshotSigned(Event):
    """A school closed a period: its figures are frozen under the principal's signature."""

    kind: ClassVar[str] = "periods.snapshot_signed"
    school_year: int
    period_id: int
    snapshot_id: int
    version: int


@dataclass(frozen=True)
class ReportReturned(Event):
    kind: ClassVar[str] = "periods.report_returned"
    school_year: int
    period_id: int


@dataclass(frozen=True)
class ReportAccepted(Event):
    kind: ClassVar[str] = "periods.report_accepted"
    school_year: int
    period_id: int
    snapshot_id: int


@dataclass(frozen=True)
class ReportReopened(Event):
    """The department granted a correction: a further version may be made, the former stays."""

    kind: ClassVar[str] = "periods.report_reopened"
    school_year: int
    period_id: int


@dataclass(frozen=True)
class PeriodClosed(Event):
    """The department closed the period for the province: ready for the ministry. school_id: the department's unit."""

    kind: ClassVar[str] = "periods.period_closed"
    school_year: int
    period_id: int
    closing_id: int

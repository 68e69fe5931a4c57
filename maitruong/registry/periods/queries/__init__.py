"""Reads of reporting periods, always within a scope. A page of the province costs a fixed number of statements."""

from .board import (
    COUNTED,
    VIEW,
    Board,
    BoardRow,
    board,
    counted,
    frozen_since,
    is_ready,
    job_began,
    provincial_states,
    provincial_table,
)
from .history import closings, difference, movements, refuse_unreached, snapshots, totals, version
from .sums import province_totals

__all__ = [
    "COUNTED",
    "VIEW",
    "Board",
    "BoardRow",
    "board",
    "closings",
    "counted",
    "difference",
    "frozen_since",
    "is_ready",
    "job_began",
    "movements",
    "province_totals",
    "provincial_states",
    "provincial_table",
    "refuse_unreached",
    "snapshots",
    "totals",
    "version",
]

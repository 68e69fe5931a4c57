"""Doors: what this module does for others."""

from __future__ import annotations

from .asking import follow_people
from .breaker import SharedBreaker
from .correcting import LARGEST_BYTES, Evidence, correct_here, decide, evidence_address, request
from .linking import link as link_lists
from .linking.doubles import COLUMNS as DOUBLES_COLUMNS
from .linking.doubles import Double
from .linking.doubles import find as find_doubles
from .running import ask_one, start_by_night, start_exchange

__all__ = [
    "DOUBLES_COLUMNS",
    "LARGEST_BYTES",
    "Double",
    "Evidence",
    "SharedBreaker",
    "ask_one",
    "correct_here",
    "decide",
    "evidence_address",
    "find_doubles",
    "follow_people",
    "link_lists",
    "request",
    "start_by_night",
    "start_exchange",
]

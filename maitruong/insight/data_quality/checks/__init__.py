"""What is checked, family by family: one set-based statement each, for some schools or the whole province.

Each statement yields school_id, subject (id) and facts (jsonb). Parameters: schools (bigint[], NULL for all), year, today
(a date in Việt Nam).
"""

from .check import Check
from .classes import CLASSES
from .pupils import PUPILS
from .staff import STAFF

CHECKS: dict[str, Check] = {check.key: check for check in (*PUPILS, *CLASSES, *STAFF)}

__all__ = ["CHECKS", "Check"]

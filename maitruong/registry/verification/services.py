"""Doors: what this module does for others."""

from __future__ import annotations

from .linking import link as link_lists
from .linking.doubles import COLUMNS as DOUBLES_COLUMNS
from .linking.doubles import Double
from .linking.doubles import find as find_doubles

__all__ = ["DOUBLES_COLUMNS", "Double", "find_doubles", "link_lists"]

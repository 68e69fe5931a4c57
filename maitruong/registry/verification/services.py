"""Doors: what this module does for others."""

from __future__ import annotations

from .linking import link as link_lists

__all__ = ["link_lists"]

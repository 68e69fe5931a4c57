"""How missed sessions are counted."""

from .tt22_2021 import COUNTINGS, counted, is_too_many

__all__ = ["COUNTINGS", "counted", "is_too_many"]

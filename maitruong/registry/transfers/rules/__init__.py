"""Deadlines of the steps and places in a class."""

from .deadlines import due_on, is_working_day
from .places import PlaceFound, look_at_place, most_in_class

__all__ = ["PlaceFound", "due_on", "is_working_day", "look_at_place", "most_in_class"]

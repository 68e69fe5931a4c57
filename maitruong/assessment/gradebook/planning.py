"""What statements over whole schools are asked with, and how the planner is told of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import connection

_JOINS = ("enable_nestloop", "enable_mergejoin")


class Year(NamedTuple):
    """today: the day whose roll counts; readings: of the acts in use, see `twin.readings`."""

    school_year: int
    today: dt.date
    readings: str


@contextmanager
def planned_for_a_school() -> Iterator[Any]:
    """A cursor whose statements are planned for the school they name, and hash their joins.

    The plan kept for all schools loops inside loops; and before a year's first marks every relation is taken for a row or two,
    which lets the planner join a school's pupils with a school's marks by the school alone. The settings end with the block.
    """
    with connection.cursor() as cursor:
        cursor.execute(_settings("force_custom_plan", "off"))
        yield cursor
        cursor.execute(_settings("auto", "on"))


def _settings(plans: str, joins: str) -> str:
    settings = {"plan_cache_mode": plans, **dict.fromkeys(_JOINS, joins)}
    return "SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings.items())

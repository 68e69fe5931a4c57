"""A write that travels inside another module's statement: one journey to the server instead of two."""

from __future__ import annotations

from typing import Any, NamedTuple


class Carried(NamedTuple):
    """sql: an INSERT with named parameters, fit to stand in a WITH clause; values: of its parameters, whose names begin with the
    name of the module that gives it away."""

    sql: str
    values: dict[str, Any]

"""Leaves a register alone for a while after it failed several times running; kept in the database, so that every process knows."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.db import connection

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope

_SCOPE: Final = system_scope("how the line to the population register does")
#: Whoever wins the row tries; the others find the rest prolonged and go on waiting.
_MAY = """
INSERT INTO verification_line AS line (register, failed) VALUES (%s, 0)
ON CONFLICT (register) DO UPDATE SET rests_until = CASE WHEN line.failed >= %s THEN now() + %s ELSE line.rests_until END
WHERE line.failed < %s OR line.rests_until IS NULL OR line.rests_until <= now()
RETURNING true"""
_FAILED = """
UPDATE verification_line SET failed = failed + 1, rests_until = CASE WHEN failed + 1 >= %s THEN now() + %s END WHERE register = %s"""
_SUCCEEDED = "UPDATE verification_line SET failed = 0, rests_until = NULL, answered_at = now() WHERE register = %s"


class SharedBreaker:
    """Opens after `failures` in a row; after `rest` seconds lets one call try, and closes when that one succeeds."""

    def __init__(self, register: str = "population", *, failures: int = 5, rest: float = 60.0) -> None:
        self._register = register
        self._most = failures
        self._rest = dt.timedelta(seconds=rest)

    def may_call(self) -> bool:
        return bool(self._do(_MAY, [self._register, self._most, self._rest, self._most]))

    def succeeded(self) -> None:
        self._do(_SUCCEEDED, [self._register])

    def failed(self) -> None:
        self._do(_FAILED, [self._most, self._rest, self._register])

    def _do(self, statement: str, values: list[Any]) -> int:
        with unit_of_work(_SCOPE), connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.rowcount

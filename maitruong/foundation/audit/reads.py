"""Looks at people's data that happen again and again: one entry a person, thing and day tells as much as fifty.

Whoever changes, exports or opens one file with a purpose writes `services.record`; this is for pages somebody lives in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection

from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock

from .models import ReadOnce
from .services import _row


class Look(NamedTuple):
    """What was opened. school_id: the unit whose chain it belongs to; subject_id: the person it is about, if it is one."""

    school_id: int
    object_type: str
    object_id: int | str
    subject_id: int | None = None


# One statement: what is new in the day's list of looks goes into the audit with it. Two requests at once: one entry.
_ONCE = """
WITH looked AS (
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::bytea[], %s::text[], %s::bytea[])
      AS look (school_id, object_type, object_id, subject_id, salt, body, digest)
), fresh AS (
    INSERT INTO audit_readonce (actor_id, action, object_id, day)
    SELECT %s, %s, object_id, %s FROM looked ON CONFLICT DO NOTHING RETURNING object_id
)
INSERT INTO audit_entry (school_id, actor_id, action, object_type, object_id, subject_id, request_id, salt, body, digest)
SELECT school_id, %s, %s, object_type, object_id, subject_id, %s, salt, body, digest FROM looked JOIN fresh USING (object_id)
"""


def record_once_a_day(scope: Scope, action: str, looks: Iterable[Look]) -> None:
    """Write an entry for each look that this person had not yet today. Nothing for the system itself."""
    rows = {str(look.object_id): look for look in looks}
    if scope.actor_id is None or not rows:
        return
    made = [_row(scope, action, look.school_id, look.object_type, key, None, "", None) for key, look in rows.items()]
    columns = [[row[place] for row in made] for place in (0, 3, 4)]
    columns += [[look.subject_id for look in rows.values()]]
    columns += [[row[place] for row in made] for place in (7, 8, 9)]
    with connection.cursor() as cursor:
        cursor.execute(
            _ONCE, [*columns, scope.actor_id, action, clock.today(), scope.actor_id, action, scope.request_id]
        )


def list_opened(scope: Scope, action: str, *, school_id: int, object_type: str, object_id: int | str) -> None:
    """A list of people of a school, opened by somebody of another unit: the department, a commune. Once a day.

    Who works at the school works with its lists; those who govern it look in.
    """
    if from_above(scope):
        record_once_a_day(scope, action, [Look(school_id, object_type, object_id)])


def from_above(scope: Scope) -> bool:
    """Whether who asks works at a unit that governs schools, and not at a school."""
    return scope.workspace is not None and scope.workspace.unit_id not in scope.school_ids


def forget_past() -> int:
    """The looks of former days, which the audit itself keeps."""
    return ReadOnce.objects.filter(day__lt=clock.today()).delete()[0]

"""Facts confirmed from outside stand still: every way to write a person asks here first; the table's triggers are the second wall.

Who confirmed them, and when they may be let go again, is not this module's business: it keeps one column and its meaning.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import connection

from maitruong.foundation.kernel import clock

from .errors import Confirmed
from .models import Person, PersonIdentifier

#: Columns of a person that stand still. The number is a row of its own, of the scheme NUMBER.
FIELDS = {"full_name": "Họ và tên", "born_on": "Ngày sinh", "born_precision": "Ngày sinh", "sex": "Giới tính"}
NUMBER = "CCCD"
NUMBER_LABEL = "Số định danh"

_FREEZE = """
WITH frozen AS (UPDATE people_person SET frozen_since = coalesce(frozen_since, %s) WHERE id = ANY(%s) RETURNING id)
UPDATE people_personidentifier i SET verified_at = %s FROM frozen
WHERE i.person_id = frozen.id AND i.scheme = 'CCCD' AND i.valid @> current_date AND i.verified_at IS NULL"""
_RELEASE = """
WITH released AS (UPDATE people_person SET frozen_since = NULL WHERE id = ANY(%s) AND frozen_since IS NOT NULL RETURNING id)
UPDATE people_personidentifier i SET verified_at = NULL FROM released
WHERE i.person_id = released.id AND i.scheme = 'CCCD' AND i.verified_at IS NOT NULL"""


def freeze(person_ids: Collection[int]) -> None:
    """From now on these people's confirmed facts stand still."""
    if person_ids:
        now = clock.now()
        with connection.cursor() as cursor:
            cursor.execute(_FREEZE, [now, list(person_ids), now])


def release(person_ids: Collection[int]) -> None:
    """Their facts may be written again: what confirmed them holds no more, or a decision changes them."""
    if person_ids:
        with connection.cursor() as cursor:
            cursor.execute(_RELEASE, [list(person_ids)])


def refuse_change(fields_of: Mapping[int, Collection[str]]) -> None:
    """fields_of: person → columns about to be written anew, NUMBER for the number. Raises Confirmed. At most one statement."""
    touched = {i: found for i, fields in fields_of.items() if (found := labels(fields))}
    if not touched:
        return
    row = (
        Person._base_manager.filter(pk__in=touched, frozen_since__isnull=False)
        .order_by("pk")
        .values_list("pk", "full_name")
        .first()
    )
    if row is not None:
        raise Confirmed(fields=", ".join(touched[row[0]]), who=row[1])


def refuse_numbers(identifier_ids: Collection[int]) -> None:
    """The same for numbers about to be taken away."""
    rows = PersonIdentifier._base_manager.filter(pk__in=list(identifier_ids), scheme=NUMBER)
    refuse_change(dict.fromkeys(rows.values_list("person_id", flat=True), (NUMBER,)))


def labels(fields: Collection[str]) -> list[str]:
    """What of these stands still when confirmed, in words, each word once."""
    known = FIELDS | {NUMBER: NUMBER_LABEL}
    return list(dict.fromkeys(known[name] for name in known if name in fields))

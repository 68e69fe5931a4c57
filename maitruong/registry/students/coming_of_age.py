"""At eighteen a child sees its data alone, whatever its birth date was corrected to after the family's right was written."""

from __future__ import annotations

from typing import Any

from django.db import connection

from maitruong.foundation.access import services as grants
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock

from .services import last_day_of_access

_EVERYWHERE = system_scope("a child that comes of age sees its data alone")
_BATCH = 500
_GROWN = """
SELECT DISTINCT g.guardian_id, g.student_id, p.born_on, g.school_id
FROM people_person p
JOIN students_guardianship g ON g.student_id = p.id
JOIN access_grant r ON r.person_id = g.guardian_id AND r.role = 'guardian' AND r.withdrawn_at IS NULL
  AND r.student_ids @> ARRAY[p.id] AND (r.valid_to IS NULL OR r.valid_to >= (p.born_on + interval '18 years')::date)
WHERE p.born_on <= %s::date - interval '18 years'
ORDER BY g.student_id, g.guardian_id LIMIT %s"""


def end_sight_of_the_grown() -> int:
    """Close what families still see of children who came of age: a birth date was written, or corrected, after the right was.

    Who answered for the child stays written; the school still needs whom to call. Returns how many rights were closed.
    """
    today = clock.today()
    closed = 0
    with unit_of_work(_EVERYWHERE):
        with connection.cursor() as cursor:
            cursor.execute(_GROWN, [today, _BATCH])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        for guardian_id, student_id, born_on, school_id in found:
            last_day = last_day_of_access(born_on)
            if last_day is None or last_day >= today:
                continue
            rights = grants.close_grants(
                person_id=guardian_id, role="guardian", student_id=student_id, last_day=last_day
            )
            if rights:
                closed += len(rights)
                audit.record(
                    _EVERYWHERE,
                    "students.grown_up",
                    school_id=school_id,
                    object_type="student",
                    object_id=student_id,
                    subject_id=student_id,
                    changes={"guardian": [guardian_id, guardian_id], "access_until": [None, last_day]},
                )
    return closed

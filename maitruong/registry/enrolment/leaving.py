"""Who was let go by the school he sat in last: only he comes to another school by his number and his name (ADR 0011)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import connection

from maitruong.foundation.kernel import clock
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.students import services as students

#: How a school says that a pupil leaves it. Who is ill or suspended comes back to the same school.
LEFT = {"transferred_out", "dropped_out", "completed"}
#: After the last grade of a level everybody goes on elsewhere; nobody writes that down for each pupil.
LAST_GRADES = {-1, 5, 9}
#: A grown-up comes from a school only in the year he left it or the next: after that he is somebody's parent, or nobody's pupil.
RECENT_YEARS = 1

_LAST_PLACES = """
SELECT DISTINCT ON (e.student_id) e.student_id, e.school_year, e.grade, lower(e.status), e.ends_on, p.born_on
FROM enrolment_enrolment e JOIN people_person p ON p.id = e.student_id
WHERE e.student_id = ANY(%s)
ORDER BY e.student_id, e.school_year DESC, e.ends_on DESC NULLS FIRST, e.starts_on DESC, e.id DESC
"""


def let_go(student_ids: Collection[int]) -> set[int]:
    """Those of these people whose last place in the province is behind them. One statement; wants sight of the province."""
    today = clock.today()
    year = calendar.year_on(today)
    with connection.cursor() as cursor:
        cursor.execute(_LAST_PLACES, [list(student_ids)])
        rows = cursor.fetchall()
    return {
        student_id
        for student_id, school_year, grade, status, ends_on, born_on in rows
        if ((ends_on is not None and status in LEFT) or (grade in LAST_GRADES and school_year < year))
        and (school_year >= year - RECENT_YEARS or _is_child(born_on, today))
    }


def _is_child(born_on: dt.date | None, today: dt.date) -> bool:
    last_day = students.last_day_of_access(born_on)
    return last_day is not None and today <= last_day

"""A named check, and the people it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..rules import Severity

ONLY = "(%(schools)s::bigint[] IS NULL OR {0}.school_id = ANY(%(schools)s::bigint[])) AND {0}.school_year = %(year)s"

# Who sits in a class today, or on the nearest day of the school year, as the figures count it. A pupil who changes class from
# tomorrow sits in two places on that day, so statements about a pupil take him once a school.
SEATED = f"""FROM enrolment_enrolment e JOIN calendar_schoolyear y ON y.year = e.school_year
        JOIN people_person p ON p.id = e.student_id
        WHERE {ONLY.format("e")}
          AND e.starts_on <= least(greatest(%(today)s::date, y.starts_on), y.ends_on)
          AND (e.ends_on IS NULL OR e.ends_on >= least(greatest(%(today)s::date, y.starts_on), y.ends_on))"""


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong. sentence: what, where and what to do now, filled with the facts."""

    key: str
    severity: Severity
    owner: str
    subject: str
    sentence: str
    sql: str

    def say(self, facts: Mapping[str, Any]) -> str:
        return self.sentence.format(**facts)

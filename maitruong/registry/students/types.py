"""What crosses this wall about pupils and families."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class GuardianRow:
    """Who answers for a child. access_until: the last day the family's workspace shows the child, None when not limited."""

    id: int
    guardian_id: int
    full_name: str
    phone: str
    relation: str
    relation_label: str
    starts_on: dt.date
    ends_on: dt.date | None
    access_until: dt.date | None


@dataclass(frozen=True)
class StudentFile:
    """The learner's dossier besides the person: what the school wrote down."""

    student_id: int
    religion: str
    policy_group: str
    disability: str
    boarding: str
    near_poor: bool
    youth_union: bool
    pioneer: bool
    admitted_on: dt.date | None
    version: int

"""What crosses this wall about pupils and families."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class GuardianRow:
    """Who answers for a child. access_until: the last day the family's workspace shows the child, None when not limited.

    waits: known at other places and not confirmed here; the name is then the one the school wrote, and there is no phone.
    """

    id: int
    guardian_id: int
    full_name: str
    phone: str
    relation: str
    relation_label: str
    starts_on: dt.date
    ends_on: dt.date | None
    access_until: dt.date | None
    waits: bool = False
    basis: str = ""
    end_why: str = ""


@dataclass(frozen=True)
class WaitingTie:
    """A school that wrote a person down for a child and waits for her to say so. The child by initials: she may be wrong."""

    id: int
    school_id: int
    relation_label: str
    child_initials: str


@dataclass(frozen=True)
class StudentFile:
    """The learner's dossier besides the person: what the school wrote down.

    contact_phone, contact_email: of the family, as the list names them, without a word whose they are.
    """

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
    contact_phone: str
    contact_email: str


@dataclass(frozen=True)
class StandingRow:
    """What a pupil is entitled to, from a day to a day, with the paper that says so; no paper: a word in a school's list."""

    id: int
    kind: str
    key: str
    name: str
    level: str
    starts_on: dt.date
    ends_on: dt.date | None
    has_paper: bool
    paper: str
    end_why: str

    def holds_on(self, day: dt.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or self.ends_on >= day)

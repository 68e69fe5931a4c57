"""The school record of one pupil for one school year (học bạ số), as frozen values.

Values are what the paper form says: marks in tenths (75 is 7,5), outcomes and levels as codes; an empty mark is None.
Field names become the names in the XML file (see codec.py): renaming one is a new version of the format.
Source: Circular 22/2021 annex (THCS, THPT record), Circular 27/2020 annex (primary record), Decree 88/2026 Điều 8-9.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from maitruong.foundation.signing.types import Role

SCHEMA_VERSION: Final = "1.0"


class Stage(StrEnum):
    PRIMARY = "primary"
    LOWER_SECONDARY = "lower-secondary"
    UPPER_SECONDARY = "upper-secondary"


class Outcome(StrEnum):
    """Result of a subject assessed by comment (Circular 22/2021 Điều 9)."""

    PASSED = "passed"
    FAILED = "failed"


class YearLevel(StrEnum):
    """Learning and conduct levels (Circular 22/2021 Điều 8, 9)."""

    GOOD = "good"
    FAIR = "fair"
    PASSED = "passed"
    FAILED = "failed"


class PrimaryLevel(StrEnum):
    """Subjects: T, H, C. Qualities and competences: T, Đ, C (Circular 27/2020 Điều 7, 8)."""

    WELL = "well"
    DONE = "done"
    NOT_YET = "not-yet"


class PrimaryOverall(StrEnum):
    """Circular 27/2020 Điều 9."""

    EXCELLENT = "excellent"
    WELL = "well"
    DONE = "done"
    NOT_YET = "not-yet"


class Promotion(StrEnum):
    PROMOTED = "promoted"
    PROMOTED_AFTER_SUMMER = "promoted-after-summer"
    PROMOTED_BY_DECISION = "promoted-by-decision"
    COMPLETED = "completed"
    RETAINED = "retained"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the school as the record names them: id of the house and the name on that day."""

    person_id: str
    name: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Guardian:
    relation: str
    name: str
    occupation: str | None = None


@dataclass(frozen=True, slots=True)
class School:
    code: str
    name: str
    commune_code: str
    commune: str
    province_code: str
    province: str
    organisation_id: str


@dataclass(frozen=True, slots=True)
class Pupil:
    pupil_id: str
    ministry_id: str
    personal_id: str | None = field(default=None, kw_only=True)
    full_name: str
    born: dt.date
    sex: str
    birth_place: str
    ethnicity: str
    nationality: str
    residence: str | None = None
    policy_group: str | None = None
    register_number: str | None = None
    guardians: tuple[Guardian, ...] = field(default=(), metadata={"item": "guardian"})


@dataclass(frozen=True, slots=True)
class SchoolClass:
    class_id: str
    name: str
    grade: int
    programme: str
    electives: str | None = None
    topic_clusters: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What this version corrects: the earlier record, why, and on which paper."""

    record_id: str
    sha256: str
    reason: str
    document_number: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who, where, which year, under which rules; `record_id` is 128 random bits or more and names this version."""

    record_id: str
    version: int
    stage: Stage
    school_year: int
    rule_set: str
    demo: bool
    verify_url: str
    school: School
    pupil: Pupil
    school_class: SchoolClass
    prev_hash: str | None = None
    corrects: Correction | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """One result: a score in tenths or an outcome, never both."""

    tenths: int | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class SubjectBlock:
    """One subject's row. Secondary: term one, term two, year, retest. Primary: level and end-of-year test (points)."""

    code: str
    name: str
    taught_by: Person
    signer: Person
    elective: bool = False
    term_one: Mark | None = None
    term_two: Mark | None = None
    year: Mark | None = None
    retest: Mark | None = None
    level: PrimaryLevel | None = None
    test_points: int | None = None
    comment: str | None = field(default=None, metadata={"text": True})


@dataclass(frozen=True, slots=True)
class Judgement:
    """A quality or competence of a primary pupil."""

    code: str
    name: str
    group: str
    level: PrimaryLevel
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Levels:
    """Year path of conduct or learning; `before_adjustment`: the level before the one-subject rule (Điều 9 khoản 3)."""

    term_one: YearLevel | None = None
    term_two: YearLevel | None = None
    year: YearLevel | None = None
    before_adjustment: YearLevel | None = None
    after_summer: YearLevel | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """The homeroom teacher's part."""

    homeroom: Person
    absences: int
    absences_excused: int | None = None
    conduct: Levels | None = None
    learning: Levels | None = None
    overall: PrimaryOverall | None = None
    judgements: tuple[Judgement, ...] = field(default=(), metadata={"item": "judgement"})
    height_cm: int | None = None
    weight_hg: int | None = None
    health: str | None = None
    awards: tuple[str, ...] = field(default=(), metadata={"item": "award"})
    contests: tuple[str, ...] = field(default=(), metadata={"item": "contest"})
    certificates: str | None = None
    corrected_cells: int = 0
    corrected_subjects: str | None = None
    remarks: str | None = field(default=None, metadata={"text": True})
    comment: str | None = field(default=None, metadata={"text": True})


@dataclass(frozen=True, slots=True)
class Approval:
    """The principal's part; `computed` keeps what the rules gave when the principal decided otherwise."""

    principal: Person
    promotion: Promotion
    decided_on: dt.date
    computed: Promotion | None = None
    reason: str | None = None
    completes_stage: bool = False
    completion_number: str | None = None
    opinion: str | None = field(default=None, metadata={"text": True})


@dataclass(frozen=True, slots=True)
class Issue:
    """What the school seals: that it issues this record, where and when."""

    place: str
    issued_on: dt.date


@dataclass(frozen=True, slots=True)
class RecordContent:
    """Everything of one record but the signatures; frozen before the first of them."""

    identity: Identity
    subjects: tuple[SubjectBlock, ...]
    summary: Summary
    approval: Approval
    issue: Issue


@dataclass(frozen=True, slots=True)
class SigningStep:
    """One signature the record needs: which element, by whom, in which role, and what to call it on screen."""

    node_id: str
    role: Role
    holder_id: str
    label: str
    subject: str | None = None

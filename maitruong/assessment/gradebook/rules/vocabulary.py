"""Words the acts share: kinds of subject and cell, levels, what one subject brings to a level. Marks are whole tenths."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """How a subject is judged: comments with scores (0-10), or comments only (Đạt / Chưa đạt)."""

    SCORE = "score"
    COMMENT = "comment"


class CellKind(StrEnum):
    """What a cell of a mark book holds."""

    SCORE = "score"  # tenths 0-100
    COMMENT = "comment"  # 1 Đạt, 0 Chưa đạt
    TEST = "test"  # primary: a whole mark, in tenths
    SUBJECT_LEVEL = "subject_level"  # primary: 2 T, 1 H, 0 C
    QUALITY_LEVEL = "quality_level"  # primary: 2 T, 1 Đ, 0 C


class Basis(StrEnum):
    """On what a pupil is judged in a subject. Only the first two count towards a level."""

    COMMON = "common"
    REDUCED = "reduced"
    INDIVIDUAL_PLAN = "individual_plan"
    EXEMPT = "exempt"

    def __init__(self, code: str) -> None:
        # Asked for every subject of every pupil of a save, so it is an attribute and not worked out each time.
        self.counts = code in ("common", "reduced")


class Level(IntEnum):
    """The four levels of learning and of conduct at secondary school, in rising order."""

    FAIL = 0
    PASS = 1
    FAIR = 2
    GOOD = 3

    @property
    def label(self) -> str:
        return ("Chưa đạt", "Đạt", "Khá", "Tốt")[self]


class Award(StrEnum):
    """Titles at the end of a secondary school year."""

    EXCELLENT = "excellent"
    GOOD = "good"

    @property
    def label(self) -> str:
        return {"excellent": "Học sinh Xuất sắc", "good": "Học sinh Giỏi"}[self.value]


class CheckedMark(NamedTuple):
    """A cell that may be saved: its value (see CellKind for the unit; None is empty, never 0) and a warning to show."""

    value: int | None
    shown: str
    warning: str | None = None


class TermAverage(NamedTuple):
    """Average of a term in tenths; None while the midterm or final mark is empty. Provisional while any mark is owed."""

    tenths: int | None
    provisional: bool


class CommentTerm(NamedTuple):
    """Term result of a comment subject; None while it cannot be told. Provisional while an assessment is owed."""

    passed: bool | None
    provisional: bool


class LearningLevel(NamedTuple):
    """Learning level after and before the one-subject adjustment; None while a counted result is missing.

    raised_by: code of the single subject the level was raised for.
    """

    level: Level | None
    before: Level | None
    raised_by: str | None = None


@dataclass(frozen=True, slots=True)
class SubjectResult:
    """What one subject brings to the level of a term or year: `average` (tenths) if scored, else `passed`.

    optional: Tiếng dân tộc thiểu số, Ngoại ngữ 2; whole_year: the pupil studied it from the first week to the last.
    """

    code: str
    name: str
    kind: Kind
    average: int | None = None
    passed: bool | None = None
    basis: Basis = Basis.COMMON
    optional: bool = False
    whole_year: bool = True


BOTH_TERMS = (1, 2)

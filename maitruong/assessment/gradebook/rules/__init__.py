"""Rules of assessment, one file or folder per act, pure: no framework, no database, marks in whole tenths.

Importing this package enters every rule in the register of regulations; ask `regulations.in_force(topic, grade=, school_year=)`.
"""

from . import tt22_2021, tt27_2020, tt27_2020_support
from .vocabulary import (
    Award,
    Basis,
    CellKind,
    CheckedMark,
    CommentTerm,
    Kind,
    LearningLevel,
    Level,
    SubjectResult,
    TermAverage,
)

__all__ = [
    "Award",
    "Basis",
    "CellKind",
    "CheckedMark",
    "CommentTerm",
    "Kind",
    "LearningLevel",
    "Level",
    "SubjectResult",
    "TermAverage",
    "tt22_2021",
    "tt27_2020",
    "tt27_2020_support",
]
